import Market
import TestSupport
import Testing

@testable import MultiTimeframe

@Suite struct BarRingTests {
  /// Singly and in pieces, against an array of all of them; pieces of any length, longer than the ring
  /// as well.
  @Test(arguments: [1, 2, 7, 64]) func `a ring keeps the latest bars`(length: Int) throws {
    var random = SeededGenerator(seed: UInt64(length))
    var ring = BarRing(historyLength: length)
    var all: [Bar] = []
    for _ in 0..<300 {
      let count = random.below(2) == 0 ? 1 : random.below(3 * length + 2)
      let new = (0..<count).map { index in
        let open = moment("2024-01-01T00:00:00Z").adding(
          Int64(all.count + index) * 60 * nanosecondsPerSecond)
        return Bar(
          tsOpen: open, tsClose: open.adding(60 * nanosecondsPerSecond),
          price: random.within(1...99))
      }
      if count == 1 { ring.append(new[0]) } else { ring.append(new) }
      all += new
      #expect(ring.completedCount == all.count)
      if let last = all.last { #expect(ring.last == last) }
      #expect(ring.suffix(.max) == all.suffix(length))
      let wanted = random.below(min(length, all.count) + 1)
      var found: [Bar] = []
      ring.latest(wanted).forEachPiece { piece in
        for index in piece.indices { found.append(piece[index]) }
      }
      #expect(found == all.suffix(wanted))
    }
  }
}

extension Bar {
  fileprivate init(tsOpen: Timestamp, tsClose: Timestamp, price: Int64) {
    let price = Price(unchecked: price)
    self.init(
      tsOpen: tsOpen, tsClose: tsClose, open: price, high: price, low: price, close: price,
      volume: Quantity(unchecked: 1), tickCount: 1, tradingDay: tsOpen.utcDate)
  }
}
