import Market
import Sessions
import TestSupport
import Testing

@testable import Streams

/// A run that is saved and resumed at random events against the same run that was never stopped: the same
/// events, the same quality, the same bytes.
@Suite struct SavedStateTests {
  /// What a run has left behind.
  private struct Outcome: Equatable {
    var seen: [Seen] = []
    var snapshot: StreamsSnapshot?
    var bytes: [UInt8] = []
  }

  /// The streams of one test, which can be registered as often as there are runs.
  private struct Tape {
    let keys: [StreamKey]
    /// About how much time passes between two events.
    let step: Int64
    let register: (Int, inout Coordinator) throws -> Void
  }

  private func bytes(_ coordinator: borrowing Coordinator) -> [UInt8] {
    var writer = StateWriter()
    coordinator.encode(into: &writer)
    return writer.bytes
  }

  /// A coordinator that goes on from `bytes`, its streams registered in any order.
  private func resumed(
    _ bytes: [UInt8], _ tape: Tape, _ dice: inout SeededGenerator
  ) throws -> Coordinator {
    var reader = StateReader(bytes)
    var coordinator = try Coordinator(from: &reader)
    #expect(reader.isAtEnd)
    var waiting = coordinator.streams
    while !waiting.isEmpty {
      let key = waiting.remove(at: dice.below(waiting.count))
      try tape.register(tape.keys.firstIndex(of: key)!, &coordinator)
    }
    return coordinator
  }

  /// - Parameter stops: the run is saved and resumed before one event in so many; nil for never.
  private func run(_ tape: Tape, seed: UInt64, stops: Int?) throws -> Outcome {
    // What is done in a run comes from one generator, when it is saved from another.
    var script = SeededGenerator(seed: seed)
    var dice = SeededGenerator(seed: seed &+ 1_000)
    let takesSeveral = script.below(2) == 0
    var coordinator = Coordinator()
    for index in tape.keys.indices { try tape.register(index, &coordinator) }
    var outcome = Outcome()
    var boundary: Timestamp?
    var runs: [StreamRun] = []
    while outcome.seen.count < 3_000 {
      if let stops, dice.below(stops) == 0 {
        let saved = bytes(coordinator)
        let snapshot = coordinator.snapshot()
        coordinator = try resumed(saved, tape, &dice)
        #expect(bytes(coordinator) == saved, "seed \(seed)")
        #expect(coordinator.snapshot() == snapshot, "seed \(seed)")
      }
      if let clock = coordinator.clock.time?.nanoseconds {
        switch script.below(40) {
        case 0...9: boundary = moment(clock + script.within(1...20 * tape.step))
        case 10:
          let first = moment(clock + script.within(1...50 * tape.step))
          if script.below(2) == 0 {
            try coordinator.setTimer(at: first)
          } else {
            try coordinator.setTimer(
              every: .nanoseconds(script.within(tape.step...50 * tape.step)), from: first)
          }
        case 11: coordinator.cancel(TimerID(index: script.below(4)))
        case 12 where script.below(5) == 0 && coordinator.streams.count > 1:
          try coordinator.remove(coordinator.streams[script.below(coordinator.streams.count)])
        default: break
        }
      }
      if takesSeveral {
        guard let event = try coordinator.next(&runs, boundary: boundary) else { break }
        if runs.isEmpty { outcome.seen += coordinator.see(event) }
        for run in runs { outcome.seen += coordinator.see(.records(run)) }
      } else {
        guard let event = try coordinator.next(boundary: boundary) else { break }
        outcome.seen += coordinator.see(event)
      }
    }
    outcome.snapshot = coordinator.snapshot()
    outcome.bytes = bytes(coordinator)
    return outcome
  }

  private func compare(_ tape: Tape, seed: UInt64) throws {
    let whole = try run(tape, seed: seed, stops: nil)
    for stops in [1, 7] {
      let resumed = try run(tape, seed: seed, stops: stops)
      let difference = zip(resumed.seen, whole.seen).first { $0 != $1 }
      #expect(difference == nil && resumed.seen.count == whole.seen.count, "seed \(seed)")
      #expect(resumed.snapshot == whole.snapshot, "seed \(seed), 1 in \(stops)")
      #expect(resumed.bytes == whole.bytes, "seed \(seed), 1 in \(stops)")
    }
  }

  @Test func `random streams of all kinds`() throws {
    for seed in randomSeeds(40, cost: 10) {
      let random = RandomStreams(seed: seed)
      let always = try TradingCalendar.named("24x7")
      try compare(
        Tape(keys: random.streams.indices.map(random.key), step: 1 + random.span / 50) {
          index, coordinator in
          var options = StreamOptions(calendar: index % 3 == 0 ? always : nil)
          options.late = index % 2 == 0 ? .dropAndCount : .refuse
          options.expectedInterval = index % 5 == 0 ? .nanoseconds(1 + random.span / 30) : nil
          try random.register(index, in: &coordinator, options)
        }, seed: seed)
    }
  }

  /// Stocks, currencies and coins over two weeks with a change of the clock: records outside of
  /// sessions dropped and kept, gaps, latencies, and records that come late.
  private func weeks(seed: UInt64) throws -> Tape {
    let start = moment("2024-03-04T00:00:00Z").nanoseconds
    let calendars = try ["XNYS", "fx-ny", "24x7"].map { try TradingCalendar.named($0) }
    let kinds: [StreamKind] = [
      .trades, .trades, .trades, .bars(.last, .day1), .bars(.last, .minute1),
      .bars(.last, .minutes5),
    ]
    let keys = kinds.indices.map { StreamKey("S\($0 % 4)", kinds[$0]) }
    return Tape(keys: keys, step: 3_600_000_000_000) { index, coordinator in
      var random = SeededGenerator(seed: seed &* 10 &+ UInt64(index))
      let calendar = calendars[index % 4 % 3]
      var options = StreamOptions(
        calendar: index == 2
          ? nil : index % 4 == 0 ? calendar.includingExtendedHours() : calendar)
      options.outsideSession = index % 2 == 0 ? .keep : .drop
      options.late = .dropAndCount
      var time = start
      switch keys[index].kind {
      case .bars:
        var bars = BarBatch()
        for number in 0..<60 as Range<Int64> {
          time += random.within(1...400) * 300_000_000_000
          try bars.append(bar(closing: time, number))
        }
        try coordinator.register(MemorySource(bars), as: keys[index], options)
      default:
        let trades = try (0..<400 as Range<Int64>).map { number in
          // Now and then one that lies before those in front of it.
          time += random.below(12) == 0 ? -1_800_000_000_000 : random.within(0...6_000_000_000_000)
          var trade = trade(time, number + 1)
          if index % 4 != 3 {
            trade.receiveTime = try Timestamp(
              nanoseconds: time + random.within(-1_000_000...9_000_000))
          }
          return trade
        }
        try coordinator.register(
          RecordSource<TradeColumns>(trades, batchLength: 1 + random.below(90)), as: keys[index],
          options)
      }
    }
  }

  @Test func `sessions, gaps, latencies and late records`() throws {
    var quality = StreamQuality(StreamKey("", .trades), interval: 1)
    for seed in randomSeeds(6, cost: 100) {
      let tape = try weeks(seed: seed)
      try compare(tape, seed: seed)
      for stream in try run(tape, seed: seed, stops: 5).snapshot?.streams ?? [] {
        quality.droppedCount += stream.droppedCount
        quality.outOfOrderCount += stream.outOfOrderCount
        quality.staleCount += stream.staleCount
        quality.gapCount += stream.gapCount
        quality.outsideSessionCount += stream.outsideSessionCount
        quality.latency = quality.latency ?? stream.latency
      }
    }
    #expect(
      [
        quality.droppedCount, quality.outOfOrderCount, quality.gapCount,
        quality.outsideSessionCount, quality.latency?.negativeCount ?? 0,
      ].allSatisfy { $0 > 0 }, "\(quality)")
  }

  /// From Saturday to Tuesday, a trade an hour.
  @Test func `outside of sessions, before 1970`() throws {
    let start = moment("1960-01-02T00:00:00Z").nanoseconds
    try compare(
      Tape(keys: [StreamKey("S", .trades)], step: 3_600_000_000_000) { index, coordinator in
        var options = StreamOptions(calendar: try .named("XNYS"))
        options.outsideSession = .keep
        let trades = (0..<96 as Range<Int64>).map { trade(start + $0 * 3_600_000_000_000) }
        try coordinator.register(
          RecordSource<TradeColumns>(trades), as: StreamKey("S", .trades), options)
      }, seed: 1)
  }

  @Test func `a resumed run asks for every source, and for the same options`() throws {
    var whole = try Coordinator(drawn: ["a-b-c-d|", "-x|"])
    for _ in 0..<3 { #expect(try whole.next() != nil) }
    let saved = bytes(whole)
    func resume(_ register: (inout Coordinator) throws -> Void) throws -> String {
      var reader = StateReader(saved)
      var coordinator = try Coordinator(from: &reader)
      try register(&coordinator)
      return try coordinator.draw()
    }
    #expect(try resume { try $0.add("a-b-c-d|", 0) } == "----c-d|")
    #expect(
      try resume {
        try $0.add("a-b-c-d|", 0)
        try $0.add("------y|", 1)
      } == "----c-(dy)|")
    #expect { try resume { _ in } } throws: {
      if case StreamError.sourceMissing(let key) = $0 {
        key == Coordinator.drawnKey(0)
      } else {
        false
      }
    }
    #expect(try resume { try $0.remove(Coordinator.drawnKey(0)) } == "|")
    #expect { try resume { try $0.add("a|", 0) } } throws: {
      if case StreamError.sourceTooShort(_, expected: 2, found: 1) = $0 { true } else { false }
    }
    #expect { try resume { try $0.add("a!", 0) } } throws: {
      if case StreamError.sourceFailed = $0 { true } else { false }
    }
    for number in 0..<3 {
      var options = StreamOptions(calendar: number == 0 ? try .named("24x7") : nil)
      if number == 1 { options.late = .dropAndCount }
      if number == 2 { options.expectedInterval = .seconds(1) }
      #expect { try resume { try $0.add("a-b-c-d|", 0, options) } } throws: {
        if case StreamError.differentOptions = $0 { true } else { false }
      }
    }
  }

  /// What cannot be is refused; a count that could be another is for the hash of the file to find.
  @Test func `bytes that end early are refused, and bytes that were changed never trap`() throws {
    for seed in 1...2 as ClosedRange<UInt64> {
      let tape = try weeks(seed: seed)
      var coordinator = Coordinator()
      for index in tape.keys.indices { try tape.register(index, &coordinator) }
      for _ in 0..<200 { _ = try coordinator.next() }
      try coordinator.setTimer(
        every: .seconds(3_600), from: moment(coordinator.clock.time!.nanoseconds + 1))
      let saved = bytes(coordinator)
      for count in stride(from: 0, to: saved.count, by: 1 + saved.count / 200) {
        #expect {
          var reader = StateReader(Array(saved[..<count]))
          _ = try Coordinator(from: &reader)
        } throws: {
          if case MarketError.malformedState = $0 { true } else { false }
        }
      }
      var random = SeededGenerator(seed: seed)
      var refused = 0
      for _ in 0..<400 {
        var changed = saved
        changed[random.below(saved.count)] ^= UInt8(1 + random.below(255))
        do {
          var reader = StateReader(changed)
          var other = try Coordinator(from: &reader)
          for key in other.streams {
            guard let index = tape.keys.firstIndex(of: key) else { continue }
            try tape.register(index, &other)
          }
          for _ in 0..<300 { if try other.next() == nil { break } }
          _ = other.snapshot()
        } catch is MarketError {
          refused += 1
        } catch is StreamError {
          refused += 1
        }
      }
      #expect(refused > 40)
    }
  }
}
