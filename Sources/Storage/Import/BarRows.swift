import Market
import Sessions

/// Puts the rows of a file onto the grid of their bars' timeframe.
struct BarRows {
  private let series: BarSeries
  private let label: BarLabel
  private var cursor: SessionCursor

  init(_ bars: PlannedBars, _ calendar: TradingCalendar) {
    series = bars.series
    label = bars.label
    cursor = SessionCursor(calendar)
  }

  /// The bar in a row of a batch.
  ///
  /// - Throws: why the row is no bar.
  mutating func bar(_ batch: RowBatch, _ row: Int) throws(RejectReason) -> Bar {
    let time = Timestamp(unchecked: batch[.time, row])
    let (open, high) = (batch[.open, row], batch[.high, row])
    let (low, close) = (batch[.low, row], batch[.close, row])
    guard low <= min(open, close), high >= max(open, close) else {
      throw .inconsistentBar(time: "\(time)")
    }
    let bounds = try bounds(at: time)
    return Bar(
      tsOpen: bounds.tsOpen, tsClose: bounds.tsClose, open: Price(unchecked: open),
      high: Price(unchecked: high), low: Price(unchecked: low), close: Price(unchecked: close),
      volume: Quantity(unchecked: batch[.volume, row]),
      tickCount: max(1, batch[.ticks, row]), tradingDay: bounds.tradingDay)
  }

  /// The bar that `time` labels.
  private mutating func bounds(at time: Timestamp) throws(RejectReason) -> BarBounds {
    let inside = label == .start ? time : time.before
    guard let bounds = cursor.bounds(of: series.timeframe, at: inside) else {
      return try boundsOutsideSessions(at: time)
    }
    switch label {
    case .start:
      guard bounds.tsOpen == time else { throw offGrid(time, "\(bounds.tsOpen)") }
    case .end:
      // The last bar of a session ends later than on the clock where prints have a grace.
      guard bounds.tsClose == time || cursor.part(at: inside)?.nominalClose == time else {
        throw offGrid(time, "\(bounds.tsClose)")
      }
    }
    return bounds
  }

  /// What was recorded outside of the calendar's sessions lies on multiples since the epoch, and
  /// reaches into none of them.
  private mutating func boundsOutsideSessions(at time: Timestamp) throws(RejectReason) -> BarBounds
  {
    guard let length = series.timeframe.elapsedNanoseconds else {
      throw offGrid(time, "a time within a trading day")
    }
    let start = label == .start ? time.nanoseconds : time.nanoseconds - length
    let cell = start.flooredDivision(by: length) * length
    guard cell == start, Timestamp.isValid(start), Timestamp.isValid(start + length) else {
      throw offGrid(time, "a multiple of \(series.timeframe)")
    }
    let tsOpen = Timestamp(unchecked: start)
    let tsClose = Timestamp(unchecked: start + length)
    let free = cursor.interval(at: label == .start ? tsOpen : time.before)
    guard tsOpen >= free.start else {
      throw offGrid(time, "a bar that begins after the close at \(free.start)")
    }
    guard tsClose <= free.end else {
      throw offGrid(time, "a bar that ends before the open at \(free.end)")
    }
    return BarBounds(tsOpen: tsOpen, tsClose: tsClose, tradingDay: tsOpen.utcDate)
  }

  private func offGrid(_ time: Timestamp, _ expected: String) -> RejectReason {
    .offGrid(found: "\(time)", expected: expected)
  }
}

extension Timestamp {
  /// A nanosecond earlier, but not before the earliest time there is.
  fileprivate var before: Timestamp {
    Timestamp(unchecked: max(nanoseconds - 1, Timestamp.earliest.nanoseconds))
  }
}
