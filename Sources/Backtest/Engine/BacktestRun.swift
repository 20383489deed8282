import Exchange
import Market
public import Streams

/// A backtest: a strategy on a tape, from its first record to its last.
///
/// The core reads no file and no wall clock; the tape's streams, the journal and, for a run that is
/// paced or stopped from outside, the control are handed in.
public struct BacktestRun {
  private let core: RunCore

  /// - Parameters:
  ///   - tape: in the order in which ties are decided.
  ///   - monitor: shows another thread how the run is doing.
  ///   - control: drives it from outside: its speed, pauses and end.
  /// - Throws: `BacktestError` for what cannot be set up.
  public init(
    _ plan: BacktestPlan, _ strategy: any Strategy, tape: [TapeStream],
    journal: any RunJournal, monitor: RunMonitor? = nil, control: RunControl? = nil
  ) throws(BacktestError) {
    core = try RunCore(plan, strategy, tape, journal, monitor, control)
  }

  /// Runs the tape to its end. A run runs once.
  /// - Throws: `BacktestError`, with everything up to there in the journal.
  public consuming func run() throws(BacktestError) -> RunSummary { try core.run() }

  /// What came of each stream so far.
  public var qualities: [StreamQuality] { core.coordinator.qualities }
}
