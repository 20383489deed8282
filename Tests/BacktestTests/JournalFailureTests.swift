import Backtest
import Exchange
import Market
import MultiTimeframe
import Testing

@Suite("A journal that cannot write")
struct JournalFailureTests {
  private struct Full: Error, Equatable {}

  /// Takes everything but notes and values of one word.
  private final class FullJournal: RunJournal {
    let word: String

    init(refusing word: String) { self.word = word }

    func append(_ event: RunEvent, number: Int, at time: Timestamp) throws {
      if event == .note(word) { throw Full() }
    }

    func append(_ sample: EquitySample) {}

    func append(_ value: Double, to series: String, at time: Timestamp) throws {
      if series == word { throw Full() }
    }

    func end(_ summary: RunSummary) {}
  }

  /// Says where it is, and takes no notice of what comes of it.
  private final class Careless: Strategy {
    func onStart(_ context: borrowing StrategyContext) { try? context.note("start") }

    func onBar(
      _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
      _ context: borrowing StrategyContext
    ) {
      try? context.note("bar")
      try? context.record(1, as: "value")
    }

    func onStop(
      _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
    ) { try? context.note("stop") }
  }

  @Test(
    "ends the run, though the strategy swallows it in any call",
    arguments: ["start", "bar", "value", "stop"])
  func swallowed(word: String) throws {
    let strategy = Careless()
    let plan = try BacktestPlan(try configuration([perpetual()]), strategy.needs)
    let records = try trades([(10, 100), (70, 100), (130, 100)])
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: records)])
    let run = try BacktestRun(
      plan, strategy, tape: try tape.tape(), journal: FullJournal(refusing: word))
    let error = #expect(throws: BacktestError.self) { try run.run() }
    guard case .journal(let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause is Full)
  }
}
