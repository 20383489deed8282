import Market
import Sessions

extension SimulatedExchange {
  /// The first rule that an arriving order breaks.
  ///
  /// - Parameters:
  ///   - filled: what is filled of it already.
  ///   - reducesLater: whether a position to reduce may still come.
  ///   - takesMore: whether it takes more money than what stands at the exchange already.
  mutating func rejection(
    of request: OrderRequest, arriving time: Timestamp, filled: Quantity = .zero,
    reducesLater: Bool = false, takesMore: Bool = true
  ) throws(ExchangeError) -> Rejection? {
    let index = request.listing.index
    let listing = books[index].listing
    if listing.matching.refusesWhenClosed, !books[index].sessions.isInSession(time) {
      return .marketClosed(time)
    }
    if case .goodTill(let expiry) = request.timeInForce, expiry <= time {
      return .expiredBeforeArrival(expiry: expiry, arrival: time)
    }
    if let rejection = priceRejection(of: request, in: listing) { return rejection }
    if let rejection = quantityRejection(of: request, in: listing) { return rejection }
    if let rejection = try notionalRejection(of: request, in: listing) { return rejection }
    if let rejection = postOnlyRejection(of: request) { return rejection }
    var open = request
    open.quantity = Quantity(unchecked: request.quantity.raw - filled.raw)
    if !(request.isReduceOnly && reducesLater),
      let rejection = positionRejection(of: open, in: listing)
    {
      return rejection
    }
    return takesMore ? try accountRejection(of: open, at: time) : nil
  }

  private func priceRejection(of request: OrderRequest, in listing: Listing) -> Rejection? {
    let increment = listing.contract.priceIncrement
    if case .trailingStop(let offset) = request.type {
      guard offset.isValid else { return .trailingOffset(offset) }
      guard case .price(let distance) = offset, distance % increment != 0 else { return nil }
      return .priceIncrement(price: Price(unchecked: distance), increment: increment)
    }
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
    let index = request.listing.index
    let sign = request.side.sign
    if request.isReduceOnly {
      let isPossible = books[index].market.held.reducible(by: request.side) > 0
      return isPossible ? nil : .nothingToReduce(position: books[index].market.position)
    }
    // A position of the other side may be closed by reduce-only orders first, so it does not count
    // in the order's favour. Both sums are at most 2^60, and an order below 2^53, so this fits.
    let held = books[index].market.held.held(on: request.side)
    let reached = held + books[index].market.open(request.side) + request.quantity.raw
    guard reached > listing.contract.positionLimit else { return nil }
    return .positionLimit(reached: sign * reached, limit: listing.contract.positionLimit)
  }
}
