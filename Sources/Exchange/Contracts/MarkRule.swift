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

/// Which price of the tape a mark is.
public enum MarkSource: UInt8, Sendable {
  case last, mid, bid, ask, stream
}

/// The price at which a position is valued.
public struct Mark: Hashable, Sendable {
  /// In units of 10^-digits.
  public let price: Price
  public let digits: Int
  /// When the tape had it.
  public let time: Timestamp
  public let source: MarkSource
}

/// The marks of a listing's long and short positions: two only by the rule `closingSide`.
public struct Marks: Hashable, Sendable {
  /// Nil while the tape has not had a price for it.
  public var long: Mark?
  public var short: Mark?

  /// That of a position of this sign; of no position, that of a long one.
  @inlinable @inline(__always)
  func mark(ofSign sign: Int64) -> Mark? { sign < 0 ? short : long }
}

/// The newest prices of a listing, of every kind that the tape has.
struct KnownPrices: Sendable {
  private let rule: MarkRule
  private let digits: Int
  private var bid: Price?
  private var ask: Price?
  private var quoteTime = Timestamp.earliest
  private var last: (price: Price, time: Timestamp)?
  private var stream: (price: Price, time: Timestamp)?

  init(_ listing: Listing) {
    rule = listing.mark
    digits = listing.instrument.pricePrecision.digits
  }

  mutating func note(_ quote: Quote) {
    (bid, ask, quoteTime) = (quote.bid, quote.ask, quote.time)
  }

  mutating func noteLast(_ price: Price, at time: Timestamp) { last = (price, time) }
  mutating func note(_ trade: Trade) { last = (trade.price, trade.time) }
  /// - Parameter fills: whether the bar fills orders because there is nothing finer: what there is of
  ///   bid and ask is then its close, for marks as for fills.
  mutating func note(_ bar: Bar, fills: Bool) {
    last = (bar.close, bar.tsClose)
    if fills { (bid, ask, quoteTime) = (bar.close, bar.close, bar.tsClose) }
  }
  mutating func note(_ mark: MarkPrice) { stream = (mark.price, mark.time) }

  /// The mark of both sides by the rule `last`.
  @inline(__always)
  func lastMark(_ price: Price, at time: Timestamp) -> Mark {
    Mark(price: price, digits: digits, time: time, source: .last)
  }

  /// The marks by the listing's rule.
  @inline(__always)
  var marks: Marks {
    func both(_ mark: Mark?) -> Marks { Marks(long: mark, short: mark) }
    func quoted(_ price: Price?, _ digits: Int, _ source: MarkSource) -> Mark? {
      price.map { Mark(price: $0, digits: digits, time: quoteTime, source: source) }
    }
    switch rule {
    case .last:
      return both(last.map { lastMark($0.price, at: $0.time) })
    case .stream(let precision):
      return both(
        stream.map {
          Mark(price: $0.price, digits: precision.digits, time: $0.time, source: .stream)
        })
    case .closingSide:
      return Marks(long: quoted(bid, digits, .bid), short: quoted(ask, digits, .ask))
    case .mid:
      guard let bid, let ask else { return Marks() }
      // One digit more, so that no half is lost.
      return both(quoted(Price(unchecked: (bid.raw + ask.raw) * 5), digits + 1, .mid))
    }
  }

  /// The marks while a bar that fills passes a price, which is the last one, the bid and the ask; nil where
  /// marks have a stream of their own, of which the bar says nothing.
  func marks(passing price: Price) -> Marks? {
    if case .stream = rule { return nil }
    var passing = self
    passing.last?.price = price
    (passing.bid, passing.ask) = (price, price)
    return passing.marks
  }

  /// Turns prices of old shares into those of new ones, rounded half to even.
  mutating func split(new: Int64, old: Int64) {
    func split(_ price: Price) -> Price {
      let units = Int128(price.raw).multiplied(by: Int128(old), dividedBy: Int128(new)) ?? 0
      return Price(unchecked: Int64(clamping: units))
    }
    (bid, ask) = (bid.map(split), ask.map(split))
    last = last.map { (split($0.price), $0.time) }
    stream = stream.map { (split($0.price), $0.time) }
  }
}

extension KnownPrices {
  func encode(into writer: inout StateWriter) {
    writer.write(bid) { $0.write($1) }
    writer.write(ask) { $0.write($1) }
    writer.write(quoteTime)
    for known in [last, stream] {
      writer.write(known) {
        $0.write($1.price)
        $0.write($1.time)
      }
    }
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    func readPrice(_ reader: inout StateReader) throws(MarketError) -> Price {
      try reader.readPrice()
    }
    func readKnown(
      _ reader: inout StateReader
    ) throws(MarketError) -> (price: Price, time: Timestamp) {
      (try reader.readMarkPrice(), try reader.readTime())
    }
    bid = try reader.readOptional(readPrice)
    ask = try reader.readOptional(readPrice)
    quoteTime = try reader.readTime()
    last = try reader.readOptional(readKnown)
    stream = try reader.readOptional(readKnown)
  }
}
