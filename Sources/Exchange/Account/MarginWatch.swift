import Market

/// When margin has to be computed anew, as long as nothing but marks changes.
enum MarginWatch: UInt8, Sendable {
  /// Never: nothing is at stake.
  case never
  /// When a mark leaves its listing's `QuietMarks`.
  case byMark
  /// At every mark: amounts of several currencies move with the marks of each other.
  case always
}

/// Marks of a listing that cannot lead to a liquidation: longs at or above `low`, shorts at or below
/// `high`. So a slice of records is held against two prices, and nothing is computed for a tick.
struct QuietMarks: Sendable {
  var low = Price(unchecked: .min)
  var high = Price(unchecked: .max)

  func hold(_ marks: Marks) -> Bool {
    (marks.long.map { $0.price >= low } ?? true) && (marks.short.map { $0.price <= high } ?? true)
  }

  /// Narrows the marks so far that a leg cannot lose more than `budget`, its maintenance included.
  ///
  /// The value moves by at most (value ÷ mark) × move, twice that for an inverse contract whose
  /// mark falls by at most a half; and the maintenance by no more than the value.
  mutating func keep(_ leg: Leg, at mark: Mark, in listing: Listing, budget: Int128)
    throws(ExchangeError)
  {
    let value = try listing.notional(abs(leg.quantity), at: mark).magnitude.units
    let price = Int128(abs(mark.price.raw))
    var move: Int128 = 0
    if budget > 0, value > 0 {
      move = (budget / 2).multiplied(by: price, dividedBy: value) ?? Int128(Price.limit)
      if listing.contract.settlement == .inverse { move = min(move / 2, price / 2) }
      move = max(0, min(move - 1, Int128(Price.limit)))
    }
    if leg.quantity > 0 {
      low = max(low, Price(unchecked: mark.price.raw - Int64(move)))
    } else {
      high = min(high, Price(unchecked: mark.price.raw + Int64(move)))
    }
  }
}

extension SimulatedExchange {
  /// The last prices that change no more than the mark and the excursions: nothing is liquidated. Of a
  /// run of trades within them the lowest, the highest and the last have to be taken in.
  ///
  /// - Returns: In units of the last digit; nil where every record has to be taken in.
  /// - Complexity: O(1).
  @inline(__always)
  mutating func quietLastPrices(of id: ListingID) -> ClosedRange<Int64>? {
    let index = id.index
    var (low, high) = (Int64.min, Int64.max)
    // What waits for the next price gets it of any record, whatever the marks are taken from.
    if rules.marginCurrency != nil, marginIsStale || books[index].holding.isLiquidating {
      return nil
    }
    guard books[index].listing.mark == .last else { return low...high }
    if rules.marginCurrency != nil {
      if marginWatch == .always { return nil }
      if marginWatch == .byMark, !books[index].holding.isFlat {
        (low, high) = (books[index].quietMarks.low.raw, books[index].quietMarks.high.raw)
      }
    }
    // The first mark after a change of the position is a record of its own.
    if books[index].holding.legs.waitsForMark { return nil }
    return low <= high ? low...high : nil
  }

  /// Looks after margin when the marks of a listing, or anything else since, may ask for it.
  /// - Complexity: O(1) while marks stay quiet.
  mutating func checkMargin(after id: ListingID, at time: Timestamp) throws(ExchangeError) {
    guard rules.marginCurrency != nil, marginIsStale || !isQuiet(id.index) else { return }
    try checkMargin(at: time)
  }

  /// Reads single fields: a copy of a whole book would cost more than all the rest of a record.
  private func isQuiet(_ index: Int) -> Bool {
    switch marginWatch {
    case .never: true
    case .byMark:
      books[index].holding.isFlat || books[index].quietMarks.hold(books[index].marks)
    case .always: false
    }
  }

  mutating func checkMargin(at time: Timestamp) throws(ExchangeError) {
    guard let target = rules.marginCurrency else { return }
    while try liquidateNext(at: time) {}
    marginIsStale = false
    marginWatch = try watch(in: target)
  }

  private mutating func watch(in target: Currency) throws(ExchangeError) -> MarginWatch {
    let isFlat = books.allSatisfy { $0.holding.isFlat }
    if isFlat && ledger.currencies.allSatisfy({ ledger.borrowed(in: $0).units == 0 }) {
      return .never
    }
    let isOneCurrency =
      ledger.currencies.allSatisfy { $0 == target || ledger.netBalance(in: $0).units == 0 }
      && books.allSatisfy { $0.holding.isFlat || $0.listing.contract.currency == target }
    guard isOneCurrency, !books.contains(where: { $0.holding.isLiquidating }),
      let equity = try marginEquity(), let maintenance = try crossMaintenance()
    else { return .always }
    let crossLegs = books.indices.filter { books[$0].listing.margin.mode == .cross }
      .reduce(0) { $0 + books[$1].holding.legs.filter { $0.quantity != 0 }.count }
    for index in books.indices {
      books[index].quietMarks = QuietMarks()
      for leg in books[index].holding.legs where leg.quantity != 0 {
        guard let mark = books[index].marks.mark(ofSign: leg.quantity.signum()) else {
          return .always
        }
        let isCross = books[index].listing.margin.mode == .cross
        var excess = equity - maintenance
        if !isCross {
          excess =
            try isolatedEquity(of: leg, at: mark, in: books[index].listing)
            - maintenanceMargin(of: leg.quantity, at: mark, in: books[index].listing)
        }
        let count = Int128(isCross ? crossLegs : 1)
        // Less a unit for each number that is rounded on the way.
        let budget = (excess.units - 4 * count) / count
        let (units, overflow) = budget.multipliedReportingOverflow(by: Notional.unitsPerMoneyUnit)
        try books[index].quietMarks.keep(
          leg, at: mark, in: books[index].listing, budget: overflow ? 0 : units)
      }
    }
    return .byMark
  }
}
