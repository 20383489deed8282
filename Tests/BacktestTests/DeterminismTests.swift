import Backtest
import Market
import Testing

@Suite("The same tape leads to the same run")
struct DeterminismTests {
  /// Of two runs the first line in which they differ, for a message.
  static func difference(_ left: [String], _ right: [String]) -> String? {
    guard left != right else { return nil }
    let count = zip(left, right).prefix { $0 == $1 }.count
    let (a, b) = (left.dropFirst(count).first, right.dropFirst(count).first)
    return "line \(count):\n\(a ?? "the end")\n\(b ?? "the end")"
  }

  @Test("slices, single records, batches of any length", arguments: 0..<30)
  func equal(seed: Int) throws {
    let random = try RandomRun(seed: UInt64(seed))
    func lines(plain: Bool, batch: Int) throws -> [String] {
      var configuration = random.configuration
      configuration.isPlain = plain
      return try run(
        configuration, RandomTrader(readsTicks: seed % 3 == 0), try random.tape.tape(batch: batch)
      ).lines
    }
    let first = try lines(plain: false, batch: .max)
    if random.configuration.end == nil, let end = first.last {
      #expect(
        end.contains("recordCount: \(random.tape.times.count),"), "every record was taken")
    }
    for (plain, batch) in [(true, Int.max), (false, 1), (false, 13), (true, 7), (false, 200)] {
      let other = try lines(plain: plain, batch: batch)
      if let difference = DeterminismTests.difference(first, other) {
        Issue.record("seed \(seed), plain \(plain), batches of \(batch): \(difference)")
        return
      }
    }
  }
}
