public import Market

/// Why an exchange cannot be set up, or cannot go on. A refused order is no error: see `Rejection`.
public enum ExchangeError: Error, Hashable, Sendable {
  /// A listing that cannot be traded as it is described: its symbol and what is wrong.
  case badListing(symbol: String, String)
  case unknownSymbol(String)
  /// A record, an order or a cancel lies before what the exchange has already done.
  case beforeClock(clock: Moment, found: Moment)
  /// A position that has to be valued, and no price to do it by.
  case noMark(symbol: String, Timestamp)
  /// More is taken out than is free.
  case withdrawal(Money, available: Money)
  /// An amount grew past what its field can hold.
  case overflow(symbol: String, field: String)
}

extension ExchangeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badListing(let symbol, let what): "\(symbol): \(what)"
    case .unknownSymbol(let symbol): "the exchange lists no '\(symbol)'"
    case .beforeClock(let clock, let found):
      "something of \(found.text(beside: clock)) reaches an exchange that stands at "
        + "\(clock.text(beside: found)): expected times that never go back"
    case .noMark(let symbol, let time):
      "\(symbol): a position is to be valued at \(time), and the tape had no mark before"
    case .withdrawal(let amount, let available):
      "a withdrawal of \(amount): expected at most \(available)"
    case .overflow(let symbol, let field):
      "\(symbol): the amount in '\(field)' is larger than can be counted"
    }
  }
}

extension Moment {
  /// With its phase where the other is of the same time.
  fileprivate func text(beside other: Moment) -> String {
    time == other.time ? "\(time), \(phase)" : "\(time)"
  }
}
