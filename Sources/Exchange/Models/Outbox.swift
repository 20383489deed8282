import Market

/// Reports on their way back to the trader.
struct Outbox: Sendable {
  private var line: LatencyLine
  /// What has come back, or comes back at once.
  private var back = Handover<OrderReport>()
  /// What is on its way, and when it comes back; from `firstLate` on.
  private var late: [(report: OrderReport, delivery: Moment)] = []
  private var firstLate = 0

  init(_ line: LatencyLine) { self.line = line }

  private var isImmediate: Bool { line.model == .none }

  var next: Moment? { firstLate < late.count ? late[firstLate].delivery : nil }

  /// What nobody has taken yet, whether it has come back or is on its way.
  var waiting: [OrderReport] { back.waiting + late[firstLate...].map(\.report) }

  /// What the trader knows without being told: that an order was sent.
  @inline(__always)
  mutating func addOwn(_ report: consuming OrderReport) { back.append(report) }

  /// - Parameter known: when the exchange itself knows it: a bar's fills at the bar's end.
  @inline(__always)
  mutating func add(_ report: consuming OrderReport, knownAt known: Moment) {
    if isImmediate { return back.append(report) }
    late.append((report, line.delivery(of: report.time, knownAt: known)))
  }

  /// What has come back up to `moment`; what the trader has sent goes before it.
  mutating func take(upTo moment: Moment) -> [OrderReport] {
    while firstLate < late.count, late[firstLate].delivery <= moment {
      back.append(late[firstLate].report)
      firstLate += 1
    }
    if firstLate > late.count / 2 {
      late.takeOut(first: firstLate)
      firstLate = 0
    }
    return back.take()
  }
}

extension Outbox {
  func encode(into writer: inout StateWriter) {
    line.encode(into: &writer)
    writer.write(back.waiting) { $0.write($1) }
    writer.write(late[firstLate...]) {
      $0.write($1.report)
      $0.write($1.delivery)
    }
  }

  mutating func decode(
    from reader: inout StateReader, _ limits: StateLimits
  ) throws(MarketError) {
    try line.decode(from: &reader)
    back = Handover(
      try reader.readArray { reader throws(MarketError) in try reader.readReport(limits) })
    late = try reader.readArray { reader throws(MarketError) in
      (try reader.readReport(limits), try reader.readMoment())
    }
    firstLate = 0
  }
}
