import Market

/// What a round trip has brought, in units of its listing's currency.
struct RoundTripAmounts: Hashable, Sendable {
  var profit: Int128 = 0
  var fees: Int128 = 0
  var funding: Int128 = 0
  var dividends: Int128 = 0
  var best: Int128 = 0
  var worst: Int128 = 0
}

/// A round trip that is not at its end.
struct OpenRoundTrip: Sendable {
  let side: OrderSide
  let opened: Timestamp
  var largest: Int64 = 0
  var entered: Int64 = 0
  var exited: Int64 = 0
  var entry = Notional.zero
  var exit = Notional.zero
  var amounts = RoundTripAmounts()
  /// The marks seen since the position last changed: between two changes the profit follows the
  /// mark one way, so that only the outermost count.
  var seen: SeenMarks?

  struct SeenMarks: Sendable {
    var low: Price
    var high: Price
    /// Of both: a listing's marks have as many always.
    let digits: Int

    /// What closing all of a position would bring, at the two in no order.
    fileprivate func profits(
      of position: Position, in listing: Listing
    ) throws(ExchangeError) -> (Int128, Int128) {
      func profit(at price: Price) throws(ExchangeError) -> Int128 {
        let open = try position.unrealizedProfit(at: price, digits: digits, in: listing)
        return open.money(in: listing.contract.currency).units
      }
      let first = try profit(at: low)
      return (first, low == high ? first : try profit(at: high))
    }
  }

  init(_ side: OrderSide, opened: Timestamp) {
    self.side = side
    self.opened = opened
  }

  /// - Complexity: O(1), no arithmetic on money: a slice is taken in by its lowest and highest mark.
  mutating func see(_ mark: Mark) {
    guard let seen else {
      self.seen = SeenMarks(low: mark.price, high: mark.price, digits: mark.digits)
      return
    }
    if mark.price < seen.low { self.seen?.low = mark.price }
    if mark.price > seen.high { self.seen?.high = mark.price }
  }

  /// Widens what was seen.
  mutating func see(low: Price, high: Price) {
    guard let seen else { return }
    if low < seen.low { self.seen?.low = low }
    if high > seen.high { self.seen?.high = high }
  }

  /// The highest and lowest profit, realised and not, with the marks seen at `position`.
  func excursion(
    of position: Position, in listing: Listing
  ) throws(ExchangeError) -> (best: Int128, worst: Int128) {
    var trip = self
    try trip.fold(position, in: listing)
    return (trip.amounts.best, trip.amounts.worst)
  }

  /// Counts in the marks seen at `position`, which now changes.
  mutating func fold(_ position: Position, in listing: Listing) throws(ExchangeError) {
    guard let seen else { return }
    self.seen = nil
    let (first, second) = try seen.profits(of: position, in: listing)
    let found = (
      try amounts.profit.adding(first, in: listing), try amounts.profit.adding(second, in: listing)
    )
    amounts.best = max(amounts.best, found.0, found.1)
    amounts.worst = min(amounts.worst, found.0, found.1)
  }

  mutating func enter(
    _ quantity: Int64, at value: Notional, held: Int64, fee: Int128, in listing: Listing
  ) throws(ExchangeError) {
    entered = try entered.adding(quantity, in: listing)
    entry.units = try entry.units.adding(value.units, in: listing)
    amounts.fees = try amounts.fees.adding(fee, in: listing)
    largest = max(largest, held)
  }

  mutating func leave(
    _ quantity: Int64, at value: Notional, profit: Int128, fee: Int128, in listing: Listing
  ) throws(ExchangeError) {
    exited = try exited.adding(quantity, in: listing)
    exit.units = try exit.units.adding(value.units, in: listing)
    amounts.fees = try amounts.fees.adding(fee, in: listing)
    amounts.profit = try amounts.profit.adding(profit, in: listing)
  }

  mutating func receive(funding: Int128, in listing: Listing) throws(ExchangeError) {
    amounts.funding = try amounts.funding.adding(funding, in: listing)
  }

  mutating func receive(dividend: Int128, in listing: Listing) throws(ExchangeError) {
    amounts.dividends = try amounts.dividends.adding(dividend, in: listing)
  }

  /// In new shares, rounded for display.
  mutating func split(new: Int64, old: Int64) {
    func split(_ quantity: Int64) -> Int64 {
      Int64(clamping: Int128(quantity).multiplied(by: Int128(new), dividedBy: Int128(old)) ?? 0)
    }
    (largest, entered, exited) = (split(largest), split(entered), split(exited))
  }
}

extension FixedWidthInteger {
  fileprivate func adding(_ other: Self, in listing: Listing) throws(ExchangeError) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    if overflow { throw listing.overflow("round trip") }
    return sum
  }
}

extension RoundTripAmounts {
  func encode(into writer: inout StateWriter) {
    for units in [profit, fees, funding, dividends, best, worst] { writer.write(units) }
  }

  init(from reader: inout StateReader) throws(MarketError) {
    profit = try reader.read()
    fees = try reader.read()
    funding = try reader.read()
    dividends = try reader.read()
    best = try reader.read()
    worst = try reader.read()
  }
}

extension OpenRoundTrip {
  func encode(into writer: inout StateWriter) {
    writer.write(side.rawValue)
    writer.write(opened)
    for quantity in [largest, entered, exited] { writer.write(quantity) }
    for value in [entry, exit] { writer.write(value.units) }
    amounts.encode(into: &writer)
    writer.write(seen) {
      $0.write($1.low)
      $0.write($1.high)
      $0.write(UInt8($1.digits))
    }
  }

  init(from reader: inout StateReader) throws(MarketError) {
    side = try reader.readCase()
    opened = try reader.readTime()
    largest = try reader.read()
    entered = try reader.read()
    exited = try reader.read()
    entry = Notional(units: try reader.read())
    exit = Notional(units: try reader.read())
    amounts = try RoundTripAmounts(from: &reader)
    seen = try reader.readOptional { reader throws(MarketError) in
      SeenMarks(
        low: try reader.readMarkPrice(), high: try reader.readMarkPrice(),
        digits: Int(try reader.read(in: 0...UInt8(10))))
    }
  }
}
