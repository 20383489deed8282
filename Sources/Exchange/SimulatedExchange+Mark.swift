public import Market

extension SimulatedExchange {
  /// Takes in a price of the mark-price stream.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func apply(_ mark: MarkPrice, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(mark.time, .records))
    books[listing.index].prices.note(mark)
  }

  /// The price at which the position is valued, by the listing's rule; nil while the tape has not
  /// had one.
  public func mark(in listing: ListingID) -> Mark? {
    let book = books[listing.index]
    return book.prices.mark(
      book.listing.mark, sign: book.position.quantity.signum(), book.listing.instrument)
  }

  /// What closing the position at its mark would bring, rounded once; nil for a position without a
  /// mark.
  /// - Throws: `ExchangeError.overflow`.
  public func unrealizedProfit(in listing: ListingID) throws(ExchangeError) -> Money? {
    let book = books[listing.index]
    let currency = book.listing.contract.currency
    guard book.position.quantity != 0 else { return .zero(currency) }
    guard let mark = mark(in: listing) else { return nil }
    return try book.position.unrealizedProfit(at: mark, in: book.listing).money(in: currency)
  }

  /// The wallet and the unrealised profit of all positions settled in `currency`; nil while one of
  /// them has no mark.
  /// - Throws: `ExchangeError.overflow`.
  /// - Complexity: O(listings).
  public func equity(in currency: Currency) throws(ExchangeError) -> Money? {
    var equity = ledger.balance(in: currency)
    for index in books.indices where books[index].listing.contract.currency == currency {
      guard let profit = try unrealizedProfit(in: ListingID(index: index)) else { return nil }
      guard let sum = equity.adding(profit) else {
        throw books[index].listing.overflow("equity")
      }
      equity = sum
    }
    return equity
  }

  /// Pays funding on the position held at this instant, at the mark known before it: longs pay
  /// shorts where the rate is positive. A position without a mark, and no position, pay nothing.
  ///
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  /// - Returns: What the wallet gained, or nil where there was nothing to value.
  @discardableResult
  public mutating func apply(
    _ funding: FundingRate, to listing: ListingID
  ) throws(ExchangeError) -> Money? {
    try advance(to: Moment(funding.time, .exchange))
    let book = books[listing.index]
    guard book.position.quantity != 0, let mark = mark(in: listing) else { return nil }
    let paid = try book.listing.share(funding.rate, of: book.position.quantity, at: mark)
    try ledger.record(
      -paid, .funding, .funding(listing), at: funding.time,
      symbol: book.listing.instrument.symbol)
    return -paid
  }
}
