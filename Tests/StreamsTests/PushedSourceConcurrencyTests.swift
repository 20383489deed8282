import Foundation
import Glibc
import Market
import Synchronization
import Testing

@testable import Streams

/// Feeds, pauses and stops from other threads. Their suite's name puts them under the thread
/// sanitizer, too.
@Suite(.timeLimit(.minutes(30))) struct PushedSourceConcurrencyTests {
  /// Runs `body` on a thread of its own.
  @discardableResult
  private func start(_ body: @escaping @Sendable () -> Void) -> Thread {
    let thread = Thread(block: body)
    thread.start()
    return thread
  }

  @Test func `what several feeds push comes out merged, whatever the room`() throws {
    for capacity in [1, 7, 1000] {
      var coordinator = Coordinator()
      let count: Int64 = 2_000
      for feed in 0..<3 {
        let source = PushedSource<TradeColumns>(capacity: capacity)
        try coordinator.register(source, as: StreamKey("S\(feed)", .trades))
        start {
          for index in 0..<count { try! source.push(trade(index * 3 + Int64(feed % 2), index)) }
          source.finish()
        }
      }
      let seen = try coordinator.seeAll()
      var expected: [Seen] = []
      for index in 0..<count {
        for feed in [0, 2, 1] {
          expected.append(
            .record(stream: feed, time: index * 3 + Int64(feed % 2), number: index))
        }
      }
      #expect(seen == expected)
    }
  }

  @Test func `a record behind its stream is dropped and counted, pushed or not`() throws {
    var options = StreamOptions()
    options.late = .dropAndCount
    var coordinator = Coordinator()
    let source = PushedSource<QuoteColumns>(capacity: 100)
    for time in [10, 20, 15, 25, 5, 30] as [Int64] { try source.push(quote(time)) }
    source.finish()
    let id = try coordinator.register(source, as: StreamKey("S", .quotes), options)
    #expect(try coordinator.seeAll().map(\.time) == [10, 20, 25, 30])
    #expect(coordinator.quality(of: id).outOfOrderCount == 2)
  }

  @Test func `a feed that fails stops the run, behind what it gave`() throws {
    var coordinator = Coordinator()
    let source = PushedSource<TradeColumns>()
    try coordinator.register(source, as: StreamKey("S", .trades))
    try source.push(trade(1))
    source.fail(DrawnStream.Fault())
    #expect(try coordinator.see()?.count == 1)
    #expect(throws: StreamError.self) { _ = try coordinator.next() }
  }

  /// Waits until `clock` shows `time` or later.
  private static func wait(_ clock: ClockReading, for time: Int64) {
    while clock.time?.nanoseconds ?? .min < time { sched_yield() }
  }

  @Test func `a quiet feed holds the others up as far as it has not said how far it is`() throws {
    var coordinator = Coordinator()
    let (busy, quiet) = (PushedSource<TradeColumns>(), PushedSource<QuoteColumns>())
    let bars = PushedSource<BarBatch>()
    try coordinator.register(busy, as: StreamKey("A", .trades))
    try coordinator.register(quiet, as: StreamKey("B", .quotes))
    try coordinator.register(bars, as: StreamKey("C", .bars(.last, .minute1)))
    try coordinator.setTimer(at: moment(105))
    for time in [100, 110, 120, 130] as [Int64] { try busy.push(trade(time)) }
    quiet.advance(to: moment(90))
    quiet.advance(to: moment(110))
    // One that goes back says nothing.
    quiet.advance(to: moment(50))
    bars.advance(to: moment(111))
    // A trade of 110 comes before quotes of that moment, and a bar that closes at 111 behind it.
    #expect(try coordinator.see() == [.record(stream: 0, time: 100, number: 1)])
    #expect(try coordinator.see() == [.timer(0, 105)])
    #expect(try coordinator.see() == [.record(stream: 0, time: 110, number: 1)])
    let clock = coordinator.clock
    start {
      // The run waits for the quiet feed now.
      try! bars.push(bar(closing: 120))
      bars.finish()
      try! quiet.push(quote(115))
      quiet.advance(to: moment(125))
      PushedSourceConcurrencyTests.wait(clock, for: 120)
      try! quiet.push(quote(125))
      quiet.finish()
      busy.finish()
    }
    #expect(
      try coordinator.seeAll() == [
        .record(stream: 1, time: 115, number: 1), .record(stream: 2, time: 120, number: 1),
        .record(stream: 0, time: 120, number: 1), .record(stream: 1, time: 125, number: 1),
        .record(stream: 0, time: 130, number: 1),
      ])
  }

  @Test func `what comes before the moment that a feed has named is out of order`() throws {
    for policy in [LatePolicy.refuse, .dropAndCount] {
      var options = StreamOptions()
      options.late = policy
      var coordinator = Coordinator()
      let source = PushedSource<TradeColumns>()
      let id = try coordinator.register(source, as: StreamKey("A", .trades), options)
      try coordinator.register(
        RecordSource<QuoteColumns>([quote(10), quote(300)], batchLength: 1),
        as: StreamKey("A", .quotes))
      source.advance(to: moment(100))
      #expect(try coordinator.see()?.map(\.time) == [10])
      for time in [99, 100, 101] as [Int64] { try source.push(trade(time)) }
      source.finish()
      switch policy {
      case .refuse: #expect(throws: StreamError.self) { _ = try coordinator.next() }
      case .dropAndCount:
        #expect(try coordinator.seeAll().map(\.time) == [100, 101, 300])
        #expect(coordinator.quality(of: id).outOfOrderCount == 1)
      }
    }
  }

  /// What a feed said of its time counts where it was said, however fast the run takes its records.
  @Test(arguments: [false, true])
  func `a record behind its feed's own word is refused`(takesBetween: Bool) throws {
    var coordinator = Coordinator()
    let source = PushedSource<TradeColumns>()
    try coordinator.register(source, as: StreamKey("A", .trades))
    try source.push(trade(50))
    if takesBetween { #expect(try coordinator.see()?.map(\.time) == [50]) }
    source.advance(to: moment(100))
    try source.push(trade(99))
    source.finish()
    if !takesBetween { #expect(try coordinator.see()?.map(\.time) == [50]) }
    #expect {
      try coordinator.next()
    } throws: {
      "\($0)"
        == "A trades: a record of 1970-01-01T00:00:00.000000099Z comes after its feed has named "
        + "1970-01-01T00:00:00.0000001Z"
    }
  }

  /// Whoever feeds a run that has failed, or is over, is told, and does not wait for ever.
  @Test(arguments: [false, true])
  func `a feed of a run that has ended is told`(fails: Bool) throws {
    var coordinator = Coordinator(through: moment(20))
    let source = PushedSource<TradeColumns>(capacity: 1)
    try coordinator.register(source, as: StreamKey("A", .trades))
    try source.push(trade(10))
    #expect(try coordinator.see()?.map(\.time) == [10])
    try source.push(trade(fails ? 5 : 30))
    if fails {
      #expect(throws: StreamError.self) { _ = try coordinator.next() }
    } else {
      #expect(try coordinator.next() == nil)
    }
    #expect(throws: SourceInterrupted.self) { for _ in 0..<3 { try source.push(trade(40)) } }
  }

  @Test func `feeds that say now and then how far they are come out as a plain sort`() throws {
    for seed in [1, 2, 3] as [UInt64] {
      let random = RandomStreams(seed: seed)
      var coordinator = Coordinator()
      for index in random.streams.indices {
        let stream = random.streams[index]
        guard case .trades = stream.kind else {
          try random.register(index, in: &coordinator)
          continue
        }
        let source = PushedSource<TradeColumns>(capacity: 3)
        try coordinator.register(source, as: random.key(index))
        start {
          var dice = SeededGenerator(seed: seed + UInt64(index))
          for (row, time) in stream.times.enumerated() {
            if dice.below(2) == 0 { source.advance(to: moment(time)) }
            if dice.below(4) == 0 { sched_yield() }
            try! source.push(trade(time, Int64(row)))
          }
          source.finish()
        }
      }
      #expect(try coordinator.seeAll() == random.sorted, "seed \(seed)")
    }
  }

  @Test func `a stop ends the wait for a feed, and the feed's wait for room`() throws {
    let control = RunControl()
    let source = PushedSource<TradeColumns>(capacity: 10)
    let hasBegun = Atomic(false)
    let result = Box<Int64>(-1)
    let feed = Condition()
    start {
      var time: Int64 = 0
      do {
        while true {
          try source.push(trade(time))
          time += 1
          hasBegun.store(true, ordering: .releasing)
        }
      } catch {
        feed.withLock {
          result.value = time
          feed.broadcast()
        }
      }
    }
    var coordinator = Coordinator(control: control)
    try coordinator.register(source, as: StreamKey("S", .trades))
    // A second feed gives nothing: the run waits for it.
    try coordinator.register(PushedSource<TradeColumns>(), as: StreamKey("T", .trades))
    start {
      while !hasBegun.load(ordering: .acquiring) { sched_yield() }
      control.stop()
    }
    #expect(try coordinator.next() == nil)
    #expect(control.isStopped)
    feed.withLock { while result.value < 0 { feed.wait(until: nil) } }
    #expect(result.value >= 1)
  }

  @Test func `a run that goes away lets its feeds go`() throws {
    let source = PushedSource<TradeColumns>(capacity: 1)
    do {
      var coordinator = Coordinator()
      try coordinator.register(source, as: StreamKey("S", .trades))
    }
    #expect(throws: SourceInterrupted.self) {
      try source.push(trade(1))
    }
  }

  @Test func `it stops in the middle of a weekend`() throws {
    let control = RunControl(speed: 1)
    var coordinator = Coordinator(control: control)
    try coordinator.register(
      RecordSource<TradeColumns>([trade("2024-03-08T22:00:00Z"), trade("2024-03-10T22:00:00Z")]),
      as: StreamKey("S", .trades))
    #expect(try coordinator.see()?.count == 1)
    start { control.stop() }
    #expect(try coordinator.see() == nil)
  }

  @Test func `pauses, steps and speeds from another thread change no result`() throws {
    let control = RunControl(speed: 1e6)
    let isOver = Atomic(false)
    let hasEnded = Condition()
    let ended = Box(false)
    start {
      var random = SeededGenerator(seed: 1)
      while !isOver.load(ordering: .acquiring) {
        switch random.below(6) {
        case 0: control.pause()
        case 1: control.step()
        case 2: control.speed = Double(random.below(3)) * 1e7
        case 3: control.togglePause()
        default: control.resume()
        }
      }
      hasEnded.withLock {
        ended.value = true
        hasEnded.broadcast()
      }
    }
    var coordinator = Coordinator(control: control)
    let random = RandomStreams(seed: 7)
    for index in random.streams.indices { try random.register(index, in: &coordinator) }
    #expect(try coordinator.seeAll() == random.sorted)
    isOver.store(true, ordering: .releasing)
    hasEnded.withLock { while !ended.value { hasEnded.wait(until: nil) } }
  }

  @Test func `the clock can be read from another thread`() throws {
    var coordinator = Coordinator()
    let clock = coordinator.clock
    let hasGoneBack = Atomic(false)
    let isOver = Atomic(false)
    let reader = Condition()
    let isDone = Box(false)
    start {
      var last: Timestamp?
      while !isOver.load(ordering: .acquiring) {
        let time = clock.time
        if let last, time ?? .earliest < last { hasGoneBack.store(true, ordering: .relaxed) }
        last = time
      }
      reader.withLock {
        isDone.value = true
        reader.broadcast()
      }
    }
    try coordinator.register(
      RecordSource<TradeColumns>((0..<20_000).lazy.map { trade($0) }, batchLength: 3),
      as: StreamKey("S", .trades))
    #expect(try coordinator.seeAll().count == 20_000)
    isOver.store(true, ordering: .releasing)
    reader.withLock { while !isDone.value { reader.wait(until: nil) } }
    let wentBack = hasGoneBack.load(ordering: .relaxed)
    #expect(!wentBack)
  }
}

/// In a process of its own, where nobody else makes threads, files or memory.
@Suite struct StartStopTests {
  @Test func `a thousand runs leave no thread, descriptor or memory behind`() async {
    await #expect(processExitsWith: .success) {
      try StartStopTests.runs(300)
      // What a run leaves behind adds up in every round; what the system keeps for itself does not.
      for _ in 0..<5 {
        let before = StartStopTests.Usage()
        try StartStopTests.runs(1000)
        var after = StartStopTests.Usage()
        // A thread that has said that it is done may still be on its way out.
        for _ in 0..<1000 where after.threads > before.threads {
          usleep(1000)
          after = StartStopTests.Usage()
        }
        if after.threads <= before.threads, after.descriptors <= before.descriptors,
          after.pages - before.pages < 1000
        {
          return
        }
        print("before \(before), after \(after)")
      }
      exit(1)
    }
  }

  private struct Usage {
    let threads = StartStopTests.entries("/proc/self/task")
    let descriptors = StartStopTests.entries("/proc/self/fd")
    /// Resident memory.
    let pages = StartStopTests.residentPages()
  }

  private static func entries(_ folder: String) -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? -1
  }

  private static func residentPages() -> Int {
    let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return text.flatMap { Int($0.split(separator: " ")[1]) } ?? -1
  }

  /// Runs that are paced, fed by a thread, and stopped in the middle.
  private static func runs(_ count: Int) throws {
    for index in 0..<count {
      let control = RunControl(speed: 1000)
      let source = PushedSource<TradeColumns>(capacity: 8)
      let done = Condition()
      let isDone = Box(false)
      let feed = Thread {
        var time: Int64 = 0
        while (try? source.push(trade(time))) != nil { time += nanosecondsPerSecond }
        done.withLock {
          isDone.value = true
          done.broadcast()
        }
      }
      feed.start()
      var coordinator = Coordinator(control: control)
      try coordinator.register(source, as: StreamKey("S", .trades))
      for _ in 0..<(index % 4) { _ = try coordinator.next() }
      control.stop()
      while try coordinator.next() != nil {}
      done.withLock { while !isDone.value { done.wait(until: nil) } }
    }
  }
}
