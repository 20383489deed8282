import Market

/// What the store holds of one stream.
public struct StreamSummary: Hashable, Sendable {
  public var symbol: String
  public var kind: RecordKind
  /// Which price and length the bars have; nil for everything else.
  public var bars: BarSeries?
  /// How many records there are; at least 1.
  public var count: Int64
  /// The times of the first and last record; for bars the first open and the last close.
  public var timeRange: ClosedRange<Timestamp>
  /// How many chunks hold the ticks; 0 for what lies in rows.
  public var chunkCount: Int64
  /// The bytes of those chunks; 0 for what lies in rows.
  public var byteCount: Int64
}

/// Bars of one price and one length.
public struct BarSeries: Hashable, Sendable {
  public var source: PriceSource
  public var timeframe: Timeframe

  public init(source: PriceSource, timeframe: Timeframe) {
    self.source = source
    self.timeframe = timeframe
  }
}

extension BarSeries: Comparable, CustomStringConvertible {
  /// By price, then shorter before longer.
  public static func < (left: BarSeries, right: BarSeries) -> Bool {
    (left.source.rawValue, left.timeframe) < (right.source.rawValue, right.timeframe)
  }

  public var description: String { "\(timeframe) \(source.columnText)" }
}
