public import Market

/// What somebody needs who drives an exchange step by step.
///
/// Nothing here changes anything, and what is asked again and again is `mutating`: what is asked of a
/// variable without that is asked of a copy of its bytes, and an exchange has many.
extension SimulatedExchange {
  /// Whether there is something that `takeNews(into:)` and `takeStep()` would hand over.
  @inlinable @inline(__always)
  public var hasNews: Bool { mutating get { outbox.hasNews(upTo: currentMoment) } }

  /// When the exchange next does something of its own, or has something to tell, in nanoseconds;
  /// `Int64.max` for never.
  @inlinable
  public var nextDueTime: Int64 {
    @inline(__always) mutating get {
      min(due.next?.time.nanoseconds ?? .max, outbox.next?.time.nanoseconds ?? .max)
    }
  }

  /// What the account is worth in `currency`: the equity in all currencies, converted at the marks of
  /// the tape; nil while something in it has no price.
  /// - Throws: `ExchangeError.overflow`.
  public func worth(in currency: Currency) throws(ExchangeError) -> Money? {
    guard var worth = try equity(in: currency) else { return nil }
    for other in currencies(besides: currency) {
      guard let amount = try equity(in: other), let part = try converted(amount, to: currency),
        let sum = worth.adding(part)
      else { return nil }
      worth = sum
    }
    return worth
  }

  /// In which else the account can have something: those of the ledger, then those of contracts, which
  /// gain and lose before anything is booked. Mostly there are none, and nothing is allocated.
  func currencies(besides currency: Currency) -> [Currency] {
    let booked = ledger.currencies
    var others: [Currency] = []
    for other in booked where other != currency { others.append(other) }
    for other in contractCurrencies where other != currency && !booked.contains(other) {
      others.append(other)
    }
    return others
  }
}

extension SimulatedExchange {
  /// From which price a listing is valued now, without more about it; nil while the tape has had none.
  @inlinable @inline(__always)
  public mutating func markPrice(in listing: ListingID) -> Price? {
    books[listing.index].marks.mark(ofSign: books[listing.index].market.held.net.signum())?.price
  }

  /// Grows with everything that changes a position or a balance: fills, entries of the ledger, and
  /// positions that are closed or moved without either.
  public var changeCount: Int {
    mutating get { ledger.entries.count &+ fillCount &+ unfilledChangeCount }
  }

  /// The sum of long and short, in units of the last quantity digit.
  @inlinable @inline(__always)
  public mutating func netPosition(in listing: ListingID) -> Int64 {
    books[listing.index].market.held.net
  }

  /// What `quantity` is worth at the listing's mark, in its currency; nil without a mark.
  /// - Throws: `ExchangeError.overflow`.
  public func value(
    of quantity: Int64, in listing: ListingID
  ) throws(ExchangeError) -> Money? {
    let description = books[listing.index].listing
    guard let mark = books[listing.index].marks.mark(ofSign: quantity.signum()) else {
      return nil
    }
    return try description.notional(quantity, at: mark).money(in: description.contract.currency)
  }

  /// When the positions were opened that are open now, by listing.
  public var openSince: [Timestamp] {
    books.map { $0.holding.legs.compactMap(\.trip?.opened) }.flatMap(\.self)
  }
}

extension Listing {
  /// The value of a fill, in the listing's currency; not below zero.
  /// - Throws: `ExchangeError.overflow`.
  public func value(of fill: Fill) throws(ExchangeError) -> Money {
    let value = try notional(fill.quantity.raw, at: fill.price).money(in: contract.currency)
    return max(value, -value)
  }
}
