import Foundation
import Market
import Synchronization
import Testing

@testable import Streams

/// Runs on threads of their own, iterated by tasks.
@Suite(.timeLimit(.minutes(30))) struct AsyncEventsConcurrencyTests {
  private func letter(_ event: MarketEvent) -> String {
    guard case .trade(_, let trade, _) = event else { return "?" }
    return String(UnicodeScalar(UInt8(trade.price.raw)))
  }

  @Test func `events come one after the other`() async throws {
    let events = AsyncEvents { coordinator in
      try coordinator.add("a--b--(cd)|", 0)
      try coordinator.add("-x-y|", 1)
      try coordinator.setTimer(at: DrawnStream.moment(ofStep: 2))
    }
    var drawn = ""
    for try await event in events { drawn += letter(event) }
    #expect(drawn == "ax?bycd")
    for try await _ in events { Issue.record("a second run has nothing to give") }
  }

  @Test func `everything that next gives, for random streams`() async throws {
    for seed in [1, 2, 3] as [UInt64] {
      let random = RandomStreams(seed: seed)
      let events = AsyncEvents { coordinator in
        for index in random.streams.indices { try random.register(index, in: &coordinator) }
      }
      var seen: [Seen] = []
      for try await event in events {
        switch event {
        case .trade(let key, let trade, _):
          seen.append(record(key, trade.time, trade.price))
        case .quote(let key, let quote, _): seen.append(record(key, quote.time, quote.bid))
        case .bar(let key, let bar, _): seen.append(record(key, bar.tsClose, bar.open))
        case .fundingRate(let key, let funding, _):
          seen.append(record(key, funding.time, try Price(raw: funding.rate.units)))
        case .markPrice(let key, let mark, _): seen.append(record(key, mark.time, mark.price))
        default: Issue.record("nothing else was asked for")
        }
      }
      #expect(seen == random.sorted)
    }
  }

  private func record(_ key: StreamKey, _ time: Timestamp, _ price: Price) -> Seen {
    .record(
      stream: Int(key.symbol.dropFirst())!, time: time.nanoseconds, number: price.raw)
  }

  @Test func `a source that throws throws here`() async throws {
    let events = AsyncEvents { coordinator in try coordinator.add("ab!", 0) }
    var drawn = ""
    await #expect(throws: StreamError.self) {
      for try await event in events { drawn += letter(event) }
    }
    #expect(drawn == "ab")
    let none = AsyncEvents { coordinator in
      try coordinator.add("a|", 0)
      try coordinator.add("b|", 0)
    }
    await #expect(throws: StreamError.self) {
      for try await _ in none {}
    }
  }

  @Test func `who stops iterating ends the run, and so does who cancels`() async throws {
    let control = RunControl()
    let source = PushedSource<TradeColumns>(capacity: 10)
    for time in 0..<10 { try source.push(trade(Int64(time))) }
    for try await _ in AsyncEvents(
      control: control,
      { coordinator in
        try coordinator.register(source, as: StreamKey("S", .trades))
      })
    {
      break
    }
    while !control.isStopped { await Task.yield() }

    let paced = RunControl(speed: 1)
    let task = Task {
      var count = 0
      for try await _ in AsyncEvents(
        control: paced,
        { coordinator in try coordinator.add("a" + String(repeating: "-", count: 9_999) + "b|", 0) }
      ) {
        count += 1
      }
      return count
    }
    task.cancel()
    #expect(try await task.value <= 1)
    #expect(paced.isStopped)
  }

  /// A thousand trades, which a run at full speed has in one piece.
  private func events(_ control: RunControl) -> AsyncEvents {
    AsyncEvents(control: control) { coordinator in
      var batch = TradeColumns()
      for time in 0..<1000 as Range<Int64> { try batch.append(trade(time, time)) }
      try coordinator.register(MemorySource(batch), as: StreamKey("S", .trades))
    }
  }

  @Test func `a stop and a cancellation take effect at the next event`() async throws {
    let control = RunControl()
    var count = 0
    for try await _ in events(control) {
      count += 1
      if count == 3 { control.stop() }
    }
    #expect(count == 3)

    let other = RunControl()
    let task = Task {
      var count = 0
      for try await _ in events(other) {
        count += 1
        if count == 3 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
      }
      return count
    }
    #expect(try await task.value == 3)
    #expect(other.isStopped)
  }

  @Test func `a pause and single steps take effect at the next event`() async throws {
    let count = Atomic(0)
    let lock = NSLock()
    let waits = Box<[Int]>([])
    let box = Box<RunControl?>(nil)
    let control = RunControl {
      // The run waits: two single events, then all that is left.
      let number = lock.withLock {
        waits.value.append(count.load(ordering: .relaxed))
        return waits.value.count
      }
      if number < 3 { box.value?.step() } else { box.value?.resume() }
    }
    box.value = control
    var times: [Int64] = []
    for try await event in events(control) {
      times.append(event.time.nanoseconds)
      if count.add(1, ordering: .relaxed).newValue == 3 { control.pause() }
    }
    #expect(times == Array(0..<1000))
    #expect(lock.withLock { waits.value } == [3, 4, 5])
    box.value = nil
  }
}
