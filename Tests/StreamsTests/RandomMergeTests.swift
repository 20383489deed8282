import Market
import TestSupport
import Testing

@testable import Streams

/// The merge against a plain stable sort of everything put together.
@Suite struct RandomMergeTests {
  @Test func `random streams come in the order of a plain sort`() throws {
    for seed in randomSeeds(400) {
      let random = RandomStreams(seed: seed)
      var coordinator = Coordinator()
      for index in random.streams.indices { try random.register(index, in: &coordinator) }
      let seen = try coordinator.seeAll()
      #expect(seen == random.sorted, "seed \(seed)")
      #expect(coordinator.streams.isEmpty)
      #expect(
        coordinator.qualities.map(\.deliveredCount) == random.streams.map(\.times.count),
        "seed \(seed)")
    }
  }

  @Test func `many runs at once are the same as one after the other`() throws {
    for seed in randomSeeds(300) {
      let random = RandomStreams(seed: seed)
      var single = Coordinator()
      var several = Coordinator()
      for index in random.streams.indices {
        try random.register(index, in: &single)
        try random.register(index, in: &several)
      }
      try single.setTimer(every: .nanoseconds(1 + random.span / 5), from: moment(1_000_001))
      try several.setTimer(every: .nanoseconds(1 + random.span / 5), from: moment(1_000_001))
      var runs: [StreamRun] = []
      var seen: [Seen] = []
      var boundary: Int64 = 1_000_000
      while let event = try several.next(&runs, boundary: moment(boundary)) {
        if runs.isEmpty { seen += several.see(event) }
        for run in runs { seen += several.see(.records(run)) }
        if case .boundary = event { boundary += 1 + random.span / 9 }
        #expect(several.clock.time?.nanoseconds == seen.last?.time)
      }
      var expected: [Seen] = []
      boundary = 1_000_000
      while let part = try single.see(boundary: moment(boundary)) {
        expected += part
        if case .boundary = part[0] { boundary += 1 + random.span / 9 }
      }
      #expect(seen == expected, "seed \(seed)")
      #expect(
        several.qualities.map(\.deliveredCount) == single.qualities.map(\.deliveredCount))
    }
  }

  @Test func `boundaries cut runs and change no order`() throws {
    for seed in randomSeeds(200) {
      let random = RandomStreams(seed: seed)
      var dice = SeededGenerator(seed: seed)
      var coordinator = Coordinator()
      for index in random.streams.indices { try random.register(index, in: &coordinator) }
      var seen: [Seen] = []
      var boundary = random.sorted.first?.time ?? 0
      while let part = try coordinator.see(boundary: moment(boundary)) {
        for event in part {
          if case .boundary = event {
            boundary += dice.within(1...random.span)
          } else {
            seen.append(event)
          }
          // Bars that close at the boundary come before it, trades and quotes of its moment after.
          if case .record(let stream, let time, _, _) = event {
            let isBar = random.streams[stream].kind.recordKind == .bar
            #expect(isBar ? time <= boundary : time < boundary, "seed \(seed)")
          }
        }
        #expect(coordinator.clock.time?.nanoseconds == part.last?.time, "seed \(seed)")
      }
      #expect(seen == random.sorted, "seed \(seed)")
    }
  }

  @Test func `removals while it runs take out the rest of a stream`() throws {
    for seed in randomSeeds(300) {
      let random = RandomStreams(seed: seed)
      var dice = SeededGenerator(seed: seed)
      var coordinator = Coordinator()
      for index in random.streams.indices { try random.register(index, in: &coordinator) }
      var expected = random.sorted
      var seen: [Seen] = []
      while let part = try coordinator.see() {
        seen += part
        guard dice.below(8) == 0 else { continue }
        let stream = dice.below(random.streams.count)
        guard coordinator.streams.contains(random.key(stream)) else { continue }
        try coordinator.remove(random.key(stream))
        expected =
          Array(expected.prefix(seen.count))
          + expected.dropFirst(seen.count).filter { $0.stream != stream }
      }
      #expect(seen == expected, "seed \(seed)")
    }
  }

  @Test func `streams that join while it runs take their place from then on`() throws {
    for seed in randomSeeds(300) {
      let random = RandomStreams(seed: seed)
      var dice = SeededGenerator(seed: seed)
      var coordinator = Coordinator()
      // Those that join must not begin before the clock.
      var waiting: [Int] = []
      for index in random.streams.indices {
        if index > 0, random.streams[index].times.first ?? 0 > 1_000_000 + 100 {
          waiting.append(index)
        } else {
          try random.register(index, in: &coordinator)
        }
      }
      var order = random.streams.indices.filter { !waiting.contains($0) }
      let step = max(50, random.span / 64)
      var seen: [Seen] = []
      while true {
        let clock = coordinator.clock.time?.nanoseconds ?? 0
        waiting = try waiting.filter { index in
          let first = random.streams[index].times[0]
          guard first > clock, dice.below(2) == 0 || first <= clock + step else {
            return true
          }
          try random.register(index, in: &coordinator)
          order.append(index)
          return false
        }
        guard let part = try coordinator.see(boundary: moment(clock + step)) else { break }
        seen += part.filter { if case .boundary = $0 { false } else { true } }
      }
      // Registered in this order, as far as they were.
      let place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
      var all: [(order: (Int64, Int, Int, Int64), seen: Seen)] = []
      for index in order {
        for (row, time) in random.streams[index].times.enumerated() {
          all.append(
            (
              (time, random.streams[index].phase, place[index]!, Int64(row)),
              .record(stream: place[index]!, time: time, number: Int64(row))
            ))
        }
      }
      #expect(seen == all.sorted { $0.order < $1.order }.map(\.seen), "seed \(seed)")
    }
  }
}

extension Seen {
  var time: Int64 {
    switch self {
    case .record(_, let time, _, _), .boundary(let time), .opened(_, let time),
      .closed(_, let time), .timer(_, let time):
      time
    }
  }

  var stream: Int? {
    if case .record(let stream, _, _, _) = self { stream } else { nil }
  }
}
