import Market

extension SimulatedExchange {
  /// What stands for a position with isolated margin.
  func isolatedEquity(
    of leg: Leg, at mark: Mark, in listing: Listing
  ) throws(ExchangeError) -> Money {
    let profit = try leg.position.unrealizedProfit(at: mark, in: listing)
      .money(in: listing.contract.currency)
    guard let equity = leg.margin.adding(profit) else { throw listing.overflow("equity") }
    return equity
  }

  /// What a position must be covered by, in its listing's currency.
  func maintenanceMargin(
    of quantity: Int64, at mark: Mark, in listing: Listing
  ) throws(ExchangeError) -> Money {
    listing.margin.maintenanceMargin(
      of: try listing.notional(abs(quantity), at: mark), in: listing.contract.currency)
  }

  /// What all positions with cross margin must be covered by, but those that only wait for a
  /// price to be closed at; nil where one cannot be valued.
  func crossMaintenance() throws(ExchangeError) -> Money? {
    guard let target = rules.marginCurrency else { return nil }
    var sum = Money.zero(target)
    for index in books.indices where books[index].listing.margin.mode == .cross {
      for (place, leg) in books[index].holding.legs.enumerated()
      where leg.quantity != 0 && !leg.isLiquidating {
        let quantity = uncovered(index, place)
        guard let mark = books[index].marks.mark(ofSign: leg.quantity.signum()),
          let margin = try converted(
            maintenanceMargin(of: quantity, at: mark, in: books[index].listing), to: target)
        else { return nil }
        guard let next = sum.adding(margin) else { throw books[index].listing.overflow("margin") }
        sum = next
      }
    }
    return sum
  }

  /// Liquidates the next position that is not covered: isolated ones in the order of the listings,
  /// then of those with cross margin the one with the largest unrealised loss.
  ///
  /// - Returns: Whether anything was done, so that it is to be asked again.
  mutating func liquidateNext(at time: Timestamp) throws(ExchangeError) -> Bool {
    for index in books.indices where books[index].listing.margin.mode == .isolated {
      for (place, leg) in books[index].holding.legs.enumerated()
      where leg.quantity != 0 && !leg.isLiquidating {
        guard let mark = books[index].marks.mark(ofSign: leg.quantity.signum()) else { continue }
        let equity = try isolatedEquity(of: leg, at: mark, in: books[index].listing)
        let needed = try maintenanceMargin(of: leg.quantity, at: mark, in: books[index].listing)
        guard equity < needed else { continue }
        try cancelOrders(of: index, .liquidation, at: time)
        try liquidate(index, place, equity: equity, mark, at: time)
        return true
      }
    }
    return try liquidateNextCross(at: time)
  }

  private mutating func liquidateNextCross(at time: Timestamp) throws(ExchangeError) -> Bool {
    let cross = books.indices.filter { books[$0].listing.margin.mode == .cross }
    guard let equity = try marginEquity(), let maintenance = try crossMaintenance(),
      equity < maintenance || equity.units < 0
    else { return false }
    for index in cross { try cancelOrders(of: index, .liquidation, at: time) }
    guard let next = try largestLoss(among: cross) else {
      if books.contains(where: { !$0.holding.isFlat && $0.listing.margin.mode == .cross }) {
        return false
      }
      return try cover(-equity, at: time)
    }
    let currency = books[next.index].listing.contract.currency
    guard let own = try converted(equity, to: currency) else { return false }
    try liquidate(next.index, next.place, equity: own, next.mark, at: time)
    return true
  }

  /// Has isolated margin pay what the account owes beyond all that is free; without a position of any
  /// kind, it is a shortfall.
  ///
  /// - Returns: Whether margin was taken, so that its position is to be looked at.
  private mutating func cover(_ owed: Money, at time: Timestamp) throws(ExchangeError) -> Bool {
    guard owed.units > 0 else { return false }
    for index in books.indices {
      for (place, leg) in books[index].holding.legs.enumerated() where leg.margin.units > 0 {
        guard let own = try converted(owed, to: leg.margin.currency), own.units > 0 else {
          continue
        }
        books[index].holding.legs[place].margin = leg.margin - min(own, leg.margin)
        return true
      }
    }
    guard books.allSatisfy({ $0.holding.isFlat }) else { return false }
    try payDebts(at: time)
    return false
  }

  private func largestLoss(
    among indices: [Int]
  ) throws(ExchangeError) -> (index: Int, place: Int, mark: Mark)? {
    guard let target = rules.marginCurrency else { return nil }
    var worst: (profit: Money, index: Int, place: Int, mark: Mark)?
    for index in indices {
      for (place, leg) in books[index].holding.legs.enumerated()
      where leg.quantity != 0 && !leg.isLiquidating {
        guard let mark = books[index].marks.mark(ofSign: leg.quantity.signum()),
          let profit = try converted(
            leg.position.unrealizedProfit(at: mark, in: books[index].listing)
              .money(in: books[index].listing.contract.currency), to: target)
        else { continue }
        if worst.map({ profit < $0.profit }) ?? true { worst = (profit, index, place, mark) }
      }
    }
    return worst.map { ($0.index, $0.place, $0.mark) }
  }

  /// Closes a position now at its bankruptcy price, or has it closed at the next available one.
  private mutating func liquidate(
    _ index: Int, _ place: Int, equity: Money, _ mark: Mark, at time: Timestamp
  ) throws(ExchangeError) {
    switch rules.liquidationPrice {
    case .nextAvailable: books[index].holding.legs[place].liquidatingSince = clock
    case .bankruptcy:
      let leg = books[index].holding.legs[place]
      let price = try books[index].listing.bankruptcyPrice(
        of: leg.quantity, equity: equity, at: mark)
      try close(
        ForcedClose(
          index: index, place: place, price: price, mark: mark, equity: equity, time: time))
    }
  }

  /// Tells matching of positions that changed without a fill.
  mutating func syncHeld(_ index: Int) {
    let held = books[index].holding.quantities
    books[index].market.hold(long: held.long, short: held.short)
    unfilledChangeCount += 1
  }

  /// Cancels all that works in a listing, in the order of sending.
  mutating func cancelOrders(
    of index: Int, _ reason: CancelReason, at time: Timestamp
  ) throws(ExchangeError) {
    for id in books[index].market.orders.ids where books[index].market.orders[id] != nil {
      books[index].market.cancel(id, reason, time)
    }
    try settle(in: ListingID(index: index))
  }
}

extension Listing {
  /// The price at which closing `quantity` leaves nothing of `equity`, which includes its unrealised
  /// profit at `mark`; of two neighbouring prices the better one for the trader.
  ///
  /// The value at that price is the value at the mark less the equity for a long linear and a
  /// short inverse position, and that plus the equity for the others. Where no price reaches it, it is
  /// the last that there is: one unit of the last digit, or the limit of prices.
  ///
  /// - Throws: `ExchangeError.overflow`.
  func bankruptcyPrice(
    of quantity: Int64, equity: Money, at mark: Mark
  ) throws(ExchangeError) -> Price {
    let isLong = quantity > 0
    let losesWithValue = isLong == (contract.settlement == .linear)
    let value = try notional(abs(quantity), at: mark)
    guard let equity = Notional(exactly: equity) else { throw overflow("equity") }
    let target = losesWithValue ? value.units - equity.units : value.units + equity.units
    // By halves: better prices leave more, so that the first that leaves nothing less is searched.
    var low = instrument.allowsNonPositivePrices ? -Price.limit : 1
    var high = Price.limit
    func leavesEnough(_ raw: Int64) -> Bool {
      // Far from the mark a value may not fit: it is beyond the target then.
      guard let found = try? notional(abs(quantity), at: Price(unchecked: raw)).units else {
        return losesWithValue == (raw > 0)
      }
      return losesWithValue ? found >= target : found <= target
    }
    while low < high {
      let middle = isLong ? low + (high - low) / 2 : high - (high - low) / 2
      if leavesEnough(middle) {
        if isLong { high = middle } else { low = middle }
      } else {
        if isLong { low = middle + 1 } else { high = middle - 1 }
      }
    }
    return Price(unchecked: low)
  }
}
