public import Backtest
import Exchange
import Market
public import MultiTimeframe

/// Buys a close above the highest high of the bars before it, and leaves at a close below their lowest
/// low: the turtles' rule, with a shorter channel for the way out.
public final class DonchianBreakout: Strategy {
  public static let definition = StrategyDefinition(
    "donchian_breakout", "a close outside the range of the bars before it",
    [
      .integer("entry", 20, in: 2...10_000, "bars of the channel that is broken to enter"),
      .integer("exit", 10, in: 1...10_000, "bars of the channel that is broken to leave"),
      .choice("directions", TradeDirections.both, "which positions to take"),
    ]
  ) { values in
    DonchianBreakout(
      entry: values.integer("entry"), exit: values.integer("exit"), values.choice("directions"))
  }

  private let entry: Int
  private let exit: Int
  private let directions: TradeDirections

  private struct Channel {
    let upper: Feature
    let lower: Feature
  }

  /// By symbol.
  private var entries: [Channel] = []
  private var exits: [Channel] = []

  public init(entry: Int, exit: Int, _ directions: TradeDirections) {
    self.entry = entry
    self.exit = exit
    self.directions = directions
  }

  /// A channel lags one bar, so that a bar is measured against those before it.
  public var needs: StrategyNeeds {
    StrategyNeeds(
      bars: [.role(.ltf)], indicators: [.ltf: ["donchian(\(entry))", "donchian(\(exit))"]])
  }

  public func onStart(_ context: borrowing StrategyContext) throws {
    for symbol in context.symbols {
      entries.append(try channel(entry, of: symbol, context))
      exits.append(try channel(exit, of: symbol, context))
    }
  }

  private func channel(
    _ period: Int, of symbol: SymbolID, _ context: borrowing StrategyContext
  ) throws -> Channel {
    Channel(
      upper: try context.feature("donchian(\(period)).upper", of: symbol),
      lower: try context.feature("donchian(\(period)).lower", of: symbol))
  }

  public func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    let symbol = close.symbol
    let precision = context.listing(of: symbol).instrument.precision(of: close.source)
    let price = precision.double(close.bar.close.raw)
    let (entry, exit) = (entries[symbol.index], exits[symbol.index])
    let held = snapshot.position
    if held > 0, price < snapshot[exit.lower].value {
      try context.leave(.sell, snapshot, reason: "channel left")
    } else if held < 0, price > snapshot[exit.upper].value {
      try context.leave(.buy, snapshot, reason: "channel left")
    }
    guard held == 0, snapshot.isIdle else { return }
    if directions.allowsLong, price > snapshot[entry.upper].value {
      try context.submit(OrderIntent(.buy, of: symbol, reason: "breakout up"))
    } else if directions.allowsShort, price < snapshot[entry.lower].value {
      try context.submit(OrderIntent(.sell, of: symbol, reason: "breakout down"))
    }
  }
}
