extension MetricDefinition {
  static let exposure = MetricDefinition(
    "exposure", "Exposure", .fraction,
    "The share of the run's time in which a position was open.",
    convention:
      "elapsed time within [start, end) during which one position at least was open, closed "
      + "since or not / elapsed time of the run. Time outside of sessions counts."
  ) { performance throws(NoValue) in
    let record = performance.record
    let (start, end) = (record.start.time, record.end)
    guard end > start else { throw .noTime }
    let spans =
      record.trades.map { ($0.opened, $0.closed) } + record.openSince.map { ($0, end) }
    var covered = Duration.zero
    // Up to where time is accounted for: a position inside of another adds nothing.
    var reached = start
    for (opened, closed) in spans.sorted(by: { $0.0 < $1.0 }) {
      let (from, to) = (max(opened, reached), min(closed, end))
      guard to > from else { continue }
      covered += from.elapsed(to: to)
      reached = to
    }
    return .number(covered / start.elapsed(to: end))
  }
}
