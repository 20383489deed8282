import Market

/// An order that stands at the exchange, as matching sees it.
struct WorkingOrder: Sendable {
  /// Where in its market it waits.
  enum Place: UInt8, Sendable {
    /// For the first record after its arrival.
    case newcomers
    /// To trade at the price there is.
    case takers
    /// At its limit.
    case limits
    /// For its trigger.
    case triggers
    /// For a fill of another order of its group.
    case held
  }

  let id: OrderID
  let side: OrderSide
  let timeInForce: TimeInForce
  let isReduceOnly: Bool
  var arrival: Moment
  /// Without its trigger, once that was reached.
  var type: OrderType
  var filled: Int64 = 0
  var remaining: Int64
  /// Of what remains, what no fill of its group has let work yet.
  var dormant: Int64 = 0
  /// The lower goes first; a new one when its trigger is reached.
  var priority: Int
  /// Whether it could trade at once with the price in force at its arrival; nil without one.
  var couldTake: Bool?
  /// At what price it is counted among what open orders may cost: its limit, else its trigger, else
  /// the price in force at its arrival; nil where none was.
  var reservePrice: Price?
  var place = Place.newcomers
  /// The best price that a trailing stop has seen.
  var best: Price?
  /// What stands before it at its price.
  var ahead = Int64.max
  /// The number of its group's first order.
  var group: OrderID?

  /// How much may trade now.
  @inline(__always)
  var active: Int64 { remaining - dormant }

  /// Where its trigger lies now.
  var triggerLevel: Price? {
    guard case .trailingStop(let offset) = type else { return type.triggerPrice }
    return best.map { offset.level(behind: $0, side) }
  }

  mutating func fill(_ quantity: Int64) {
    remaining -= quantity
    filled += quantity
  }

  /// Makes it wait for its first record; `price` is what it could trade at now.
  mutating func begin(against price: Price?) {
    couldTake = price.map(allows)
    best = price
    place = .newcomers
  }

  /// Whether its limit, if it has one, allows `price`.
  @inline(__always)
  func allows(_ price: Price) -> Bool {
    guard let limit = type.limitPrice else { return true }
    return side == .buy ? price <= limit : price >= limit
  }
}

/// One execution, not yet settled.
struct Execution: Hashable, Sendable {
  let order: OrderID
  let side: OrderSide
  let liquidity: Liquidity
  var isPathDependent: Bool
  let price: Price
  let quantity: Int64
  let time: Timestamp
}

/// What matching decides, in the order in which it happens.
enum MatchEvent: Sendable {
  case triggered(OrderID, Price, Timestamp)
  case executed(Execution)
  case cancelled(OrderID, CancelReason, Timestamp)
  case released(OrderID, Quantity, Timestamp)
  /// The whole quantity now, what is filled included.
  case resized(OrderID, Quantity, Timestamp)
}
