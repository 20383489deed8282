import Market
import Testing

/// Against a reference that counts day by day, straight from the rule for leap years.
@Suite struct CalendarDateTests {
  @Test func `every day from 1890 to 2210 equals the slow count`() throws {
    var (year, month, day) = (1890, 1, 1)
    var weekday = 3  // 1890-01-01 was a Wednesday.
    // 80 years with 20 leap years, of which 1900 is none, lie before the epoch.
    var index = Int32(-(80 * 365 + 19))
    var compared = 0
    while year < 2211 {
      let date = CalendarDate(daysSinceEpoch: index)
      let made = try #require(CalendarDate(year: year, month: month, day: day))
      #expect(made == date)
      #expect(date.components == (year, month, day))
      #expect(date.weekday.rawValue == weekday)
      compared += 1
      index += 1
      weekday = weekday % 7 + 1
      day += 1
      if day > slowDays(year, month) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(compared == 321 * 365 + 77)
  }

  private func slowDays(_ year: Int, _ month: Int) -> Int {
    let isLeap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  @Test func `days that do not exist are nil`() {
    for (year, month, day) in [
      (2024, 0, 1), (2024, 13, 1), (2024, 1, 0), (2024, 1, 32), (2024, 4, 31), (2023, 2, 29),
      (1900, 2, 29), (2024, 2, 30), (10_000, 1, 1), (-10_000, 1, 1),
    ] {
      #expect(CalendarDate(year: year, month: month, day: day) == nil)
    }
    #expect(CalendarDate(year: 2000, month: 2, day: 29) != nil)
  }

  @Test func `years before the first and far away are counted too`() throws {
    for year in [-9_999, -401, -1, 0, 1, 1582, 9_999] {
      for (month, day) in [(1, 1), (2, 28), (3, 1), (12, 31)] {
        let date = try #require(CalendarDate(year: year, month: month, day: day))
        #expect(date.components == (year, month, day))
      }
    }
    let first = try #require(CalendarDate(year: 0, month: 1, day: 1))
    let last = try #require(CalendarDate(year: 399, month: 12, day: 31))
    #expect(last.daysSinceEpoch - first.daysSinceEpoch == 146_096)
  }

  @Test func `dates add, compare and begin at midnight`() throws {
    let date = try #require(CalendarDate(parsing: "2024-02-28"))
    #expect(date.adding(days: 2).description == "2024-03-01")
    #expect(date.adding(days: -59).description == "2023-12-31")
    #expect(date < date.adding(days: 1))
    #expect(date.utcMidnight == 1_709_078_400_000_000_000)
    #expect(try Timestamp(nanoseconds: date.utcMidnight + nanosecondsPerDay - 1).utcDate == date)
    #expect(try Timestamp(nanoseconds: -1).utcDate.description == "1969-12-31")
  }

  @Test(arguments: [
    "", "2024", "2024-1-01", "2024-01-1", "2024-02-30", "2024-01-01T00:00", "24-01-01",
    "2024/01/01", "２０２４-01-01", "2024-01-01 ",
  ])
  func `text that is not a date is nil`(text: String) {
    #expect(CalendarDate(parsing: text) == nil)
  }

  @Test func `dates are written as ISO 8601`() throws {
    for text in ["1900-01-01", "2024-02-29", "2200-12-31", "0000-01-01", "0099-12-31"] {
      #expect(try #require(CalendarDate(parsing: text)).description == text)
    }
  }
}
