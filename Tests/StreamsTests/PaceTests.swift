import Market
import Sessions
import Synchronization
import TestSupport
import Testing

@testable import Streams

@Suite struct PaceTests {
  private static let second = nanosecondsPerSecond

  /// Draws a run with the moments on the wall, in seconds, at which its events came.
  private func timed(
    _ drawings: [String], _ control: RunControl, _ clock: ManualClock
  ) throws -> [String] {
    var coordinator = Coordinator(control: control)
    for (index, drawing) in drawings.enumerated() { try coordinator.add(drawing, index) }
    var seen: [String] = []
    while let event = try coordinator.next() {
      guard case .records(let run) = event else { continue }
      let letters = run.range.map {
        String(UnicodeScalar(UInt8(coordinator[trades: run.stream].prices[$0])))
      }
      seen.append("\(letters.joined())@\((clock.now - 1_000_000) / 1_000_000)ms")
    }
    return seen
  }

  @Test func `at speed 1 a second is a second`() throws {
    let clock = ManualClock()
    let control = RunControl(speed: 1, wallClock: clock)
    #expect(
      try timed(["a--b-(cd)|", "-x|"], control, clock)
        == ["a@0ms", "x@1000ms", "b@3000ms", "cd@5000ms"])
  }

  @Test func `at speed 60 a minute is a second`() throws {
    let clock = ManualClock()
    let control = RunControl(speed: 60, wallClock: clock)
    let drawing = "a" + String(repeating: "-", count: 59) + "b--c|"
    #expect(try timed([drawing], control, clock) == ["a@0ms", "b@1000ms", "c@1050ms"])
  }

  @Test func `as fast as possible nobody waits`() throws {
    let clock = ManualClock { _ in
      Issue.record("a run at full speed waited")
      return nil
    }
    let control = RunControl(wallClock: clock)
    #expect(try timed(["a--b-(cd)|"], control, clock) == ["ab@0ms", "cd@0ms"])
  }

  @Test func `nobody waits for the first record, though its session opened before it`() throws {
    let clock = ManualClock()
    let control = RunControl(speed: 1, wallClock: clock)
    var coordinator = Coordinator(control: control)
    try coordinator.register(
      RecordSource<TradeColumns>([trade("2024-07-03T14:00:00Z"), trade("2024-07-03T14:00:05Z")]),
      as: StreamKey("A", .trades), StreamOptions(calendar: try .named("XNYS")))
    #expect(try coordinator.see()?.count == 1)
    #expect(
      try coordinator.see() == [
        .record(stream: 0, time: moment("2024-07-03T14:00:00Z").nanoseconds, number: 1)
      ])
    #expect(clock.deadlines.isEmpty)
    #expect(try coordinator.see()?.count == 1)
    #expect(clock.now == 1_000_000 + 5 * PaceTests.second)
  }

  @Test func `a change in the moment before a wait is not missed`() throws {
    let control = Box<RunControl?>(nil)
    let clock = ManualClock()
    let shown = Box(0)
    control.value = RunControl(speed: 1, wallClock: clock) {
      shown.value += 1
      // The first time the run is about to wait for a thousand seconds.
      if shown.value == 1 { control.value?.speed = 1000 }
    }
    let drawing = "a" + String(repeating: "-", count: 999) + "b|"
    #expect(try timed([drawing], control.value!, clock) == ["a@0ms", "b@1000ms"])
    #expect(clock.deadlines.count == 1)
  }

  /// A run that has fallen behind goes on from where it is when its speed changes.
  @Test func `slowing down a run that lags takes effect at once`() throws {
    let clock = ManualClock()
    let control = RunControl(speed: 1000, wallClock: clock)
    var coordinator = Coordinator(control: control)
    try coordinator.add("a-b-c-d|", 0)
    #expect(try coordinator.next() != nil)
    // The output blocks for a minute, in which 1000 minutes should have passed.
    clock.advance(by: 60 * PaceTests.second)
    control.speed = 1
    let start = clock.now
    #expect(try coordinator.next() != nil)
    #expect(try coordinator.next() != nil)
    #expect(try coordinator.next() != nil)
    #expect(clock.now - start >= 4 * PaceTests.second)
  }

  @Test func `records that are left out hold nobody up`() throws {
    let clock = ManualClock()
    let control = RunControl(
      speed: 1, skippingGapsOver: .seconds(60), wallClock: clock)
    var coordinator = Coordinator(control: control)
    var options = StreamOptions(calendar: try .named("XNYS"))
    options.outsideSession = .drop
    // The half-day ends at 17:00 UTC, with a minute of grace.
    let times = [
      "2024-07-03T17:00:30Z", "2024-07-03T17:02:00Z", "2024-07-03T17:02:40Z",
      "2024-07-05T13:29:50Z", "2024-07-05T13:30:00Z",
    ]
    try coordinator.register(
      RecordSource<TradeColumns>(times.map { trade($0) }), as: StreamKey("A", .trades), options)
    var seen: [Seen] = []
    while let more = try coordinator.see() { seen += more }
    #expect(
      seen.compactMap { if case .record = $0 { $0.time } else { nil } }
        == [times[0], times[4]].map { moment($0).nanoseconds })
    #expect(clock.now < 1_000_000 + 60 * PaceTests.second)
  }

  @Test func `gaps are skipped where asked for`() throws {
    let clock = ManualClock()
    let control = RunControl(speed: 1, skippingGapsOver: .seconds(3), wallClock: clock)
    #expect(
      try timed(["a--b----------c-d|"], control, clock)
        == ["a@0ms", "b@3000ms", "c@3000ms", "d@5000ms"])
  }

  @Test func `the speed changes in the middle of a gap`() throws {
    let control = Box<RunControl?>(nil)
    let clock = Box<ManualClock?>(nil)
    let calls = Atomic(0)
    clock.value = ManualClock { deadline in
      guard calls.add(1, ordering: .relaxed).oldValue == 0 else { return deadline }
      // Four seconds into a gap of ten the speed is doubled: the other six take three.
      clock.value?.advance(by: 4 * PaceTests.second)
      control.value?.speed = 2
      return nil
    }
    control.value = RunControl(speed: 1, wallClock: clock.value!)
    #expect(
      try timed(["a---------b---------c|"], control.value!, clock.value!)
        == ["a@0ms", "b@7000ms", "c@12000ms"])
  }

  @Test func `a pause takes no time of the run`() throws {
    let control = Box<RunControl?>(nil)
    let clock = Box<ManualClock?>(nil)
    let calls = Atomic(0)
    clock.value = ManualClock { deadline in
      switch calls.add(1, ordering: .relaxed).oldValue {
      case 0:
        // Two seconds into a gap of ten.
        clock.value?.advance(by: 2 * PaceTests.second)
        control.value?.pause()
        return nil
      case 1:
        #expect(deadline == nil)
        clock.value?.advance(by: 100 * PaceTests.second)
        control.value?.resume()
        return nil
      default: return deadline
      }
    }
    control.value = RunControl(speed: 1, wallClock: clock.value!)
    #expect(
      try timed(["a---------b|"], control.value!, clock.value!) == ["a@0ms", "b@110000ms"])
  }

  @Test func `single steps, and steps to the close of a bar`() throws {
    let waits = Box(0)
    let control = Box<RunControl?>(nil)
    let seen = Box("")
    let clock = ManualClock { _ in
      waits.value += 1
      seen.value += "|"
      switch waits.value {
      case 1, 2: control.value?.step()
      case 3:
        control.value?.step()
        control.value?.step()
      case 4: control.value?.stepToBarClose()
      default: control.value?.resume()
      }
      return nil
    }
    control.value = RunControl(wallClock: clock)
    control.value?.pause()
    var coordinator = Coordinator(control: control.value)
    try coordinator.register(
      DrawnStream("abcdefghijkl|").source(batchLength: 100), as: StreamKey("A", .trades))
    while let event = try coordinator.next() {
      guard case .records(let run) = event else { continue }
      for index in run.range {
        seen.value += String(UnicodeScalar(UInt8(coordinator[trades: run.stream].prices[index])))
      }
      if seen.value.hasSuffix("h") { control.value?.barClosed() }
    }
    #expect(seen.value == "|a|b|cd|efgh|ijkl")
  }

  @Test func `it pauses where sessions open and close, if asked`() throws {
    let places = Box<[Timestamp?]>([])
    let control = Box<RunControl?>(nil)
    let reading = Box<ClockReading?>(nil)
    let clock = ManualClock { _ in
      places.value.append(reading.value?.time)
      control.value?.resume()
      return nil
    }
    control.value = RunControl(wallClock: clock)
    control.value?.pausesAtSessionEvents = true
    var coordinator = Coordinator(control: control.value)
    reading.value = coordinator.clock
    try coordinator.register(
      RecordSource<TradeColumns>([
        trade("2024-07-03T14:00:00Z"), trade("2024-07-05T14:00:00Z"),
      ]), as: StreamKey("A", .trades), StreamOptions(calendar: try .named("XNYS")))
    while try coordinator.next() != nil {}
    #expect(
      places.value == [
        moment("2024-07-03T13:30:00Z"), moment("2024-07-03T17:01:00Z"),
        moment("2024-07-05T13:30:00Z"),
      ])
  }

  @Test func `a stop comes between two events, and nothing comes after it`() throws {
    let control = RunControl()
    var coordinator = Coordinator(control: control)
    try coordinator.add("abcdef|", 0)
    #expect(try coordinator.see()?.count == 2)
    control.stop()
    #expect(try coordinator.see() == nil)
    control.resume()
    #expect(try coordinator.see() == nil)
    #expect(control.isStopped)
    #expect(coordinator.streams.count == 1)
  }

  // MARK: Pace never changes a result

  /// The log of a run over two calendars, with timers and boundaries, that is driven at random.
  private func log(_ seed: UInt64, driver: UInt64?) throws -> [Seen] {
    let streams = RandomStreams(seed: seed)
    var control: RunControl?
    if let driver {
      let box = Box<RunControl?>(nil)
      let random = Box(SeededGenerator(seed: driver))
      let clock = ManualClock { deadline in
        let action = random.value.below(7)
        switch action {
        case 0: box.value?.step()
        case 1: box.value?.stepToBarClose()
        case 2 where deadline != nil: box.value?.pause()
        case 3: box.value?.speed = Double(random.value.below(3)) * 1e-6
        default: box.value?.resume()
        }
        return deadline.map { $0 - Int64(random.value.below(2)) * random.value.within(0...1000) }
      }
      let speeds = [0, 1e-9, 1e-6, 1, 1000]
      control = RunControl(
        speed: speeds[random.value.below(speeds.count)],
        skippingGapsOver: random.value.below(2) == 0 ? .nanoseconds(50) : nil, wallClock: clock)
      box.value = control
    }
    var dice = SeededGenerator(seed: driver ?? 0)
    var coordinator = Coordinator(control: control)
    for index in streams.streams.indices { try streams.register(index, in: &coordinator) }
    try coordinator.setTimer(
      every: .nanoseconds(1 + streams.span / 7), from: moment(1_000_000 + streams.span / 3))
    var log: [Seen] = []
    var boundary: Int64 = 1_000_000
    while let seen = try coordinator.see(boundary: moment(boundary)) {
      log += seen
      if case .boundary = seen[0] {
        control?.barClosed()
        boundary += 1 + streams.span / 11
      }
      guard let control else { continue }
      switch dice.below(12) {
      case 0: control.pause()
      case 1: control.step()
      case 2: control.speed = 0
      case 3: control.speed = Double(1 + dice.below(1000)) * 1e-7
      case 4: control.stepToBarClose()
      case 5: control.resume()
      default: break
      }
    }
    return log
  }

  @Test func `the log is the same at any pace, with pauses, steps and changes of speed`() throws {
    for seed in randomSeeds(60) {
      let plain = try log(seed, driver: nil)
      for driver in (seed * 100)..<(seed * 100 + 4) {
        #expect(try log(seed, driver: driver) == plain, "seed \(seed), driver \(driver)")
      }
    }
  }
}
