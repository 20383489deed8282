public import Backtest
import Exchange
public import Market
public import MultiTimeframe

/// Buys each symbol once, at the first close at which it is traded, and keeps it.
public final class BuyAndHold: Strategy {
  public static let definition = StrategyDefinition(
    "buy_and_hold", "buys once and keeps it, to measure others against"
  ) { _ in BuyAndHold() }

  /// By symbol.
  private var hasBought: [Bool] = []

  public init() {}

  public func onStart(_ context: borrowing StrategyContext) {
    hasBought = context.symbols.map { _ in false }
  }

  public func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    guard !hasBought[close.symbol.index] else { return }
    hasBought[close.symbol.index] = true
    try context.submit(OrderIntent(.buy, of: close.symbol, reason: "hold"))
  }

  public func save(into writer: inout StateWriter) {
    for value in hasBought { writer.write(value) }
  }

  public func restore(from reader: inout StateReader) throws(MarketError) {
    for index in hasBought.indices { hasBought[index] = try reader.readBool() }
  }
}
