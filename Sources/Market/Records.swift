/// Who crossed the spread in a trade.
public enum Aggressor: UInt8, Sendable, CaseIterable {
  case unknown = 0
  case buyer = 1
  case seller = 2
}

/// One trade of the tape.
public struct Trade: Hashable, Sendable {
  /// When the exchange says that it happened.
  public var time: Timestamp
  public var price: Price
  public var quantity: Quantity
  public var aggressor: Aggressor
  /// The exchange's trade id or sequence number; nil where the tape has none.
  public var sequence: Int64?
  /// When the recorder received it; nil where the tape does not say.
  public var receiveTime: Timestamp?

  public init(
    time: Timestamp, price: Price, quantity: Quantity, aggressor: Aggressor = .unknown,
    sequence: Int64? = nil, receiveTime: Timestamp? = nil
  ) {
    self.time = time
    self.price = price
    self.quantity = quantity
    self.aggressor = aggressor
    self.sequence = sequence
    self.receiveTime = receiveTime
  }
}

/// The best bid and ask at one moment.
public struct Quote: Hashable, Sendable {
  public var time: Timestamp
  public var bid: Price
  public var ask: Price
  /// Zero where the tape has no sizes.
  public var bidSize: Quantity
  public var askSize: Quantity
  public var sequence: Int64?
  public var receiveTime: Timestamp?

  public init(
    time: Timestamp, bid: Price, ask: Price, bidSize: Quantity = .zero, askSize: Quantity = .zero,
    sequence: Int64? = nil, receiveTime: Timestamp? = nil
  ) {
    self.time = time
    self.bid = bid
    self.ask = ask
    self.bidSize = bidSize
    self.askSize = askSize
    self.sequence = sequence
    self.receiveTime = receiveTime
  }

  /// Whether the bid stands above the ask: real on some tapes, kept, and counted.
  public var isCrossed: Bool { bid > ask }
}

/// Which price of the tape a series is built from.
public enum PriceSource: UInt8, CaseIterable, Sendable, Hashable {
  case bid, ask, mid, last

  /// The kind of record that carries this price.
  public var recordKind: RecordKind { self == .last ? .trade : .quote }
}

/// A kind of record on a tape.
public enum RecordKind: String, CaseIterable, Sendable {
  case trade, quote, bar
  case fundingRate = "funding rate"
  case markPrice = "mark price"
}
