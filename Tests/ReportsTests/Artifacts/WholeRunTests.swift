import Backtest
import Exchange
import Foundation
import Market
import MultiTimeframe
import Sessions
import Streams
import Testing

@testable import Reports

/// The engine and its journal together, on a drawn tape.
@Suite struct WholeRunTests {
  /// Turns its position round every four hours.
  private final class Turner: Strategy {
    var needs: StrategyNeeds { StrategyNeeds() }
    private var count = 0

    func onBar(
      _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
    ) throws {
      count += 1
      try context.record(Double(close.bar.close.raw) / 100, as: "close")
      guard count.isMultiple(of: 4) else { return }
      let side: OrderSide = count.isMultiple(of: 8) ? .sell : .buy
      let size = try Quantity(raw: snapshot.position == 0 ? 500 : 1000)
      try context.submit(OrderIntent(side, of: snapshot.symbol, .quantity(size), reason: "turn"))
    }
  }

  /// Three days of trades, some seconds apart.
  private func tape() throws -> [Trade] {
    var random = SeededGenerator(seed: 11)
    var (time, price) = (hour(0).nanoseconds, Int64(4_200_000))
    var trades: [Trade] = []
    while time < hour(72).nanoseconds {
      trades.append(
        Trade(
          time: try Timestamp(nanoseconds: time), price: try Price(raw: price),
          quantity: try Quantity(raw: Int64(1 + random.below(2000)))))
      time += Int64(1 + random.below(60)) * nanosecondsPerSecond
      price += Int64(random.below(2001) - 1000)
    }
    return trades
  }

  private func run(
    _ folder: ArtifactFolder, _ name: String, isPlain: Bool
  ) throws -> (RunSummary, MetricReport) {
    let traded = listing("BTCUSDT")
    var configuration = BacktestConfiguration(
      symbols: [TradedSymbol(traded)], roles: RoleMap(.hour1), deposits: [money("100000")])
    configuration.start = hour(6)
    configuration.isPlain = isPlain
    configuration.stateHashInterval = 24
    var trades = TradeColumns()
    for trade in try tape() { try trades.append(trade) }
    var identity = identity()
    (identity.symbols, identity.start, identity.end) = ([traded], hour(6), nil)
    let journal = try RunFolder(path: folder.file(name), identity)
    let strategy = Turner()
    let run = try BacktestRun(
      BacktestPlan(configuration, strategy.needs), strategy,
      tape: [TapeStream(MemorySource([trades]), of: "BTCUSDT")], journal: journal)
    let summary = try run.run()
    return (summary, try journal.complete(qualities: []))
  }

  @Test func `slices and single records leave the same folder`() throws {
    let folder = try ArtifactFolder()
    let (summary, report) = try run(folder, "slices", isPlain: false)
    _ = try run(folder, "plain", isPlain: true)
    for artifact in Artifact.allCases {
      #expect(
        try folder.text("slices/\(artifact.fileName)") == folder.text("plain/\(artifact.fileName)"))
    }
    let runs = try StoredRun.all(in: folder.path)
    #expect(runs.map(\.name) == ["plain", "slices"])
    for stored in runs { try stored.verify() }
    let difference = try StoredRun.difference(runs[0], runs[1])
    #expect(difference.isSame)
    #expect(difference.sameEvents == summary.eventCount)

    // The files say what the run says of itself.
    #expect(runs[0].finalEquity == summary.end.equity.decimalText)
    let trades = try folder.lines("plain/trades.csv").dropFirst()
    #expect(trades.count > 10)
    #expect(trades.allSatisfy { $0.hasSuffix(",fill,turn") })
    #expect(try report.value("trades") == .count(trades.count))
    #expect(try report.value("fees") == .amount(summary.fees))
    let total = summary.end.equity.growth(from: money("100000"))
    #expect(try report.number("total_return") == total)
    let curve = try folder.lines("plain/equity_curve.csv")
    #expect(curve.count { $0.contains(",decision,") } == 71)
    #expect(curve.count { $0.contains(",day,") } == 2)
    #expect(try folder.lines("plain/series.csv").count > 60)
    let fills = try folder.lines("plain/events.jsonl").filter { $0.contains("\"order_filled\"") }
    #expect(fills.count == summary.fillCount)
  }
}
