public import Market

/// From which price of the tape positions are valued.
public enum MarkRule: Hashable, Sendable {
  /// The last trade, or the close of the last bar.
  case last
  /// Halfway between bid and ask.
  case mid
  /// What closing would get: longs at the bid, shorts at the ask.
  case closingSide
  /// A stream of mark prices, in its own precision.
  case stream(Precision)
}

/// The price at which a position is valued.
public struct Mark: Hashable, Sendable {
  /// In units of 10^-digits.
  public let price: Price
  public let digits: Int
  /// When the tape had it.
  public let time: Timestamp
}

/// The newest prices of a listing, of every kind that the tape has.
struct KnownPrices: Sendable {
  private var bid: Price?
  private var ask: Price?
  private var quoteTime = Timestamp.earliest
  private var last: (price: Price, time: Timestamp)?
  private var stream: (price: Price, time: Timestamp)?

  mutating func note(_ quote: Quote) {
    (bid, ask, quoteTime) = (quote.bid, quote.ask, quote.time)
  }

  mutating func note(_ trade: Trade) { last = (trade.price, trade.time) }
  mutating func note(_ bar: Bar) { last = (bar.close, bar.tsClose) }
  mutating func note(_ mark: MarkPrice) { stream = (mark.price, mark.time) }

  /// The mark of a position of this sign; nil while the tape has not had one.
  func mark(_ rule: MarkRule, sign: Int64, _ instrument: Instrument) -> Mark? {
    let digits = instrument.pricePrecision.digits
    switch rule {
    case .last: return last.map { Mark(price: $0.price, digits: digits, time: $0.time) }
    case .stream(let precision):
      return stream.map { Mark(price: $0.price, digits: precision.digits, time: $0.time) }
    case .closingSide:
      return (sign < 0 ? ask : bid).map { Mark(price: $0, digits: digits, time: quoteTime) }
    case .mid:
      guard let bid, let ask else { return nil }
      // One digit more, so that no half is lost.
      let mid = Price(unchecked: (bid.raw + ask.raw) * 5)
      return Mark(price: mid, digits: digits + 1, time: quoteTime)
    }
  }
}
