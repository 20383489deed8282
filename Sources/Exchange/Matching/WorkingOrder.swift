import Market

/// An accepted order as matching sees it.
struct WorkingOrder: Sendable {
  /// Where in its market it waits.
  enum Place: Sendable {
    /// For the first record after its arrival.
    case newcomers
    /// To trade at the price there is.
    case takers
    /// At its limit.
    case limits
    /// For its trigger.
    case triggers
  }

  let id: OrderID
  let side: OrderSide
  let arrival: Moment
  let timeInForce: TimeInForce
  let isReduceOnly: Bool
  /// Without its trigger, once that was reached.
  var type: OrderType
  var remaining: Int64
  /// The lower goes first; a new one when its trigger is reached.
  var priority: Int
  /// Whether it could trade at once with the price in force at its arrival; nil without one.
  var couldTake: Bool?
  /// At what price it is counted among what open orders may cost: its limit, else its trigger, else
  /// the price in force at its arrival, else nothing.
  var reservePrice = Price(unchecked: 0)
  var place = Place.newcomers

  /// Whether its limit, if it has one, allows `price`.
  func allows(_ price: Price) -> Bool {
    guard let limit = type.limitPrice else { return true }
    return side == .buy ? price <= limit : price >= limit
  }
}

/// One execution, not yet settled.
struct Execution: Hashable, Sendable {
  let order: OrderID
  let side: OrderSide
  let price: Price
  let quantity: Int64
  let liquidity: Liquidity
  let time: Timestamp
  var isPathDependent = false
}

/// What matching decides, in the order in which it happens.
enum MatchEvent: Sendable {
  case triggered(OrderID, Price, Timestamp)
  case executed(Execution)
  case cancelled(OrderID, CancelReason, Timestamp)
}
