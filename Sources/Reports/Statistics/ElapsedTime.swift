import Market

extension Timestamp {
  /// The time that passes until `later`; from 1900 to 2200 it exceeds 64 bits of nanoseconds.
  func elapsed(to later: Timestamp) -> Duration {
    .nanoseconds(later.nanoseconds) - .nanoseconds(nanoseconds)
  }
}
