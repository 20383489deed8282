import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Testing

@Suite("The trading days of a run's first and last look at the account")
struct RunDayTests {
  /// The days of all samples of a run; over foreign exchange, whose days end at 22:00 UTC, unless it says
  /// otherwise.
  private func days(
    _ seconds: [Double], end: Double? = nil, _ calendar: TradingCalendar? = nil,
    roles: Timeframe = .minute1
  ) throws -> [String] {
    let other = try perpetual("EURUSD")
    let listing = try Listing(
      other.instrument, calendar: try calendar ?? .named("fx-ny"), contract: other.contract,
      matching: other.matching)
    var configuration = try configuration([listing], roles: RoleMap(roles))
    configuration.end = try end.map(moment)
    let tape = RunTape(
      symbols: [],
      streams: [.init(symbol: "EURUSD", records: try trades(seconds.map { ($0, 10_000) }))])
    return try run(configuration, Scripted(), try tape.tape()).samples.map {
      "\($0.occasion) \($0.tradingDay)"
    }
  }

  @Test("they are the calendar's, as those of the decisions")
  func calendar() throws {
    // From 23:59 on Thursday, March 7, in the trading day of Friday.
    #expect(
      try days([-61, -1]) == [
        "start 2024-03-08", "decision 2024-03-08", "end 2024-03-08",
      ])
    #expect(try days([-1], end: 0).last == "end 2024-03-08")
  }

  @Test("a start at a close begins the next day, an end at a close is the day's that ends")
  func close() throws {
    #expect(try days([-7_200, -7_190]) == ["start 2024-03-08", "end 2024-03-08"])
    #expect(
      try days([-7_230], end: -7_200) == [
        "start 2024-03-07", "day 2024-03-07", "decision 2024-03-07", "end 2024-03-07",
      ])
    // A run of one moment has one day.
    #expect(try days([-7_200]) == ["start 2024-03-08", "end 2024-03-08"])
  }

  @Test("a decision at the close of a week is of the week's last day")
  func week() throws {
    // From Thursday to the close of Friday.
    let days = try days([-40_000, 36_000], end: 79_200, roles: .week1)
    #expect(days.filter { $0.hasPrefix("decision") } == ["decision 2024-03-08"], "\(days)")
  }

  /// The last trade is of Friday, half past seven in the evening of New York, which is Saturday in UTC.
  @Test("before the open and after the close it is the day of the hours around them")
  func extendedHours() throws {
    let calendar = try TradingCalendar.named("XNYS").includingExtendedHours()
    let trades: [Double] = [36_000, 54_000, 88_200]
    for roles in [Timeframe.minute1, .day1, .week1] {
      let days = try days(trades, calendar, roles: roles)
      #expect(days.first == "start 2024-03-08" && days.last == "end 2024-03-08", "\(roles)")
    }
  }
}
