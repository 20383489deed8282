/// How the orders of one group depend on each other. All of them belong to one listing and arrive
/// together: where one is refused, all are.
public enum OrderLink: UInt8, Hashable, Sendable {
  /// The first fill of one, even of a part, cancels the others.
  case oneCancelsOther
  /// The first works; the others wait until it is filled whole, and are cancelled if it ends before.
  case oneTriggersOther
  /// The first is an entry; the others are its exits, on the other side and reduce-only. Each fill
  /// of the entry lets as much of every exit work, and each fill of an exit makes the other exits
  /// smaller by as much. What the entry leaves unfilled at its end, the exits lose.
  case bracket
}
