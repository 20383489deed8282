import Market
import Sessions

extension SimulatedExchange {
  mutating func perform(_ item: DueQueue.Item) throws(ExchangeError) {
    switch item.action {
    case .arrive(let id): try arrive(id)
    case .cancel(let id): cancel(id, arriving: item.moment.time)
    case .expire(let id): expire(id, at: item.moment.time)
    case .settle(let listing): try settleExpired(listing, at: item.moment.time)
    case .chargeInterest: try chargeInterest(at: item.moment.time)
    }
  }

  private mutating func arrive(_ id: OrderID) throws(ExchangeError) {
    let order = orders[id.number]
    let index = order.request.listing.index
    let time = order.arrival.time
    if let rejection = try rejection(of: order) {
      orders[id.number].reject()
      return report(id, .rejected(rejection), at: time)
    }
    orders[id.number].accept()
    books[index].market.add(order)
    if let expiry = expiry(of: order) { due.add(.expire(id), at: Moment(expiry, .exchange)) }
    report(id, .accepted, at: time)
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

  private mutating func cancel(_ id: OrderID, arriving time: Timestamp) {
    let order = orders[id.number]
    guard order.status.isWorking else {
      return report(id, .cancelRefused(order.status), at: time)
    }
    books[order.request.listing.index].market.remove(id)
    orders[id.number].cancel()
    report(id, .cancelled(.requested), at: time)
  }

  private mutating func expire(_ id: OrderID, at time: Timestamp) {
    let order = orders[id.number]
    guard order.status.isWorking else { return }
    books[order.request.listing.index].market.remove(id)
    orders[id.number].expire()
    report(id, .expired, at: time)
  }
}

// MARK: - Checks

extension SimulatedExchange {
  /// The first rule that an arriving order breaks.
  private mutating func rejection(of order: Order) throws(ExchangeError) -> Rejection? {
    let request = order.request
    let index = request.listing.index
    let listing = books[index].listing
    if listing.matching.refusesWhenClosed,
      !books[index].sessions.isInSession(order.arrival.time)
    {
      return .marketClosed(order.arrival.time)
    }
    if case .goodTill(let expiry) = request.timeInForce, expiry <= order.arrival.time {
      return .expiredBeforeArrival(expiry: expiry, arrival: order.arrival.time)
    }
    if let rejection = priceRejection(of: request, in: listing) { return rejection }
    if let rejection = quantityRejection(of: request, in: listing) { return rejection }
    if let rejection = try notionalRejection(of: request, in: listing) { return rejection }
    if let rejection = postOnlyRejection(of: request) { return rejection }
    if let rejection = positionRejection(of: request, in: listing) { return rejection }
    return try accountRejection(of: request, at: order.arrival.time)
  }

  private func priceRejection(of request: OrderRequest, in listing: Listing) -> Rejection? {
    let increment = listing.contract.priceIncrement
    for case let price? in [request.type.triggerPrice, request.type.limitPrice] {
      if price.raw <= 0 && !listing.instrument.allowsNonPositivePrices {
        return .priceNotPositive(price)
      }
      if price.raw % increment != 0 {
        return .priceIncrement(price: price, increment: increment)
      }
    }
    return nil
  }

  private func quantityRejection(of request: OrderRequest, in listing: Listing) -> Rejection? {
    let contract = listing.contract
    let quantity = request.quantity
    // No order is empty, even where the minimum is 0.
    let minimum = max(contract.minimumQuantity, Quantity(unchecked: 1))
    if quantity < minimum { return .minimumQuantity(quantity: quantity, minimum: minimum) }
    if quantity > contract.maximumQuantity {
      return .maximumQuantity(quantity: quantity, maximum: contract.maximumQuantity)
    }
    if quantity.raw % contract.quantityIncrement != 0 {
      return .quantityIncrement(quantity: quantity, increment: contract.quantityIncrement)
    }
    return nil
  }

  /// At its limit, else at its trigger, else at the price in force; before the first record a market
  /// order has no value to check.
  private func notionalRejection(
    of request: OrderRequest, in listing: Listing
  ) throws(ExchangeError) -> Rejection? {
    let inForce = books[request.listing.index].market.opposite(request.side)
    guard let minimum = listing.contract.minimumNotional,
      let price = request.type.limitPrice ?? request.type.triggerPrice ?? inForce
    else { return nil }
    let value = try listing.notional(request.quantity.raw, at: price).money(in: minimum.currency)
    return max(value, -value) < minimum ? .minimumNotional(notional: value, minimum: minimum) : nil
  }

  private func postOnlyRejection(of request: OrderRequest) -> Rejection? {
    guard request.type.isPostOnly, let limit = request.type.limitPrice else { return nil }
    if request.timeInForce.isImmediate { return .postOnlyImmediate }
    let inForce = books[request.listing.index].market.opposite(request.side)
    guard let opposite = inForce,
      request.side == .buy ? limit >= opposite : limit <= opposite
    else { return nil }
    return .postOnlyWouldTake(limit: limit, opposite: opposite)
  }

  private func positionRejection(of request: OrderRequest, in listing: Listing) -> Rejection? {
    let market = books[request.listing.index].market
    let sign = request.side.sign
    if request.isReduceOnly {
      let isPossible = market.held.reducible(by: request.side) > 0
      return isPossible ? nil : .nothingToReduce(position: market.position)
    }
    // A position of the other side may be closed by reduce-only orders first, so it does not count
    // in the order's favour. Both sums are at most 2^60, and an order below 2^53, so this fits.
    let held = market.held.held(on: request.side)
    let reached = held + market.open(request.side) + request.quantity.raw
    guard reached > listing.contract.positionLimit else { return nil }
    return .positionLimit(reached: sign * reached, limit: listing.contract.positionLimit)
  }
}
