public import Market

/// How a position came to its end.
public enum RoundTripEnd: UInt8, Sendable {
  case fill
  case liquidation
  /// The expiry of a future.
  case settlement
  /// A split that left less than a share's last digit.
  case split
}

/// A position from its first fill to its last: a closed trade.
///
/// Amounts are in the listing's currency. A fill that turns a position round ends one and begins the
/// next, and its fee is divided between them by quantity.
public struct RoundTrip: Hashable, Sendable {
  public let listing: ListingID
  /// Buy for a long.
  public let side: OrderSide
  public let opened: Timestamp
  public let closed: Timestamp
  public let end: RoundTripEnd
  /// The most that was held at a time, in units of the last quantity digit.
  public let largestQuantity: Int64
  /// How much was opened in all.
  public let quantity: Int64
  /// Averages over all entries and all exits, for display.
  public let entryPrice: Double
  public let exitPrice: Double
  /// Before fees, funding and dividends: the sum over the fills that closed.
  public let profit: Money
  public let fees: Money
  /// What funding brought; negative when it was paid.
  public let funding: Money
  /// What dividends in the listing's currency brought.
  public let dividends: Money
  /// The highest and the lowest that `profit`, realised and not, ever came to at a mark; from
  /// zero, with which it began. The maximum favourable and adverse excursion.
  public let best: Money
  public let worst: Money

  /// Nanoseconds.
  public var duration: Int64 { closed.nanoseconds - opened.nanoseconds }
  public var netProfit: Money { profit - fees + funding + dividends }
}

/// A round trip that is not at its end.
struct OpenRoundTrip: Sendable {
  let side: OrderSide
  let opened: Timestamp
  private var largest: Int64 = 0
  private var entered: Int64 = 0
  private var exited: Int64 = 0
  private var entry = Notional.zero
  private var exit = Notional.zero
  private(set) var profit: Money
  private var fees: Money
  var funding: Money
  var dividends: Money
  private var best: Money
  private var worst: Money
  /// The marks seen since the position last changed: between two changes the profit follows the
  /// mark one way, so that only the outermost count.
  private(set) var seen: (low: Mark, high: Mark)?

  init(_ side: OrderSide, opened: Timestamp, in currency: Currency) {
    self.side = side
    self.opened = opened
    let zero = Money.zero(currency)
    (profit, fees, funding, dividends, best, worst) = (zero, zero, zero, zero, zero, zero)
  }

  /// - Complexity: O(1), no arithmetic on money: a slice is taken in by its lowest and highest mark.
  mutating func see(_ mark: Mark) {
    guard let seen else {
      self.seen = (mark, mark)
      return
    }
    if mark.price < seen.low.price { self.seen?.low = mark }
    if mark.price > seen.high.price { self.seen?.high = mark }
  }

  /// The profit at a mark, realised and not.
  private func profit(
    of position: Position, at mark: Mark, in listing: Listing
  ) throws(ExchangeError) -> Money {
    let open = try position.unrealizedProfit(at: mark, in: listing).money(in: profit.currency)
    guard let sum = profit.adding(open) else { throw listing.overflow("excursion") }
    return sum
  }

  /// The highest and lowest profit with the marks seen at `position`.
  func excursion(
    of position: Position, in listing: Listing
  ) throws(ExchangeError) -> (best: Money, worst: Money) {
    guard let seen else { return (best, worst) }
    let low = try profit(of: position, at: seen.low, in: listing)
    let isOne = seen.low.price == seen.high.price
    let high = isOne ? low : try profit(of: position, at: seen.high, in: listing)
    return (max(best, low, high), min(worst, low, high))
  }

  /// Counts in the marks seen at `position`, which now changes.
  mutating func fold(_ position: Position, in listing: Listing) throws(ExchangeError) {
    (best, worst) = try excursion(of: position, in: listing)
    seen = nil
  }

  mutating func enter(
    _ quantity: Int64, at value: Notional, held: Int64, fee: Money, in listing: Listing
  ) throws(ExchangeError) {
    entered = try entered.adding(quantity, in: listing)
    entry.units = try entry.units.adding(value.units, in: listing)
    fees = Money(units: try fees.units.adding(fee.units, in: listing), fees.currency)
    largest = max(largest, held)
  }

  mutating func leave(
    _ quantity: Int64, at value: Notional, profit: Money, fee: Money, in listing: Listing
  ) throws(ExchangeError) {
    exited = try exited.adding(quantity, in: listing)
    exit.units = try exit.units.adding(value.units, in: listing)
    fees = Money(units: try fees.units.adding(fee.units, in: listing), fees.currency)
    self.profit = Money(
      units: try self.profit.units.adding(profit.units, in: listing), profit.currency)
  }

  /// In new shares, rounded for display.
  mutating func split(new: Int64, old: Int64) {
    func split(_ quantity: Int64) -> Int64 {
      Int64(clamping: Int128(quantity).multiplied(by: Int128(new), dividedBy: Int128(old)) ?? 0)
    }
    (largest, entered, exited) = (split(largest), split(entered), split(exited))
  }

  func closed(
    _ listing: Listing, _ id: ListingID, at time: Timestamp, _ end: RoundTripEnd
  ) -> RoundTrip {
    RoundTrip(
      listing: id, side: side, opened: opened, closed: time, end: end, largestQuantity: largest,
      quantity: entered, entryPrice: listing.averagePrice(of: entry, quantity: entered),
      exitPrice: listing.averagePrice(of: exit, quantity: exited), profit: profit, fees: fees,
      funding: funding, dividends: dividends, best: max(best, profit), worst: min(worst, profit))
  }
}

extension FixedWidthInteger {
  fileprivate func adding(_ other: Self, in listing: Listing) throws(ExchangeError) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    if overflow { throw listing.overflow("round trip") }
    return sum
  }
}
