import Backtest
import Market
import MultiTimeframe
import Testing

@Suite("Nothing depends on what comes later")
struct LookAheadTests {
  /// What a run does up to a moment, the records of that moment included.
  private static func lines(
    of random: RandomRun, _ tape: RunTape, _ strategy: any Strategy, through time: Int64
  ) throws -> [String] {
    try run(random.configuration, strategy, try tape.tape(batch: 50)).lines(through: time)
  }

  @Test("a tape cut or poisoned at random times and at all closes", arguments: 0..<10)
  func unchangedPast(seed: Int) throws {
    let random = try RandomRun(seed: UInt64(1_000 + seed))
    func trader() -> RandomTrader {
      RandomTrader(readsTicks: seed % 2 == 0, readsQualities: seed % 4 < 2)
    }
    var generator = SeededGenerator(seed: UInt64(seed))
    let times = random.tape.times
    guard let first = times.first, let last = times.last else { return }
    var cuts = (0..<4).map { _ in times[generator.below(times.count)] }
    for _ in 0..<2 {
      // A minute's close, and a nanosecond to either side.
      let minute = generator.within(first / 60_000_000_000...last / 60_000_000_000)
      cuts += [-1, 0, 1].map { minute * 60_000_000_000 + $0 }
    }
    let journal = try run(
      random.configuration, trader(), try random.tape.tape())
    for cut in cuts {
      let whole = journal.lines(through: cut)
      for poisoned in [false, true] {
        let changed = try random.tape.changed(after: cut, poisoned: poisoned)
        let other = try LookAheadTests.lines(
          of: random, changed, trader(), through: cut)
        // A tape that ends has no clock beyond its last record.
        let lastRecord = random.tape.times.last { $0 <= cut } ?? .min
        let least = journal.lines(through: lastRecord - 1).count
        let past = poisoned ? whole : Array(whole.prefix(max(least, other.count)))
        if let difference = DeterminismTests.difference(past, other) {
          Issue.record("seed \(seed), cut \(cut), poisoned \(poisoned): \(difference)")
          return
        }
      }
    }
  }

  @Test("a strategy that looks ahead through a global is caught")
  func cheater() throws {
    let (random, cut) = try LookAheadTests.tradedRun()
    func lines(_ tape: RunTape) throws -> [String] {
      try LookAheadTests.lines(of: random, tape, Cheater(tape), through: cut)
    }
    let honest = try LookAheadTests.lines(of: random, random.tape, Cheater(nil), through: cut)
    let poisoned = try random.tape.changed(after: cut, poisoned: true)
    #expect(
      try honest == LookAheadTests.lines(of: random, poisoned, Cheater(nil), through: cut))
    #expect(honest.contains { $0.contains("it will") })
    #expect(try lines(random.tape) != lines(poisoned))
  }

  /// A run that trades before the middle of its tape.
  private static func tradedRun() throws -> (run: RandomRun, cut: Int64) {
    for seed in UInt64(1_000)... {
      let random = try RandomRun(seed: seed)
      let cut = random.tape.times[random.tape.times.count / 2]
      let lines = try lines(of: random, random.tape, Cheater(nil), through: cut)
      if lines.contains(where: { $0.contains("it will") }) { return (random, cut) }
    }
    preconditionFailure("one of them trades")
  }
}

/// Knows the last price of the tape from the beginning.
private final class Cheater: Strategy {
  private let last: Int64

  /// - Parameter tape: nil for one that knows nothing, and says the same every time.
  init(_ tape: RunTape?) {
    last =
      switch tape?.streams[0].records {
      case .trades(let trades): trades.last?.price.raw ?? 0
      case .quotes(let quotes): quotes.last?.bid.raw ?? 0
      case .bars(let bars, _): bars.last?.close.raw ?? 0
      case .funding, .marks, nil: 0
      }
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    try context.note(
      close.bar.close.raw < last ? "it will rise to \(last)" : "it will fall by \(last)")
  }
}

extension TextJournal {
  /// What was written up to a moment; the strategy's last words left out.
  fileprivate func lines(through time: Int64) -> [String] {
    zip(stamps, lines).filter { $0.0 <= time && !$0.1.contains("note(\"stop") }.map(\.1)
  }
}
