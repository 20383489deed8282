import Market
import Testing

@testable import Backtest
@testable import Exchange
@testable import Reports

/// What the metrics are worked out from.
@Suite struct PerformanceCollectorTests {
  private func record(
    from start: Int? = 0, _ samples: [EquitySample], _ trips: [RoundTrip] = []
  ) throws -> PerformanceRecord {
    var collector = PerformanceCollector(currency("USDT"), windowStart: start.map(hour))
    for sample in samples { collector.add(sample) }
    for trip in trips { collector.add(trip) }
    return try collector.record(summary(end: samples.last!), benchmark: benchmark([1, 2]))
  }

  private func texts(_ days: [DailyEquity]) -> [String] {
    days.map { "\($0.date) \($0.equity.units / Money.unitsPerOne)" }
  }

  private let start = sample(-48, .start, "100", day: "2023-12-30")

  @Test func `the warm-up is no part of it`() throws {
    let record = try record([
      start, sample(-24, .day, "101", day: "2023-12-30"),
      sample(-1, .decision, "102", day: "2023-12-31"),
      sample(0, .decision, "103", day: "2023-12-31"),
      sample(0, .day, "104", day: "2023-12-31"), sample(1, .decision, "105", day: "2024-01-01"),
      sample(24, .day, "106", day: "2024-01-01"), sample(24, .end, "106", day: "2024-01-02"),
    ])
    #expect(record.start == EquityPoint(time: hour(0), equity: money("104")))
    #expect(record.curve.map(\.time) == [hour(1), hour(24)])
    #expect(texts(record.days) == ["2024-01-01 106"])
    #expect(record.tickDrawdown == 0.05)
    #expect(record.benchmark.count == 2)
    #expect(record.totals.tradedValue == money("42050.05"))
  }

  @Test func `without a window it begins at the first record`() throws {
    let record = try record(
      from: nil,
      [
        start, sample(-24, .day, "101", day: "2023-12-30"),
        sample(0, .day, "104", day: "2023-12-31"), sample(0, .end, "104", day: "2024-01-01"),
      ])
    #expect(record.start == EquityPoint(time: hour(-48), equity: money("100")))
    #expect(texts(record.days) == ["2023-12-30 101", "2023-12-31 104"])
  }

  /// A tape that begins within the window.
  @Test func `a window that begins before the tape`() throws {
    let record = try record(
      from: -100, [start, sample(-47, .end, "101", day: "2023-12-30")])
    #expect(record.start == EquityPoint(time: hour(-48), equity: money("100")))
    #expect(texts(record.days) == ["2023-12-30 101"])
  }

  @Test func `a run that ends before its window`() throws {
    let record = try record([start, sample(-47, .end, "101", day: "2023-12-30")])
    #expect(record.start == EquityPoint(time: hour(0), equity: money("101")))
    #expect(record.curve.isEmpty && record.days.isEmpty)
  }

  /// The last day and its end: at the end of a day in New York's time, of whose next one UTC knows
  /// nothing, the decision says which day it is.
  @Test func `the unfinished day`() throws {
    let closed = [start, sample(22, .day, "110", day: "2024-01-01")]
    func days(_ samples: EquitySample...) throws -> [String] {
      try texts(record(closed + samples).days)
    }
    let first = "2024-01-01 110"
    // Nothing has happened since.
    #expect(try days(sample(23, .end, "110", day: "2024-01-01")) == [first])
    // Nothing but prices.
    #expect(
      try days(sample(23, .end, "111", day: "2024-01-01")) == [first, "2024-01-02 111"])
    #expect(
      try days(sample(72, .end, "111", day: "2024-01-04")) == [first, "2024-01-04 111"])
    // The moment of the close itself belongs to its day.
    #expect(try days(sample(22, .end, "111", day: "2024-01-01")) == ["2024-01-01 111"])
    // A decision, on a Monday that began on Sunday.
    #expect(
      try days(
        sample(71, .decision, "110", day: "2024-01-08"), sample(72, .end, "110", day: "2024-01-04"))
        == [first, "2024-01-08 110"])
    // Decisions before the close say nothing about the day behind it.
    #expect(
      try texts(
        record([
          start, sample(21, .decision, "109", day: "2024-01-01"), closed[1],
          sample(23, .end, "110", day: "2024-01-01"),
        ]).days) == [first])
  }

  @Test func `days without records behind the last one make no returns`() throws {
    /// By the number of records that had come at the close of each day, and at the end an hour later.
    func record(
      _ counts: [Int], equity: [String]? = nil, end: Int, at worth: String = "110"
    ) throws -> PerformanceRecord {
      let days = counts.enumerated().map { index, count in
        sample(
          24 * (index + 1), .day, equity?[index] ?? "110", day: "2024-01-0\(index + 1)",
          records: count)
      }
      return try self.record(
        [sample(0, .start, "100", day: "2023-12-31", records: 0)] + days + [
          sample(24 * counts.count + 1, .end, worth, day: "2024-01-05", records: end)
        ])
    }
    let all = ["2024-01-01 110", "2024-01-02 110", "2024-01-03 110", "2024-01-04 110"]
    let short = try record([5, 9, 9, 9], end: 9)
    #expect(texts(short.days) == Array(all[..<2]))
    #expect(short.end == hour(48))
    // A gap before more records is a part of the run.
    for (counts, end) in [([5, 5, 5, 9], 9), ([5, 9, 9, 9], 10), ([5, 6, 7, 8], 8)] {
      let whole = try record(counts, end: end)
      #expect(texts(whole.days) == all && whole.end == hour(97))
    }
    // What changes the equity counts, as the settlement of a future does.
    let settled = try record(
      [5, 5, 5, 5], equity: ["110", "110", "109", "109"], end: 5, at: "109")
    #expect(texts(settled.days) == Array(all[..<2]) + ["2024-01-03 109"])
    #expect(settled.end == hour(72))
    #expect(try record([5, 5, 5, 5], end: 5, at: "109").days.count == 5)
  }

  @Test func `trades in the order of their ends, of one currency`() throws {
    let samples = [start, sample(9, .end, "100", day: "2024-01-01")]
    let trips = [
      roundTrip("1", from: 1, to: 5), roundTrip("2", from: 2, to: 3),
      roundTrip("3", from: 2, to: 5, side: .sell), roundTrip("4", from: 2, to: 3, in: "BTC"),
    ]
    let record = try record(samples, trips)
    #expect(record.trades.map { $0.profit } == [money("2"), money("1"), money("3")])
    #expect(record.trades.map(\.direction) == [.long, .long, .short])
    #expect(record.trades[0].fees == money("0.5") && record.trades[0].funding == money("-0.25"))
    var collector = PerformanceCollector(currency("USDT"), windowStart: nil)
    for trip in trips { collector.add(trip) }
    #expect((collector.foreignTradeCount, collector.tradeCount) == (1, 4))
  }
}
