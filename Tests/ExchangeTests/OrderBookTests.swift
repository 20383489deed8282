import Market
import Testing

@testable import Exchange

/// Where working orders stand.
@Suite struct OrderBookTests {
  @Test func `a ladder of thousands keeps its order`() {
    for direction in [TriggerLadder.Direction.rising, .falling] {
      var random = SeededGenerator(seed: 5)
      var ladder = TriggerLadder(direction)
      var entries: [(level: Int64, priority: Int)] = []
      for priority in 0..<5000 {
        let level = random.within(1...300)
        entries.append((level, priority))
        ladder.insert(OrderID(number: priority), at: price(level), priority: priority)
        if random.below(3) == 0 {
          let entry = entries.remove(at: random.below(entries.count))
          ladder.remove(
            OrderID(number: entry.priority), at: price(entry.level), priority: entry.priority)
        }
      }
      let sorted = entries.sorted { left, right in
        if left.level == right.level { return left.priority < right.priority }
        return (left.level < right.level) == (direction == .rising)
      }
      let everything = ladder.reached(by: price(direction == .rising ? 1000 : -1000))
      #expect(everything.map(\.order.number) == sorted.map(\.priority))
      for entry in sorted {
        #expect(ladder.nearest?.order.number == entry.priority)
        ladder.remove(
          OrderID(number: entry.priority), at: price(entry.level), priority: entry.priority)
      }
      #expect(ladder.nearest == nil)
    }
  }

  @Test func `a table of orders finds what was put in and not taken out`() {
    var random = SeededGenerator(seed: 6)
    var table = OrderTable()
    var expected: [Int] = []
    for number in 0..<20_000 {
      let order = WorkingOrder(
        id: OrderID(number: number), side: .buy, timeInForce: .goodTillCancelled,
        isReduceOnly: false, arrival: Moment(.earliest, .arrivals), type: .market,
        remaining: Int64(number), priority: number)
      table.insert(order)
      expected.append(number)
      if random.below(10) < 9 {
        expected.swapAt(random.below(expected.count), expected.count - 1)
        let gone = expected.removeLast()
        #expect(table.remove(OrderID(number: gone))?.remaining == Int64(gone))
      }
    }
    #expect(table.count == expected.count && !expected.isEmpty)
    let left = Set(expected)
    for number in 0..<20_000 {
      #expect((table[OrderID(number: number)]?.id.number == number) == left.contains(number))
    }
  }
}
