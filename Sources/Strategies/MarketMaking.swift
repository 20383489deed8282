public import Backtest
public import Exchange
public import Market
import MultiTimeframe

/// A toy that shows how a strategy works on every tick: it keeps a bid below and an ask above the mark,
/// moves them when the mark has moved, and stops quoting a side when it holds too much.
///
/// Its fills say more about the assumptions of the simulation than about a market: an order of its own
/// changes nothing in the tape. With a latency it may come to hold more: quotes that it has cancelled can
/// still be filled.
public final class MarketMaking: Strategy {
  public static let definition = StrategyDefinition(
    "market_making", "a bid and an ask around the mark at every tick, a toy",
    [
      .number("quantity", 0.01, in: 1e-9...1e12, "units of one quote"),
      .number("inventory", 0.05, in: 1e-9...1e12, "most units to hold, long or short"),
      .number("distance", 2, in: 0.01...1_000, "basis points from the mark to a quote"),
      .number("move", 1, in: 0...1_000, "basis points that the mark moves before quotes do"),
    ]
  ) { MarketMaking($0) }

  private let quantity: Double
  private let inventory: Double
  private let distance: Double
  private let move: Double
  /// By symbol: the mark around which it quotes; 0 for quotes to be set anew.
  private var centers: [Double] = []

  public init(_ values: StrategyValues) {
    quantity = values.number("quantity")
    inventory = values.number("inventory")
    distance = values.number("distance") / 10_000
    move = values.number("move") / 10_000
  }

  public var needs: StrategyNeeds { StrategyNeeds(bars: [], ticks: true) }

  public func onStart(_ context: borrowing StrategyContext) {
    centers = context.symbols.map { _ in 0 }
  }

  public func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    let symbol = snapshot.symbol
    guard let mark = snapshot.mark else { return }
    let price = mark.value
    let center = centers[symbol.index]
    guard center == 0 || abs(price - center) > center * move else { return }
    centers[symbol.index] = price
    try context.cancelAll(of: symbol)
    try quote(.buy, around: price, snapshot, context)
    try quote(.sell, around: price, snapshot, context)
  }

  private func quote(
    _ side: OrderSide, around price: Double, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    let listing = context.listing(of: snapshot.symbol)
    let sign = Double(side.sign)
    guard let size = listing.quantity(upTo: quantity),
      listing.instrument.quantityPrecision.double(side.sign * snapshot.position + size.raw)
        <= inventory,
      let limit = listing.price(near: price * (1 - sign * distance))
    else { return }
    try context.submit(
      OrderIntent(
        side, of: snapshot.symbol, .quantity(size), .limit(limit, postOnly: true),
        reason: side == .buy ? "bid" : "ask"))
  }

  public func onFill(
    _ fill: Fill, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) {
    centers[snapshot.symbol.index] = 0
  }

  public func save(into writer: inout StateWriter) {
    for center in centers { writer.write(center) }
  }

  public func restore(from reader: inout StateReader) throws(MarketError) {
    for index in centers.indices { centers[index] = try reader.readDouble() }
  }
}

extension Mark {
  /// For quotes, which need not be exact.
  fileprivate var value: Double {
    Double(price.raw) / (0..<digits).reduce(1) { scale, _ in scale * 10 }
  }
}
