import CAllocationCounter
import Market
import Sessions
import Testing

@testable import Streams

/// What the merge does not do: allocate for an event, or more for many streams than it must.
@Suite struct MergeCostTests {
  /// Ten streams of trades and quotes that take turns, in batches that are there from the start, with
  /// calendars and a timer, over the same four days however many they are.
  private func coordinator(_ count: Int) throws -> Coordinator {
    var coordinator = Coordinator()
    let start = moment("2024-03-08T00:00:00Z").nanoseconds
    let step = 4 * nanosecondsPerDay / Int64(10 * count)
    for stream in 0..<10 {
      let times = (0..<count).map {
        start + Int64($0 * 10 + ($0 * 7 + stream) % 10) * step
      }
      let options = StreamOptions(calendar: try .named(stream < 5 ? "24x7" : "fx-ny"))
      let key = StreamKey("S\(stream)", stream % 2 == 0 ? .trades : .quotes)
      if stream % 2 == 0 {
        var batch = TradeColumns()
        for time in times.sorted() { try batch.append(trade(time)) }
        try coordinator.register(MemorySource(batch), as: key, options)
      } else {
        var batch = QuoteColumns()
        for time in times.sorted() { try batch.append(quote(time)) }
        try coordinator.register(MemorySource(batch), as: key, options)
      }
    }
    try coordinator.setTimer(every: .seconds(3600), from: moment(start))
    return coordinator
  }

  @Test(.enabled(if: allocation_counter_is_on(), "needs an optimised build without a sanitizer"))
  func `twice the events allocate no more`() throws {
    func allocations(_ count: Int, severalRuns: Bool) throws -> (count: Int, events: Int) {
      var coordinator = try coordinator(count)
      var runs: [StreamRun] = []
      runs.reserveCapacity(256)
      var records = 0
      // The batches are taken, and the sessions found, at the first event.
      _ = try coordinator.next(&runs)
      let before = allocation_count()
      // The streams end one after the other, which is no part of it.
      while records < count * 9 {
        if severalRuns {
          guard try coordinator.next(&runs) != nil else { break }
          for run in runs { records += run.range.count }
        } else {
          guard let event = try coordinator.next() else { break }
          if case .records(let run) = event { records += run.range.count }
        }
      }
      return (allocation_count() - before, records)
    }
    for severalRuns in [false, true] {
      // What is made at first use is made.
      _ = try allocations(2_000, severalRuns: severalRuns)
      let once = try allocations(2_000, severalRuns: severalRuns)
      let twice = try allocations(4_000, severalRuns: severalRuns)
      #expect(twice.events >= 2 * once.events - 500)
      // There are as many sessions; a gap is kept as it is found, in an array that doubles.
      #expect(abs(twice.count - once.count) < 20, "\(once) and \(twice)")
    }
  }

  @Test func `ten thousand streams come in the order of a plain sort, and end one by one`() throws {
    let streams = 10_000
    var random = SeededGenerator(seed: 11)
    let times = (0..<streams).map { _ in
      (0..<random.below(20)).map { _ in 1_000_000 + random.within(0...50_000) }.sorted()
    }
    let calendar = try TradingCalendar.named("24x7")
    var coordinator = Coordinator()
    for (index, times) in times.enumerated() {
      try coordinator.register(
        RecordSource<TradeColumns>(
          times.enumerated().map { trade($1, Int64($0)) }, batchLength: 1 + index % 7),
        as: StreamKey("S\(index)", .trades),
        index % 10 == 0 ? StreamOptions(calendar: calendar) : StreamOptions())
    }
    var expected: [(key: (Int64, Int), seen: Seen)] = []
    for (index, times) in times.enumerated() {
      expected += times.enumerated().map {
        (($1, index), .record(stream: index, time: $1, number: Int64($0)))
      }
    }
    let sorted = expected.sorted { $0.key < $1.key }.map(\.seen)
    var records: [Seen] = []
    var openings: [Seen] = []
    while let part = try coordinator.see() {
      for seen in part {
        if case .record = seen { records.append(seen) } else { openings.append(seen) }
      }
    }
    #expect(records == sorted)
    // The sessions of a moment come in the order of the symbols.
    #expect(openings == (0..<1000).map { .opened(symbol: $0 * 10, 0) })
    #expect(coordinator.streams.isEmpty)
  }

  @Test func `ten thousand streams that are taken out in between leave the others as they are`()
    throws
  {
    let streams = 10_000
    var coordinator = Coordinator()
    for index in 0..<streams {
      try coordinator.register(
        RecordSource<TradeColumns>([trade(Int64(index)), trade(Int64(streams + index))]),
        as: StreamKey("S\(index)", .trades))
    }
    var times: [Int64] = []
    while let part = try coordinator.see() {
      times += part.map(\.time)
      guard let last = times.last, last == 99 else { continue }
      for index in stride(from: 1, to: streams, by: 2) {
        try coordinator.remove(StreamKey("S\(index)", .trades))
      }
    }
    #expect(
      times == Array(0...99) + (100..<Int64(2 * streams)).filter { $0 % 2 == 0 })
  }
}
