import Market

/// Reports on their way back to the trader.
struct Outbox: Sendable {
  private var line: LatencyLine
  private var reports: [OrderReport] = []
  /// When each of `reports` comes back; empty without latency.
  private var deliveries: [Moment] = []
  /// What the trader knows without being told: that an order was sent.
  private var own: [OrderReport] = []

  init(_ line: LatencyLine) { self.line = line }

  private var isImmediate: Bool { line.model == .none }

  var next: Moment? { deliveries.first }

  /// Whether something has come back by `moment`, or was sent.
  func hasReports(upTo moment: Moment) -> Bool {
    if isImmediate { return !reports.isEmpty }
    return !own.isEmpty || deliveries.first.map { $0 <= moment } ?? false
  }

  /// What nobody has taken yet, whether it has come back or is on its way.
  var waiting: [OrderReport] { own + reports }

  mutating func addOwn(_ report: consuming OrderReport) {
    if isImmediate { reports.append(report) } else { own.append(report) }
  }

  /// - Parameter known: when the exchange itself knows it: a bar's fills at the bar's end.
  mutating func add(_ report: consuming OrderReport, knownAt known: Moment) {
    if !isImmediate { deliveries.append(line.delivery(of: report.time, knownAt: known)) }
    reports.append(report)
  }

  /// What has come back up to `moment`; what the trader has sent goes before it.
  mutating func take(upTo moment: Moment) -> [OrderReport] {
    if isImmediate {
      let taken = reports
      reports = []
      // Whoever asks regularly gets about as many each time.
      reports.reserveCapacity(taken.count)
      return taken
    }
    let count = deliveries.firstIndex { $0 > moment } ?? deliveries.count
    defer {
      own = []
      reports.removeFirst(count)
      deliveries.removeFirst(count)
    }
    return own + reports.prefix(count)
  }
}
