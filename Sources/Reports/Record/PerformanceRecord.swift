public import Market

/// What a run left behind, as far as its metrics need it: one account in one currency.
public struct PerformanceRecord: Sendable {
  /// The beginning of the run, and the equity that the first day's return is measured from.
  public let start: EquityPoint
  /// The equity at each close at which a decision was made, in time order. Its last point is the
  /// end of the run; without one, the run has no length.
  public let curve: [EquityPoint]
  /// The equity at the close of each day, the last and perhaps unfinished one included. Each day
  /// makes one return, also where days are missing in front of it.
  public let days: [DailyEquity]
  /// In the order of their ends.
  public let trades: [ClosedTrade]
  /// When the positions were opened that the end of the run found open.
  public let openSince: [Timestamp]
  public let totals: TradingTotals
  /// The closes of the symbol that the run is measured against; empty without one. The last close
  /// before the first day makes the first day count.
  public let benchmark: [BenchmarkClose]
  /// The largest fall of the equity as a share of its peak, looked at on every record: zero or
  /// above; nil where nobody did.
  public let tickDrawdown: Double?

  /// What each trade brought, in the order of `trades`. The sum of their sizes fits 128 bits.
  let netProfits: [Money]

  var currency: Currency { start.equity.currency }
  var end: Timestamp { curve.last?.time ?? start.time }

  /// - Throws: `ReportError` for amounts in several currencies, for times and dates that go back,
  ///   for a traded value below zero, for a benchmark's close that is not above zero, and for
  ///   profits whose sum does not fit.
  /// - Precondition: a tick drawdown is zero or above.
  /// - Complexity: O(n).
  public init(
    start: EquityPoint, curve: [EquityPoint], days: [DailyEquity], trades: [ClosedTrade],
    openSince: [Timestamp], totals: TradingTotals, benchmark: [BenchmarkClose],
    tickDrawdown: Double? = nil
  ) throws(ReportError) {
    self.start = start
    self.curve = curve
    self.days = days
    self.trades = trades
    self.openSince = openSince
    self.totals = totals
    self.benchmark = benchmark
    precondition(tickDrawdown ?? 0 >= 0, "a drawdown is a share of the peak")
    self.tickDrawdown = tickDrawdown
    let currency = start.equity.currency
    try PerformanceRecord.check(start, curve, days)
    try PerformanceRecord.check(trades, currency)
    try PerformanceRecord.check(totals, currency)
    try PerformanceRecord.check(benchmark)
    netProfits = try PerformanceRecord.netProfits(of: trades)
  }

  private static func check(
    _ start: EquityPoint, _ curve: [EquityPoint], _ days: [DailyEquity]
  ) throws(ReportError) {
    let currency = start.equity.currency
    var time = start.time
    for (place, point) in curve.enumerated() {
      try require(point.equity, in: currency, "curve[\(place)]")
      guard point.time >= time else { throw .outOfOrder(field: "curve", place: place) }
      time = point.time
    }
    for (place, day) in days.enumerated() {
      try require(day.equity, in: currency, "days[\(place)]")
      guard place == 0 || day.date > days[place - 1].date else {
        throw .outOfOrder(field: "days", place: place)
      }
    }
  }

  private static func check(
    _ trades: [ClosedTrade], _ currency: Currency
  ) throws(ReportError) {
    for (place, trade) in trades.enumerated() {
      for amount in [trade.profit, trade.fees, trade.funding, trade.dividends] {
        try require(amount, in: currency, "trades[\(place)]")
      }
      guard trade.closed >= trade.opened else { throw .endsBeforeItBegins(trade: place) }
      guard place == 0 || trade.closed >= trades[place - 1].closed else {
        throw .outOfOrder(field: "trades", place: place)
      }
    }
  }

  private static func check(
    _ totals: TradingTotals, _ currency: Currency
  ) throws(ReportError) {
    try require(totals.tradedValue, in: currency, "totals.tradedValue")
    try require(totals.fees, in: currency, "totals.fees")
    try require(totals.funding, in: currency, "totals.funding")
    guard totals.tradedValue.units >= 0 else { throw .negativeTradedValue(totals.tradedValue) }
  }

  private static func check(_ benchmark: [BenchmarkClose]) throws(ReportError) {
    for (place, close) in benchmark.enumerated() {
      guard place == 0 || close.date > benchmark[place - 1].date else {
        throw .outOfOrder(field: "benchmark", place: place)
      }
      guard close.price.raw > 0 else {
        throw .benchmarkNotPositive(date: close.date, raw: close.price.raw)
      }
    }
  }

  private static func require(
    _ amount: Money, in currency: Currency, _ field: String
  ) throws(ReportError) {
    guard amount.currency == currency else {
      throw .mixedCurrencies(field: field, expected: currency, found: amount.currency)
    }
  }

  private static func netProfits(of trades: [ClosedTrade]) throws(ReportError) -> [Money] {
    var sizes: Int128 = 0
    var profits: [Money] = []
    profits.reserveCapacity(trades.count)
    for trade in trades {
      guard let profit = trade.netProfit(), profit.units > .min,
        case (let sum, let overflow) = sizes.addingReportingOverflow(abs(profit.units)), !overflow
      else { throw .overflow(field: "trades") }
      sizes = sum
      profits.append(profit)
    }
    return profits
  }
}
