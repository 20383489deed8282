public import Market

extension SimulatedExchange {
  /// Puts money into the wallet, first of all at its time; a negative amount takes it out.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.withdrawal` for more than is free,
  ///   `ExchangeError.overflow`.
  public mutating func deposit(_ amount: Money, at time: Timestamp) throws(ExchangeError) {
    if time < clock.time {
      throw .beforeClock(clock: clock, found: Moment(time, .sourceBars))
    }
    if time > clock.time { try advance(to: Moment(time, .sourceBars)) }
    try syncUnallocated()
    if amount.units < 0, let free = try freeBalance(in: amount.currency), -amount > free {
      throw .withdrawal(-amount, available: free)
    }
    try book(
      amount, amount.units < 0 ? .withdrawal : .deposit, .transfer, at: time, symbol: "deposit")
    try transferPositions(amount, at: time)
    marginIsStale = true
    scheduleInterest(in: amount.currency)
  }

  /// Brings an execution into the position, the ledger, the order and the reports. Isolated margin is
  /// set aside last: from what is free once the close is paid for, and the fee.
  mutating func settle(
    _ execution: Execution, in id: ListingID
  ) throws(ExchangeError) {
    let listing = books[id.index].listing
    let isReduceOnly = orders[execution.order.number].request.isReduceOnly
    let place = books[id.index].holding.mode.leg(execution.side, isReduceOnly: isReduceOnly)
    let fee = try fee(of: execution, in: listing)
    let delivered = try deliveredFromHoldings(execution, id.index, listing)
    let traded = execution.quantity - delivered
    let settled = try books[id.index].holding.legs[place].position.settling(
      execution.side, traded, at: execution.price, in: listing)
    let profit = settled.profit.money(in: listing.contract.currency)
    let margin = books[id.index].holding.legs[place].margin
    if traded > 0 {
      let known = knownNow(execution.time)
      try books[id.index].holding.legs[place].take(
        settled, execution.side, traded, profit: profit,
        fee: fee.share(traded, of: execution.quantity),
        at: execution.time, .fill, listing, id, tell: &outbox, knownAt: known)
    }
    let fill = Fill(
      number: fillCount, order: execution.order, listing: id, side: execution.side,
      price: execution.price, quantity: Quantity(unchecked: execution.quantity),
      time: execution.time, liquidity: execution.liquidity, fee: fee,
      realizedProfit: profit,
      isPathDependent: execution.isPathDependent)
    try pay(
      fill.realizedProfit, for: fill.side, execution.quantity, at: fill.price, id, listing,
      .fill(fill.number), at: fill.time)
    try bearLoss(
      fill.realizedProfit, of: place, before: margin, .fill(fill.number), at: fill.time, id)
    try post(-fee, .fee, .fill(fill.number), at: fill.time, id)
    if books[id.index].isIsolated {
      let reserve = try isolatedReserve(for: settled.opened, in: listing)
      let kept = books[id.index].holding.legs[place].margin
      books[id.index].holding.legs[place].margin = kept + reserve
    }
    fillCount += 1
    if fill.isPathDependent { pathDependentFillCount += 1 }
    change(fill.order, .filled(fill), at: fill.time) { $0.fill(fill.quantity) }
  }

  private mutating func fee(
    of execution: Execution, in listing: Listing
  ) throws(ExchangeError) -> Money {
    let currency = listing.contract.currency
    // Plain rates ask for no volume, and are in the listing's currency; another listing may ask.
    if let rates = listing.rates, !volumeCurrencies.contains(currency) {
      let rate = execution.liquidity == .maker ? rates.maker : rates.taker
      return try listing.fee(execution.quantity, at: execution.price, rate)
    }
    let days = listing.fees.volumeDays
    var traded = volumes[currency] ?? TradedVolume()
    let volume =
      days == 0
      ? Money.zero(currency) : traded.volume(of: days, before: execution.time, in: currency)
    let fee = try ChargedFill(
      listing: listing, price: execution.price, quantity: Quantity(unchecked: execution.quantity),
      liquidity: execution.liquidity, volume: volume
    ).fee()
    if volumeCurrencies.contains(currency) {
      let value = try listing.notional(execution.quantity, at: execution.price).magnitude
      guard traded.add(value.money(in: currency), at: execution.time) else {
        throw listing.overflow("traded volume")
      }
      volumes[currency] = traded
    }
    return fee
  }

  /// What closing a position with isolated margin loses beyond that margin is a shortfall, by
  /// whatever it was closed.
  mutating func bearLoss(
    _ profit: Money, of place: Int, before margin: Money, _ reference: LedgerReference,
    at time: Timestamp, _ id: ListingID
  ) throws(ExchangeError) {
    guard rules.marginCurrency != nil, books[id.index].isIsolated else { return }
    let unpaid = books[id.index].holding.legs[place].bear(profit, before: margin)
    try post(unpaid, .shortfall, reference, at: time, id)
  }

  /// Pays the profit of a contract, or delivers what was bought or sold against what it costs.
  mutating func pay(
    _ profit: Money, for side: OrderSide, _ quantity: Int64, at price: Price, _ id: ListingID,
    _ listing: Listing, _ reference: LedgerReference, at time: Timestamp
  ) throws(ExchangeError) {
    guard let delivered = listing.assetAmount(quantity) else {
      return try post(profit, .realizedProfit, reference, at: time, id)
    }
    let cost = try listing.notional(quantity, at: price).money(in: listing.contract.currency)
    // What comes in first, so that nothing is borrowed that is there.
    let isBuy = side == .buy
    try post(isBuy ? delivered : cost, .delivery, reference, at: time, id)
    try post(isBuy ? -cost : -delivered, .delivery, reference, at: time, id)
  }

  /// Changes the wallet, and has margin and interest looked after.
  mutating func post(
    _ change: Money, _ cause: LedgerCause, _ reference: LedgerReference, at time: Timestamp,
    _ id: ListingID
  ) throws(ExchangeError) {
    guard ledger.post(change, cause, reference, at: time) else {
      throw books[id.index].listing.overflow("balance in \(change.currency)")
    }
    unallocatedIsStale = true
    marginIsStale = true
    scheduleInterest(in: change.currency)
  }

  /// Changes the wallet by what belongs to no listing; `symbol` is what to name in an error.
  mutating func book(
    _ change: Money, _ cause: LedgerCause, _ reference: LedgerReference, at time: Timestamp,
    symbol: String
  ) throws(ExchangeError) {
    guard ledger.post(change, cause, reference, at: time) else {
      throw .overflow(symbol: symbol, field: "balance in \(change.currency)")
    }
    unallocatedIsStale = true
  }

  /// Sets the marks once, after a record's fills, and does what follows from them.
  mutating func finishRecord(of id: ListingID, at time: Timestamp) throws(ExchangeError) {
    books[id.index].value(at: books[id.index].prices.marks)
    try checkMargin(after: id, at: time)
  }

  /// Hands over all that the trader has learnt of since the last call, in place of what `news` has.
  ///
  /// Nothing is allocated once `news` has served a few times.
  public mutating func takeNews(into news: inout ExchangeNews) {
    outbox.takeNews(upTo: clock, into: &news)
  }

  /// Hands over all that the trader has learnt of since the last call.
  public mutating func takeStep() -> StepResult {
    outbox.takeStep(upTo: clock, marks: books.map { $0.marks })
  }
}

extension SimulatedExchange.Book {
  /// Sets the marks, and takes them into the excursions of what is open.
  @inline(__always)
  mutating func value(at marks: Marks) {
    self.marks = marks
    see(marks)
  }

  mutating func see(_ marks: Marks) {
    if holding.isFlat { return }
    holding.legs.see(marks)
  }
}
