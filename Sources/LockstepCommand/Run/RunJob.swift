import Backtest
import Exchange
import Hashing
import Market
import MultiTimeframe
import Reports
import Sessions
import Storage
import Streams

/// A run of a run file, from what is loaded to the summary.
struct RunJob {
  struct Options {
    /// In which the run's own folder is made.
    let folder: String
    let speed: Double
    let watchdog: Duration
    let isQuiet: Bool
  }

  private let system: SystemFile
  private let plan: BacktestPlan
  private let strategy: any Strategy
  private let window: LoadWindow

  init(_ system: SystemFile) throws {
    self.system = system
    strategy = try system.definition.make(system.values)
    plan = try system.plan(for: strategy)
    window = try LoadWindow(plan)
  }

  // MARK: Running

  /// - Throws: `Interrupted` with the manifest saying so; what the run throws.
  func run(_ options: Options, _ console: Console) throws {
    try checkRecords()
    if !options.isQuiet, let early = earlyEnd { console.note(early.description) }
    // First, so that what is wrong with it costs no run.
    let benchmark = try benchmark(console.interruption)
    let tape = try tape()
    let identity = try identity()
    let path = try RunJob.newFolder(in: options.folder, system.definition.name, console)
    let folder = GuardedFolder(
      try RunFolder(path: path, identity, artifacts: system.artifacts), path)
    let monitor = RunMonitor()
    let control = RunControl(speed: options.speed)
    let start = ContinuousClock().now
    let backtest: BacktestRun
    let summary: RunSummary
    do {
      backtest = try BacktestRun(
        plan, strategy, tape: tape, journal: folder, monitor: monitor, control: control)
      let supervisor = try RunSupervisor(
        monitor, control,
        RunSupervisor.Options(
          span: span(), currency: plan.configuration.currency, watchdog: options.watchdog,
          isQuiet: options.isQuiet),
        console
      ) { call in folder.leave(call, console) }
      defer { supervisor.end() }
      summary = try backtest.run()
    } catch {
      folder.fail("\(error)", interrupted: false)
      throw RunJob.failure(error, path)
    }
    let report: MetricReport
    do {
      report = try folder.complete(qualities: backtest.qualities, benchmark: benchmark)
    } catch {
      folder.fail("\(error)", interrupted: false)
      throw RunJob.failure(error, path)
    }
    guard summary.ending == .completed else {
      if !options.isQuiet { console.note("what was done up to \(summary.end.time): \(path)") }
      throw Interrupted()
    }
    guard !options.isQuiet else { return }
    noteUntraded(folder.untradedSymbols, console)
    let text = RunSummaryText(
      summary, report, strategy: system.definition.name, symbols: system.tapes.map(\.name),
      from: window.start, foreignTradeCount: folder.foreignTradeCount, folder: path,
      elapsed: ContinuousClock().now - start)
    try console.print(text.text)
  }

  private func noteUntraded(_ symbols: [String], _ console: Console) {
    for name in symbols {
      console.note(
        "\(name) was never traded: a role was not ready before the end, or no bar of the lowest one closed "
          + "in the window")
    }
  }

  private static func failure(_ error: any Error, _ path: String) -> any Error {
    let error = (error as? BacktestError)?.failure ?? error
    guard let failure = error as? CommandFailure else { return error }
    return CommandFailure(
      failure.what, remedy: failure.remedy ?? "what was written up to there: \(path)",
      status: failure.status)
  }

  /// Makes a folder that was not there, named for the time on the wall and the strategy.
  private static func newFolder(
    in folder: String, _ strategy: String, _ console: Console
  ) throws -> String {
    let time = (console.now() ?? .earliest).description.prefix(19).replacing(":", with: "")
    return try RunFolder.makeNew("\(folder)/\(time)-\(strategy)")
  }

  // MARK: What is loaded

  /// - Throws: `CommandFailure` where no symbol has a record in the window.
  private func checkRecords() throws(CommandFailure) {
    let window = (window.start ?? .earliest)...(window.end ?? .latest)
    guard !system.tapes.contains(where: { window.overlaps($0.timeRange) }) else { return }
    let stored = system.tapes.map {
      "\($0.name) from \($0.timeRange.lowerBound) to \($0.timeRange.upperBound)"
    }
    throw CommandFailure(
      "the store has no records between \(window.lowerBound) and \(window.upperBound)",
      remedy: "it has \(stored.joined(separator: ", "))", status: .dataNotFit)
  }

  private func tape() throws -> [TapeStream] {
    // Of many symbols each would have a thread of its own, and chunks in memory.
    let isAhead = system.tapes.count == 1
    return try system.tapes.flatMap {
      try $0.streams(of: system.store, from: window.from, to: window.end, isAhead: isAhead)
    }
  }

  /// From the first record that is loaded to the last.
  private func span() -> ClosedRange<Timestamp>? {
    let first = max(
      system.tapes.map(\.timeRange.lowerBound).min() ?? .latest, window.from ?? .earliest)
    let last = min(
      system.tapes.map(\.timeRange.upperBound).max() ?? .earliest, window.end ?? .latest)
    return first < last ? first...last : nil
  }

  /// The load window and the streams, as `--explain` shows them.
  func explanation() throws -> String {
    try RunExplanation(plan, window, system.tapes, in: system.store).text
      + (earlyEnd.map { "\n\($0)\n" } ?? "")
  }

  private var earlyEnd: EarlyEnd? { EarlyEnd(of: system.tapes, before: window.end) }

  private func benchmark(_ interruption: Interruption) throws -> [BenchmarkClose] {
    guard let tape = system.benchmark else { return [] }
    return try BenchmarkCloses.closes(
      of: tape, in: system.store, from: window.start ?? window.from, to: window.end, interruption)
  }

  private func identity() throws -> RunIdentity {
    RunIdentity(
      version: lockstepVersion, commit: builtCommit, toolchain: buildToolchain,
      strategy: system.definition.name,
      parameters: system.definition.parameters.map { ($0.name, "\(system.values[$0.name])") },
      configuration: system.canonicalText, dataHash: try dataHash(), calendarHash: calendarHash(),
      seed: plan.configuration.seed, start: window.start, end: window.end, loadFrom: window.from,
      currency: plan.configuration.currency, symbols: plan.configuration.symbols.map(\.listing),
      metricParameters: system.metrics)
  }

  /// Of the chunks of ticks that the run and its benchmark read, by the hashes that reading them
  /// checks; and of what the store says of other records and where they came from.
  private func dataHash() throws -> XXHash64.Digest {
    var writer = StateWriter()
    for tape in system.tapes + [system.benchmark].compactMap({ $0 }) {
      writer.write(tape.name)
      for stream in try system.store.streams(symbol: tape.name) {
        writer.write("\(stream.kind)")
        writer.write(stream.bars.map { "\($0)" } ?? "")
        guard stream.chunkCount == 0 else {
          let hashes = try system.store.chunkHashes(
            symbol: tape.name, kind: stream.kind, from: window.from, to: window.end)
          for hash in hashes { writer.write(hash.rawValue) }
          continue
        }
        writer.write(stream.count)
        writer.write(stream.timeRange.lowerBound.nanoseconds)
        writer.write(stream.timeRange.upperBound.nanoseconds)
      }
      for record in try system.store.imports()
      where record.symbol == tape.name && ![.trade, .quote].contains(record.kind) {
        writer.write("\(record.contentHash)")
      }
    }
    return XXHash64.hash(writer.bytes)
  }

  /// Of the hours of all trading days that the run goes through.
  private func calendarHash() -> XXHash64.Digest {
    var writer = StateWriter()
    guard let span = span() else { return XXHash64.hash(writer.bytes) }
    for tape in system.tapes {
      writer.write(tape.calendar.name)
      var date = span.lowerBound.utcDate.adding(days: -1)
      while let day = tape.calendar.nextTradingDay(after: date), day.open <= span.upperBound {
        date = day.date
        writer.write(Int64(day.date.daysSinceEpoch))
        for part in day.parts {
          writer.write(part.open.nanoseconds)
          writer.write(part.close.nanoseconds)
        }
      }
    }
    return XXHash64.hash(writer.bytes)
  }
}
