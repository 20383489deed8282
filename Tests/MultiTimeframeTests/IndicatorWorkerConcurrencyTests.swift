import Foundation
import Indicators
import Market
import TestSupport
import Testing

@testable import MultiTimeframe

/// The thread by itself: one that sleeps at once, one that never does, and one as it comes.
@Suite(.serialized) struct IndicatorWorkerConcurrencyTests {
  /// A series whose bars are handed to a worker, and the same on this thread.
  private final class Pair {
    private var ring: BarRing
    let beside: SeriesIndicators
    private var alone: IndicatorSet
    private var time = moment("2024-01-01T00:00:00Z")
    private var random = SeededGenerator(seed: 11)

    init(_ worker: IndicatorWorker) throws {
      let scale = BarScale(price: try Precision(2), quantity: .zero)
      let declarations = try ["sma(20)", "macd(12, 26, 9)", "ema(3, of: cci(5))"].map { text in
        try IndicatorDeclaration(parsing: text)
      }
      alone = try IndicatorSet(declarations, scale: scale)
      beside = SeriesIndicators(
        try IndicatorSet(declarations, scale: scale), historyLength: 10, worker: worker)
      ring = BarRing(historyLength: 10, indicators: beside)
    }

    /// Closes as many bars as make a batch.
    func handBatchOver() {
      for _ in 0..<beside.batchLength {
        let next = time.adding(60 * nanosecondsPerSecond)
        let price = Price(unchecked: random.within(9_000...9_999))
        let bar = Bar(
          tsOpen: time, tsClose: next, open: price, high: price, low: price, close: price,
          volume: Quantity(unchecked: 1), tickCount: 1, tradingDay: time.utcDate)
        ring.append(bar)
        alone.update(bar)
        time = next
      }
      beside.takeBatch(of: &ring)
    }

    /// Whether both have the same values, after the owner has looked.
    func agree() -> Bool {
      beside.catchUp(with: ring)
      return (0..<alone.columns.count).allSatisfy {
        beside.confirmed($0)?.bitPattern == alone[$0]?.bitPattern
      }
    }
  }

  /// Waits for what another thread is to do; fails where it does not.
  private func expectSoon(_ what: String, _ condition: () -> Bool) {
    for _ in 0..<20_000 {
      if condition() { return }
      usleep(500)
    }
    Issue.record("never: \(what)")
  }

  @Test(arguments: [0, 1_000, Int.max]) func `sleeping changes nothing`(patience: Int) throws {
    let worker = IndicatorWorker(patience: patience)
    let pair = try Pair(worker)
    for round in 0..<60 {
      pair.handBatchOver()
      if round % 7 == 0 { #expect(pair.agree()) }
    }
    worker.stop()
    #expect(pair.agree())
  }

  @Test func `without work the thread sleeps, and work wakes it`() throws {
    let worker = IndicatorWorker()
    let pair = try Pair(worker)
    for _ in 0..<5 {
      pair.handBatchOver()
      expectSoon("the thread takes the batch in, without help") { !pair.beside.hasBarsOnTheirWay }
      expectSoon("the thread falls asleep") { worker.isAsleep }
    }
    #expect(pair.agree())
    worker.stop()
  }

  @Test(arguments: [0, 1_000, Int.max]) func `the end finds the thread as it is`(patience: Int)
    throws
  {
    for round in 0..<20 {
      let worker = IndicatorWorker(patience: patience)
      let pair = try Pair(worker)
      for _ in 0..<round % 3 { pair.handBatchOver() }
      if patience < .max, round % 3 > 0, round.isMultiple(of: 2) {
        expectSoon("the thread falls asleep") { worker.isAsleep }
      }
      worker.stop()
      #expect(!pair.beside.hasBarsOnTheirWay)
      #expect(pair.agree())
    }
  }
}
