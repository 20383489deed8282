import Market

/// The running values of a bar that is being formed; empty while `tickCount` is 0.
///
/// Merging is associative: values over [a, b) merged with values over [b, c) are the values over
/// [a, c), bit for bit, because they are integers. This is what the whole ladder rests on.
struct BarAccumulator: Hashable {
  var open: Int64 = 0
  var high: Int64 = 0
  var low: Int64 = 0
  var close: Int64 = 0
  var volume: Int64 = 0
  var tickCount: Int64 = 0

  @inline(__always)
  var isEmpty: Bool { tickCount == 0 }

  /// Adds values that come later in time. The caller has established that the volumes' sum fits.
  @inline(__always)
  mutating func merge(_ later: BarAccumulator) {
    if later.isEmpty { return }
    if isEmpty {
      self = later
      return
    }
    high = max(high, later.high)
    low = min(low, later.low)
    close = later.close
    volume &+= later.volume
    tickCount &+= later.tickCount
  }

  @inline(__always)
  func bar(_ span: BarSpan) -> Bar {
    Bar(
      tsOpen: Timestamp(unchecked: span.open), tsClose: Timestamp(unchecked: span.close),
      open: Price(unchecked: open), high: Price(unchecked: high), low: Price(unchecked: low),
      close: Price(unchecked: close), volume: Quantity(unchecked: volume), tickCount: tickCount,
      tradingDay: CalendarDate(daysSinceEpoch: span.tradingDay))
  }
}

/// When a bar begins and ends, in nanoseconds, and the trading day it belongs to.
///
/// A span that does not hold the clock, or `BarSpan.none`, says that the level takes no records at present.
struct BarSpan: Hashable {
  var open: Int64
  var close: Int64
  var tradingDay: Int32

  /// A span that ended before any record: the next one is looked up.
  @inline(__always)
  static var none: BarSpan { BarSpan(open: .min, close: .min, tradingDay: 0) }

  @inline(__always)
  var isNone: Bool { close == .min }

  @inline(__always)
  func holds(_ time: Int64) -> Bool { open <= time && time < close }
}
