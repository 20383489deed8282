import Market

/// Records of one symbol that follow each other, in columns that somebody else keeps in their place.
package struct RecordRun {
  /// They stay where they are, and as they are, while the run is in use.
  @safe package enum Columns {
    case trades(UnsafePointer<TradeColumns>)
    case quotes(UnsafePointer<QuoteColumns>)
  }

  let columns: Columns
  let range: Range<Int>
  let symbol: SymbolID

  /// - Parameter range: of the columns, with at least one record.
  package init(_ columns: Columns, _ range: Range<Int>, of symbol: SymbolID) {
    self.columns = columns
    self.range = range
    self.symbol = symbol
  }

  /// When its records happen: the first, and the last.
  @inline(__always)
  var times: (first: Int64, last: Int64) {
    switch columns {
    case .trades(let trades):
      unsafe (trades.pointee.times[range.lowerBound], trades.pointee.times[range.upperBound - 1])
    case .quotes(let quotes):
      unsafe (quotes.pointee.times[range.lowerBound], quotes.pointee.times[range.upperBound - 1])
    }
  }

  /// Whether the other's records lie in the same columns.
  @inline(__always)
  func hasColumns(of other: RecordRun) -> Bool {
    switch (columns, other.columns) {
    case (.trades(let one), .trades(let other)): unsafe one == other
    case (.quotes(let one), .quotes(let other)): unsafe one == other
    default: false
    }
  }
}
