import Market
public import Streams

extension TradeReader: SkippingSource {}

extension QuoteReader: SkippingSource {}

extension FundingRateReader: Source {
  /// Replaces `batch` by the next part of the stream, and reuses its memory.
  ///
  /// - Returns: false when there is no more.
  /// - Throws: `StoreError.malformedRow`, or what SQLite says.
  public func next(into batch: inout FundingRateBatch) throws(StoreError) -> Bool {
    try batch.fill(&fault) { () throws(StoreError) in try next() }
  }
}

extension MarkPriceReader: Source {
  /// As `FundingRateReader`.
  public func next(into batch: inout MarkPriceBatch) throws(StoreError) -> Bool {
    try batch.fill(&fault) { () throws(StoreError) in try next() }
  }
}

extension BarReader: Source {
  /// As `FundingRateReader`.
  public func next(into batch: inout BarBatch) throws(StoreError) -> Bool {
    try batch.fill(&fault) { () throws(StoreError) in
      try next()
    } outOfOrder: { bar in
      .malformedRow(
        table: "bars", row: "\(symbol) ts_open \(bar.tsOpen.nanoseconds)",
        what: "a close before that of the bar in front of it")
    }
  }
}

extension RecordBatch {
  /// Rows that are read at once.
  private static var fullCount: Int { 1024 }

  /// - Parameters:
  ///   - fault: what came after the batch before.
  ///   - next: the next record of a query.
  ///   - outOfOrder: what is wrong with a record before the one in front of it.
  fileprivate mutating func fill(
    _ fault: inout StoreError?, _ next: () throws(StoreError) -> Record?,
    outOfOrder: (Record) -> StoreError = { preconditionFailure("\($0) of a query by time") }
  ) throws(StoreError) -> Bool {
    removeAll()
    if let fault { throw fault }
    do throws(StoreError) {
      while count < Self.fullCount, let record = try next() {
        do throws(MarketError) {
          try append(record)
        } catch {
          throw outOfOrder(record)
        }
      }
    } catch {
      fault = error
      if isEmpty { throw error }
    }
    return !isEmpty
  }
}
