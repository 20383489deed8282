/// What the holders of one side of a perpetual contract pay those of the other at one moment.
public struct FundingRate: Hashable, Sendable {
  /// When it is due: on the interval of the contract, without the recorder's jitter.
  public var time: Timestamp
  /// The time that the tape had.
  public var rawTime: Timestamp
  /// The share of the position's notional at the mark price; positive when longs pay shorts.
  public var rate: Rate

  public init(time: Timestamp, rawTime: Timestamp, rate: Rate) {
    self.time = time
    self.rawTime = rawTime
    self.rate = rate
  }
}

/// The price at which an exchange values positions, as a record of the tape.
public struct MarkPrice: Hashable, Sendable {
  public var time: Timestamp
  /// In units of its stream's precision, which is often finer than the instrument's.
  public var price: Price

  public init(time: Timestamp, price: Price) {
    self.time = time
    self.price = price
  }
}

/// A change of an equity that is no trade.
public struct CorporateAction: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Paid by the issuer for each share held.
    case cashDividend(perShare: Money)
    /// `new` shares take the place of `old` ones; both at least 1.
    case split(new: Int64, old: Int64)
  }

  /// The first moment at which the instrument trades without the dividend, or in new shares.
  public var time: Timestamp
  public var kind: Kind

  /// - Precondition: the numbers of a split are at least 1.
  public init(time: Timestamp, kind: Kind) {
    if case .split(let new, let old) = kind {
      precondition(new >= 1 && old >= 1, "a split of \(new) for \(old): expected at least 1")
    }
    self.time = time
    self.kind = kind
  }
}
