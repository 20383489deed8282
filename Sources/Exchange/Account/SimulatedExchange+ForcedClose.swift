import Market

/// Positions that are closed by force, as a whole or in part.
extension SimulatedExchange {
  /// Whether something waits for the next available price, and its cause lies before.
  func hasPending(in id: ListingID, at moment: Moment) -> Bool {
    books[id.index].holding.legs.contains { $0.liquidatingSince.map { $0 <= moment } ?? false }
  }

  /// Closes what waits for the next available price, if its cause lies before.
  mutating func closePending(
    in id: ListingID, bid: Price, ask: Price, at time: Timestamp, _ phase: Phase = .records
  ) throws(ExchangeError) {
    guard marginWatch == .always, books[id.index].holding.isLiquidating else { return }
    for place in books[id.index].holding.legs.indices {
      let (listing, leg) = (books[id.index].listing, books[id.index].holding.legs[place])
      guard let since = leg.liquidatingSince, since <= Moment(time, phase),
        let mark = books[id.index].marks.mark(ofSign: leg.quantity.signum())
      else { continue }
      var equity: Money?
      if listing.margin.mode == .isolated {
        equity = try isolatedEquity(of: leg, at: mark, in: listing)
      } else if let all = try marginEquity() {
        equity = try converted(all, to: listing.contract.currency)
      }
      var closing = ForcedClose(
        index: id.index, place: place, price: leg.quantity > 0 ? bid : ask, mark: mark,
        equity: equity ?? .zero(listing.contract.currency), time: time)
      if rules.liquidationSize == .smallest { closing.quantity = try smallest(closing) }
      books[id.index].holding.legs[place].liquidatingSince = nil
      if closing.quantity != 0 { try close(closing) } else { marginIsStale = true }
    }
  }

  /// What a close would bring, and what would be left; nothing is changed.
  private func outcome(
    of closing: ForcedClose
  ) throws(ExchangeError) -> (settled: Position.Settled, fee: Money, left: Money) {
    let listing = books[closing.index].listing
    let position = books[closing.index].holding.legs[closing.place].position
    let (currency, quantity) = (closing.equity.currency, closing.quantity ?? abs(position.quantity))
    let settled = try position.settling(
      position.quantity > 0 ? .sell : .buy, quantity, at: closing.price, in: listing)
    let profit = settled.profit.money(in: currency)
    let before = try position.unrealizedProfit(at: closing.mark, in: listing).money(in: currency)
    let after = try settled.position.unrealizedProfit(at: closing.mark, in: listing)
      .money(in: currency)
    guard let left = (profit - before + after).adding(closing.equity) else {
      throw listing.overflow("equity")
    }
    let asked = try listing.fee(quantity, at: closing.price, rules.liquidationFee)
    let fee = min(asked, max(left, .zero(currency)))
    return (settled, fee, left - fee)
  }

  /// How much is to be closed so that the rest is covered at the mark in force; nothing where it is by now,
  /// and all where that is not enough.
  ///
  /// What is left falls with the fee and the way from the mark to the price, and what it must cover by the
  /// maintenance of what is closed, of higher tiers first: once that is enough it is enough up to all.
  ///
  /// - Complexity: O(log quantity) valuations.
  private func smallest(_ closing: ForcedClose) throws(ExchangeError) -> Int64? {
    let whole = abs(books[closing.index].holding.legs[closing.place].quantity)
    let step = books[closing.index].listing.contract.quantityIncrement
    func isEnough(_ steps: Int64) throws(ExchangeError) -> Bool {
      var part = closing
      part.quantity = min(whole, steps * step)
      return try covers(part)
    }
    if try isEnough(0) { return 0 }
    var (low, high) = (Int64(0), (whole + step - 1) / step)
    guard try isEnough(high) else { return nil }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if try isEnough(middle) { high = middle } else { low = middle }
    }
    return min(whole, high * step)
  }

  /// Whether what a close leaves covers the rest of its position, and with cross margin all others.
  private func covers(_ closing: ForcedClose) throws(ExchangeError) -> Bool {
    let listing = books[closing.index].listing
    let (settled, _, left) = try outcome(of: closing)
    let own = listing.margin.maintenanceMargin(
      of: try listing.notional(abs(settled.position.quantity), at: closing.mark),
      in: left.currency)
    if listing.margin.mode == .isolated { return left >= own }
    guard let target = rules.marginCurrency, let others = try crossMaintenance(),
      let all = try converted(left, to: target), let needed = try converted(own, to: target)
    else { return false }
    guard let sum = others.adding(needed) else { throw listing.overflow("margin") }
    return all >= sum
  }

  /// Closes a position by force. The fee takes no more than what is left of its equity; what an
  /// isolated margin cannot pay is a shortfall. Of a part nothing is freed: what is left of the margin
  /// stands for the rest.
  mutating func close(_ closing: ForcedClose) throws(ExchangeError) {
    let (index, time) = (closing.index, closing.time)
    let (listing, id) = (books[index].listing, ListingID(index: index))
    let leg = books[index].holding.legs[closing.place]
    let side: OrderSide = leg.quantity > 0 ? .sell : .buy
    let traded = closing.quantity ?? abs(leg.quantity)
    let (settled, fee, _) = try outcome(of: closing)
    let profit = settled.profit.money(in: fee.currency)
    let known = knownNow(time)
    try books[index].holding.legs[closing.place].take(
      settled, side, traded, profit: profit, fee: fee, at: time, .liquidation, listing, id,
      tell: &outbox, knownAt: known)
    let reference = LedgerReference.liquidation(liquidationCount)
    try pay(profit, for: side, traded, at: closing.price, id, listing, reference, at: time)
    try post(-fee, .liquidationFee, reference, at: time, id)
    if listing.margin.mode == .isolated, settled.position.quantity != 0 {
      let left = leg.margin + profit - fee
      books[index].holding.legs[closing.place].margin = max(left, .zero(fee.currency))
    } else {
      try bearLoss(profit, of: closing.place, before: leg.margin, reference, at: time, id)
    }
    syncHeld(index)
    outbox.add(
      Liquidation(
        number: liquidationCount, listing: id, time: time, side: side,
        quantity: Quantity(unchecked: traded), price: closing.price, profit: profit, fee: fee),
      knownAt: known)
    liquidationCount += 1
    lastLiquidation = clock
  }
}

/// A position that is to be closed by force.
struct ForcedClose: Sendable {
  let index: Int
  let place: Int
  let price: Price
  /// At which `equity`, that of the position's margin with its unrealised profit, was computed.
  let mark: Mark
  let equity: Money
  let time: Timestamp
  /// Nil for all of it.
  var quantity: Int64?
}
