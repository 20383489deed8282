public import Market

/// Whether a fill took what was there, or rested until somebody took it.
public enum Liquidity: UInt8, Sendable {
  case maker
  case taker
}

/// One execution of an order, settled.
public struct Fill: Hashable, Sendable {
  /// The fills of an exchange are counted from 0.
  public let number: Int
  public let order: OrderID
  public let listing: ListingID
  // Small ones together: a million reports are written and read.
  public let side: OrderSide
  public let liquidity: Liquidity
  /// Whether the other way through the bar would not have given this fill.
  public let isPathDependent: Bool
  public let price: Price
  public let quantity: Quantity
  /// When it happened: the record's time, or the moment on the path of a bar.
  public let time: Timestamp
  // Both amounts are of one currency, so that a million reports keep it once each.
  private let feeUnits: Int128
  private let profitUnits: Int128
  private let currency: Currency

  /// Paid by the trader; a rebate is negative.
  public var fee: Money { Money(units: feeUnits, currency) }
  /// Of the part that closed a position, before the fee.
  public var realizedProfit: Money { Money(units: profitUnits, currency) }

  /// - Precondition: `fee` and `realizedProfit` are of one currency.
  init(
    number: Int, order: OrderID, listing: ListingID, side: OrderSide, price: Price,
    quantity: Quantity, time: Timestamp, liquidity: Liquidity, fee: Money, realizedProfit: Money,
    isPathDependent: Bool
  ) {
    precondition(fee.currency == realizedProfit.currency, "a fill in two currencies")
    self.number = number
    self.order = order
    self.listing = listing
    self.side = side
    self.price = price
    self.quantity = quantity
    self.time = time
    self.liquidity = liquidity
    self.isPathDependent = isPathDependent
    feeUnits = fee.units
    profitUnits = realizedProfit.units
    currency = fee.currency
  }
}

/// Why an order was cancelled.
public enum CancelReason: Hashable, Sendable {
  case requested
  /// An immediate-or-cancel order: what the first record left over.
  case notFilledAtOnce
  /// A fill-or-kill order, and how much there was.
  case notFilledWhole(available: Int64)
  /// A reduce-only order that has nothing left to reduce.
  case nothingToReduce
  /// The money that stands for its position does not suffice any more.
  case liquidation
  /// A split: the order was meant in old shares.
  case corporateAction
  /// The contract has expired.
  case contractExpired
  /// A post-only order that its group lets work when this price is there to be taken.
  case postOnlyWouldTake(Price)
  /// Another order of its group was filled.
  case otherFilled(OrderID)
  /// The order whose fill it waited for has ended.
  case entryEnded(OrderID)
  /// In a cash account: it was let loose by a fill, and takes more with all open orders than there is.
  case insufficientBalance(needed: Money, available: Money)
}

/// What has happened to an order.
public enum OrderEvent: Hashable, Sendable {
  case submitted
  case accepted
  /// It waits for a fill of the order that it depends on.
  case held
  /// A fill of that order lets so much more of it work.
  case released(Quantity)
  /// Its group has made it smaller: its whole quantity now.
  case resized(Quantity)
  case amended(OrderAmendment)
  case amendRefused(AmendRefusal)
  case rejected(Rejection)
  /// Which price reached its trigger.
  case triggered(Price)
  case filled(Fill)
  case cancelled(CancelReason)
  case expired
  /// A cancel found the order in a status that has no end left.
  case cancelRefused(OrderStatus)
}

/// An event of one order, and when it happened.
public struct OrderReport: Hashable, Sendable {
  // The largest first: its last bytes are free for what follows.
  public let event: OrderEvent
  /// The order's status after it.
  public let status: OrderStatus
  public let order: OrderID
  /// When it happened. Inside a bar that lies before the time at which it is known.
  public let time: Timestamp

  @inline(__always)
  init(order: OrderID, time: Timestamp, event: OrderEvent, status: OrderStatus) {
    self.order = order
    self.time = time
    self.event = event
    self.status = status
  }
}
