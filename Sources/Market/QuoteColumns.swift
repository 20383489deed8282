/// Quotes in columns, in the order of the tape: times never go back, by construction.
public struct QuoteColumns: Sendable, Equatable {
  /// Nanoseconds since the epoch, never decreasing.
  public package(set) var times: [Int64] = []
  /// Units of the instrument's last price digit.
  public package(set) var bids: [Int64] = []
  public package(set) var asks: [Int64] = []
  /// Units of the instrument's last quantity digit; empty when the tape has no sizes.
  public package(set) var bidSizes: [Int64] = []
  public package(set) var askSizes: [Int64] = []
  /// Sequence numbers; empty when the tape has none.
  public package(set) var sequences: [Int64] = []
  /// Nanoseconds since the epoch; empty when the tape has none.
  public package(set) var receiveTimes: [Int64] = []

  public init() {}

  public var count: Int { times.count }
  public var isEmpty: Bool { times.isEmpty }

  /// Appends one quote.
  ///
  /// - Throws: `MarketError.outOfOrder` when its time lies before the last one's.
  public mutating func append(_ quote: Quote) throws(MarketError) {
    if let last = times.last, quote.time.nanoseconds < last {
      throw .outOfOrder(previous: Timestamp(unchecked: last), found: quote.time)
    }
    let hasSizes = quote.bidSize != .zero || quote.askSize != .zero
    OptionalColumn.append(
      hasSizes ? quote.bidSize.raw : nil, to: &bidSizes, rows: count, absent: 0)
    OptionalColumn.append(
      hasSizes ? quote.askSize.raw : nil, to: &askSizes, rows: count, absent: 0)
    OptionalColumn.append(
      quote.sequence, to: &sequences, rows: count, absent: TradeColumns.absentSequence)
    OptionalColumn.append(
      quote.receiveTime?.nanoseconds, to: &receiveTimes, rows: count,
      absent: TradeColumns.absentTime)
    times.append(quote.time.nanoseconds)
    bids.append(quote.bid.raw)
    asks.append(quote.ask.raw)
  }

  /// Empties all columns and keeps their memory.
  public mutating func removeAll() {
    times.removeAll(keepingCapacity: true)
    bids.removeAll(keepingCapacity: true)
    asks.removeAll(keepingCapacity: true)
    bidSizes.removeAll(keepingCapacity: true)
    askSizes.removeAll(keepingCapacity: true)
    sequences.removeAll(keepingCapacity: true)
    receiveTimes.removeAll(keepingCapacity: true)
  }

  public subscript(index: Int) -> Quote {
    Quote(
      time: Timestamp(unchecked: times[index]), bid: Price(unchecked: bids[index]),
      ask: Price(unchecked: asks[index]),
      bidSize: Quantity(unchecked: bidSizes.isEmpty ? 0 : bidSizes[index]),
      askSize: Quantity(unchecked: askSizes.isEmpty ? 0 : askSizes[index]),
      sequence: OptionalColumn.value(sequences, index, absent: TradeColumns.absentSequence),
      receiveTime: OptionalColumn.value(receiveTimes, index, absent: TradeColumns.absentTime)
        .map(Timestamp.init(unchecked:)))
  }
}
