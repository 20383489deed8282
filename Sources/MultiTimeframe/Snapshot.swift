import Market
import Sessions

/// How far a bar has come at one moment. All in nanoseconds.
public struct BarProgress: Hashable, Sendable {
  public let tsOpen: Timestamp
  public let tsClose: Timestamp
  public let tickCount: Int64
  /// Time since the bar's open.
  public let elapsed: Int64
  /// Time until the bar's close.
  public var remaining: Int64 { tsClose.nanoseconds - tsOpen.nanoseconds - elapsed }
  /// 0 at the open, 1 at the close.
  public var fraction: Double {
    Double(elapsed) / Double(tsClose.nanoseconds - tsOpen.nanoseconds)
  }
}

/// One series at one moment: its last completed bar, and the bar that is being formed.
public struct SeriesSnapshot: Hashable, Sendable {
  public let timeframe: Timeframe
  public let source: PriceSource
  public let symbol: SymbolID
  /// The clock when this was taken, in nanoseconds; `Int64.min` before the first record.
  let clock: Int64
  /// How many bars have been completed in all.
  public let completedCount: Int
  // A bar without ticks stands for none, so that the snapshot stays one flat piece of memory.
  let completedBar: Bar
  let partialBar: Bar

  /// The series before its first record.
  static func empty(_ series: StateLayout.Series) -> SeriesSnapshot {
    SeriesSnapshot(
      timeframe: series.timeframe, source: series.source, symbol: series.symbol, clock: .min,
      completedCount: 0, completedBar: .none, partialBar: .none)
  }

  /// The last completed bar; nil before the first.
  public var completed: Bar? { completedBar.tickCount == 0 ? nil : completedBar }

  /// The bar that is being formed; nil when no record has come since the last close.
  public var partial: Bar? { partialBar.tickCount == 0 ? nil : partialBar }

  /// The same as one flat value: a bar without ticks stands for none.
  package var completedOrNone: Bar { completedBar }
  package var partialOrNone: Bar { partialBar }

  /// How far the partial bar has come; nil when there is none.
  public var progress: BarProgress? {
    guard let partial else { return nil }
    return BarProgress(
      tsOpen: partial.tsOpen, tsClose: partial.tsClose, tickCount: partial.tickCount,
      elapsed: clock - partial.tsOpen.nanoseconds)
  }
}

/// The whole state at one instant: never half of one record and half of another.
public struct Snapshot: Sendable {
  public let layout: StateLayout
  /// The clock; nil before the first record.
  public let time: Timestamp?
  public let eventNumber: UInt64
  /// In the layout's order: by symbol, price source and timeframe.
  public let series: [SeriesSnapshot]
  /// Of all indicators, as the layout places them.
  let values: [Double]

  public subscript(series: SeriesID) -> SeriesSnapshot { self.series[series.index] }

  /// All series of a symbol.
  public func series(of symbol: SymbolID) -> ArraySlice<SeriesSnapshot> {
    series[layout.ranges[symbol.index]]
  }
}

extension Snapshot: Equatable {
  /// Whether both show the same instant of equal states.
  public static func == (left: Snapshot, right: Snapshot) -> Bool {
    left.time == right.time && left.eventNumber == right.eventNumber && left.series == right.series
      && left.values.elementsEqual(right.values) { $0.bitPattern == $1.bitPattern }
  }
}
