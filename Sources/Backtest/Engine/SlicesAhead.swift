import Glibc
import Market
import Sessions
import Streams
import Synchronization

/// The slices of a long tape in memory, cut ahead of the run by a thread of their own.
///
/// A tape does not fit into the processor's caches, so that to walk through it takes about as long as
/// a C program takes for all it does. Where its slices end depends on the tape and the calendar alone:
/// whoever cuts them, they are the same. So nobody waits: where the thread has not come yet the run
/// cuts for itself, and the thread goes on behind it.
final class SlicesAhead {
  private let queue: SliceQueue
  /// The piece at hand, and its slices; none where the run cuts for itself.
  private var piece = -1
  private var slices: ArraySlice<TradeSlice> = []
  /// The first of them that has not been passed.
  private var place = 0

  /// - Parameters:
  ///   - row: the first that is to be cut ahead.
  ///   - grid: where slices end.
  ///   - pieceLength: how many trades are cut at a time.
  init(
    _ trades: TradeColumns, from row: Int, _ grid: SliceGrid, pieceLength: Int = RunCore.longestRun
  ) {
    queue = SliceQueue(trades, from: row, grid, pieceLength)
    // Without a thread the run cuts for itself.
    _ = tryToStartThread { [queue] in queue.fill() }
  }

  deinit { queue.stop() }

  /// Whether it cuts these very trades. The memory is compared: it is held here, so that nothing else
  /// can be there.
  func cuts(_ trades: borrowing TradeColumns) -> Bool {
    func isShared(_ own: [Int64], _ other: [Int64]) -> Bool {
      unsafe own.withUnsafeBufferPointer { own in
        unsafe other.withUnsafeBufferPointer { unsafe own.baseAddress == $0.baseAddress }
      }
    }
    return isShared(queue.trades.times, trades.times)
      && isShared(queue.trades.prices, trades.prices)
      && isShared(queue.trades.quantities, trades.quantities)
      && queue.trades.count == trades.count
  }

  /// The slices of the first of `rows`, at least one; as many as lie side by side.
  /// - Parameter rows: not empty, and behind all rows that were cut before.
  func cut(_ rows: Range<Int>, _ grid: inout SliceGrid) -> ArraySlice<TradeSlice> {
    var row = rows.lowerBound
    if let number = queue.piece(holding: row), number != piece {
      (piece, place) = (number, 0)
      slices = queue.take(number)
    }
    while place < slices.count, slices[place].rows.lowerBound < row { place += 1 }
    let first = place
    while place < slices.count, slices[place].rows.lowerBound == row,
      slices[place].rows.upperBound <= rows.upperBound
    {
      row = slices[place].rows.upperBound
      place += 1
    }
    if first < place { return slices[first..<place] }
    // For itself, up to where the thread's begin.
    let next = place < slices.count ? slices[place].rows.lowerBound : queue.pieceEnd(after: row)
    return grid.cut(queue.trades, row..<(next > row ? min(next, rows.upperBound) : rows.upperBound))
  }
}

/// Where slices of a symbol's trades end: where bars may close that somebody looks at.
struct SliceGrid: Sendable {
  var cursor: SessionCursor
  /// The shortest timeframe that is looked at.
  let timeframe: Timeframe
  /// Where the slice ended that was cut last.
  private var end = Int64.min

  init(_ cursor: SessionCursor, _ timeframe: Timeframe) {
    self.cursor = cursor
    self.timeframe = timeframe
  }

  mutating func slice(of trades: borrowing TradeColumns, _ rows: Range<Int>) -> TradeSlice {
    let time = Timestamp(unchecked: trades.times[rows.lowerBound])
    end = cursor.end(of: timeframe, at: time, behind: end)
    return TradeSlice(of: trades, rows, before: end)
  }

  /// All at once, because memory that is walked through without a break comes twice as fast.
  mutating func cut(
    _ trades: borrowing TradeColumns, _ rows: Range<Int>
  ) -> ArraySlice<TradeSlice> {
    var slices: [TradeSlice] = []
    var row = rows.lowerBound
    while row < rows.upperBound {
      slices.append(slice(of: trades, row..<rows.upperBound))
      row = slices[slices.count - 1].rows.upperBound
    }
    return slices[...]
  }
}

/// Where the thread that cuts and the run meet.
///
/// The thread cuts piece by piece, and at most so far ahead that what it has brought into the
/// processor's caches is still there when the run comes.
private final class SliceQueue: @unchecked Sendable {
  private struct Slot: ~Copyable {
    /// Whose slices these are; the thread writes it last, and the run reads it first.
    let piece = Atomic<Int>(-1)
    var slices: ArraySlice<TradeSlice> = []
  }

  let trades: TradeColumns
  private let start: Int
  private let grid: SliceGrid
  private let pieceLength: Int
  private let pieceCount: Int

  /// How many pieces are cut ahead at most.
  private static let reach = 64
  /// The slices of piece n lie at n modulo `reach`.
  private let slots = FixedBuffer<Slot>(count: reach) { _ in Slot() }
  /// The piece that the run has come to. A slot belongs to the thread up to `reach` pieces from there.
  private let taken = Atomic<Int>(0)
  /// The next piece for the thread. The run moves it on where the thread is behind.
  private let next = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)

  init(_ trades: TradeColumns, from row: Int, _ grid: SliceGrid, _ pieceLength: Int) {
    self.trades = trades
    self.grid = grid
    self.pieceLength = pieceLength
    start = row
    pieceCount = (trades.count - row) / pieceLength
  }

  // MARK: From the run

  /// Nil before the first piece, and behind the last whole one.
  func piece(holding row: Int) -> Int? {
    guard row >= start else { return nil }
    let piece = (row - start) / pieceLength
    return piece < pieceCount ? piece : nil
  }

  /// Where the piece ends, or what comes before the first, that holds `row`; the tape behind the last.
  func pieceEnd(after row: Int) -> Int {
    if row < start { return start }
    return piece(holding: row).map { start + ($0 + 1) * pieceLength } ?? trades.count
  }

  /// The slices of a piece behind all that were taken before; none where the thread has not cut it.
  func take(_ piece: Int) -> ArraySlice<TradeSlice> {
    taken.store(piece, ordering: .releasing)
    let place = piece % SliceQueue.reach
    if slots[place].piece.load(ordering: .acquiring) == piece { return slots[place].slices }
    next.max(piece + 1, ordering: .relaxed)
    return []
  }

  func stop() { isStopped.store(true, ordering: .relaxed) }

  // MARK: From the thread

  func fill() {
    var grid = grid
    while let piece = claim() {
      let first = start + piece * pieceLength
      let slices = grid.cut(trades, first..<first + pieceLength)
      let place = piece % SliceQueue.reach
      unsafe slots.elements[place].slices = slices
      slots[place].piece.store(piece, ordering: .releasing)
    }
  }

  /// The next piece, once there is room for it; nil at the end.
  private func claim() -> Int? {
    while !isStopped.load(ordering: .relaxed) {
      let piece = next.load(ordering: .relaxed)
      guard piece < pieceCount else { return nil }
      if piece >= taken.load(ordering: .acquiring) + SliceQueue.reach {
        waitForRoom(for: piece)
      } else if next.compareExchange(
        expected: piece, desired: piece + 1, ordering: .relaxed
      ).exchanged {
        return piece
      }
    }
    return nil
  }

  /// Looks now and then until a part of the slots is free. Nobody wakes the thread: that takes the
  /// run's time, and often puts the thread on the processor of the run.
  private func waitForRoom(for piece: Int) {
    var microseconds: UInt32 = 100
    while piece >= taken.load(ordering: .acquiring) + SliceQueue.reach * 3 / 4,
      !isStopped.load(ordering: .relaxed)
    {
      usleep(microseconds)
      microseconds = min(2 * microseconds, 5_000)
    }
  }
}
