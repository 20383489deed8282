import Backtest
import Exchange
import Market

/// Keeps everything that a run writes.
final class KeptJournal: RunJournal {
  enum Content: Hashable {
    case event(RunEvent)
    case sample(EquitySample)
    case value(Double, series: String)
    case end(RunSummary)
  }

  struct Entry: Hashable {
    /// When it was written, in nanoseconds; of the end of a run `Int64.max`.
    let stamp: Int64
    let content: Content
  }

  private(set) var entries: [Entry] = []
  private(set) var events: [(time: Timestamp, event: RunEvent)] = []
  private(set) var samples: [EquitySample] = []
  private(set) var summary: RunSummary?

  func append(_ event: RunEvent, number: Int, at time: Timestamp) {
    precondition(number == events.count, "events are counted from 0")
    events.append((time, event))
    entries.append(Entry(stamp: time.nanoseconds, content: .event(event)))
  }

  func append(_ sample: EquitySample) {
    samples.append(sample)
    let stamp = sample.occasion == .end ? .max : sample.time.nanoseconds
    entries.append(Entry(stamp: stamp, content: .sample(sample)))
  }

  func append(_ value: Double, to series: String, at time: Timestamp) {
    entries.append(Entry(stamp: time.nanoseconds, content: .value(value, series: series)))
  }

  func end(_ summary: RunSummary) {
    self.summary = summary
    entries.append(Entry(stamp: .max, content: .end(summary)))
  }

  var fills: [Fill] {
    events.compactMap { entry in
      if case .order(let report, _) = entry.event, case .filled(let fill) = report.event {
        fill
      } else {
        nil
      }
    }
  }

  var notes: [String] {
    events.compactMap { if case .note(let text) = $0.event { text } else { nil } }
  }
}
