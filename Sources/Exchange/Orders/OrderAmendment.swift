public import Market

/// What is to be changed of a working order; what is nil stays.
public struct OrderAmendment: Hashable, Sendable {
  public var limitPrice: Price?
  public var triggerPrice: Price?
  /// The whole quantity, what is filled included.
  public var quantity: Quantity?

  public init(
    limitPrice: Price? = nil, triggerPrice: Price? = nil, quantity: Quantity? = nil
  ) {
    self.limitPrice = limitPrice
    self.triggerPrice = triggerPrice
    self.quantity = quantity
  }
}

/// Why an amendment changed nothing.
public enum AmendRefusal: Error, Hashable, Sendable {
  /// The order cannot trade any more, or has not arrived.
  case notWorking(OrderStatus)
  /// A limit for an order without one, or a trigger where there is none (any more).
  case noSuchPrice
  /// A quantity that is already filled.
  case alreadyFilled(Quantity)
  /// The quantity of an order in a group follows from the group.
  case quantityOfLinkedOrder
  /// The order as it would be breaks a rule.
  case rule(Rejection)
}

extension OrderType {
  /// The type with other prices; nil where it has no such price.
  func amended(limit: Price?, trigger: Price?) -> OrderType? {
    switch (self, limit, trigger) {
    case (_, nil, nil): self
    case (.limit(_, let postOnly), let limit?, nil): .limit(limit, postOnly: postOnly)
    case (.stop, nil, let stop?): .stop(stop)
    case (.stopLimit(let oldStop, let oldLimit), _, _):
      .stopLimit(stop: trigger ?? oldStop, limit: limit ?? oldLimit)
    case (.marketIfTouched, nil, let trigger?): .marketIfTouched(trigger)
    case (.limitIfTouched(let oldTrigger, let oldLimit), _, _):
      .limitIfTouched(trigger: trigger ?? oldTrigger, limit: limit ?? oldLimit)
    default: nil
    }
  }
}
