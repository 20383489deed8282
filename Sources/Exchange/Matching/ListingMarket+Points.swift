import Market

/// What happens at one point: a record, or a place on the path of a bar.
extension ListingMarket {
  /// Matches everything at one point, in the order that `docs/exchange.md` gives.
  mutating func match(_ point: inout PricePoint, joinedBy moment: Moment) {
    admitNewcomers(point, joinedBy: moment)
    trail(point)
    fireTriggers(point)
    fillTakers(&point)
    fillResting(.buy, &point)
    fillResting(.sell, &point)
  }

  /// On a path, what a fill has let loose acts from where the fill was: at this very point if its
  /// price is reached already.
  /// - Returns: Whether there was any; it may have let loose more.
  mutating func follow(_ point: inout PricePoint) -> Bool {
    guard !takers.isEmpty || hasTriggers(at: point) else { return false }
    fireTriggers(point)
    fillTakers(&point)
    return true
  }

  @inline(__always)
  private func hasTriggers(at point: PricePoint) -> Bool {
    hasStops(.buy, reachedBy: point.ask) || hasStops(.sell, reachedBy: point.bid)
      || nextTouch(.buy, at: point.ask) != nil || nextTouch(.sell, at: point.bid) != nil
  }

  private mutating func admitNewcomers(_ point: PricePoint, joinedBy moment: Moment) {
    let count = newcomers.count
    if count == 0 { return }
    for index in 0..<count {
      let turn = newcomers[index]
      guard let slot = slot(of: turn, in: .newcomers) else { continue }
      if orders[slot].arrival > moment { newcomers.append(turn) } else { join(slot, point) }
    }
    newcomers.takeOut(first: count)
  }

  /// Gives an order its place for the first time.
  mutating func join(_ slot: Int, _ point: PricePoint) {
    let price = point.opposite(orders[slot].side)
    if orders[slot].best == nil { orders[slot].best = price }
    if point.isBehindOpen { orders[slot].couldTake = nil }
    if orders[slot].couldTake == nil, orders[slot].type.isPostOnly, orders[slot].allows(price) {
      // No price was known at its arrival; this one says that it would take.
      return cancel(orders[slot].id, .postOnlyWouldTake(price), point.time)
    }
    if orders[slot].type.waitsForTrigger {
      put(slot, .triggers)
    } else {
      put(slot, takesAtOnce(orders[slot], at: price) ? .takers : .limits)
    }
  }

  @inline(__always)
  private func takesAtOnce(_ order: WorkingOrder, at price: Price) -> Bool {
    if order.type.limitPrice == nil || order.timeInForce.isImmediate { return true }
    if order.type.isPostOnly { return false }
    return order.couldTake ?? order.allows(price)
  }

  // MARK: Triggers

  @inline(__always)
  private func hasStops(_ side: OrderSide, reachedBy price: Price) -> Bool {
    (side == .buy ? buyStops : sellStops).nearest(firingAt: price) != nil
  }

  @inline(__always)
  private func nextTouch(_ side: OrderSide, at price: Price) -> TriggerLadder.Entry? {
    (side == .buy ? buyTouches : sellTouches).nearest(firingAt: price)
  }

  mutating func fireTriggers(_ point: PricePoint) {
    for side in OrderSide.allCases {
      let price = point.opposite(side)
      if hasStops(side, reachedBy: price) {
        for entry in takeStops(side, reachedBy: price) {
          trigger(entry.order, at: price, point.time)
        }
      }
      while let entry = nextTouch(side, at: price), let slot = orders.place(of: entry.order) {
        changeLadder(of: orders[slot], remove: true)
        trigger(entry.order, at: price, point.time)
      }
    }
  }

  /// Turns a triggered order, which is off its ladder, into what it becomes, and lets it take or rest.
  private mutating func trigger(_ id: OrderID, at price: Price, _ time: Timestamp) {
    guard let slot = orders.place(of: id) else { return }
    orders[slot].best = nil
    orders[slot].type = orders[slot].type.limitPrice.map { .limit($0) } ?? .market
    orders[slot].priority = takePriority()
    events.append(.triggered(id, price, time))
    let takes = orders[slot].timeInForce.isImmediate || orders[slot].allows(price)
    put(slot, takes ? .takers : .limits)
  }

  // MARK: Fills

  /// One taker's turn at `point`; what is left of it is cancelled, rests or waits.
  /// - Returns: Whether it waits, so that it is to have another turn.
  mutating func take(_ slot: Int, _ point: inout PricePoint) -> Bool {
    let (id, side, timeInForce) = (
      orders[slot].id, orders[slot].side, orders[slot].timeInForce
    )
    let price = point.opposite(side)
    let limit = orders[slot].type.limitPrice
    let isAllowed = orders[slot].allows(price)
    if timeInForce == .fillOrKill {
      let available = isAllowed ? min(point.size(side), reducible(slot)) : 0
      if available < orders[slot].active {
        cancel(id, .notFilledWhole(available: available), point.time)
        return false
      }
    }
    if isAllowed && fill(slot, at: price, .taker, &point) { return false }
    guard orders[slot].place == .takers else { return false }
    if timeInForce.isImmediate {
      cancel(id, .notFilledAtOnce, point.time)
      return false
    }
    if limit != nil { put(slot, .limits) }
    return limit == nil
  }

  private mutating func fillResting(_ side: OrderSide, _ point: inout PricePoint) {
    let price = point.opposite(side)
    while point.size(side) > 0,
      let entry = (side == .buy ? buyLimits : sellLimits)
        .nearest(firingAt: price, strictly: !point.fillsOnTouch),
      let slot = orders.place(of: entry.order)
    {
      fill(slot, at: restingPrice(entry.level, side, point), .maker, &point)
    }
  }

  /// What a resting order gets when the price has come to its level or beyond: its level; at a jump
  /// the price behind it. What was left over when the price stood beyond the level already gets
  /// the better price of then, so that nothing fills where the tape was not.
  @inline(__always)
  func restingPrice(_ level: Price, _ side: OrderSide, _ point: PricePoint) -> Price {
    let price = point.opposite(side)
    if point.isOnPath { return price }
    guard let before = opposite(side) else { return price }
    return side == .buy ? min(level, max(price, before)) : max(level, min(price, before))
  }

  /// How much a reduce-only order may trade; no bound for the others.
  @inline(__always)
  private func reducible(_ slot: Int) -> Int64 {
    orders[slot].isReduceOnly ? held.reducible(by: orders[slot].side) : .max
  }

  /// Fills what there is of an order at `point`, at most `most`.
  /// - Returns: Whether it is gone: that was all, or there is nothing left to reduce.
  @discardableResult
  mutating func fill(
    _ slot: Int, at price: Price, _ liquidity: Liquidity, atMost most: Int64 = .max,
    _ point: inout PricePoint
  ) -> Bool {
    let (id, side, isReduceOnly) = (orders[slot].id, orders[slot].side, orders[slot].isReduceOnly)
    let quantity = min(orders[slot].active, point.size(side), reducible(slot), most)
    if quantity > 0 {
      orders[slot].fill(quantity)
      held.trade(side, quantity, isReduceOnly: isReduceOnly)
      addOpen(-quantity, slot)
      let slips = liquidity == .taker && rules.slippage != .none
      let paid = slips ? slipped(slot, quantity, at: price, point) : price
      point.take(quantity, side)
      events.append(
        .executed(
          Execution(
            order: id, side: side, liquidity: liquidity, isPathDependent: point.isInterpolated,
            price: paid, quantity: quantity, time: point.time)))
      if orders[slot].group != nil { fillLinked(orders[slot], quantity, point) }
    }
    if orders[slot].remaining == 0 {
      remove(id, at: point.time)
      return true
    } else if orders[slot].active == 0 {
      hold(slot)
    } else if reducible(slot) == 0 {
      cancel(id, .nothingToReduce, point.time)
      return true
    }
    return false
  }

  /// The price of a fill that takes, with slippage; never beyond the order's limit.
  private func slipped(
    _ slot: Int, _ quantity: Int64, at price: Price, _ point: PricePoint
  ) -> Price {
    let side = orders[slot].side
    let slip = rules.slippage.slip(side, quantity, at: price, point, increment: priceIncrement)
    var raw = price.raw + side.sign * slip
    if let limit = orders[slot].type.limitPrice?.raw {
      raw = side == .buy ? min(raw, limit) : max(raw, limit)
    }
    let least = allowsNonPositivePrices ? -Price.limit : min(1, price.raw)
    return Price(unchecked: min(max(raw, least), Price.limit))
  }

  mutating func cancel(_ id: OrderID, _ reason: CancelReason, _ time: Timestamp) {
    events.append(.cancelled(id, reason, time))
    remove(id, at: time)
  }
}
