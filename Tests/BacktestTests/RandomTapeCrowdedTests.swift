import Backtest
import Exchange
import Market
import TestSupport
import Testing

/// Much at one moment, and a strategy that acts in every call.
@Suite struct RandomTapeCrowdedTests {
  /// What a run has left, and how it has broken off.
  private struct Outcome: Equatable {
    let entries: [KeptJournal.Entry]
    let error: String?
  }

  private func outcome(
    _ random: RandomRun, on tape: RunTape, plain: Bool, batch: Int = .max
  ) throws -> Outcome {
    var configuration = random.configuration
    configuration.isPlain = plain
    let strategy = RestlessTrader(
      readsTicks: random.seed % 3 == 0, readsQualities: random.seed % 5 == 0)
    let plan = try BacktestPlan(configuration, strategy.needs)
    let journal = KeptJournal()
    let run = try BacktestRun(plan, strategy, tape: try tape.tape(batch: batch), journal: journal)
    do {
      _ = try run.run()
      return Outcome(entries: journal.entries, error: nil)
    } catch {
      return Outcome(entries: journal.entries, error: "\(error)")
    }
  }

  @Test func `slices, single records and batches of any length lead to the same run`() throws {
    var met: [String: Int] = [:]
    for seed in randomSeeds(40) {
      let random = try RandomRun.crowded(seed: seed)
      let first = try outcome(random, on: random.tape, plain: false)
      for entry in first.entries { met[entry.content.kind, default: 0] += 1 }
      if first.error != nil { met["broken off", default: 0] += 1 }
      for (plain, batch) in [(true, Int.max), (false, 1), (true, 3), (false, 50)] {
        let other = try outcome(random, on: random.tape, plain: plain, batch: batch)
        let difference = DeterminismTests.difference(first.entries, other.entries)
        if difference != nil || first.error != other.error {
          Issue.record(
            "seed \(seed), plain \(plain), batches of \(batch): \(difference ?? ""), ended by \(first.error ?? "itself") and \(other.error ?? "itself")"
          )
          return
        }
      }
    }
    guard randomSeeds(40).count >= 40 else { return }
    for kind in [
      "fill", "rejected", "amended", "cancelled", "refused", "liquidation", "limit", "funding",
      "trip", "session", "hash",
    ] {
      #expect(met[kind, default: 0] > 3, "\(kind)")
    }
    #expect(met["broken off", default: 0] < 4)
  }

  @Test func `what comes later changes nothing`() throws {
    for seed in randomSeeds(20) {
      let random = try RandomRun.crowded(seed: seed)
      let times = random.tape.times
      var generator = SeededGenerator(seed: seed)
      let first = try outcome(random, on: random.tape, plain: false)
      // Bars of a market that is closed are none.
      for _ in 0..<(times.isEmpty ? 0 : 4) {
        let cut = times[generator.below(times.count)] - Int64(generator.below(2))
        let moment = Moment(try Timestamp(nanoseconds: cut), .records)
        let other = try outcome(
          random, on: try random.tape.changed(after: moment, .poisoned), plain: seed % 2 == 0)
        // Where one breaks off the other may go on, but not before the cut.
        let difference = DeterminismTests.difference(
          first.entries.filter { $0.stamp <= cut }, other.entries.filter { $0.stamp <= cut })
        if let difference {
          Issue.record("seed \(seed), poisoned behind \(cut): \(difference)")
          return
        }
      }
    }
  }
}

extension KeptJournal.Content {
  /// A word for what has happened.
  fileprivate var kind: String {
    guard case .event(let event) = self else { return "other" }
    switch event {
    case .order(let report, _):
      return switch report.event {
      case .filled: "fill"
      case .rejected: "rejected"
      case .amended: "amended"
      case .cancelled: "cancelled"
      default: "other"
      }
    case .refused: return "refused"
    case .liquidation: return "liquidation"
    case .closingAtLimit: return "limit"
    case .funding: return "funding"
    case .roundTrip: return "trip"
    case .session: return "session"
    case .stateHash: return "hash"
    default: return "other"
    }
  }
}
