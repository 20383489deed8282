import Foundation
import Lockstep

/// Streams merged by the coordinator, beside a tournament in C over the same arrays.
enum MergeSuite {
  static func run(_ bench: Bench) throws {
    for count in [1, 2, 10, 100, 1000, 10_000] where bench.wants("merge.\(count)") {
      try measure(streams: count, bench)
    }
    bench.attempt("merge.heapq") { try measureHeapq(bench) }
    try WholePath.run(bench)
    try PaceAccuracy.run(bench)
  }

  private static func measure(streams count: Int, _ bench: Bench) throws {
    let name = "merge.\(count)"
    let records = bench.size(10_000_000, quick: 1_000_000)
    let tape = try InterleavedTape(streams: count, records: records)
    let references = try CMerge.forms.map { try CMerge($0, bench) }
    let expected = try tape.checksum()
    for reference in references where reference.run(tape, bench).sum != expected {
      throw BenchmarkError.differentResults("\(reference.form) merges in another order")
    }
    if count == 1 {
      // A lone stream passes in slices, which nobody has to look into.
      let slices = try interleave(rounds: bench.size(9, quick: 3)) {
        var coordinator = try tape.coordinator()
        return try bench.stopwatch.time { try tape.pass(&coordinator) } / Double(records)
      }
      bench.report(Figure("\(name).slices", unit: "ns/tick", samples: slices, limit: .atMost(0.3)))
    }
    let times = try interleave(
      rounds: bench.size(7, quick: 3),
      [
        {
          var coordinator = try tape.coordinator()
          return try bench.stopwatch.time { try tape.checksum(&coordinator) } / Double(records)
        }
      ]
        + references.map { reference in { reference.run(tape, bench).time / Double(records) } })
    bench.report(
      Figure(
        name, unit: "ns/tick", samples: times[0], reference: times[1].median,
        limit: count == 10 ? .atMost(1.5) : nil))
    bench.report(
      Figure(
        "\(name).beside-branchless", unit: "ns/tick", samples: times[0],
        reference: times[2].median))
  }

  /// Python's own merge, on a sample.
  private static func measureHeapq(_ bench: Bench) throws {
    guard bench.wants("merge.heapq") else { return }
    let records = bench.size(1_000_000, quick: 100_000)
    let output = try Program.run(
      URL(fileURLWithPath: "/usr/bin/env"),
      ["python3", "Benchmarks/Python/heapq_merge.py", "10", "\(records)", "3"])
    let seconds = output.split(separator: "\n").compactMap { Double($0) }
    bench.report(
      Figure(
        "merge.heapq", unit: "ns/tick", samples: seconds.map { $0 / Double(records) * 1e9 }))
  }
}

/// Streams that take turns at random, tick by tick; one record in four shares its time with the one
/// in front of it.
struct InterleavedTape {
  let batches: [[TradeColumns]]
  /// The times of each stream in one piece, for C.
  let times: [[Int64]]
  /// Half as many records as a chunk of the store has at most.
  private static let batchLength = 16_384

  init(streams count: Int, records: Int) throws {
    var random = SeededGenerator(seed: 1)
    var batches = [[TradeColumns]](repeating: [TradeColumns()], count: count)
    var times = [[Int64]](repeating: [], count: count)
    var time: Int64 = 1_700_000_000_000_000_000
    let (price, quantity) = (try Price(raw: 5), try Quantity(raw: 1))
    for _ in 0..<records {
      let stream = random.below(count)
      if random.below(4) != 0 { time += random.within(1...1_000_000) }
      if batches[stream][batches[stream].count - 1].count == InterleavedTape.batchLength {
        batches[stream].append(TradeColumns())
      }
      try batches[stream][batches[stream].count - 1].append(
        Trade(time: try Timestamp(nanoseconds: time), price: price, quantity: quantity))
      times[stream].append(time)
    }
    self.batches = batches
    self.times = times
  }

  func coordinator() throws -> Coordinator {
    var coordinator = Coordinator()
    for (index, batches) in batches.enumerated() {
      try coordinator.register(MemorySource(batches), as: StreamKey("S\(index)", .trades))
    }
    return coordinator
  }

  /// Lets everything pass.
  func pass(_ coordinator: inout Coordinator) throws -> UInt64 {
    var runs: [StreamRun] = []
    var count = 0
    while try coordinator.next(&runs) != nil {
      for run in runs { count += run.range.count }
    }
    return UInt64(count)
  }

  /// Over every record in its order: its time and its stream, as `note` in C.
  func checksum(_ coordinator: inout Coordinator) throws -> UInt64 {
    var runs: [StreamRun] = []
    var sum: UInt64 = 0
    while try coordinator.next(&runs) != nil {
      for run in runs { sum = run.checksum(coordinator[trades: run.stream], after: sum) }
    }
    return sum
  }

  func checksum() throws -> UInt64 {
    var coordinator = try coordinator()
    return try checksum(&coordinator)
  }
}

extension StreamRun {
  @inline(__always)
  fileprivate func checksum(_ trades: borrowing TradeColumns, after start: UInt64) -> UInt64 {
    var sum = start
    let times = trades.times.span
    for index in range {
      sum = sum &* 31 &+ UInt64(bitPattern: times[index]) &+ UInt64(stream.index)
    }
    return sum
  }
}

/// One form of the C program.
@safe struct CMerge {
  static let forms = ["merge_branching", "merge_branchless"]

  private typealias Merge =
    @convention(c) (UnsafeRawPointer, UnsafePointer<Int64>, Int64) -> UInt64

  let form: String
  private let merge: Merge

  init(_ form: String, _ bench: Bench) throws(BenchmarkError) {
    self.form = form
    unsafe merge = unsafe try CReference("merge", flavour: "O3", bench).function(form)
  }

  func run(_ tape: InterleavedTape, _ bench: Bench) -> (time: Double, sum: UInt64) {
    let lengths = tape.times.map { Int64($0.count) }
    // The columns one after the other, as the library has them in batches.
    let all = Array(tape.times.joined())
    var sum: UInt64 = 0
    let time = unsafe all.withUnsafeBufferPointer { all in
      var starts: [UnsafePointer<Int64>] = unsafe []
      var start = 0
      for length in lengths {
        unsafe starts.append(all.baseAddress! + start)
        start += Int(length)
      }
      return unsafe starts.withUnsafeBytes { starts in
        bench.stopwatch.time {
          sum = unsafe merge(starts.baseAddress!, lengths, Int64(lengths.count))
          return sum
        }
      }
    }
    return (time, sum)
  }
}
