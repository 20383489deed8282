import Market

/// The orders that work in one listing, and the prices in force. It knows no money: it says which
/// order fills at what price, and how much.
struct ListingMarket: Sendable {
  let rules: MatchingRules
  private(set) var orders: [OrderID: WorkingOrder] = [:]
  /// Arrived, and not yet met by a record, in the order of arrival.
  private var newcomers: [OrderID] = []
  /// Ready to trade at any price their limit allows, in the order of priority.
  private var takers: [OrderID] = []
  private(set) var buyLimits = TriggerLadder(.falling)
  private(set) var sellLimits = TriggerLadder(.rising)
  private(set) var buyStops = TriggerLadder(.rising)
  private(set) var sellStops = TriggerLadder(.falling)
  private(set) var buyTouches = TriggerLadder(.falling)
  private(set) var sellTouches = TriggerLadder(.rising)
  /// The last prices that sells get and buys pay; nil before the first record.
  private(set) var bid: Price?
  private(set) var ask: Price?
  /// What is held with every execution so far.
  private(set) var held: HeldQuantity
  /// What all open orders of a side, reduce-only ones apart, would still add to the position.
  private(set) var openBuys: Int64 = 0
  private(set) var openSells: Int64 = 0
  /// What all open reduce-only sells come to.
  private(set) var reducingSells: Int64 = 0
  /// What all open buys would cost, as price × quantity in units of their last digits.
  private(set) var openBuyCost: Int128 = 0
  private var nextPriority = 0
  private var events: [MatchEvent] = []

  init(_ rules: MatchingRules, _ positions: PositionMode = .netting) {
    self.rules = rules
    held = HeldQuantity(positions)
  }

  /// What is held, longs less shorts.
  var position: Int64 { held.net }

  /// The price in force that an order of `side` would take.
  func opposite(_ side: OrderSide) -> Price? { side == .buy ? ask : bid }

  /// What open orders of `side` would still add to the position.
  func open(_ side: OrderSide) -> Int64 { side == .buy ? openBuys : openSells }

  // MARK: Orders come and go

  mutating func add(_ order: Order) {
    let request = order.request
    var working = WorkingOrder(
      id: order.id, side: request.side, arrival: order.arrival, timeInForce: request.timeInForce,
      isReduceOnly: request.isReduceOnly, type: request.type, remaining: request.quantity.raw,
      priority: takePriority())
    working.reservePrice = reservePrice(of: request) ?? working.reservePrice
    working.couldTake = opposite(request.side).map(working.allows)
    orders[order.id] = working
    newcomers.append(order.id)
    addOpen(working.remaining, working)
  }

  /// Takes a working order out.
  mutating func remove(_ id: OrderID) {
    guard let order = orders.removeValue(forKey: id) else {
      preconditionFailure("order \(id.number) does not work here")
    }
    addOpen(-order.remaining, order)
    leave(order)
  }

  private mutating func leave(_ order: WorkingOrder) {
    switch order.place {
    case .newcomers: newcomers.removeAll { $0 == order.id }
    case .takers: takers.removeAll { $0 == order.id }
    case .limits: changeLadder(of: order, remove: true)
    case .triggers: changeLadder(of: order, remove: true)
    }
  }

  private mutating func put(_ id: OrderID, _ place: WorkingOrder.Place) {
    guard var order = orders[id] else { return }
    order.place = place
    orders[id] = order
    switch place {
    case .newcomers: newcomers.append(id)
    case .takers: takers.append(id)
    case .limits, .triggers: changeLadder(of: order, remove: false)
    }
  }

  private mutating func changeLadder(of order: WorkingOrder, remove: Bool) {
    let waitsForTrigger = order.place == .triggers
    guard let level = waitsForTrigger ? order.type.triggerPrice : order.type.limitPrice else {
      preconditionFailure("order \(order.id.number) has no price to wait for")
    }
    func change(_ ladder: inout TriggerLadder) {
      if remove {
        ladder.remove(order.id, at: level, priority: order.priority)
      } else {
        ladder.insert(order.id, at: level, priority: order.priority)
      }
    }
    switch (order.side, waitsForTrigger, order.type.isStop) {
    case (.buy, false, _): change(&buyLimits)
    case (.sell, false, _): change(&sellLimits)
    case (.buy, true, true): change(&buyStops)
    case (.sell, true, true): change(&sellStops)
    case (.buy, true, false): change(&buyTouches)
    case (.sell, true, false): change(&sellTouches)
    }
  }

  /// At what price an order that arrives now is counted among what open orders may cost; nil
  /// before the first record for one that names no price.
  func reservePrice(of request: OrderRequest) -> Price? {
    request.type.limitPrice ?? request.type.triggerPrice ?? opposite(request.side)
  }

  private mutating func addOpen(_ quantity: Int64, _ order: WorkingOrder) {
    if order.side == .buy {
      openBuyCost += Int128(order.reservePrice.raw) * Int128(quantity)
    } else if order.isReduceOnly {
      reducingSells += quantity
    }
    guard !order.isReduceOnly else { return }
    if order.side == .buy { openBuys += quantity } else { openSells += quantity }
  }

  private mutating func takePriority() -> Int {
    nextPriority += 1
    return nextPriority - 1
  }

  // MARK: What is not matched

  /// After a change of the positions that is no fill.
  mutating func hold(long: Int64, short: Int64) { held.set(long: long, short: short) }

  /// After a split: the next record has the first price of new shares.
  mutating func forgetPrices() { (bid, ask) = (nil, nil) }

  // MARK: Records

  /// Makes `bid` and `ask` the prices in force, and hands over what has happened.
  mutating func finish(bid: Price, ask: Price) -> [MatchEvent] {
    self.bid = bid
    self.ask = ask
    defer { events = [] }
    return events
  }

  /// Whether prices within these ranges leave everything as it is.
  /// - Complexity: O(1).
  func isQuiet(bids: ClosedRange<Price>, asks: ClosedRange<Price>) -> Bool {
    newcomers.isEmpty && takers.isEmpty
      && buyStops.nearest(firingAt: asks.upperBound) == nil
      && sellStops.nearest(firingAt: bids.lowerBound) == nil
      && buyTouches.nearest(firingAt: asks.lowerBound) == nil
      && sellTouches.nearest(firingAt: bids.upperBound) == nil
      && buyLimits.nearest(firingAt: asks.lowerBound) == nil
      && sellLimits.nearest(firingAt: bids.upperBound) == nil
  }

  /// Matches everything at one point, in the order that `docs/exchange.md` gives.
  mutating func match(_ point: inout PricePoint, joinedBy moment: Moment) {
    admitNewcomers(point, joinedBy: moment)
    fireTriggers(point)
    fillTakers(&point)
    fillResting(.buy, &point)
    fillResting(.sell, &point)
  }

  private mutating func admitNewcomers(_ point: PricePoint, joinedBy moment: Moment) {
    let arrived = newcomers
    newcomers = []
    for id in arrived {
      guard let order = orders[id] else { continue }
      if order.arrival > moment {
        newcomers.append(id)
      } else if order.type.triggerPrice != nil {
        put(id, .triggers)
      } else {
        put(id, takesAtOnce(order, point) ? .takers : .limits)
      }
    }
  }

  private func takesAtOnce(_ order: WorkingOrder, _ point: PricePoint) -> Bool {
    if order.type.limitPrice == nil || order.timeInForce.isImmediate { return true }
    if order.type.isPostOnly { return false }
    return order.couldTake ?? order.allows(point.opposite(order.side))
  }

  mutating func fireTriggers(_ point: PricePoint) {
    while let entry = buyStops.nearest(firingAt: point.ask)
      ?? buyTouches.nearest(firingAt: point.ask)
    {
      trigger(entry.order, at: point.ask, point.time)
    }
    while let entry = sellStops.nearest(firingAt: point.bid)
      ?? sellTouches.nearest(firingAt: point.bid)
    {
      trigger(entry.order, at: point.bid, point.time)
    }
  }

  /// Turns a triggered order into what it becomes, and lets it take or rest.
  private mutating func trigger(_ id: OrderID, at price: Price, _ time: Timestamp) {
    guard var order = orders[id] else { return }
    changeLadder(of: order, remove: true)
    order.type = order.type.limitPrice.map { .limit($0) } ?? .market
    order.priority = takePriority()
    orders[id] = order
    events.append(.triggered(id, price, time))
    put(id, order.timeInForce.isImmediate || order.allows(price) ? .takers : .limits)
  }

  mutating func fillTakers(_ point: inout PricePoint) {
    let waiting = takers
    takers = []
    for id in waiting { take(id, &point) }
  }

  /// One taker's turn at `point`; what is left of it is cancelled, rests or waits.
  private mutating func take(_ id: OrderID, _ point: inout PricePoint) {
    guard let order = orders[id] else { return }
    let price = point.opposite(order.side)
    let available = order.allows(price) ? min(point.size(order.side), reducible(order)) : 0
    if order.timeInForce == .fillOrKill && available < order.remaining {
      return cancel(id, .notFilledWhole(available: available), point.time)
    }
    if order.allows(price) { fill(id, at: price, .taker, &point) }
    guard orders[id] != nil else { return }
    if order.timeInForce.isImmediate {
      cancel(id, .notFilledAtOnce, point.time)
    } else {
      put(id, order.type.limitPrice == nil ? .takers : .limits)
    }
  }

  private mutating func fillResting(_ side: OrderSide, _ point: inout PricePoint) {
    let price = point.opposite(side)
    while point.size(side) > 0,
      let entry = (side == .buy ? buyLimits : sellLimits)
        .nearest(firingAt: price, strictly: !point.fillsOnTouch)
    {
      fill(entry.order, at: point.jumps ? price : entry.level, .maker, &point)
    }
  }

  /// How much a reduce-only order may trade; no bound for the others.
  private func reducible(_ order: WorkingOrder) -> Int64 {
    order.isReduceOnly ? held.reducible(by: order.side) : .max
  }

  mutating func fill(
    _ id: OrderID, at price: Price, _ liquidity: Liquidity, _ point: inout PricePoint
  ) {
    guard var order = orders[id] else { return }
    let quantity = min(order.remaining, point.size(order.side), reducible(order))
    if quantity > 0 {
      order.remaining -= quantity
      orders[id] = order
      held.trade(order.side, quantity, isReduceOnly: order.isReduceOnly)
      addOpen(-quantity, order)
      point.take(quantity, order.side)
      events.append(
        .executed(
          Execution(
            order: id, side: order.side, price: price, quantity: quantity, liquidity: liquidity,
            time: point.time)))
    }
    if order.remaining == 0 {
      remove(id)
    } else if reducible(order) == 0 {
      cancel(id, .nothingToReduce, point.time)
    }
  }

  private mutating func cancel(_ id: OrderID, _ reason: CancelReason, _ time: Timestamp) {
    remove(id)
    events.append(.cancelled(id, reason, time))
  }
}
