import Market
import Sessions
import TestSupport
import Testing

@testable import Streams

/// Whoever has looked at the trades of a run already spares the coordinator a look.
@Suite struct SliceQualityTests {
  @Test(arguments: randomSeeds(20))
  func `slices, however they are cut, leave the quality that trades leave`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var trades = TradeColumns()
    var time = moment("2024-07-01T13:00:00Z").nanoseconds
    for _ in 0..<3_000 {
      time +=
        random.below(40) == 0
        ? random.within(0...1_800) * nanosecondsPerSecond
        : random.within(0...20 * nanosecondsPerSecond)
      try trades.append(trade(time))
    }
    let calendar = try TradingCalendar.named(["24x7", "XNYS"][random.below(2)])
    func qualities(tells: Bool) throws -> [StreamQuality] {
      var coordinator = Coordinator()
      let id = try coordinator.register(
        MemorySource(trades), as: StreamKey("S", .trades), StreamOptions(calendar: calendar))
      var qualities: [StreamQuality] = []
      while let event = try coordinator.next(atMost: 500) {
        guard case .records(let run) = event else { continue }
        if tells {
          tell(run, in: &coordinator, id, &random)
        }
        qualities.append(coordinator.quality(of: id))
      }
      return qualities
    }
    #expect(try qualities(tells: true) == qualities(tells: false))
  }

  /// Tells of the slices of a run in portions; now and then the last ones are left out.
  private func tell(
    _ run: StreamRun, in coordinator: inout Coordinator, _ id: StreamID,
    _ random: inout SeededGenerator
  ) {
    var rest = slices(of: coordinator[trades: id], run.range, &random)[...]
    while !rest.isEmpty, random.below(5) > 0 {
      let portion = rest.prefix(1 + random.below(rest.count))
      coordinator.countDelivered(run, portion)
      rest = rest.dropFirst(portion.count)
    }
  }

  private func slices(
    of trades: TradeColumns, _ rows: Range<Int>, _ random: inout SeededGenerator
  ) -> [TradeSlice] {
    var slices: [TradeSlice] = []
    var row = rows.lowerBound
    while row < rows.upperBound {
      let end = min(rows.upperBound, row + 1 + random.below(40))
      slices.append(TradeSlice(of: trades, row..<end, before: .max))
      row = end
    }
    return slices
  }
}
