import Market
import Sessions
import TestSupport
import Testing

@testable import Backtest

/// Slices that a thread cuts ahead. The suite's name puts it under the thread sanitizer.
@Suite(.timeLimit(.minutes(30))) struct SlicesAheadConcurrencyTests {
  private func randomTrades(_ count: Int, _ random: inout SeededGenerator) throws -> TradeColumns {
    var trades = TradeColumns()
    var time = midnight
    for _ in 0..<count {
      // Mostly some in a second, now and then none for an hour or many in one moment.
      time +=
        random.below(300) == 0
        ? random.within(0...3_600) * nanosecondsPerSecond
        : random.below(3) == 0 ? 0 : random.within(0...nanosecondsPerSecond)
      try trades.append(
        Trade(
          time: try Timestamp(nanoseconds: time), price: try Price(raw: random.within(1...99)),
          quantity: try Quantity(raw: random.within(0...9))))
    }
    return trades
  }

  @Test(arguments: randomSeeds(200))
  func `slices cut ahead hold what slices cut on the spot hold`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let trades = try randomTrades(20_000, &random)
    let calendar = try TradingCalendar.named(["24x7", "XNYS"][random.below(2)])
    let timeframe = [Timeframe.minute1, .minutes15, .day1][random.below(3)]
    var grid = SliceGrid(SessionCursor(calendar), timeframe)
    let start = random.below(100)
    let length = [7, 100, 1_000][random.below(3)]
    let ahead = SlicesAhead(trades, from: start, grid, pieceLength: length)
    #expect(ahead.cuts(trades))
    var row = 0
    while row < trades.count {
      // Runs of the thread's own pieces, and of any length; now and then some are passed over.
      if random.below(10) == 0 { row += random.below(50) }
      let isPiece = row >= start && (row - start) % length == 0 && random.below(2) == 0
      let end = min(trades.count, row + (isPiece ? length : 1 + random.below(2 * length)))
      guard row < end else { break }
      while row < end {
        for slice in ahead.cut(row..<end, &grid) {
          #expect(slice.rows.lowerBound == row && slice.rows.upperBound <= end)
          let close = grid.cursor.end(
            of: timeframe, at: Timestamp(unchecked: slice.firstTime), behind: .min)
          #expect(slice.lastTime < close, "a close lies in it")
          #expect(slice == TradeSlice(of: trades, slice.rows, before: .max))
          row = slice.rows.upperBound
        }
      }
    }
  }

  @Test func `nobody waits for a thread that is let go of`() throws {
    var random = SeededGenerator(seed: 1)
    let trades = try randomTrades(5_000, &random)
    let grid = SliceGrid(SessionCursor(try .named("24x7")), .minute1)
    for _ in 0..<100 {
      var own = grid
      let ahead = SlicesAhead(trades, from: 0, grid, pieceLength: 10)
      #expect(ahead.cut(0..<10, &own).last?.rows.upperBound == 10)
    }
  }
}
