import Market
import Sessions

extension SimulatedExchange {
  /// The first rule that an arriving order breaks.
  ///
  /// - Parameters:
  ///   - filled: what is filled of it already.
  ///   - reducesLater: whether a position to reduce may still come.
  ///   - isHeld: whether it waits for a fill of its group, so that the price in force is not the one it meets.
  ///   - takesMore: whether it takes more money than what stands at the exchange already.
  ///   - marginBefore: the initial margin of its listing with the order that it replaces.
  mutating func rejection(
    of request: OrderRequest, arriving time: Timestamp, filled: Quantity = .zero,
    reducesLater: Bool = false, isHeld: Bool = false, takesMore: Bool = true,
    marginBefore: Money? = nil
  ) throws(ExchangeError) -> Rejection? {
    try syncUnallocated()
    let index = request.listing.index
    if books[index].listing.matching.refusesWhenClosed, !books[index].sessions.isInSession(time) {
      return .marketClosed(time)
    }
    if case .goodTill(let expiry) = request.timeInForce, expiry <= time {
      return .expiredBeforeArrival(expiry: expiry, arrival: time)
    }
    if let rejection = books[index].listing.priceRejection(of: request) { return rejection }
    let open = request.quantity.raw - filled.raw
    let closesAll = request.isReduceOnly && closesAll(request, open: open)
    if let rejection = books[index].listing.contract.quantityRejection(
      of: request.quantity, closesAll: closesAll)
    {
      return rejection
    }
    let price =
      request.type.limitPrice ?? request.type.triggerPrice ?? priceInForce(for: request)
    let reached =
      books[index].market.held.held(on: request.side)
      + books[index].market.open.adding(on: request.side) + open
    if let rejection = valueRejection(of: request, at: price, reached: reached) {
      return rejection
    }
    if !closesAll, let rejection = try notionalRejection(of: request, at: price) {
      return rejection
    }
    if let rejection = postOnlyRejection(of: request, isHeld: isHeld) { return rejection }
    if request.isReduceOnly, !reducesLater,
      books[index].market.held.reducible(by: request.side) == 0
    {
      return .nothingToReduce(position: books[index].market.held.net)
    }
    // An exit that is held closes no more than its entry will have opened.
    // Mostly the limit is far, whatever is closed first.
    if reached > books[index].listing.contract.positionLimit,
      !(request.isReduceOnly && isHeld && !takesMore),
      let rejection = try positionRejection(of: request, open: open)
    {
      return rejection
    }
    if !takesMore { return nil }
    if let expiry = books[index].listing.contract.kind.expiry, expiry <= time {
      return .contractExpired(expiry)
    }
    return rules.kind == .unlimited
      ? nil : try accountRejection(of: request, open: open, marginBefore: marginBefore)
  }

  /// Whether a reduce-only order is for all that is left of a position. Whatever is held can be closed:
  /// neither the minima nor the increment hold for it.
  private func closesAll(_ request: OrderRequest, open: Int64) -> Bool {
    let held = books[request.listing.index].market.held.reducible(by: request.side)
    return held > 0 && open >= held
  }

  /// Money is far from its end as long as no value comes to 10^19, at its own price or at the mark.
  /// - Parameter reached: what is held with all open orders of the side filled, and this one.
  @inline(__always)
  private mutating func valueRejection(
    of request: OrderRequest, at price: Price?, reached: Int64
  ) -> Rejection? {
    let index = request.listing.index
    if let price, !books[index].listing.canCount(reached, at: price) {
      return .valueTooLarge(reached: request.side.sign * reached)
    }
    // Mostly the mark is that very price.
    if let mark = books[index].marks.mark(ofSign: request.side.sign),
      mark.price != price || mark.digits != books[index].listing.instrument.pricePrecision.digits,
      !books[index].listing.canCount(reached, at: mark.price, digits: mark.digits)
    {
      return .valueTooLarge(reached: request.side.sign * reached)
    }
    return nil
  }

  /// At its limit, else at its trigger, else at the price in force; before the first record a market
  /// order has no value to check.
  @inline(__always)
  private mutating func notionalRejection(
    of request: OrderRequest, at price: Price?
  ) throws(ExchangeError) -> Rejection? {
    let index = request.listing.index
    guard let minimum = books[index].listing.contract.minimumNotional, let price else {
      return nil
    }
    let value = try books[index].listing.notional(request.quantity.raw, at: price).money(
      in: minimum.currency)
    return max(value, -value) < minimum ? .minimumNotional(notional: value, minimum: minimum) : nil
  }

  /// The price that the order would take now. Reading a field leaves the market where it is; asking it
  /// by a method would copy it.
  @inline(__always)
  private mutating func priceInForce(for request: OrderRequest) -> Price? {
    let index = request.listing.index
    return request.side == .buy ? books[index].market.ask : books[index].market.bid
  }

  @inline(__always)
  private mutating func postOnlyRejection(
    of request: OrderRequest, isHeld: Bool
  ) -> Rejection? {
    guard request.type.isPostOnly, let limit = request.type.limitPrice else { return nil }
    if request.timeInForce.isImmediate { return .postOnlyImmediate }
    guard !isHeld, let opposite = priceInForce(for: request),
      request.side == .buy ? limit >= opposite : limit <= opposite
    else { return nil }
    return .postOnlyWouldTake(limit: limit, opposite: opposite)
  }

  /// - Parameter open: what of it is not filled yet.
  private mutating func positionRejection(
    of request: OrderRequest, open: Int64
  ) throws(ExchangeError) -> Rejection? {
    let index = request.listing.index
    let limit = books[index].listing.contract.positionLimit
    let (adding, reducing) = request.isReduceOnly ? (0, open) : (open, 0)
    let reached = try reached(by: request.side, adding, reducing, in: index)
    if reached <= limit { return nil }
    if request.isReduceOnly, reached <= (try self.reached(by: request.side, 0, 0, in: index)) {
      return nil
    }
    return .positionLimit(reached: request.side.sign * reached, limit: limit)
  }

  /// How far a position could come with all open orders of a side filled, and `adding` more; first those
  /// that only reduce the position of the other side, and `reducing` more, for what they close is not there
  /// for the others to close. All of these are at most 2^60, and an order below 2^53, so this fits.
  @inline(__always)
  private mutating func reached(
    by side: OrderSide, _ adding: Int64, _ reducing: Int64, in index: Int
  ) throws(ExchangeError) -> Int64 {
    var closing =
      books[index].market.held.mode == .netting ? books[index].market.held.held(on: side.other) : 0
    if side == .sell, books[index].market.held.unallocated > 0 {
      closing += try unallocatedForSales(of: index)
    }
    closing = max(0, closing - books[index].market.open.reducing(on: side) - reducing)
    return books[index].market.held.held(on: side)
      + max(0, books[index].market.open.adding(on: side) + adding - closing)
  }
}

extension Listing {
  /// Whether the prices of an order are such as the listing has.
  @inline(__always)
  fileprivate func priceRejection(of request: OrderRequest) -> Rejection? {
    let increment = contract.priceIncrement
    if case .trailingStop(let offset) = request.type {
      guard offset.isValid else { return .trailingOffset(offset) }
      guard case .price(let distance) = offset, distance % increment != 0 else { return nil }
      return .priceIncrement(price: Price(unchecked: distance), increment: increment)
    }
    return request.type.triggerPrice.flatMap { priceRejection(of: $0) }
      ?? request.type.limitPrice.flatMap { priceRejection(of: $0) }
  }

  private func priceRejection(of price: Price) -> Rejection? {
    if price.raw <= 0 && !instrument.allowsNonPositivePrices { return .priceNotPositive(price) }
    let increment = contract.priceIncrement
    return price.raw % increment == 0
      ? nil : .priceIncrement(price: price, increment: increment)
  }
}

extension ContractSpecification {
  @inline(__always)
  fileprivate func quantityRejection(of quantity: Quantity, closesAll: Bool) -> Rejection? {
    // No order is empty, even where the minimum is 0.
    let minimum = max(closesAll ? .zero : minimumQuantity, Quantity(unchecked: 1))
    if quantity < minimum { return .minimumQuantity(quantity: quantity, minimum: minimum) }
    if quantity > maximumQuantity {
      return .maximumQuantity(quantity: quantity, maximum: maximumQuantity)
    }
    if quantity.raw % quantityIncrement != 0, !closesAll {
      return .quantityIncrement(quantity: quantity, increment: quantityIncrement)
    }
    return nil
  }
}
