public import Market

/// A record of which there are few, and which is all that happens to its stream at its moment.
public protocol MomentRecord: Hashable, Sendable {
  var time: Timestamp { get }
}

extension FundingRate: MomentRecord {}

extension MarkPrice: MomentRecord {}

/// Records in the order of their times, row by row.
public struct MomentBatch<Record: MomentRecord>: RecordBatch, Equatable {
  public private(set) var records: [Record] = []
  public private(set) var orderKeys: [Int64] = []

  public init() {}

  public var count: Int { records.count }

  /// Appends one record.
  ///
  /// - Throws: `MarketError.outOfOrder` when its time lies before the last one's.
  public mutating func append(_ record: Record) throws(MarketError) {
    if let last = records.last, record.time < last.time {
      throw .outOfOrder(previous: last.time, found: record.time)
    }
    records.append(record)
    orderKeys.append(record.time.nanoseconds)
  }

  public subscript(index: Int) -> Record { records[index] }

  public mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    orderKeys.removeAll(keepingCapacity: true)
  }
}

/// Funding rates, each at the moment at which it is due.
public typealias FundingRateBatch = MomentBatch<FundingRate>

public typealias MarkPriceBatch = MomentBatch<MarkPrice>
