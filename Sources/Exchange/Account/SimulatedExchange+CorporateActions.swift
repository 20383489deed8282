public import Market

extension SimulatedExchange {
  /// Pays a dividend, or turns old shares into new ones, before anything else trades at its time.
  ///
  /// - Precondition: the listing is of shares.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.noMark` for a split of a position that
  ///   cannot be valued, `ExchangeError.overflow`.
  public mutating func apply(
    _ action: CorporateAction, to id: ListingID
  ) throws(ExchangeError) {
    guard case .equity(let share) = books[id.index].listing.contract.kind else {
      preconditionFailure("a corporate action of what is no equity")
    }
    try advanceToOwnWork(action.time)
    switch action.kind {
    case .cashDividend(let perShare):
      _ = try pay(.dividend(perShare), of: id, at: action.time)
    case .split(let new, let old):
      try split(new: new, old: old, id, share, at: action.time)
    }
    try checkMargin(after: id, at: action.time)
  }

  /// All orders end, because their prices and quantities are those of old shares. What is less than
  /// the last digit of a share is paid out at the mark.
  private mutating func split(
    new: Int64, old: Int64, _ id: ListingID, _ share: Currency, at time: Timestamp
  ) throws(ExchangeError) {
    let index = id.index
    try cancelOrders(of: index, .corporateAction, at: time)
    try splitBalance(new: new, old: old, id, share, at: time)
    try splitPosition(new: new, old: old, id, at: time)
    books[index].prices.split(new: new, old: old)
    books[index].marks = books[index].prices.marks
    books[index].market.forgetPrices()
    books[index].lastSplit = Moment(time, .exchange)
    syncHeld(index)
    marginIsStale = true
  }

  /// The ledger's shares, and money for what is left over.
  private mutating func splitBalance(
    new: Int64, old: Int64, _ id: ListingID, _ share: Currency, at time: Timestamp
  ) throws(ExchangeError) {
    let listing = books[id.index].listing
    let held = ledger.netBalance(in: share)
    guard held.units != 0 else { return }
    let one = listing.assetAmount(1)?.units ?? 1
    let (product, overflow) = abs(held.units).multipliedReportingOverflow(by: Int128(new))
    let (unit, unitOverflow) = one.multipliedReportingOverflow(by: Int128(old))
    if overflow || unitOverflow { throw listing.overflow("split") }
    let (whole, leftOver) = product.quotientAndRemainder(dividingBy: unit)
    let sign = Int128(held.units.signum())
    try post(
      Money(units: sign * whole * one - held.units, share), .split, .corporateAction(id), at: time,
      id)
    guard leftOver != 0 else { return }
    guard let mark = books[id.index].marks.mark(ofSign: Int64(sign)) else {
      throw .noMark(symbol: listing.instrument.symbol, time)
    }
    // Of one unit of the share's last digit, at the price of old shares: left over ÷ new of them.
    let scale = Int128.powerOfTen(mark.digits) * Int128(new)
    guard let cash = leftOver.multiplied(by: Int128(mark.price.raw), dividedBy: scale) else {
      throw listing.overflow("split")
    }
    try post(
      Money(units: sign * cash, listing.contract.currency), .split, .corporateAction(id), at: time,
      id)
  }

  private mutating func splitPosition(
    new: Int64, old: Int64, _ id: ListingID, at time: Timestamp
  ) throws(ExchangeError) {
    let listing = books[id.index].listing
    var leg = books[id.index].holding.legs[0]
    guard leg.quantity != 0 else { return }
    guard let (position, leftOver, leftBasis) = leg.position.splitting(new: new, old: old) else {
      throw listing.overflow("split")
    }
    try leg.trip?.fold(leg.position, in: listing)
    if leftOver > 0 {
      guard let mark = books[id.index].marks.mark(ofSign: leg.quantity.signum()) else {
        throw .noMark(symbol: listing.instrument.symbol, time)
      }
      let value = try listing.notional(abs(leg.quantity), at: mark)
        .share(leftOver, of: Int128(abs(leg.quantity)) * Int128(new))
      let gain = Notional(units: value.units - leftBasis.units)
      let profit = (leg.quantity > 0 ? gain : Notional(units: -gain.units))
        .money(in: listing.contract.currency)
      try leg.trip?.leave(
        0, at: .zero, profit: profit.units, fee: 0, in: listing)
    }
    leg.trip?.split(new: new, old: old)
    leg.position = position
    if leg.quantity == 0 {
      if let ended = leg.trip?.ended(in: listing, id, at: time, .split) {
        outbox.add(ended, knownAt: knownNow(time))
      }
      leg.trip = nil
      leg.liquidatingSince = nil
    }
    books[id.index].holding.legs[0] = leg
  }
}
