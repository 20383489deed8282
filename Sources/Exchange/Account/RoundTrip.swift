public import Market

/// How a position came to its end.
public enum RoundTripEnd: UInt8, Sendable {
  case fill
  case liquidation
  /// The expiry of a future.
  case settlement
  /// A split that left less than a share's last digit.
  case split
  /// What was short was deposited, or what was long withdrawn.
  case transfer
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
  let amounts: RoundTripAmounts
  let currency: Currency

  /// Before fees, funding and dividends: the sum over the fills that closed.
  public var profit: Money { Money(units: amounts.profit, currency) }
  public var fees: Money { Money(units: amounts.fees, currency) }
  /// What funding brought; negative when it was paid.
  public var funding: Money { Money(units: amounts.funding, currency) }
  /// What dividends in the listing's currency brought.
  public var dividends: Money { Money(units: amounts.dividends, currency) }
  /// The highest and the lowest that `profit`, realised and not, ever came to at a mark; from
  /// zero, with which it began. The maximum favourable and adverse excursion.
  public var best: Money { Money(units: amounts.best, currency) }
  public var worst: Money { Money(units: amounts.worst, currency) }

  /// Nanoseconds.
  public var duration: Int64 { closed.nanoseconds - opened.nanoseconds }
  public var netProfit: Money { profit - fees + funding + dividends }
}

extension OpenRoundTrip {
  /// The round trip that ends now.
  func ended(
    in listing: Listing, _ id: ListingID, at time: Timestamp, _ end: RoundTripEnd
  ) -> RoundTrip {
    var amounts = amounts
    amounts.best = max(amounts.best, amounts.profit)
    amounts.worst = min(amounts.worst, amounts.profit)
    return RoundTrip(
      listing: id, side: side, opened: opened, closed: time, end: end, largestQuantity: largest,
      quantity: entered, entryPrice: entry.averagePrice(of: entered, in: listing),
      exitPrice: exit.averagePrice(of: exited, in: listing), amounts: amounts,
      currency: listing.contract.currency)
  }
}

extension RoundTrip {
  func encode(into writer: inout StateWriter) {
    writer.write(listing)
    writer.write(side.rawValue)
    writer.write(opened)
    writer.write(closed)
    writer.write(end.rawValue)
    writer.write(largestQuantity)
    writer.write(quantity)
    writer.write(entryPrice)
    writer.write(exitPrice)
    amounts.encode(into: &writer)
    writer.write(currency)
  }

  init(from reader: inout StateReader, _ limits: StateLimits) throws(MarketError) {
    listing = try limits.listing(&reader)
    side = try reader.readCase()
    opened = try reader.readTime()
    closed = try reader.readTime()
    end = try reader.readCase()
    largestQuantity = try reader.read()
    quantity = try reader.read()
    entryPrice = try reader.readDouble()
    exitPrice = try reader.readDouble()
    amounts = try RoundTripAmounts(from: &reader)
    currency = try reader.readCurrency()
  }
}
