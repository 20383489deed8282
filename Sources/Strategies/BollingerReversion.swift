public import Backtest
import Exchange
import Market
public import MultiTimeframe

/// Bets on the way back: buys a close below the lower Bollinger band, and leaves at the middle.
public final class BollingerReversion: Strategy {
  public static let definition = StrategyDefinition(
    "bollinger_reversion", "a close outside the Bollinger bands, until the middle",
    [
      .integer("period", 20, in: 2...10_000, "bars of the bands"),
      .number("deviations", 2, in: 0.1...10, "standard deviations from the middle to a band"),
      .choice("directions", TradeDirections.both, "which positions to take"),
    ]
  ) { values in
    BollingerReversion(
      period: values.integer("period"), deviations: values.number("deviations"),
      values.choice("directions"))
  }

  private let bands: String
  private let directions: TradeDirections
  /// By symbol.
  private var upper: [Feature] = []
  private var middle: [Feature] = []
  private var lower: [Feature] = []

  public init(period: Int, deviations: Double, _ directions: TradeDirections) {
    bands = "bbands(\(period), \(deviations))"
    self.directions = directions
  }

  public var needs: StrategyNeeds {
    StrategyNeeds(bars: [.role(.ltf)], indicators: [.ltf: [bands]])
  }

  public func onStart(_ context: borrowing StrategyContext) throws {
    for symbol in context.symbols {
      upper.append(try context.feature("\(bands).upper", of: symbol))
      middle.append(try context.feature("\(bands).middle", of: symbol))
      lower.append(try context.feature("\(bands).lower", of: symbol))
    }
  }

  public func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    let symbol = close.symbol
    let precision = context.listing(of: symbol).instrument.precision(of: close.source)
    let price = precision.double(close.bar.close.raw)
    let held = snapshot.position
    let middle = snapshot[middle[symbol.index]].value
    if held > 0, price >= middle {
      try context.leave(.sell, snapshot, reason: "middle")
    } else if held < 0, price <= middle {
      try context.leave(.buy, snapshot, reason: "middle")
    }
    guard held == 0, snapshot.isIdle else { return }
    if directions.allowsLong, price < snapshot[lower[symbol.index]].value {
      try context.submit(OrderIntent(.buy, of: symbol, reason: "below the band"))
    } else if directions.allowsShort, price > snapshot[upper[symbol.index]].value {
      try context.submit(OrderIntent(.sell, of: symbol, reason: "above the band"))
    }
  }
}
