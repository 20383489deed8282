public import Market

extension SimulatedExchange {
  /// Takes in a price of the mark-price stream.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ mark: MarkPrice, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(mark.time, .records))
    books[listing.index].prices.note(mark)
    try finishRecord(of: listing, at: mark.time)
  }

  /// The price at which the position is valued, by the listing's rule; nil while the tape has not
  /// had one. Where longs and shorts have marks of their own, that of the net position.
  public func mark(in listing: ListingID) -> Mark? {
    books[listing.index].marks.mark(ofSign: books[listing.index].market.held.net.signum())
  }

  /// What closing the positions at their marks would bring, each rounded once; nil for a position
  /// without a mark.
  /// - Throws: `ExchangeError.overflow`.
  public func unrealizedProfit(in listing: ListingID) throws(ExchangeError) -> Money? {
    let index = listing.index
    let description = books[index].listing
    var sum = Money.zero(description.contract.currency)
    for place in 0..<books[index].holding.legs.endIndex {
      let position = books[index].holding.legs[place].position
      if position.quantity == 0 { continue }
      guard let mark = books[index].marks.mark(ofSign: position.quantity.signum()) else {
        return nil
      }
      let profit = try position.unrealizedProfit(at: mark, in: description)
        .money(in: sum.currency)
      guard let next = sum.adding(profit) else {
        throw description.overflow("unrealised profit")
      }
      sum = next
    }
    return sum
  }

  /// The highest and lowest profit, realised and not, that the open round trips of a listing came to
  /// at a mark, one a position; empty without a position.
  /// - Throws: `ExchangeError.overflow`.
  public func excursions(
    in listing: ListingID
  ) throws(ExchangeError) -> [(best: Money, worst: Money)] {
    let index = listing.index
    var found: [(best: Money, worst: Money)] = []
    for leg in books[index].holding.legs {
      guard let trip = leg.trip else { continue }
      let (best, worst) = try trip.excursion(of: leg.position, in: books[index].listing)
      let currency = books[index].listing.contract.currency
      found.append((Money(units: best, currency), Money(units: worst, currency)))
    }
    return found
  }

  /// The net balance and the unrealised profit of all contracts settled in `currency`; nil while
  /// one of them has no mark. What was delivered is a balance of its own currency.
  /// - Throws: `ExchangeError.overflow`.
  /// - Complexity: O(listings).
  public func equity(in currency: Currency) throws(ExchangeError) -> Money? {
    var equity = ledger.netBalance(in: currency)
    for index in books.indices
    where !books[index].holding.isFlat && books[index].listing.contract.currency == currency
      && books[index].listing.contract.kind.asset == nil
    {
      guard let profit = try unrealizedProfit(in: ListingID(index: index)) else { return nil }
      guard let sum = equity.adding(profit) else {
        throw books[index].listing.overflow("equity")
      }
      equity = sum
    }
    return equity
  }

  /// Pays funding on the positions held at this instant, at the mark known before it: longs pay
  /// shorts where the rate is positive. A position without a mark, and no position, pay nothing.
  /// Isolated margin pays for its position, as far as there is any.
  ///
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  /// - Returns: What the wallet gained, or nil where there was nothing to value.
  @discardableResult
  public mutating func apply(
    _ funding: FundingRate, to id: ListingID
  ) throws(ExchangeError) -> Money? {
    try advanceToOwnWork(funding.time)
    let sum = try pay(
      .funding(funding.rate, books[id.index].marks), of: id, at: funding.time)
    try checkMargin(after: id, at: funding.time)
    return sum
  }

  /// Does what is due before the exchange's own work at `time`; what expires then comes after.
  mutating func advanceToOwnWork(_ time: Timestamp) throws(ExchangeError) {
    try requireNotBeforeClock(Moment(time, .exchange))
    let before = Moment(time, .closes)
    if clock < before { try advance(to: before) }
  }
}

// MARK: - Expiry and interest

extension SimulatedExchange {
  /// The end of a future: what still works is cancelled, what is still held is closed at the mark.
  mutating func settleExpired(_ id: ListingID, at time: Timestamp) throws(ExchangeError) {
    let (index, listing) = (id.index, books[id.index].listing)
    try cancelOrders(of: index, .contractExpired, at: time)
    for (place, leg) in books[index].holding.legs.enumerated() where leg.quantity != 0 {
      guard let mark = books[index].marks.mark(ofSign: leg.quantity.signum()) else {
        throw .noMark(symbol: listing.instrument.symbol, time)
      }
      let settled = try leg.position.closing(at: mark, in: listing)
      let zero = Money.zero(listing.contract.currency)
      let profit = settled.profit.money(in: zero.currency)
      let known = knownNow(time)
      try books[index].holding.legs[place].take(
        settled, leg.quantity > 0 ? .sell : .buy, abs(leg.quantity), profit: profit, fee: zero,
        at: time, .settlement, listing, id, tell: &outbox, knownAt: known)
      try post(profit, .realizedProfit, .settlement(id), at: time, id)
      try bearLoss(profit, of: place, before: leg.margin, .settlement(id), at: time, id)
    }
    syncHeld(index)
    marginIsStale = true
    try checkMargin(after: id, at: time)
  }

  /// Has interest charged at the next multiple of the interval, if something is borrowed that costs
  /// any, and nothing is due already. What was borrowed before that work of this very instant counts.
  mutating func scheduleInterest(in currency: Currency, isCharging: Bool = false) {
    guard !rules.interest.isEmpty, !interestIsDue, let rate = rules.interest[currency],
      rate.units != 0,
      ledger.borrowed(in: currency).units > 0
    else { return }
    interestIsDue = true
    let interval = rules.interestInterval
    let now = clock.time.nanoseconds
    var next = now.flooredDivision(by: interval) * interval
    let isPast = next < now || isCharging || clock.phase > .exchange
    if isPast { next += interval }
    due.add(.chargeInterest, at: Moment(Timestamp(unchecked: next), .exchange))
  }

  /// Charges what is borrowed now, each currency in the order in which it came into the ledger.
  mutating func chargeInterest(at time: Timestamp) throws(ExchangeError) {
    interestIsDue = false
    for currency in ledger.currencies {
      guard let rate = rules.interest[currency] else { continue }
      let owed = ledger.borrowed(in: currency)
      let interest = owed.units.multiplied(
        by: Int128(rate.units), dividedBy: Int128(Rate.unitsPerOne))
      guard let interest else { throw .overflow(symbol: "\(currency)", field: "interest") }
      try book(
        -Money(units: interest, currency), .interest, .loan, at: time, symbol: "\(currency)")
      marginIsStale = true
    }
    for currency in ledger.currencies { scheduleInterest(in: currency, isCharging: true) }
    try checkMargin(at: time)
  }
}
