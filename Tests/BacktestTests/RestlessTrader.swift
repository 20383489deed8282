import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions

/// Orders, amends, cancels and sets timers in every one of its calls, to the same moments and for the same
/// orders, and writes down what it sees.
final class RestlessTrader: Strategy {
  let readsTicks: Bool
  let readsQualities: Bool
  private var features: [Feature] = []
  private var orders: [OrderID] = []
  private var timers: [RunTimerID] = []
  private var answers = 0

  init(readsTicks: Bool, readsQualities: Bool) {
    self.readsTicks = readsTicks
    self.readsQualities = readsQualities
  }

  var needs: StrategyNeeds {
    StrategyNeeds(
      bars: [.role(.ltf), .role(.htf)], ticks: readsTicks, indicators: [.ltf: ["sma(2)"]],
      qualities: readsQualities)
  }

  func onStart(_ context: borrowing StrategyContext) throws {
    for symbol in context.symbols {
      features.append(try context.feature("sma(2)", of: symbol))
    }
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try take("bar \(close.timeframe)", 2, snapshot, context) }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try take("tick", 12, snapshot, context) }

  func onFill(
    _ fill: Fill, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try take("fill \(fill.number)", 3, snapshot, context) }

  func onOrder(
    _ report: OrderReport, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    try take("order \(report.order.number) \(report.status)", 6, snapshot, context)
    if context.random(below: 8) == 0 { try context.cancel(report.order) }
  }

  func onFunding(
    _ payment: FundingPayment, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try take("funding \(payment.amount.units)", 2, snapshot, context) }

  func onSession(
    _ session: SessionBoundary, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try take("session \(session.kind)", 1, snapshot, context) }

  func onTimer(
    _ timer: RunTimerID, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try take("timer \(timer.number)", 3, snapshot, context) }

  func onStop(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    for _ in 0..<8 { try take("stop", 1, snapshot, context) }
  }

  func save(into writer: inout StateWriter) {
    for order in orders { writer.write(Int64(order.number)) }
    writer.write(Int64(answers))
  }

  /// Looks, and acts once in so many times.
  private func take(
    _ text: String, _ rarity: Int, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    if context.random(below: 2) == 0 { try write(text, snapshot, context) }
    guard answers < 1_500, context.random(below: rarity) == 0 else { return }
    for _ in 0..<1 + context.random(below: 3) { try act(snapshot, context) }
  }

  private func write(
    _ text: String, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    var seen = Hasher()
    for symbol in snapshot.symbols {
      for role in Role.allCases { seen.combine(snapshot.state(of: role, of: symbol)) }
      seen.combine(snapshot.mark(of: symbol))
      seen.combine(snapshot.position(of: symbol))
      seen.combine(snapshot.unrealizedProfit(of: symbol))
      seen.combine(snapshot[features[symbol.index]])
    }
    seen.combine(snapshot.equity)
    for order in snapshot.openOrders { seen.combine(order) }
    seen.combine(snapshot.qualities)
    seen.combine(snapshot.market().series)
    try context.note(
      "\(text) \(snapshot.tsClose) \(snapshot.symbolName) position \(snapshot.position) mark"
        + " \(snapshot.mark?.price.raw ?? 0) seen \(seen.finalize())")
  }

  private func act(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    answers += 1
    let symbols = snapshot.symbols
    let symbol =
      context.random(below: 4) == 0
      ? symbols[context.random(below: symbols.count)] : snapshot.symbol
    switch context.random(below: 14) {
    case 0...4: orders += try order(symbol, snapshot, context)
    case 5:
      for order in try order(symbol, snapshot, context) { try context.cancel(order) }
    case 6:
      try context.submit(
        OrderIntent(
          snapshot.position(of: symbol) > 0 ? .sell : .buy, of: symbol, .wholePosition,
          reason: "close"))
    case 7: try context.cancelAll(of: symbol)
    case 8:
      if !orders.isEmpty { try context.cancel(orders[context.random(below: orders.count)]) }
    case 9, 10: try amend(snapshot, context)
    case 11: try timer(snapshot, context)
    case 12:
      if !timers.isEmpty { context.cancel(timers[context.random(below: timers.count)]) }
    default: try context.record(Double(answers), as: "answers")
    }
  }

  /// Rings at a close, a nanosecond beside it, or on the grid of the tape.
  private func timer(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    let now = snapshot.tsClose.nanoseconds
    let minute = (now / 60_000_000_000 + 1) * 60_000_000_000
    let grid = (now / 250_000_000 + Int64(1 + context.random(below: 20))) * 250_000_000
    let time = [minute, minute - 1, minute + 1, grid, now + 1][context.random(below: 5)]
    guard time > now, timers.count < 200 else { return }
    let timestamp = try Timestamp(nanoseconds: time)
    timers.append(
      context.random(below: 6) == 0
        ? try context.setTimer(every: 60_000_000_000, from: timestamp)
        : try context.setTimer(at: timestamp))
  }

  private func amend(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    guard !orders.isEmpty else { return }
    let open = snapshot.openOrders
    let id =
      context.random(below: 4) == 0 || open.isEmpty
      ? orders[context.random(below: orders.count)] : open[context.random(below: open.count)].id
    let request = snapshot.order(id).request
    var amendment = OrderAmendment()
    // The same values again, once in a while.
    if let limit = request.type.limitPrice {
      amendment.limitPrice = try Price(
        raw: max(1, limit.raw + Int64(context.random(below: 41)) - 20))
      if context.random(below: 3) == 0 { amendment.limitPrice = limit }
    }
    switch context.random(below: 4) {
    case 0: amendment.quantity = request.quantity
    case 1: amendment.quantity = try Quantity(raw: request.quantity.raw + 10)
    case 2: amendment.quantity = try Quantity(raw: max(5, request.quantity.raw / 2))
    default: break
    }
    try context.amend(id, amendment)
  }

  private func order(
    _ symbol: SymbolID, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws -> [OrderID] {
    guard snapshot.openOrders.count < 40, let mark = snapshot.mark(of: symbol) else { return [] }
    let level = mark.digits == 2 ? mark.price.raw : mark.price.raw / 10
    let side: OrderSide = context.random(below: 2) == 0 ? .buy : .sell
    let away = Int64(context.random(below: 60) - 5) * -side.sign
    func price(_ raw: Int64) throws -> Price { try Price(raw: max(1, raw)) }
    let types: [OrderType] = [
      .market, .market, .limit(try price(level + away)),
      .limit(try price(level + away), postOnly: true), .stop(try price(level - away)),
      .trailingStop(.price(1 + abs(away))), .marketIfTouched(try price(level + away)),
      .stopLimit(stop: try price(level - away), limit: try price(level - away)),
      .limitIfTouched(trigger: try price(level + away), limit: try price(level + away)),
    ]
    let minute = (snapshot.tsClose.nanoseconds / 60_000_000_000 + 1) * 60_000_000_000
    let timesInForce: [TimeInForce] = [
      .goodTillCancelled, .goodTillCancelled, .day, .immediateOrCancel, .fillOrKill,
      .goodTill(try Timestamp(nanoseconds: minute)),
    ]
    let stop = try price(level - side.sign * (20 + Int64(context.random(below: 100))))
    let size: OrderSize =
      switch context.random(below: 4) {
      case 0: .bySizing(stop: stop)
      default: .quantity(try Quantity(raw: 5 * (1 + Int64(context.random(below: 200)))))
      }
    let type = types[context.random(below: types.count)]
    let withExits = context.random(below: 3) == 0
    return try context.submit(
      OrderIntent(
        side, of: symbol, size, type, timesInForce[context.random(below: 6)],
        reduceOnly: !withExits && context.random(below: 6) == 0,
        takeProfit: withExits ? try price(level + side.sign * 80) : nil,
        stopLoss: withExits ? .stop(stop) : nil, reason: "r\(answers)"))
  }
}
