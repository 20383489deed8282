import Backtest
import Exchange
import Market

/// Puts together what the metrics are worked out from, while the run goes on.
///
/// The metrics are those of the window: what the account was worth last before it is what it begins
/// with, and days of the warm-up make no returns. Nor do days behind the last one that had a record: the
/// window may end long after the tape.
struct PerformanceCollector {
  private let currency: Currency
  private let windowStart: Timestamp?
  private var start: EquityPoint?
  private var curve: [EquityPoint] = []
  private var days: [DailyEquity] = []
  /// When the last of `days` closed, or where the first begins.
  private var dayEnd = Timestamp.earliest
  /// How many records had come when the last of `days` closed, or where the first begins.
  private var recordCount = 0
  /// How many of the latest days had no record, and left the equity as it was.
  private var quietDays = 0
  /// When the first of these began.
  private var quietSince = Timestamp.earliest
  /// The trading day of the latest decision.
  private var decisionDay: CalendarDate?
  private var trades: [ClosedTrade] = []
  /// Closed trades that settled in another currency than the run's: they are in no metric of trades.
  private(set) var foreignTradeCount = 0

  var tradeCount: Int { trades.count + foreignTradeCount }

  init(_ currency: Currency, windowStart: Timestamp?) {
    self.currency = currency
    self.windowStart = windowStart
  }

  mutating func add(_ sample: EquitySample) {
    let isBefore = windowStart.map { sample.time <= $0 } ?? false
    guard !isBefore, start != nil else {
      let time = isBefore ? windowStart ?? sample.time : sample.time
      start = EquityPoint(time: time, equity: sample.equity)
      dayEnd = time
      recordCount = sample.recordCount
      return
    }
    switch sample.occasion {
    case .start: break
    case .decision:
      curve.append(EquityPoint(time: sample.time, equity: sample.equity))
      decisionDay = sample.tradingDay
    case .day:
      close(sample.tradingDay, sample)
    case .end:
      curve.append(EquityPoint(time: leaveQuietDays(before: sample), equity: sample.equity))
      closeUnfinishedDay(sample)
    }
  }

  private mutating func close(_ day: CalendarDate, _ sample: EquitySample) {
    let isQuiet =
      sample.recordCount == recordCount && sample.equity == (days.last?.equity ?? start?.equity)
    if days.last?.date == day {
      days.removeLast()
      if !isQuiet { quietDays = 0 }
    } else {
      if quietDays == 0 { quietSince = dayEnd }
      quietDays = isQuiet ? quietDays + 1 : 0
    }
    recordCount = sample.recordCount
    days.append(DailyEquity(date: day, equity: sample.equity))
    dayEnd = sample.time
  }

  /// Leaves out the days behind the last record, where the end of the run has brought nothing new.
  /// - Returns: When what is left has ended.
  private mutating func leaveQuietDays(before end: EquitySample) -> Timestamp {
    guard quietDays > 0, end.recordCount == recordCount, end.equity == days.last?.equity else {
      return end.time
    }
    days.removeLast(quietDays)
    dayEnd = quietSince
    return max(quietSince, curve.last?.time ?? quietSince)
  }

  /// The run ends within a day where a decision was made in it, or where the equity is not what it
  /// was at the close before. The day is the decision's: a run may end behind it, where late reports
  /// come, or outside of all sessions. Without one it is that of the end, which outside of sessions is the
  /// day of UTC, or the one behind the last where that has closed already.
  private mutating func closeUnfinishedDay(_ sample: EquitySample) {
    guard let last = days.last else { return close(decisionDay ?? sample.tradingDay, sample) }
    if let decisionDay, decisionDay > last.date { return close(decisionDay, sample) }
    guard sample.equity != last.equity else { return }
    let isSameMoment = sample.time == dayEnd
    close(isSameMoment ? last.date : max(sample.tradingDay, last.date.adding(days: 1)), sample)
  }

  mutating func add(_ trip: RoundTrip) {
    guard trip.profit.currency == currency else {
      foreignTradeCount += 1
      return
    }
    trades.append(
      ClosedTrade(
        trip.side == .buy ? .long : .short, opened: trip.opened, closed: trip.closed,
        profit: trip.profit, fees: trip.fees, funding: trip.funding, dividends: trip.dividends))
  }

  /// - Throws: `ReportError` for days or times that go back, and for sums that do not fit.
  func record(
    _ summary: RunSummary, benchmark: [BenchmarkClose]
  ) throws(ReportError) -> PerformanceRecord {
    try PerformanceRecord(
      start: start ?? EquityPoint(time: summary.start.time, equity: summary.start.equity),
      curve: curve, days: days,
      // Trades of one moment keep their order; reports of several symbols may overtake each other.
      trades: trades.enumerated().sorted {
        ($0.element.closed, $0.offset) < ($1.element.closed, $1.offset)
      }.map(\.element),
      openSince: summary.openSince,
      totals: TradingTotals(
        tradedValue: summary.tradedValue, fees: summary.fees, funding: summary.funding),
      benchmark: benchmark, tickDrawdown: summary.drawdown.largest)
  }
}
