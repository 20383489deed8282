import Market
import Sessions

extension SimulatedExchange {
  mutating func perform(_ item: DueQueue.Item) throws(ExchangeError) {
    let time = item.moment.time
    switch item.action {
    case .arrive(let id): try arrive(id)
    case .arriveLinked(let id): try arriveLinked(id)
    case .amend(let id, let number): try amend(id, number, arriving: item.moment)
    case .cancel(let id): try cancel(id, arriving: time)
    case .expire(let id): try expire(id, at: time)
    case .settle(let listing): try settleExpired(listing, at: time)
    case .chargeInterest: try chargeInterest(at: time)
    }
  }

  private mutating func arrive(_ id: OrderID) throws(ExchangeError) {
    let order = orders[id.number]
    let time = order.arrival.time
    if let rejection = try rejection(of: order) {
      return change(id, .rejected(rejection), at: time) { $0.reject() }
    }
    books[order.request.listing.index].market.add(order)
    scheduleExpiry(of: order)
    change(id, .accepted, at: time) { $0.accept() }
  }

  /// A group stands or falls together.
  private mutating func arriveLinked(_ first: OrderID) throws(ExchangeError) {
    guard let arrival = linked.removeValue(forKey: first) else {
      preconditionFailure("a group arrives once")
    }
    let group = Array(orders[first.number..<first.number + arrival.count])
    let time = group[0].arrival.time
    if let refused = try firstRefused(of: group, arrival.link, at: time) {
      for order in group {
        let isIt = order.id == refused.order
        change(
          order.id, .rejected(isIt ? refused.rejection : .linkedOrderRefused(refused.order)),
          at: time
        ) { $0.reject() }
      }
      return
    }
    books[group[0].request.listing.index].market.add(group, arrival.link)
    for order in group {
      let isHeld = arrival.link != .oneCancelsOther && order.id != first
      scheduleExpiry(of: order)
      change(order.id, isHeld ? .held : .accepted, at: time) {
        if isHeld { $0.hold() } else { $0.accept() }
      }
    }
  }

  /// Of alternatives each is checked for itself, since only one comes to trade. An exit sells what its
  /// entry has bought, so it takes nothing before. What is triggered is checked with all before it, but
  /// in a cash account it has to be paid for when it is let loose: perhaps by what triggers it.
  private mutating func firstRefused(
    of group: [Order], _ link: OrderLink, at time: Timestamp
  ) throws(ExchangeError) -> (order: OrderID, rejection: Rejection)? {
    let index = group[0].request.listing.index
    var counted: [OrderRequest] = []
    defer {
      for request in counted {
        books[index].market.countOpen(-request.quantity.raw, of: request)
      }
    }
    for order in group {
      let isHeld = link != .oneCancelsOther && order.id != group[0].id
      let rejection = try rejection(
        of: order, isHeld: isHeld,
        takesMore: !(isHeld && (link == .bracket || rules.kind == .cash)))
      if let rejection { return (order.id, rejection) }
      guard link == .oneTriggersOther else { continue }
      // Those that follow find it open.
      books[index].market.countOpen(order.request.quantity.raw, of: order.request)
      counted.append(order.request)
    }
    return nil
  }

  /// What was sent before a split means old shares.
  @inline(__always)
  private mutating func rejection(
    of order: Order, isHeld: Bool = false, takesMore: Bool = true
  ) throws(ExchangeError) -> Rejection? {
    if let split = books[order.request.listing.index].lastSplit, order.sent < split {
      return .corporateAction(split.time)
    }
    return try rejection(
      of: order.request, arriving: order.arrival.time, reducesLater: isHeld, isHeld: isHeld,
      takesMore: takesMore)
  }

  /// Has a cash account pay for what a record's fills have let loose, as it would for what arrives: one after
  /// the other, when all fills of the record are paid. What it cannot pay for is cancelled.
  mutating func cancelUnpaid(in listing: ListingID) throws(ExchangeError) {
    let index = listing.index
    var released: [(order: WorkingOrder, time: Timestamp)] = []
    for number in books[index].market.events.indices {
      guard case .released(let id, _, let time) = books[index].market.events[number],
        let order = books[index].market.orders[id], let first = order.group,
        books[index].market.groups[first]?.link == .oneTriggersOther
      else { continue }
      // It is counted already; those that come after it are not to be.
      books[index].market.countOpen(order, isIn: false)
      released.append((order, time))
    }
    for (order, time) in released {
      // On a bar's path the price in force is still that from before the bar.
      let rejection = try accountRejection(
        of: orders[order.id.number].request, open: order.remaining, at: order.reservePrice)
      books[index].market.countOpen(order, isIn: true)
      guard case .insufficientBalance(let needed, let available) = rejection else { continue }
      books[index].market.cancel(
        order.id, .insufficientBalance(needed: needed, available: available), time)
    }
  }

  private mutating func scheduleExpiry(of order: Order) {
    if let expiry = expiry(of: order) { due.add(.expire(order.id), at: Moment(expiry, .exchange)) }
  }

  /// When an order that arrives now expires; nil for never.
  private mutating func expiry(of order: Order) -> Timestamp? {
    switch order.request.timeInForce {
    case .goodTillCancelled, .immediateOrCancel, .fillOrKill: return nil
    case .goodTill(let time): return time
    case .day:
      let index = order.request.listing.index
      let boundary = books[index].sessions.nextBoundary(after: order.arrival.time)
      guard let boundary, boundary.kind == .opened else { return boundary?.time }
      return books[index].sessions.nextBoundary(following: boundary)?.time
    }
  }

  private mutating func cancel(
    _ id: OrderID, arriving time: Timestamp
  ) throws(ExchangeError) {
    guard orders[id.number].status.isWorking else {
      return report(id, .cancelRefused(orders[id.number].status), at: time)
    }
    change(id, .cancelled(.requested), at: time) { $0.cancel() }
    try takeOut(id, at: time)
  }

  private mutating func expire(_ id: OrderID, at time: Timestamp) throws(ExchangeError) {
    guard orders[id.number].status.isWorking else { return }
    change(id, .expired, at: time) { $0.expire() }
    try takeOut(id, at: time)
  }

  /// Takes an order out of its market, with what that means for its group.
  private mutating func takeOut(_ id: OrderID, at time: Timestamp) throws(ExchangeError) {
    let listing = orders[id.number].request.listing
    books[listing.index].market.remove(id, at: time)
    try settle(in: listing)
  }
}
