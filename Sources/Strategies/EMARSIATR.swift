public import Backtest
import Exchange
public import Market
public import MultiTimeframe

/// Buys the end of a dip in a rising market, and sells the end of a rally in a falling one.
///
/// The trend is that of the highest role: up while its last close is above its moving average. In it,
/// the entry is the close of the lowest role at which the RSI comes back over its level, with the price
/// on the trend's side of a moving average. Stop and target lie a number of ATRs away, as a bracket
/// that the exchange keeps; there is no other exit.
public final class EMARSIATR: Strategy {
  public static let definition = StrategyDefinition(
    "ema_rsi_atr", "pullbacks in the trend of a higher timeframe, with a stop and a target by ATR",
    [
      .integer("trend", 50, in: 2...10_000, "bars of the average that shows the trend, of the htf"),
      .integer("ema", 20, in: 2...10_000, "bars of the average the price must have crossed"),
      .integer("rsi", 14, in: 2...1_000, "bars of the RSI"),
      .number(
        "level", 50, in: 1...99, "the RSI's level to come back over; 100 less it for shorts"),
      .integer("atr", 14, in: 1...1_000, "bars of the ATR"),
      .number("stop", 2, in: 0.1...100, "ATRs from the close to the stop"),
      .number("target", 3, in: 0.1...100, "ATRs from the close to the target"),
      .choice("directions", TradeDirections.both, "which positions to take"),
    ]
  ) { EMARSIATR($0) }

  private let values: StrategyValues
  private let level: Double
  private let directions: TradeDirections

  /// What it reads of one symbol.
  private struct Features {
    let trend: Feature
    let ema: Feature
    let rsi: Feature
    let atr: Feature
  }

  /// By symbol.
  private var features: [Features] = []
  /// The RSI at the close before; below zero before the first.
  private var lastRSI: [Double] = []

  public init(_ values: StrategyValues) {
    self.values = values
    level = values.number("level")
    directions = values.choice("directions")
  }

  private var trendText: String { "ema(\(values.integer("trend")))" }
  private var emaText: String { "ema(\(values.integer("ema")))" }
  private var rsiText: String { "rsi(\(values.integer("rsi")))" }
  private var atrText: String { "atr(\(values.integer("atr")))" }

  public var needs: StrategyNeeds {
    StrategyNeeds(
      bars: [.role(.ltf)], indicators: [.htf: [trendText], .ltf: [emaText, rsiText, atrText]])
  }

  public func onStart(_ context: borrowing StrategyContext) throws {
    for symbol in context.symbols {
      features.append(
        Features(
          trend: try context.feature(trendText, .htf, of: symbol),
          ema: try context.feature(emaText, of: symbol),
          rsi: try context.feature(rsiText, of: symbol),
          atr: try context.feature(atrText, of: symbol)))
      lastRSI.append(-1)
    }
  }

  public func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    let symbol = close.symbol
    let features = features[symbol.index]
    let before = lastRSI[symbol.index]
    let rsi = snapshot[features.rsi].value
    lastRSI[symbol.index] = rsi
    guard before >= 0, snapshot.position == 0, snapshot.isIdle else { return }

    let precision = context.listing(of: symbol).instrument.precision(of: close.source)
    let price = precision.double(close.bar.close.raw)
    let trendClose = precision.double(snapshot[.htf].bar.close.raw)
    let (trend, ema) = (snapshot[features.trend].value, snapshot[features.ema].value)
    if directions.allowsLong, trendClose > trend, price > ema, before <= level, rsi > level {
      try enter(.buy, at: price, snapshot[features.atr].value, symbol, context)
    } else if directions.allowsShort, trendClose < trend, price < ema, before >= 100 - level,
      rsi < 100 - level
    {
      try enter(.sell, at: price, snapshot[features.atr].value, symbol, context)
    }
  }

  private func enter(
    _ side: OrderSide, at price: Double, _ atr: Double, _ symbol: SymbolID,
    _ context: borrowing StrategyContext
  ) throws {
    let listing = context.listing(of: symbol)
    let sign = Double(side.sign)
    guard
      let stop = listing.price(near: price - sign * values.number("stop") * atr),
      let target = listing.price(near: price + sign * values.number("target") * atr)
    else { return }
    try context.submit(
      OrderIntent(
        side, of: symbol, .bySizing(stop: stop), takeProfit: target, stopLoss: .stop(stop),
        reason: side == .buy ? "dip over" : "rally over"))
  }

  public func save(into writer: inout StateWriter) {
    for value in lastRSI { writer.write(value) }
  }

  public func restore(from reader: inout StateReader) throws(MarketError) {
    for index in lastRSI.indices { lastRSI[index] = try reader.readDouble() }
  }
}
