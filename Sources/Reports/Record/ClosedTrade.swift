public import Market

/// Whether a trade gained from rising or from falling prices.
public enum TradeDirection: UInt8, Sendable {
  case long, short
}

/// A position from its first fill to its last, in the currency of the account.
public struct ClosedTrade: Hashable, Sendable {
  public let direction: TradeDirection
  public let opened: Timestamp
  public let closed: Timestamp
  /// Before fees, funding and dividends.
  public let profit: Money
  /// What was paid; negative for a rebate.
  public let fees: Money
  /// What funding brought; negative when it was paid.
  public let funding: Money
  /// What dividends brought; negative when they were paid.
  public let dividends: Money

  public init(
    _ direction: TradeDirection, opened: Timestamp, closed: Timestamp, profit: Money, fees: Money,
    funding: Money, dividends: Money
  ) {
    self.direction = direction
    self.opened = opened
    self.closed = closed
    self.profit = profit
    self.fees = fees
    self.funding = funding
    self.dividends = dividends
  }

  /// From the first fill to the last.
  var time: Duration { opened.elapsed(to: closed) }

  /// `profit - fees + funding + dividends`, or nil when it does not fit.
  func netProfit() -> Money? {
    let (costs, overflow) = Int128.zero.subtractingReportingOverflow(fees.units)
    guard !overflow else { return nil }
    return profit.adding(Money(units: costs, fees.currency))?.adding(funding)?.adding(dividends)
  }
}

/// What the fills of a whole run came to, those of positions still open included.
public struct TradingTotals: Hashable, Sendable {
  /// The value of all fills, of entries and exits alike; not below zero.
  public let tradedValue: Money
  /// What was paid; negative when rebates outweigh it.
  public let fees: Money
  /// What funding brought; negative when more was paid.
  public let funding: Money

  public init(tradedValue: Money, fees: Money, funding: Money) {
    self.tradedValue = tradedValue
    self.fees = fees
    self.funding = funding
  }
}
