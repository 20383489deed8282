public import Market

public enum OrderSide: UInt8, Sendable, CaseIterable {
  case buy
  case sell

  /// 1 for a buy, -1 for a sell.
  public var sign: Int64 { self == .buy ? 1 : -1 }

  public var other: OrderSide { self == .buy ? .sell : .buy }
}

/// How an order finds its price. Prices are in units of the instrument's last price digit.
public enum OrderType: Hashable, Sendable {
  /// At the next price there is.
  case market
  /// At `price` or better; a post-only order is refused where it would trade at once.
  case limit(Price, postOnly: Bool = false)
  /// A market order once the price reaches `stop`: from below for a buy, from above for a sell.
  case stop(Price)
  /// A limit order at `limit` once the price reaches `stop`.
  case stopLimit(stop: Price, limit: Price)
  /// A market order once the price comes to `trigger`: from above for a buy, from below for a sell.
  case marketIfTouched(Price)
  /// A limit order at `limit` once the price comes to `trigger`.
  case limitIfTouched(trigger: Price, limit: Price)
  /// A stop whose level follows the best price since its arrival: the highest bid for a sell, the
  /// lowest ask for a buy. It never moves away from the market.
  case trailingStop(TrailingOffset)

  /// Whether it is a market or a limit order only after its trigger.
  public var waitsForTrigger: Bool {
    switch self {
    case .market, .limit: false
    case .stop, .stopLimit, .marketIfTouched, .limitIfTouched, .trailingStop: true
    }
  }

  /// The price at which the order becomes a market or a limit order; a trailing stop's moves, so it
  /// has none of its own.
  public var triggerPrice: Price? {
    switch self {
    case .market, .limit, .trailingStop: nil
    case .stop(let trigger), .stopLimit(let trigger, _), .marketIfTouched(let trigger),
      .limitIfTouched(let trigger, _):
      trigger
    }
  }

  /// Whether a buy waits for a price at or above its trigger, and a sell for one at or below.
  public var isStop: Bool {
    switch self {
    case .stop, .stopLimit, .trailingStop: true
    case .market, .limit, .marketIfTouched, .limitIfTouched: false
    }
  }

  public var limitPrice: Price? {
    switch self {
    case .market, .stop, .marketIfTouched, .trailingStop: nil
    case .limit(let limit, _), .stopLimit(_, let limit), .limitIfTouched(_, let limit): limit
    }
  }

  public var isPostOnly: Bool {
    if case .limit(_, postOnly: true) = self { true } else { false }
  }
}

/// How long an order lives.
public enum TimeInForce: Hashable, Sendable {
  case goodTillCancelled
  /// What the first record after the arrival, or after the trigger, does not fill is cancelled.
  case immediateOrCancel
  /// The first record after the arrival, or after the trigger, fills all of it, or nothing.
  case fillOrKill
  /// Until the next close of the regular session.
  case day
  /// Expires at this moment, before anything that arrives then.
  case goodTill(Timestamp)

  var isImmediate: Bool { self == .immediateOrCancel || self == .fillOrKill }
}

/// What a strategy asks for.
public struct OrderRequest: Hashable, Sendable {
  // In an order that leaves no gaps: small ones stand behind what ends within a word.
  public var type: OrderType
  public var side: OrderSide
  /// Whether the order may only make the position smaller.
  public var isReduceOnly: Bool
  public var listing: ListingID
  public var quantity: Quantity
  public var timeInForce: TimeInForce

  public init(
    _ side: OrderSide, _ quantity: Quantity, of listing: ListingID, _ type: OrderType = .market,
    _ timeInForce: TimeInForce = .goodTillCancelled, reduceOnly: Bool = false
  ) {
    self.listing = listing
    self.side = side
    self.type = type
    self.quantity = quantity
    self.timeInForce = timeInForce
    isReduceOnly = reduceOnly
  }
}

/// A listing's place in its exchange.
public struct ListingID: Hashable, Sendable {
  // Half a word, because orders and reports are kept by the million.
  @usableFromInline let stored: Int32

  init(index: Int) { stored = Int32(index) }

  @inlinable public var index: Int { Int(stored) }
}

/// An order's number: the orders of an exchange are counted from 0 in the order of sending, up to
/// 2^31.
public struct OrderID: Hashable, Comparable, Sendable {
  private let stored: Int32

  init(number: Int) { stored = Int32(number) }

  public var number: Int { Int(stored) }

  public static func < (left: OrderID, right: OrderID) -> Bool { left.number < right.number }
}
