public import Market

/// Records of one kind in the order in which they happen, one piece of memory a field.
public protocol RecordBatch: Sendable {
  associatedtype Record: Sendable

  init()
  var count: Int { get }
  subscript(index: Int) -> Record { get }
  /// Appends one record.
  ///
  /// - Throws: `MarketError.outOfOrder` when it happens before the last one.
  mutating func append(_ record: Record) throws(MarketError)
  /// Empties the batch and keeps its memory.
  mutating func removeAll()
  /// Where each record stands in the order of all streams: never decreasing.
  ///
  /// For all but bars it is their time. A bar is known at its close, before anything else
  /// that happens then: it stands a nanosecond before, behind every trade and quote of that moment.
  var orderKeys: [Int64] { get }
}

extension RecordBatch {
  public var isEmpty: Bool { count == 0 }
}

extension TradeColumns: RecordBatch {
  public var orderKeys: [Int64] { times }
}

extension QuoteColumns: RecordBatch {
  public var orderKeys: [Int64] { times }
}

/// Completed bars in the order of their closes: a bar is an event at its `tsClose`.
public struct BarBatch: RecordBatch, Equatable {
  public private(set) var bars: [Bar] = []
  public private(set) var orderKeys: [Int64] = []

  public init() {}

  public var count: Int { bars.count }

  /// Appends one bar.
  ///
  /// - Throws: `MarketError.outOfOrder` when it closes before the last one.
  public mutating func append(_ bar: Bar) throws(MarketError) {
    if let last = bars.last, bar.tsClose < last.tsClose {
      throw .outOfOrder(previous: last.tsClose, found: bar.tsClose)
    }
    bars.append(bar)
    orderKeys.append(bar.tsClose.nanoseconds - 1)
  }

  public subscript(index: Int) -> Bar { bars[index] }

  public mutating func removeAll() {
    bars.removeAll(keepingCapacity: true)
    orderKeys.removeAll(keepingCapacity: true)
  }
}
