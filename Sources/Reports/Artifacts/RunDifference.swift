/// Where two runs differ.
public struct RunDifference: Hashable, Sendable {
  /// The first line of the logs that is not the same in both.
  public struct Event: Hashable, Sendable {
    /// Counted from 1.
    public let line: Int
    /// Nil where the log has ended before.
    public let left: String?
    public let right: String?
  }

  /// A metric of both; nil where a run does not have it.
  public struct Metric: Hashable, Sendable {
    public let key: String
    public let title: String
    public let unit: String
    public let left: StoredMetric.Value?
    public let right: StoredMetric.Value?

    public var isSame: Bool { left == right }
  }

  /// How many lines the logs begin with that are the same.
  public let sameEvents: Int
  /// Nil where the logs are the same, or where one of the runs has none.
  public let firstEvent: Event?
  /// The runs without a log, which could not be compared.
  public let withoutLog: [String]
  /// In the order of the first run, and those behind it that only the second has.
  public let metrics: [Metric]

  /// Whether the runs led to the same, as far as their files say.
  public var isSame: Bool {
    firstEvent == nil && withoutLog.isEmpty && metrics.allSatisfy(\.isSame)
  }
}

extension StoredRun {
  /// Where two runs differ: the first event, and the metrics side by side.
  ///
  /// The logs are read to their ends and held against their running hashes, and against those of the
  /// manifests.
  ///
  /// - Throws: `ArtifactError.damagedLog`, `ArtifactError.changed`, and where a log cannot be read.
  /// - Complexity: O(bytes of the logs).
  public static func difference(
    _ a: StoredRun, _ b: StoredRun
  ) throws(ArtifactError) -> RunDifference {
    let withoutLog = [a, b].filter { !$0.hasLog }.map(\.name)
    let (same, event) = withoutLog.isEmpty ? try firstDifferentEvent(a, b) : (0, nil)
    return RunDifference(
      sameEvents: same, firstEvent: event, withoutLog: withoutLog,
      metrics: pairs(a.metrics, b.metrics))
  }

  private static func firstDifferentEvent(
    _ a: StoredRun, _ b: StoredRun
  ) throws(ArtifactError) -> (same: Int, RunDifference.Event?) {
    var left = try EventLogReader(a.logPath)
    var right = try EventLogReader(b.logPath)
    var same = 0
    var event: RunDifference.Event?
    while true {
      let (leftLine, rightLine) = (try left.next(), try right.next())
      if event == nil, leftLine != rightLine {
        event = RunDifference.Event(line: same + 1, left: leftLine, right: rightLine)
      }
      if leftLine == nil, rightLine == nil { break }
      if event == nil { same += 1 }
    }
    // Both were read to their ends, so that a change behind the difference is found, too.
    try a.check(left)
    try b.check(right)
    return (same, event)
  }

  private static func pairs(
    _ left: [StoredMetric], _ right: [StoredMetric]
  ) -> [RunDifference.Metric] {
    let keys = Set(left.map(\.key))
    return (left + right.filter { !keys.contains($0.key) }).map { metric in
      RunDifference.Metric(
        key: metric.key, title: metric.title, unit: metric.unit,
        left: left.first { $0.key == metric.key }?.value,
        right: right.first { $0.key == metric.key }?.value)
    }
  }
}
