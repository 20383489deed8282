/// What stands before an order that rests at the price of the tape's own best quote.
public enum QueueModel: Hashable, Sendable {
  /// Nothing is known; resting orders fill by price alone.
  case none
  /// The volume of the tape's quote at the order's price stands before it. Quotes and trades of the
  /// listing both count, whichever of them fills orders; bars have no queue.
  ///
  /// - A quote whose own side stands at the order's price says how much is ahead at most: sizes that
  ///   shrink are taken to shrink behind the order until they cannot. One whose own side stands
  ///   away from the order's price, towards its owner, says that nothing is ahead.
  /// - A trade at the order's price takes from what is ahead; what it has beyond that fills the
  ///   order. A trade through the order's price leaves nothing ahead.
  /// - Until a quote has said how much is ahead, only a price that goes through fills the order.
  case volumeAhead
}
