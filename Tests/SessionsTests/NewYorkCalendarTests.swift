import Market
import Sessions
import Testing

@Suite struct NewYorkCalendarTests {
  private let calendar = try! TradingCalendar.named("XNYS")

  /// Source: NYSE, "Holidays and Trading Hours", 2023 to 2026, and the notice on the national day
  /// of mourning of 2025-01-09; the same in `exchange_calendars` 4.13.
  private static let closed = """
    2023-01-02 2023-01-16 2023-02-20 2023-04-07 2023-05-29 2023-06-19 2023-07-04 2023-09-04
    2023-11-23 2023-12-25
    2024-01-01 2024-01-15 2024-02-19 2024-03-29 2024-05-27 2024-06-19 2024-07-04 2024-09-02
    2024-11-28 2024-12-25
    2025-01-01 2025-01-09 2025-01-20 2025-02-17 2025-04-18 2025-05-26 2025-06-19 2025-07-04
    2025-09-01 2025-11-27 2025-12-25
    2026-01-01 2026-01-19 2026-02-16 2026-04-03 2026-05-25 2026-06-19 2026-07-03 2026-09-07
    2026-11-26 2026-12-25
    """
  private static let early = """
    2023-07-03 2023-11-24 2024-07-03 2024-11-29 2024-12-24 2025-07-03 2025-11-28 2025-12-24
    2026-11-27 2026-12-24
    """

  private func dates(_ text: String) -> Set<CalendarDate> {
    Set(text.split { $0 == " " || $0 == "\n" }.map { date(String($0)) })
  }

  @Test func recentYearsFollowThePublishedList() throws {
    let closed = dates(NewYorkCalendarTests.closed)
    let early = dates(NewYorkCalendarTests.early)
    let zone = try TimeZoneTable(identifier: "America/New_York")
    var day = date("2023-01-01")
    while day <= date("2026-12-31") {
      let isOpen = day.weekday.rawValue <= 5 && !closed.contains(day)
      let found = calendar.tradingDay(on: day)
      #expect((found != nil) == isOpen, "\(day)")
      if let part = found?.parts.first {
        let hours = [part.open, part.nominalClose].map {
          (zone.local(at: $0) - day.utcMidnight) / (60 * nanosecondsPerSecond)
        }
        #expect(hours == [570, early.contains(day) ? 780 : 960], "\(day)")
      }
      day = day.adding(days: 1)
    }
  }

  @Test func graceMovesTheCloseAndNotTheGrid() throws {
    let day = try #require(calendar.tradingDay(on: date("2024-03-08")))
    #expect(day.regularOpen == time("2024-03-08T14:30:00Z"))
    #expect(day.parts[0].nominalClose == time("2024-03-08T21:00:00Z"))
    #expect(day.regularClose == time("2024-03-08T21:01:00Z"))
    #expect(day.open == day.regularOpen && day.close == day.regularClose)
  }

  @Test func printsWithinTheGraceBelongToTheLastBar() throws {
    var cursor = SessionCursor(calendar)
    let cut = bar(&cursor, "4H", "2024-03-08T20:59:59Z")
    #expect(cut == "2024-03-08T18:30:00Z..2024-03-08T21:01:00Z 2024-03-08")
    // 16:00 lies on the grid of 30 minutes: there is no bar of a minute after it.
    let whole = bar(&cursor, "30m", "2024-03-08T21:00:59.999999999Z")
    #expect(whole == "2024-03-08T20:30:00Z..2024-03-08T21:01:00Z 2024-03-08")
    let after = bar(&cursor, "30m", "2024-03-08T21:01:00Z")
    #expect(after == "none")
  }

  @Test func extendedHoursAreCutAtTheRegularOnes() throws {
    let extended = calendar.includingExtendedHours()
    #expect(extended.includesExtendedHours && !calendar.includesExtendedHours)
    #expect(extended != calendar && extended.name == "XNYS")
    let day = try #require(extended.tradingDay(on: date("2024-07-02")))
    #expect(day.parts.map(\.kind) == [.preMarket, .regular, .postMarket])
    #expect(day.open == time("2024-07-02T08:00:00Z") && day.close == time("2024-07-03T00:00:00Z"))
    #expect(day.parts[2].open == time("2024-07-02T20:01:00Z"))
    let half = try #require(extended.tradingDay(on: date("2024-07-03")))
    #expect(half.regularClose == time("2024-07-03T17:01:00Z"))
    #expect(half.close == time("2024-07-03T21:00:00Z"))

    var cursor = SessionCursor(extended)
    // The grid of the regular open goes on backwards: 07:30, 08:30, 09:30.
    let pre = bar(&cursor, "1H", "2024-07-02T13:00:00Z")
    #expect(pre == "2024-07-02T12:30:00Z..2024-07-02T13:30:00Z 2024-07-02")
    let first = bar(&cursor, "1H", "2024-07-02T08:00:00Z")
    #expect(first == "2024-07-02T08:00:00Z..2024-07-02T08:30:00Z 2024-07-02")
    let post = bar(&cursor, "5m", "2024-07-02T20:01:00Z")
    #expect(post == "2024-07-02T20:01:00Z..2024-07-02T20:05:00Z 2024-07-02")
    let ofDay = bar(&cursor, "1D", "2024-07-02T20:01:00Z")
    #expect(ofDay == "none")
    let regular = bar(&cursor, "1D", "2024-07-02T20:00:59Z")
    #expect(regular == "2024-07-02T13:30:00Z..2024-07-02T20:01:00Z 2024-07-02")
  }

  @Test func calendarsWithoutExtendedHoursStayAsTheyAre() throws {
    let forex = try TradingCalendar.named("fx-ny")
    #expect(forex.includingExtendedHours() == forex)
  }

  @Test(arguments: [
    ("1952-09-26", "14:00", "19:00"), ("1952-09-29", "15:00", "20:30"),
    ("1974-09-30", "14:00", "19:30"), ("1974-10-01", "14:00", "20:00"),
    ("1985-09-26", "14:00", "20:00"), ("1985-09-30", "13:30", "20:00"),
    ("1990-12-24", "14:30", "19:00"), ("1992-11-27", "14:30", "19:00"),
    ("1993-11-26", "14:30", "18:00"), ("1996-07-05", "13:30", "17:00"),
    ("2013-07-03", "13:30", "17:00"), ("2013-07-05", "13:30", "20:00"),
  ])
  func hoursChangedOverTheYears(day: String, open: String, close: String) throws {
    let part = try #require(calendar.tradingDay(on: date(day))).parts[0]
    #expect(part.open == time("\(day)T\(open):00Z"))
    #expect(part.nominalClose == time("\(day)T\(close):00Z"))
  }

  /// Source: the exchange's list "Special Closings"; each rule that came or went, and both sides
  /// of its year.
  @Test func rulesBeginAndEndInTheirYears() {
    let closed = """
      1906-02-12 1909-10-12 1914-08-03 1914-12-11 1929-11-01 1934-11-12 1938-11-24 1939-11-23
      1941-11-20 1942-11-26 1953-02-12 1953-10-12 1953-11-11 1954-12-24 1955-12-26 1963-05-30
      1963-11-25 1964-02-21 1964-05-29 1967-11-07 1968-06-12 1968-11-05 1970-02-23 1971-02-15
      1971-05-31 1980-11-04 1998-01-19 2001-09-14 2012-10-30 2022-06-20
      """
    let open = """
      1906-04-13 1907-03-29 1908-10-12 1914-07-30 1914-12-14 1953-05-29 1954-02-12 1954-10-12
      1954-11-11 1958-02-21 1969-11-04 1970-05-29 1984-11-06 1997-01-20 2001-09-17 2010-12-31
      2021-06-18 2021-12-31
      """
    for day in dates(closed).sorted() { #expect(calendar.tradingDay(on: day) == nil, "\(day)") }
    for day in dates(open).sorted() { #expect(calendar.tradingDay(on: day) != nil, "\(day)") }
  }
}
