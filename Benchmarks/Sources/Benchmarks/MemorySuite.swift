import Foundation
import Lockstep
import SampleTapes

/// What a state needs beyond the tape: a process of its own folds a million ticks and says how
/// much larger it has become.
enum MemorySuite {
  static let probe = "memory"

  static func run(_ bench: Bench) throws {
    let samples = try (0..<bench.size(5, quick: 2)).map { _ in
      try Probe.run(probe, ["1000000"])[0]
    }
    bench.report(
      Figure("memory.one-million-ticks", unit: "MB", samples: samples, limit: .atMost(10)))
  }

  /// The tape is made as it is needed, a batch at a time, and counts with all else.
  static func measure(count: Int) throws -> Double {
    let idle = try residentBytes()
    var tape = try Tapes.crypto(count: count, days: 30)
    var state = try SynchronizedState.sixTimeframes()
    let symbol = try state.symbol(Tapes.symbol)
    var batch = TradeColumns()
    while tape.next(into: &batch) { try state.apply(batch, to: symbol) }
    let full = try residentBytes()
    guard state.snapshot().evidence > 0 else {
      throw BenchmarkError.differentResults("the state is empty")
    }
    return (full - idle) / 1e6
  }

  /// The second number of `/proc/self/statm`, in pages.
  private static func residentBytes() throws -> Double {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let fields = text.split(separator: " ").compactMap { Double($0) }
    guard fields.count > 1 else { throw BenchmarkError.unavailable("/proc/self/statm: '\(text)'") }
    return fields[1] * Double(sysconf(Int32(_SC_PAGESIZE)))
  }
}

/// A measurement that needs a process of its own: this program, started with `--probe NAME ARGUMENT...`,
/// prints numbers, one a line.
enum Probe {
  /// - Parameter executable: another build of this program; nil for this one.
  static func run(
    _ name: String, _ arguments: [String], executable: String? = nil
  ) throws -> [Double] {
    let path = executable ?? "/proc/self/exe"
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let output = try Program.run(url, ["--probe", name] + arguments)
    return try output.split(separator: "\n").map { line in
      guard let value = Double(line) else {
        throw BenchmarkError.unavailable("the probe \(name) printed '\(line)'")
      }
      return value
    }
  }

  static func measure(_ name: String, _ arguments: [String]) throws -> [Double] {
    guard let count = arguments.last.flatMap({ Int($0) }) else {
      throw BenchmarkError.usage("a probe needs a count")
    }
    return switch name {
    case MemorySuite.probe: [try MemorySuite.measure(count: count)]
    case TrailSuite.probe: [try TrailSuite.measure(count: count)]
    case StoredBacktest.probe: try StoredBacktest.probe(path: arguments[0], count: count)
    default: throw BenchmarkError.usage("unknown probe \(name)")
    }
  }
}
