import Backtest
import Exchange
import Market

/// Keeps everything that a run writes as lines of text.
final class TextJournal: RunJournal {
  private(set) var lines: [String] = []
  /// Of each line the moment at which it was written, in nanoseconds; the end of the run has none.
  private(set) var stamps: [Int64] = []
  private(set) var events: [(time: Timestamp, event: RunEvent)] = []
  private(set) var samples: [EquitySample] = []
  private(set) var summary: RunSummary?

  func append(_ event: RunEvent, number: Int, at time: Timestamp) {
    precondition(number == events.count, "events are counted from 0")
    events.append((time, event))
    lines.append("\(time) \(event)")
    stamps.append(time.nanoseconds)
  }

  func append(_ sample: EquitySample) {
    samples.append(sample)
    lines.append("\(sample.time) equity \(sample)")
    stamps.append(sample.occasion == .end ? .max : sample.time.nanoseconds)
  }

  func append(_ value: Double, to series: String, at time: Timestamp) {
    lines.append("\(time) \(series) \(value)")
    stamps.append(time.nanoseconds)
  }

  func end(_ summary: RunSummary) {
    self.summary = summary
    lines.append("end \(summary)")
    stamps.append(.max)
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
