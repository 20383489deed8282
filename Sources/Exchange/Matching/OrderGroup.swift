import Market

/// Orders that depend on each other, in the order of sending; the first gives the group its name.
struct OrderGroup: Sendable {
  let link: OrderLink
  let members: [OrderID]
  /// How many of them still stand at the exchange.
  var standing: Int
  /// What its orders are counted for each of them, and never come to together.
  var doubles = OpenOrders()
}

/// What the fills and the end of one order mean for the others of its group.
extension ListingMarket {
  /// Takes in a group whose orders have all just arrived.
  mutating func add(_ group: [Order], _ link: OrderLink) {
    let first = group[0].id
    groups[first] = OrderGroup(link: link, members: group.map(\.id), standing: group.count)
    for order in group {
      add(order)
      guard let slot = orders.place(of: order.id) else { continue }
      orders[slot].group = first
      if link != .oneCancelsOther && order.id != first {
        orders[slot].dormant = orders[slot].remaining
        hold(slot)
      }
    }
    recount(first)
  }

  /// Lets an order wait until its group lets it work again.
  mutating func hold(_ slot: Int) {
    leave(slot)
    orders[slot].place = .held
  }

  /// - Parameter order: as it stands after a fill of `quantity`.
  mutating func fillLinked(_ order: WorkingOrder, _ quantity: Int64, _ point: PricePoint) {
    guard let first = order.group, let group = groups[first] else { return }
    defer { recount(first) }
    let others = group.members.filter { $0 != order.id }
    switch group.link {
    case .oneCancelsOther:
      for other in others where orders.place(of: other) != nil {
        cancel(other, .otherFilled(order.id), point.time)
      }
    case .oneTriggersOther:
      guard order.id == first, order.remaining == 0 else { return }
      for other in others { release(other, .max, point) }
    case .bracket where order.id == first:
      for other in others { release(other, quantity, point) }
    case .bracket:
      for other in others where other != first { shrink(other, by: quantity, of: order.id, point) }
    }
  }

  /// Lets up to `quantity` more of an order work.
  private mutating func release(_ id: OrderID, _ quantity: Int64, _ point: PricePoint) {
    guard let slot = orders.place(of: id) else { return }
    let released = min(quantity, orders[slot].dormant)
    orders[slot].dormant -= released
    if orders[slot].type.limitPrice == nil, orders[slot].type.triggerPrice == nil {
      // Without a price of its own it costs what it would now.
      addOpen(-orders[slot].remaining, slot)
      orders[slot].reservePrice = point.opposite(orders[slot].side)
      addOpen(orders[slot].remaining, slot)
    }
    events.append(.released(id, Quantity(unchecked: released), point.time))
    guard orders[slot].place == .held else { return }
    let price = point.opposite(orders[slot].side)
    if orders[slot].type.isPostOnly && orders[slot].allows(price) {
      return cancel(id, .postOnlyWouldTake(price), point.time)
    }
    orders[slot].priority = takePriority()
    orders[slot].arrival = Moment(point.time, .records)
    orders[slot].begin(against: price)
    if point.isOnPath { join(slot, point) } else { put(slot, .newcomers) }
  }

  /// Takes what another exit has filled from this one.
  private mutating func shrink(
    _ id: OrderID, by quantity: Int64, of other: OrderID, _ point: PricePoint
  ) {
    guard let slot = orders.place(of: id) else { return }
    if orders[slot].remaining <= quantity {
      return cancel(id, .otherFilled(other), point.time)
    }
    resize(slot, to: orders[slot].remaining - quantity, at: point.time)
    if orders[slot].active == 0 { hold(slot) }
  }

  private mutating func resize(_ slot: Int, to remaining: Int64, at time: Timestamp) {
    addOpen(remaining - orders[slot].remaining, slot)
    orders[slot].remaining = remaining
    let whole = Quantity(unchecked: orders[slot].filled + remaining)
    events.append(.resized(orders[slot].id, whole, time))
  }

  /// - Parameter order: as it stood when it was taken out.
  mutating func endLinked(_ order: WorkingOrder, at time: Timestamp) {
    guard let first = order.group, var group = groups[first] else { return }
    group.standing -= 1
    groups[first] = group.standing > 0 ? group : nil
    if group.standing == 0 { open = open + group.doubles }
    defer { recount(first) }
    guard order.id == first, group.link != .oneCancelsOther else { return }
    for id in group.members.dropFirst() {
      guard let slot = orders.place(of: id), orders[slot].dormant > 0 else { continue }
      let remaining = orders[slot].active
      if remaining == 0 && orders[slot].filled == 0 {
        cancel(id, .entryEnded(first), time)
      } else {
        orders[slot].dormant = 0
        resize(slot, to: remaining, at: time)
        if remaining == 0 { remove(id, at: time) }
      }
    }
  }
}
