import Market

/// The most recent completed bars of one series, oldest overwritten first.
package struct BarRing: ~Copyable {
  private var bars: FixedBuffer<Bar>
  /// How many of them are history; there may be room for more, which indicators still have to take in.
  private let historyLength: Int
  /// How many bars have been completed in all, also those that were overwritten.
  package private(set) var completedCount = 0
  /// Once so many bars have been completed, the indicators take bars in.
  var indicatorsDue: Int
  /// Where the next bar goes.
  private var next = 0

  /// The last completed bar once more, of no meaning before the first; beside those of the other series:
  /// whoever asks for all of them then touches few pages of memory, which the processor's prefetcher
  /// forgives.
  package private(set) var lastBar = Bar.none

  /// - Parameters:
  ///   - historyLength: how many bars are kept at least.
  ///   - indicators: what is taken of the bars, and may need more of them kept.
  init(historyLength: Int, indicators: SeriesIndicators? = nil) {
    self.historyLength = historyLength
    bars = FixedBuffer(count: max(historyLength, indicators?.barsKept ?? 0)) { _ in .none }
    indicatorsDue = indicators?.batchLength ?? .max
  }

  /// The last completed bar; `Bar.none` before the first.
  @inline(__always)
  var last: Bar {
    // Without the condition the compiler copies the bar twice: 6 ns a series.
    completedCount == 0 ? .none : lastBar
  }

  /// - Complexity: O(1).
  @inline(__always)
  mutating func append(_ bar: Bar) {
    bars[next] = bar
    lastBar = bar
    completedCount &+= 1
    next &+= 1
    if next == bars.count { next = 0 }
  }

  /// Appends bars in the order of time. Those that later ones would overwrite are only counted.
  /// - Complexity: O(bars that are kept).
  mutating func append(_ all: [Bar]) {
    guard let last = all.last else { return }
    // The ring's own numbers change once: those of other rings, with which other threads may be busy,
    // lie beside them.
    var place = next
    for bar in all.suffix(bars.count) {
      bars[place] = bar
      place &+= 1
      if place == bars.count { place = 0 }
    }
    next = place
    lastBar = last
    completedCount &+= all.count
  }

  /// The latest `count` bars, where they lie: valid until as many again as fit beside them have
  /// been appended.
  /// - Parameter count: at most as many as are kept.
  func latest(_ count: Int) -> Stretch {
    unsafe Stretch(
      memory: bars.address, capacity: bars.count,
      first: next >= count ? next &- count : next &- count &+ bars.count, count: count)
  }

  /// Consecutive bars of a ring, which another thread may read.
  @safe struct Stretch {
    fileprivate let memory: UnsafePointer<Bar>
    fileprivate let capacity: Int
    fileprivate let first: Int
    let count: Int

    /// Hands the bars out, oldest first, in one piece or two.
    @inline(__always)
    func forEachPiece(_ body: (Span<Bar>) -> Void) {
      let end = min(first &+ count, capacity)
      unsafe body(Span(_unsafeStart: memory + first, count: end &- first))
      let rest = first &+ count &- end
      if rest > 0 { unsafe body(Span(_unsafeStart: memory, count: rest)) }
    }
  }

  /// The latest `count` bars of the history, oldest first; fewer when there are fewer.
  /// - Complexity: O(`count`).
  func suffix(_ count: Int) -> [Bar] {
    let wanted = min(max(0, count), completedCount, historyLength)
    return (0..<wanted).map { bars[(next - wanted + $0 + bars.count) % bars.count] }
  }
}
