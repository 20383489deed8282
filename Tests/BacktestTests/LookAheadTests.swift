import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Testing

@Suite("Nothing depends on what comes later")
struct LookAheadTests {
  @Test("a tape cut or poisoned at random times and at closes", arguments: 0..<10)
  func unchangedPast(seed: Int) throws {
    let random = try RandomRun(seed: UInt64(1_000 + seed))
    func trader() -> RandomTrader {
      RandomTrader(readsTicks: seed % 2 == 0, readsQualities: seed % 4 < 2)
    }
    var generator = SeededGenerator(seed: UInt64(seed))
    let times = random.tape.times
    let (first, last) = (try #require(times.first), try #require(times.last))
    var cuts = (0..<4).map { _ in times[generator.below(times.count)] }
    for _ in 0..<2 {
      // A minute's close, and a nanosecond to either side.
      let minute = generator.within(first / 60_000_000_000...last / 60_000_000_000)
      cuts += [-1, 0, 1].map { minute * 60_000_000_000 + $0 }
    }
    let journal = try run(random.configuration, trader(), try random.tape.tape())
    for cut in cuts {
      for future in FutureChange.allCases {
        let other = try random.journal(changedAfter: cut, .records, future, trader())
        if let difference = journal.difference(from: other, cut, future, random) {
          Issue.record("seed \(seed), cut \(cut), \(future): \(difference)")
          return
        }
      }
    }
  }

  private func trader(_ seed: Int) -> RandomTrader {
    RandomTrader(readsTicks: seed % 4 < 2, readsQualities: seed % 3 == 0)
  }

  /// Wherever a tape is cut between two of its records, the same is left of it. So the cuts behind
  /// each of them, looked at through the last nanosecond before the next, are all that there are: one
  /// record, and one nanosecond, before and behind every close, session, funding and timer.
  @Test("a tape cut or poisoned behind every one of its records", arguments: 0..<8)
  func everyMoment(seed: Int) throws {
    let random = try RandomRun.short(seed: UInt64(seed))
    let journal = try run(random.configuration, trader(seed), try random.tape.tape())
    let times = Array(Set(random.tape.times)).sorted()
    for (time, next) in zip(times, times.dropFirst()) {
      for future in FutureChange.allCases {
        let other = try random.journal(changedAfter: time, .records, future, trader(seed))
        if let difference = journal.difference(from: other, next - 1, future, random) {
          Issue.record("seed \(seed), \(future) behind \(time): \(difference)")
          return
        }
      }
    }
  }

  /// At one moment bars close, sessions turn and timers ring before its ticks come.
  @Test("what is told at a moment before its ticks does not depend on them", arguments: 0..<8)
  func everyTickOfTheMoment(seed: Int) throws {
    let random = try RandomRun.short(seed: UInt64(seed))
    let journal = try run(random.configuration, trader(seed), try random.tape.tape())
    var comparedCount = 0
    for time in Set(random.tape.times).sorted() {
      let other = try random.journal(changedAfter: time, .arrivals, .poisoned, trader(seed))
      let told = journal.entriesBeforeTicks(at: time)
      comparedCount += told.count
      let difference =
        DeterminismTests.difference(
          journal.entries(through: time - 1), other.entries(through: time - 1))
        ?? DeterminismTests.difference(told, other.entriesBeforeTicks(at: time))
      if let difference {
        Issue.record("seed \(seed), poisoned from the ticks of \(time) on: \(difference)")
        return
      }
    }
    #expect(comparedCount > 20)
  }

  @Test("the short tapes have every kind of moment")
  func kindsOfMoments() throws {
    var met: Set<String> = []
    for seed in 0..<8 {
      let random = try RandomRun.short(seed: UInt64(seed))
      let times = Set(random.tape.times)
      func meet(_ word: String, at time: Int64) {
        met.insert(word)
        for (name, beside) in [("before", -1), ("at", 0), ("behind", 1)]
        where times.contains(time + Int64(beside)) {
          met.insert("\(word), record \(name)")
        }
      }
      let trader = RandomTrader(readsTicks: seed % 4 < 2, readsQualities: seed % 3 == 0)
      let journal = try run(random.configuration, trader, try random.tape.tape())
      for (time, event) in journal.events {
        switch event {
        case .session(_, let boundary): meet("session \(boundary.kind)", at: time.nanoseconds)
        case .funding: meet("funding", at: time.nanoseconds)
        case .order(let report, let request):
          if case .filled = report.event { met.insert("fill of \(request.type.word)") }
          if case .expired = report.event { meet("expiry", at: time.nanoseconds) }
        case .note(let text) where text.hasPrefix("timer"): met.insert("timer")
        default: break
        }
      }
      for sample in journal.samples where sample.occasion == .decision {
        for minutes: Int64 in [1, 2, 3, 6, 15, 60]
        where sample.time.nanoseconds % (minutes * 60_000_000_000) == 0 {
          meet("close of \(minutes) minutes", at: sample.time.nanoseconds)
        }
      }
    }
    let turns = ["session opened", "session closed", "funding"]
    let closes = [1, 2, 3, 6, 15].map { "close of \($0) minutes" }
    let beside = (turns.dropLast() + closes).flatMap { word in
      ["before", "at", "behind"].map { "\(word), record \($0)" }
    }
    let types = [
      "market", "limit", "stop", "stopLimit", "marketIfTouched", "limitIfTouched", "trailingStop",
    ].map { "fill of \($0)" }
    let missing = Set(
      turns + closes + beside + types + ["close of 60 minutes", "timer", "expiry"]
    ).subtracting(met)
    #expect(missing.isEmpty)
  }

  @Test("a strategy that looks ahead through a global is caught")
  func cheater() throws {
    let (random, cut) = try LookAheadTests.tradedRun()
    func entries(
      _ future: FutureChange?, _ strategy: any Strategy
    ) throws -> [KeptJournal.Entry] {
      guard let future else {
        return try run(random.configuration, strategy, try random.tape.tape()).entries(through: cut)
      }
      return try random.journal(changedAfter: cut, .records, future, strategy).entries(through: cut)
    }
    let honest = try entries(nil, Cheater(nil))
    #expect(try honest == entries(.poisoned, Cheater(nil)))
    #expect(honest.contains { $0.note?.hasPrefix("it will") == true })
    let moment = Moment(try Timestamp(nanoseconds: cut), .records)
    let poisoned = try random.tape.changed(after: moment, .poisoned)
    #expect(try entries(nil, Cheater(random.tape)) != entries(.poisoned, Cheater(poisoned)))
  }

  /// A run that trades before the middle of its tape.
  private static func tradedRun() throws -> (run: RandomRun, cut: Int64) {
    for seed in UInt64(1_000)... {
      let random = try RandomRun(seed: seed)
      let cut = random.tape.times[random.tape.times.count / 2]
      let journal = try run(random.configuration, Cheater(nil), try random.tape.tape())
      if journal.entries(through: cut).contains(where: { $0.note?.hasPrefix("it will") == true }) {
        return (random, cut)
      }
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

extension RandomRun {
  /// The run on its tape, of which everything behind a moment is changed.
  fileprivate func journal(
    changedAfter time: Int64, _ phase: Phase, _ future: FutureChange, _ strategy: any Strategy
  ) throws -> KeptJournal {
    let moment = Moment(try Timestamp(nanoseconds: time), phase)
    return try run(configuration, strategy, try tape.changed(after: moment, future).tape(batch: 50))
  }
}

extension KeptJournal.Entry {
  fileprivate var note: String? {
    if case .event(.note(let text)) = content { text } else { nil }
  }

  /// Whether it stands for a close, a session, funding or a timer, all of which come before the trades
  /// and quotes of their moment.
  fileprivate var comesBeforeTicks: Bool {
    if case .sample = content { return true }
    guard let word = note?.split(separator: " ").first else { return false }
    return ["bar", "session", "funding", "timer"].contains(word)
  }
}

extension KeptJournal {
  /// What was written up to a moment; the strategy's last words left out.
  fileprivate func entries(through time: Int64) -> [Entry] {
    entries.filter { $0.stamp <= time && $0.note?.hasPrefix("stop") != true }
  }

  fileprivate func entriesBeforeTicks(at time: Int64) -> [Entry] {
    entries.filter { $0.stamp == time && $0.comesBeforeTicks }
  }

  /// Where this run differs from one whose tape is another behind `cut`, up to there.
  fileprivate func difference(
    from other: KeptJournal, _ cut: Int64, _ future: FutureChange, _ random: RandomRun
  ) -> String? {
    // Without an end of its own a run whose tape is cut has no clock beyond the last record.
    let lastRecord = random.tape.times.last { $0 <= cut } ?? .min
    let end =
      future == .removed && random.configuration.end == nil ? min(cut, lastRecord - 1) : cut
    return DeterminismTests.difference(entries(through: end), other.entries(through: end))
  }
}

extension OrderType {
  fileprivate var word: String {
    switch self {
    case .market: "market"
    case .limit: "limit"
    case .stop: "stop"
    case .stopLimit: "stopLimit"
    case .marketIfTouched: "marketIfTouched"
    case .limitIfTouched: "limitIfTouched"
    case .trailingStop: "trailingStop"
    }
  }
}
