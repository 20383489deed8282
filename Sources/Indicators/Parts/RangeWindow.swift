import Market

/// The highest high and the lowest low of the last `period` bars, or values of a series.
///
/// The series is cut into blocks of the window's length. The window then is an end of one block
/// and a beginning of the next: of the former the extremes of all ends are at hand, worked out
/// backwards when it was complete; of the latter the extremes are carried along. So a bar costs
/// two comparisons a side and no unpredictable branch (a deque of candidates has several), and
/// the look ahead one. A block's end takes O(period) once, O(1) a bar.
///
/// Of equal extremes the latest counts, which matters where elements know their places.
///
/// Source: van Herk, "A fast algorithm for local minimum and maximum filters" (1992); Gil and
/// Werman, "Computing 2-D min, median, and max filters" (1993).
@safe struct RangeWindow<Element: RangeElement>: ~Copyable, @unchecked Sendable {
  /// A highest and a lowest element.
  struct Extremes {
    var highest: Element
    var lowest: Element

    /// The extremes of two stretches, `later` following `self`.
    @inline(__always)
    func joined(with later: Extremes) -> Extremes {
      Extremes(
        highest: .highest(highest, later.highest), lowest: .lowest(lowest, later.lowest))
    }
  }

  // Sendable by hand: the memory has one owner, the window, and no other way in.
  /// Up to `position` the bars of the current block; from there on, the extremes of the previous
  /// block from each place to its end.
  private let places: UnsafeMutablePointer<Extremes>
  /// How many bars are kept, those before the next one.
  private let capacity: Int
  private var position = 0
  private var pushedCount = 0
  /// Those of the current block; meaningful when that holds a bar.
  private var blockExtremes = Extremes(highest: .zero, lowest: .zero)
  /// Those of the last `capacity` bars; meaningful when there are so many.
  private var windowExtremes = Extremes(highest: .zero, lowest: .zero)

  init(period: Int) {
    capacity = period - 1
    unsafe places = .allocateCacheLines(capacity: capacity)
    unsafe places.initialize(repeating: blockExtremes, count: max(1, capacity))
  }

  deinit { unsafe places.deallocate() }

  var lookback: Int { capacity }
  var isReady: Bool { pushedCount > capacity }

  /// The range of the last `period - 1` bars and the next one; nil while there are fewer.
  @inline(__always)
  func range(withHigh high: Element, low: Element) -> Extremes? {
    if pushedCount < capacity { return nil }
    let next = Extremes(highest: high, lowest: low)
    return capacity == 0 ? next : windowExtremes.joined(with: next)
  }

  @inline(__always)
  mutating func push(high: Element, low: Element) {
    pushedCount &+= 1
    if capacity == 0 { return }
    let next = Extremes(highest: high, lowest: low)
    unsafe places[position] = next
    blockExtremes = position == 0 ? next : blockExtremes.joined(with: next)
    position &+= 1
    if position < capacity {
      windowExtremes = unsafe places[position].joined(with: blockExtremes)
    } else {
      windowExtremes = blockExtremes
      completeBlock()
    }
  }

  /// Replaces each bar of the block by the extremes from it to the block's end.
  @inline(__always)
  private mutating func completeBlock() {
    position = 0
    var extremes = unsafe places[capacity &- 1]
    var index = capacity &- 2
    while index >= 0 {
      extremes = unsafe places[index].joined(with: extremes)
      unsafe places[index] = extremes
      index &-= 1
    }
  }

  func encode(into writer: inout StateWriter) {
    writer.write(Int64(pushedCount))
    writer.write(Int64(position))
    encode(blockExtremes, into: &writer)
    encode(windowExtremes, into: &writer)
    for index in 0..<capacity { unsafe encode(places[index], into: &writer) }
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    pushedCount = try reader.readCount()
    position = try reader.readCount(upTo: max(0, capacity - 1))
    guard position == pushedCount % max(1, capacity) else {
      throw .malformedState("place \(position) after \(pushedCount) of \(capacity)")
    }
    blockExtremes = try decodeExtremes(from: &reader)
    windowExtremes = try decodeExtremes(from: &reader)
    for index in 0..<capacity { unsafe places[index] = try decodeExtremes(from: &reader) }
  }

  private func encode(_ extremes: Extremes, into writer: inout StateWriter) {
    extremes.highest.encode(into: &writer)
    extremes.lowest.encode(into: &writer)
  }

  private func decodeExtremes(from reader: inout StateReader) throws(MarketError) -> Extremes {
    Extremes(highest: try Element(from: &reader), lowest: try Element(from: &reader))
  }
}

/// What a range can be taken of. Of equal elements the later one counts.
protocol RangeElement: WindowElement {
  static func highest(_ earlier: Self, _ later: Self) -> Self
  static func lowest(_ earlier: Self, _ later: Self) -> Self
}

extension RangeElement where Self: Comparable {
  @inline(__always)
  static func highest(_ earlier: Self, _ later: Self) -> Self { later >= earlier ? later : earlier }

  @inline(__always)
  static func lowest(_ earlier: Self, _ later: Self) -> Self { later <= earlier ? later : earlier }
}

extension Int64: RangeElement {}
extension Double: RangeElement {}
