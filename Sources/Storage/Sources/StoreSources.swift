import Market
public import Streams

extension TradeReader: Source {}

extension QuoteReader: Source {}

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
