import Backtest
import Exchange
import Indicators
import Market
import MultiTimeframe
import Sessions
import Testing

/// The part of the tape that is loaded before a window, against a walk over every minute.
@Suite struct LoadWindowTests {
  private final class Reader: Strategy {
    let needs: StrategyNeeds

    init(_ indicators: [Role: [String]]) { needs = StrategyNeeds(indicators: indicators) }
  }

  private func window(
    _ calendar: String, _ roles: RoleMap, _ indicators: [Role: [String]], start: String?
  ) throws -> LoadWindow {
    let currency = try Currency("USD")
    let listing = try Listing(
      Instrument(
        symbol: "ABC", pricePrecision: try Precision(2), quantityPrecision: .zero,
        calendarName: calendar),
      calendar: try .named(calendar), contract: ContractSpecification(currency: currency),
      matching: MatchingRules(.trade))
    var configuration = BacktestConfiguration(
      symbols: [TradedSymbol(listing)], roles: roles,
      deposits: [try Money(parsing: "1000", currency)])
    configuration.start = try start.map { try Timestamp(parsing: $0) }
    return try LoadWindow(BacktestPlan(configuration, Reader(indicators).needs))
  }

  /// How many bars lie wholly within the two moments, looked up minute by minute.
  private func bars(
    _ calendar: TradingCalendar, _ timeframe: Timeframe, _ from: Timestamp, _ to: Timestamp
  ) throws -> Int {
    var cursor = SessionCursor(calendar)
    var opens: Set<Timestamp> = []
    var time = from.nanoseconds
    while time < to.nanoseconds {
      let bar = cursor.bounds(of: timeframe, at: try Timestamp(nanoseconds: time))
      if let bar, bar.tsOpen >= from, bar.tsClose <= to { opens.insert(bar.tsOpen) }
      time += 60 * nanosecondsPerSecond
    }
    return opens.count
  }

  @Test(arguments: [
    ("24x7", "2024-03-10T13:00:00Z"), ("fx-ny", "2024-03-11T12:30:00Z"),
    ("fx-ny", "2024-03-10T12:00:00Z"), ("XNYS", "2024-07-05T15:00:00Z"),
    ("XNYS", "2024-11-30T15:00:00Z"), ("utc", "2024-01-01T00:00:00Z"),
  ]) func `there is room for the warm-up and its buffer, and a day less has not`(
    calendar: String, start: String
  ) throws {
    let window = try window(
      calendar, RoleMap(ltf: .minutes5, mtf: .hour1, htf: .day1),
      [.ltf: ["sma(200)"], .mtf: ["sma(40)"], .htf: ["ema(4)"]], start: start)
    let trading = try TradingCalendar.named(calendar)
    let begin = try Timestamp(parsing: start)
    #expect(window.spans.map(\.timeframe) == [.minutes5, .hour1, .day1])
    #expect(window.spans.map(\.warmUpBars) == [200, 40, 4])
    #expect(window.spans.map(\.bufferBars) == [20, 5, 5])
    for span in window.spans {
      let from = try #require(span.from)
      let needed = span.warmUpBars + span.bufferBars
      #expect(try bars(trading, span.timeframe, from, begin) >= needed)
      let day = try #require(trading.tradingDay(containing: from))
      #expect(day.open == from)
      let next = try #require(trading.nextTradingDay(after: day.date))
      // Of the day in which the window begins nothing is counted on.
      let last = trading.tradingDay(containing: begin)?.open ?? begin
      #expect(try bars(trading, span.timeframe, next.open, last) < needed)
    }
    #expect(window.from == window.spans.compactMap(\.from).min())
  }

  @Test func `weeks and months are walked back as a whole`() throws {
    let weeks = try window(
      "fx-ny", RoleMap(ltf: .day1, mtf: .week1, htf: .week1), [:], start: "2024-03-13")
    // One and 5 more that are over, the day and the week of the start not among them.
    #expect(
      weeks.spans.map { $0.from?.description } == ["2024-03-04T22:00:00Z", "2024-01-28T22:00:00Z"])
    let months = try window(
      "fx-ny", RoleMap(.month1), [.htf: ["sma(2)"]], start: "2024-03-13")
    #expect(months.spans.map { $0.from?.description } == ["2023-07-31T21:00:00Z"])
  }

  @Test func `without a start the tape is loaded from where it begins`() throws {
    let window = try window("24x7", RoleMap(.hour1), [.ltf: ["sma(20)"]], start: nil)
    #expect(window.from == nil && window.start == nil && window.spans.allSatisfy { $0.from == nil })
  }

  @Test func `what no calendar has room for begins with time`() throws {
    let window = try window(
      "XNYS", RoleMap(.month1), [.ltf: ["sma(900)"]], start: "1950-01-05")
    #expect(window.from == .earliest)
  }
}
