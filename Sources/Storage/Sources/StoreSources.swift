public import Market
public import Streams

extension TradeReader: SkippingSource {}

extension QuoteReader: SkippingSource {}

extension MarketStore {
  /// Reads trades as `trades(symbol:from:to:)` does, on a thread of its own and with the file opened anew:
  /// ahead of a run, which then does not wait for chunks to be decoded.
  ///
  /// The file is opened when the first batch is asked for, and what cannot be read fails there.
  public func tradesAhead(
    symbol: String, from: Timestamp? = nil, to: Timestamp? = nil
  ) -> ReadAhead<TradeColumns> {
    let path = connection.path
    return ReadAhead {
      try MarketStore(path: path, mode: .readOnly).trades(symbol: symbol, from: from, to: to)
    }
  }

  /// Reads quotes as `tradesAhead(symbol:from:to:)` does trades.
  public func quotesAhead(
    symbol: String, from: Timestamp? = nil, to: Timestamp? = nil
  ) -> ReadAhead<QuoteColumns> {
    let path = connection.path
    return ReadAhead {
      try MarketStore(path: path, mode: .readOnly).quotes(symbol: symbol, from: from, to: to)
    }
  }
}

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
