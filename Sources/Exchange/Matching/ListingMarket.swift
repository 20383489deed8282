import Market

/// The orders that work in one listing, and the prices in force. It knows no money: it says which
/// order fills at what price, and how much.
@usableFromInline struct ListingMarket: Sendable {
  /// An order's turn in a list; void once the order stands elsewhere.
  struct Turn: Sendable {
    let order: OrderID
    /// Where the order stood when it got its turn; below zero where it was gone already.
    let slot: Int32
    let priority: Int
  }

  let rules: MatchingRules
  let priceIncrement: Int64
  let allowsNonPositivePrices: Bool
  var orders = OrderTable()
  /// Arrived, and not yet met by a record, in the order of arrival.
  var newcomers: [Turn] = []
  /// Ready to trade at any price their limit allows, in the order of priority.
  var takers: [Turn] = []
  /// Takers at any price for which no size was left, each side in the order of priority.
  var waitingBuys: [Turn] = []
  var waitingSells: [Turn] = []
  private(set) var buyLimits = TriggerLadder(.falling)
  private(set) var sellLimits = TriggerLadder(.rising)
  private(set) var buyStops = TriggerLadder(.rising)
  private(set) var sellStops = TriggerLadder(.falling)
  private(set) var buyTouches = TriggerLadder(.falling)
  private(set) var sellTouches = TriggerLadder(.rising)
  /// Trailing stops by the best price that they have seen; the nearest of each stand among the stops, too.
  private var buyTrails = TrailingStops(.buy)
  private var sellTrails = TrailingStops(.sell)
  /// Linked orders, by the number of their group's first.
  var groups: [OrderID: OrderGroup] = [:]
  /// The last prices that sells get and buys pay; nil before the first record.
  var bid: Price?
  var ask: Price?
  /// The newest quote, where queues are kept.
  var quote: Quote?
  /// What is held with every execution so far.
  @usableFromInline var held: HeldQuantity
  /// What the open orders may come to: of those of which a fill cancels or shrinks the others, only the
  /// largest; of exits, only what a fill of their entry has let work.
  var open = OpenOrders()
  var nextPriority = 0
  /// What has happened and is not settled yet.
  var events: [MatchEvent] = []

  init(_ listing: Listing) {
    rules = listing.matching
    priceIncrement = listing.contract.priceIncrement
    allowsNonPositivePrices = listing.instrument.allowsNonPositivePrices
    held = HeldQuantity(listing.positions)
  }

  /// What is held, longs less shorts.
  var position: Int64 { held.net }

  /// The price in force that an order of `side` would take.
  @inline(__always)
  func opposite(_ side: OrderSide) -> Price? { side == .buy ? ask : bid }

  // MARK: Orders come and go

  mutating func add(_ order: Order) {
    let request = order.request
    var working = WorkingOrder(
      id: order.id, side: request.side, timeInForce: request.timeInForce,
      isReduceOnly: request.isReduceOnly, arrival: order.arrival, type: request.type,
      remaining: request.quantity.raw, priority: takePriority())
    working.reservePrice = reservePrice(of: request.type, request.side)
    working.begin(against: opposite(request.side))
    let slot = orders.insert(working)
    newcomers.append(turn(of: slot))
    open.add(
      working.remaining, request.side, request.isReduceOnly, at: working.reservePrice)
  }

  /// Changes a working order. What only makes it smaller keeps its turn; with another price, or with
  /// more, it joins anew behind the others.
  mutating func amend(_ id: OrderID, _ type: OrderType?, remaining: Int64, arriving moment: Moment)
  {
    guard let place = orders.place(of: id) else {
      preconditionFailure("order \(id.number) does not work here")
    }
    let old = orders[place]
    defer { recount(old.group) }
    addOpen(-old.remaining, place)
    orders[place].remaining = remaining
    if let type { orders[place].reservePrice = reservePrice(of: type, old.side) }
    addOpen(remaining, place)
    guard type != nil || remaining > old.remaining else { return }
    leave(place)
    if let type {
      // A trigger that was reached stays reached.
      let isPlain = !old.type.waitsForTrigger
      orders[place].type =
        isPlain ? type.limitPrice.map { .limit($0, postOnly: type.isPostOnly) } ?? .market : type
    }
    guard old.place != .held else { return }
    let best = orders[place].best
    orders[place].arrival = moment
    orders[place].priority = takePriority()
    orders[place].begin(against: opposite(old.side))
    // A trailing stop never moves away from the market, so it keeps the best that it has seen.
    if case .trailingStop = old.type { orders[place].best = best ?? orders[place].best }
    put(place, .newcomers)
  }

  /// Takes a working order out, and does what its end means for its group.
  mutating func remove(_ id: OrderID, at time: Timestamp) {
    guard let slot = orders.place(of: id) else {
      preconditionFailure("order \(id.number) does not work here")
    }
    let remaining = orders[slot].remaining
    if remaining > 0 { addOpen(-remaining, slot) }
    leave(slot)
    if orders[slot].group == nil {
      orders.free(id)
    } else if let order = orders.remove(id) {
      endLinked(order, at: time)
    }
  }

  /// Takes an order from where it stands; a turn in a list is void by itself.
  @inline(__always)
  mutating func leave(_ slot: Int) {
    if orders[slot].place == .limits || orders[slot].place == .triggers { leaveLadder(slot) }
  }

  private mutating func leaveLadder(_ slot: Int) {
    if let best = best(of: orders[slot]) { orders[slot].best = best }
    changeLadder(of: orders[slot], remove: true)
  }

  /// The best price that a trailing stop has seen which waits for its trigger; nil for other orders.
  func best(of order: WorkingOrder) -> Price? {
    guard order.place == .triggers, case .trailingStop = order.type else { return nil }
    return order.side == .buy ? buyTrails.best(of: order.id) : sellTrails.best(of: order.id)
  }

  @inline(__always)
  private mutating func turn(of slot: Int) -> Turn {
    Turn(order: orders[slot].id, slot: Int32(slot), priority: orders[slot].priority)
  }

  /// Where the order of a turn stands; nil once it waits elsewhere, has another turn, or is gone.
  @inline(__always)
  func slot(of turn: Turn, in place: WorkingOrder.Place) -> Int? {
    let slot = Int(turn.slot)
    // No two orders have one priority, and none that is gone has any.
    guard slot >= 0, orders[slot].priority == turn.priority, orders[slot].place == place else {
      return nil
    }
    return slot
  }

  mutating func put(_ slot: Int, _ place: WorkingOrder.Place) {
    orders[slot].place = place
    if place == .limits { orders[slot].ahead = volumeAhead(of: orders[slot]) }
    switch place {
    case .newcomers: newcomers.append(turn(of: slot))
    case .takers: takers.append(turn(of: slot))
    case .limits, .triggers: changeLadder(of: orders[slot], remove: false)
    case .held: break
    }
  }

  mutating func changeLadder(of order: WorkingOrder, remove: Bool) {
    func change(_ ladder: inout TriggerLadder, at level: Price?) {
      guard let level else {
        preconditionFailure("order \(order.id.number) has no price to wait for")
      }
      if remove {
        ladder.remove(order.id, at: level, priority: order.priority)
      } else {
        ladder.insert(order.id, at: level, priority: order.priority)
      }
    }
    let waitsForTrigger = order.place == .triggers
    if waitsForTrigger, case .trailingStop(let offset) = order.type {
      if order.side == .buy {
        ListingMarket.change(&buyTrails, on: &buyStops, order, offset, remove: remove)
      } else {
        ListingMarket.change(&sellTrails, on: &sellStops, order, offset, remove: remove)
      }
      return
    }
    switch (order.side, waitsForTrigger, order.type.isStop) {
    case (.buy, false, _): change(&buyLimits, at: order.type.limitPrice)
    case (.sell, false, _): change(&sellLimits, at: order.type.limitPrice)
    case (.buy, true, true): change(&buyStops, at: order.type.triggerPrice)
    case (.sell, true, true): change(&sellStops, at: order.type.triggerPrice)
    case (.buy, true, false): change(&buyTouches, at: order.type.triggerPrice)
    case (.sell, true, false): change(&sellTouches, at: order.type.triggerPrice)
    }
  }

  private static func change(
    _ trails: inout TrailingStops, on stops: inout TriggerLadder, _ order: WorkingOrder,
    _ offset: TrailingOffset, remove: Bool
  ) {
    if remove {
      _ = trails.remove(order.id, offset, priority: order.priority, from: &stops)
    } else if let best = order.best {
      trails.insert(order.id, offset, best: best, priority: order.priority, on: &stops)
    } else {
      preconditionFailure("order \(order.id.number) has seen no price to trail")
    }
  }

  /// Trailing stops follow a price that is better than the best they have seen.
  /// - Complexity: O(1) where none has to, else that of `TrailingStops.follow`.
  mutating func trail(_ point: PricePoint) {
    if buyTrails.isBeaten(by: point.ask) { buyTrails.follow(point.ask, on: &buyStops) }
    if sellTrails.isBeaten(by: point.bid) { sellTrails.follow(point.bid, on: &sellStops) }
  }

  /// Takes the stops of a side that `price` reaches off their ladder, in the order in which they fire.
  mutating func takeStops(_ side: OrderSide, reachedBy price: Price) -> [TriggerLadder.Entry] {
    var reached: [TriggerLadder.Entry] = []
    while let entry = (side == .buy ? buyStops : sellStops).nearest(firingAt: price),
      let slot = orders.place(of: entry.order)
    {
      reached.append(entry)
      changeLadder(of: orders[slot], remove: true)
    }
    // Behind the nearest of a group there may be one at its level that came before others there.
    if reached.count > 1 {
      let ladder = side == .buy ? buyStops : sellStops
      reached.sort { ladder.isBefore($0, $1) }
    }
    return reached
  }

  /// At what price an order that arrives now is counted among what open orders may cost; nil
  /// before the first record for one that names no price.
  @inline(__always)
  func reservePrice(of type: OrderType, _ side: OrderSide) -> Price? {
    type.limitPrice ?? type.triggerPrice ?? opposite(side)
  }

  /// What the open orders would come to beside an order that is amended. In its group it counts as it
  /// would be: of alternatives the largest may be another then.
  mutating func open(amending id: OrderID, to type: OrderType, remaining: Int64) -> OpenOrders {
    guard let slot = orders.place(of: id) else { return open }
    let (order, counted) = (orders[slot], open)
    let doubles = order.group.flatMap { groups[$0]?.doubles }
    defer {
      orders[slot] = order
      open = counted
      if let first = order.group, let doubles { groups[first]?.doubles = doubles }
    }
    addOpen(-order.remaining, slot)
    orders[slot].remaining = remaining
    if type != order.type { orders[slot].reservePrice = reservePrice(of: type, order.side) }
    addOpen(remaining, slot)
    recount(order.group)
    addOpen(-remaining, slot)
    return open
  }

  /// Counts an order that may be about to join.
  mutating func countOpen(_ quantity: Int64, of request: OrderRequest) {
    open.add(
      quantity, request.side, request.isReduceOnly,
      at: reservePrice(of: request.type, request.side))
  }

  /// Counts a working order in again, or leaves it out.
  mutating func countOpen(_ order: WorkingOrder, isIn: Bool) {
    let quantity = isIn ? order.remaining : -order.remaining
    open.add(quantity, order.side, order.isReduceOnly, at: order.reservePrice)
  }

  mutating func addOpen(_ quantity: Int64, _ slot: Int) {
    open.add(
      quantity, orders[slot].side, orders[slot].isReduceOnly, at: orders[slot].reservePrice)
  }

  mutating func takePriority() -> Int {
    nextPriority += 1
    return nextPriority - 1
  }

  // MARK: What is not matched

  /// After a change of the positions that is no fill.
  mutating func hold(long: Int64, short: Int64) { held.set(long: long, short: short) }

  /// After a split: the next record has the first price of new shares, and the next quote the first
  /// queue of them.
  mutating func forgetPrices() { (bid, ask, quote) = (nil, nil, nil) }

  // MARK: Records

  /// Makes `bid` and `ask` the prices in force.
  mutating func finish(bid: Price, ask: Price) {
    self.bid = bid
    self.ask = ask
  }

  @inline(__always)
  /// Whether some order waits for a price.
  private var hasLevels: Bool {
    let ladders = [buyLimits, sellLimits, buyStops, sellStops, buyTouches, sellTouches]
    return ladders.contains { $0.nearest != nil } || buyTrails.worstBest != nil
      || sellTrails.worstBest != nil
  }

  private var nobodyTakes: Bool {
    newcomers.isEmpty && takers.isEmpty && waitingBuys.isEmpty && waitingSells.isEmpty
  }

  /// Whether prices within these ranges leave everything as it is.
  /// - Complexity: O(1).
  @inline(__always)
  func isQuiet(bids: ClosedRange<Price>, asks: ClosedRange<Price>) -> Bool {
    nobodyTakes
      && buyStops.nearest(firingAt: asks.upperBound) == nil
      && sellStops.nearest(firingAt: bids.lowerBound) == nil
      && buyTouches.nearest(firingAt: asks.lowerBound) == nil
      && sellTouches.nearest(firingAt: bids.upperBound) == nil
      && buyLimits.nearest(firingAt: asks.lowerBound) == nil
      && sellLimits.nearest(firingAt: bids.upperBound) == nil
      && !buyTrails.isBeaten(by: asks.lowerBound) && !sellTrails.isBeaten(by: bids.upperBound)
  }

  /// The trade prices that leave everything as it is; nil where every record counts.
  ///
  /// Changes nothing: a market is copied to be asked something that takes a call, unless it could be
  /// changed by it.
  /// - Complexity: O(1).
  @inline(__always)
  mutating func quietPrices() -> ClosedRange<Int64>? {
    guard nobodyTakes else { return nil }
    // Every order that waits for a price is in the table, so that there is none.
    if orders.count == 0 {
      assert(!hasLevels, "no order is left, and one waits for a price")
      return -Price.limit...Price.limit
    }
    var low = -Price.limit
    var high = Price.limit
    if let entry = sellStops.nearest { low = max(low, entry.level.raw + 1) }
    if let entry = buyTouches.nearest { low = max(low, entry.level.raw + 1) }
    if let entry = buyLimits.nearest { low = max(low, entry.level.raw + 1) }
    if let best = buyTrails.worstBest { low = max(low, best.raw) }
    if let entry = buyStops.nearest { high = min(high, entry.level.raw - 1) }
    if let entry = sellTouches.nearest { high = min(high, entry.level.raw - 1) }
    if let entry = sellLimits.nearest { high = min(high, entry.level.raw - 1) }
    if let best = sellTrails.worstBest { high = min(high, best.raw) }
    return low <= high ? low...high : nil
  }
}
