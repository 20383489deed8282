import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Storage

/// What a run loads, and why: `lockstep run --explain`.
struct RunExplanation {
  let text: String

  init(
    _ plan: BacktestPlan, _ window: LoadWindow, _ tapes: [SymbolTape], in store: MarketStore
  ) throws {
    let roles = plan.configuration.roles
    let spans = TextTable.text(
      [
        ("symbol", .left), ("timeframe", .left), ("roles", .left), ("warm-up bars", .right),
        ("buffer bars", .right), ("from", .left),
      ],
      window.spans.map { span in
        let played = Role.allCases.filter { roles[$0] == span.timeframe }.map(\.rawValue)
        return [
          span.symbol, "\(span.timeframe)", played.joined(separator: " "),
          NumberText.grouped(span.warmUpBars), NumberText.grouped(span.bufferBars),
          span.from.map(\.description) ?? "the tape's begin",
        ]
      })
    let streams = TextTable.text(
      [
        ("symbol", .left), ("records", .left), ("stored from", .left), ("to", .left),
        ("use", .left),
      ],
      tapes.map { tape in
        let forming =
          tape.bars.map { "\($0) bars" } ?? "\(tape.priceSource == .last ? "trades" : "quotes")"
        var uses = ["form \(tape.priceSource) bars", "orders filled by \(tape.fills.rawValue)s"]
        if tape.hasFunding { uses.append("funding paid") }
        if tape.markPrecision != nil { uses.append("mark prices of the tape") }
        return [
          tape.name, forming, "\(tape.timeRange.lowerBound)", "\(tape.timeRange.upperBound)",
          uses.joined(separator: ", "),
        ]
      })
    let load = window.from.map(\.description) ?? "the tape's begin"
    let start = window.start.map(\.description) ?? "as soon as every role is ready"
    let end = window.end.map(\.description) ?? "the tape's end"
    var lines = """
      loaded from    \(load)
      traded from    \(start)
      until          \(end)

      """
    if let from = window.from,
      let late = tapes.first(where: { RunExplanation.begins($0, lateFor: from) })
    {
      lines +=
        "the records of \(late.name) begin only at \(late.timeRange.lowerBound): "
        + "trading may begin later\n"
    }
    text = lines + "\n" + spans + "\n" + streams
  }

  /// Whether a trading day from `time` on ends without a record.
  private static func begins(_ tape: SymbolTape, lateFor time: Timestamp) -> Bool {
    var day = tape.calendar.nextTradingDay(after: time.utcDate.adding(days: -2))
    while let earlier = day, earlier.open < time {
      day = tape.calendar.nextTradingDay(after: earlier.date)
    }
    return day.map { $0.close <= tape.timeRange.lowerBound } ?? false
  }
}
