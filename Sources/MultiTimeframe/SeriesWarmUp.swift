import Market
import Sessions
import Synchronization

/// The past of one series: checked, and taken in.
struct SeriesWarmUp: Sendable {
  private let bars: [Bar]
  private let symbol: String
  private let timeframe: Timeframe
  /// Where the series' latest completed bar ends.
  private let start: Timestamp
  private let cursor: SessionCursor
  private let slot: SeriesSlot

  init(
    _ history: SeriesHistory, _ layout: StateLayout, after start: Timestamp,
    cursor: SessionCursor, slot: SeriesSlot
  ) {
    bars = history.bars
    let name = layout.series[history.series.index]
    symbol = layout.instruments[name.symbol.index].symbol
    timeframe = name.timeframe
    self.start = start
    self.cursor = cursor
    self.slot = slot
  }

  var barCount: Int { bars.count }

  /// The bars in pieces that can be checked each by itself.
  var pieces: [Range<Int>] {
    stride(from: 0, to: bars.count, by: SeriesWarmUp.pieceLength).map(piece(from:))
  }

  func piece(from start: Int) -> Range<Int> {
    start..<min(start + SeriesWarmUp.pieceLength, bars.count)
  }

  /// With twenty indicators half a millisecond.
  private static let pieceLength = 4_096

  /// What is wrong with the bars of a piece, if anything is and the pieces before are right.
  func fault(in piece: Range<Int>) -> StateError? {
    var cursor = cursor
    var end = piece.lowerBound == 0 ? start : bars[piece.lowerBound - 1].tsClose
    for bar in bars[piece] {
      let (tsOpen, tsClose) = (bar.tsOpen, bar.tsClose)
      guard tsOpen < tsClose, bar.tickCount >= 1 else {
        return .emptySourceBar(
          symbol: symbol, tsOpen: tsOpen, tsClose: tsClose, tickCount: bar.tickCount)
      }
      guard tsOpen >= end else {
        return .warmUpOutOfOrder(symbol: symbol, timeframe, tsOpen: tsOpen, after: end)
      }
      let bounds = cursor.bounds(of: timeframe, at: tsOpen)
      guard bounds?.tsOpen == tsOpen, bounds?.tsClose == tsClose else {
        return .warmUpOffGrid(symbol: symbol, timeframe, tsOpen: tsOpen, tsClose: tsClose)
      }
      guard bar.isConsistent else {
        return .inconsistentBar(symbol: symbol, tsOpen: tsOpen, tsClose: tsClose)
      }
      end = tsClose
    }
    return nil
  }

  /// Takes a piece in, after those before it.
  func takeIn(_ piece: Range<Int>) {
    if piece.lowerBound == 0 { slot.remember(bars) }
    slot.append(bars.span.extracting(piece), before: bars.count - piece.upperBound)
  }
}

/// What is left of several series, given out in pieces to the threads that ask for them.
///
/// A piece is short beside a series, so that threads finish together even where one runs slower than
/// another. Pieces of one series go out one at a time, in order.
final class WarmUpRest: Sendable {
  private struct Series {
    /// The first bar that has not been given out.
    var start = 0
    var isGivenOut = false
  }

  private let works: [SeriesWarmUp]
  private let series: Mutex<[Series]>

  init(of works: [SeriesWarmUp]) {
    self.works = works
    series = Mutex(works.map { _ in Series() })
  }

  /// The next piece of the series of which most is left. Nil when each of those that are left is with
  /// another thread, which can finish it as soon as two could.
  /// - Complexity: O(series).
  func take() -> (place: Int, piece: Range<Int>)? {
    series.withLock { series in
      var most = 0
      var found: Int?
      for place in series.indices where !series[place].isGivenOut {
        let left = works[place].barCount - series[place].start
        if left > most { (most, found) = (left, place) }
      }
      guard let place = found else { return nil }
      let piece = works[place].piece(from: series[place].start)
      series[place] = Series(start: piece.upperBound, isGivenOut: true)
      return (place, piece)
    }
  }

  /// Says that the piece that was taken of a series has been worked through.
  func giveBack(_ place: Int) {
    series.withLock { $0[place].isGivenOut = false }
  }
}

/// What one series keeps of its completed bars, for a thread that works on it alone.
@safe struct SeriesSlot: @unchecked Sendable {
  // Sendable by hand: `warmUp` hands each series to one thread at a time, and waits for all of them.
  let ring: UnsafeMutablePointer<BarRing>
  let indicators: SeriesIndicators?

  /// Keeps the latest of `bars`, all that there are.
  func remember(_ bars: [Bar]) { unsafe ring.pointee.append(bars) }

  /// Takes the next bars into the indicators, before so many others.
  func append(_ bars: Span<Bar>, before followers: Int) {
    indicators?.append(bars, before: followers)
  }
}
