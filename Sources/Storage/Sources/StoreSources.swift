import Market
public import Streams

extension TradeReader: Source {}

extension QuoteReader: Source {}

extension FundingRateReader: Source {
  /// Replaces `batch` by the next part of the stream, and reuses its memory.
  ///
  /// - Returns: false when there is no more.
  /// - Throws: `StoreError.malformedRow`, or what SQLite says.
  public func next(into batch: inout FundingRateBatch) throws(StoreError) -> Bool {
    try batch.fill { () throws(StoreError) in try next() }
  }
}

extension MarkPriceReader: Source {
  /// As `FundingRateReader`.
  public func next(into batch: inout MarkPriceBatch) throws(StoreError) -> Bool {
    try batch.fill { () throws(StoreError) in try next() }
  }
}

extension MomentBatch {
  /// Rows that are read at once.
  private static var fullCount: Int { 1024 }

  /// - Parameter next: the next record of a query that orders by time.
  fileprivate mutating func fill(
    _ next: () throws(StoreError) -> Record?
  ) throws(StoreError) -> Bool {
    removeAll()
    while count < MomentBatch.fullCount, let record = try next() {
      do throws(MarketError) {
        try append(record)
      } catch {
        preconditionFailure("a query by time gives its rows in order: \(error)")
      }
    }
    return !isEmpty
  }
}

extension BarReader: Source {
  /// Bars that are read at once.
  private static let batchLength = 1024

  /// Replaces `batch` by the next part of the series, and reuses its memory.
  ///
  /// - Returns: false when there is no more.
  /// - Throws: `StoreError.malformedRow`, or what SQLite says.
  public func next(into batch: inout BarBatch) throws(StoreError) -> Bool {
    batch.removeAll()
    while batch.count < BarReader.batchLength, let bar = try next() {
      do throws(MarketError) {
        try batch.append(bar)
      } catch {
        throw .malformedRow(
          table: "bars", row: "\(symbol) ts_open \(bar.tsOpen.nanoseconds)",
          what: "a close before that of the bar in front of it")
      }
    }
    return !batch.isEmpty
  }
}
