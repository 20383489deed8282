import Market

/// What is on its way back to the trader: reports, and what became of positions. All of it travels on
/// one line, so that nothing overtakes the report that it follows from.
@usableFromInline struct Outbox: Sendable {
  /// What the exchange tells.
  private enum Message {
    case report(OrderReport)
    case roundTrip(RoundTrip)
    case funding(FundingPayment)
    case liquidation(Liquidation)
  }

  private var line: LatencyLine
  /// What has come back, or comes back at once.
  private var reports = Handover<OrderReport>()
  private var roundTrips = Handover<RoundTrip>()
  private var funding = Handover<FundingPayment>()
  private var liquidations = Handover<Liquidation>()
  /// What is on its way, and when it comes back; from `firstLate` on.
  private var late: [(message: Message, delivery: Moment)] = []
  private var firstLate = 0

  init(_ line: LatencyLine) { self.line = line }

  private var isImmediate: Bool { line.model == .none }

  /// When the next of what is on its way comes back.
  @usableFromInline private(set) var next: Moment?
  /// Whether something has come back that nobody has taken.
  @usableFromInline private(set) var hasArrivals = false

  /// Whether something has come back by `moment`.
  @inlinable @inline(__always)
  func hasNews(upTo moment: Moment) -> Bool {
    hasArrivals || (next.map { $0 <= moment } ?? false)
  }

  /// The reports that nobody has taken yet, whether they have come back or are on their way.
  var waiting: [OrderReport] {
    reports.waiting
      + late[firstLate...].compactMap {
        if case .report(let report) = $0.message { report } else { nil }
      }
  }

  /// What the trader knows without being told: that an order was sent.
  @inline(__always)
  mutating func addOwn(_ report: consuming OrderReport) { arrive(report) }

  @inline(__always)
  private mutating func arrive(_ report: consuming OrderReport) {
    hasArrivals = true
    reports.append(report)
  }

  /// - Parameter known: when the exchange itself knows it: a bar's fills at the bar's end.
  @inline(__always)
  mutating func add(_ report: consuming OrderReport, knownAt known: Moment) {
    if isImmediate { return arrive(report) }
    send(.report(report), report.time, known)
  }

  @inline(__always)
  mutating func add(_ trip: RoundTrip, knownAt known: Moment) {
    if isImmediate {
      hasArrivals = true
      return roundTrips.append(trip)
    }
    send(.roundTrip(trip), trip.closed, known)
  }

  mutating func add(_ payment: FundingPayment, knownAt known: Moment) {
    if isImmediate { return arrive(.funding(payment)) }
    send(.funding(payment), payment.time, known)
  }

  mutating func add(_ liquidation: Liquidation, knownAt known: Moment) {
    if isImmediate { return arrive(.liquidation(liquidation)) }
    send(.liquidation(liquidation), liquidation.time, known)
  }

  private mutating func send(_ message: Message, _ time: Timestamp, _ known: Moment) {
    let delivery = line.delivery(of: time, knownAt: known)
    late.append((message, delivery))
    next = next ?? delivery
  }

  /// Takes in what has come back up to `moment`; what the trader has sent stands before it.
  private mutating func receive(upTo moment: Moment) {
    while firstLate < late.count, late[firstLate].delivery <= moment {
      arrive(late[firstLate].message)
      firstLate += 1
    }
    if firstLate > late.count / 2 {
      late.takeOut(first: firstLate)
      firstLate = 0
    }
    next = firstLate < late.count ? late[firstLate].delivery : nil
  }

  private mutating func arrive(_ message: Message) {
    hasArrivals = true
    switch message {
    case .report(let report): reports.append(report)
    case .roundTrip(let trip): roundTrips.append(trip)
    case .funding(let payment): funding.append(payment)
    case .liquidation(let liquidation): liquidations.append(liquidation)
    }
  }

  private mutating func noteArrivals() {
    hasArrivals =
      !reports.waiting.isEmpty || !roundTrips.waiting.isEmpty || !funding.waiting.isEmpty
      || !liquidations.waiting.isEmpty
  }

  /// The reports that have come back up to `moment`.
  mutating func take(upTo moment: Moment) -> [OrderReport] {
    receive(upTo: moment)
    defer { noteArrivals() }
    return reports.take()
  }

  /// All that has come back up to the moment, in place of what `news` has.
  mutating func takeNews(upTo moment: Moment, into news: inout ExchangeNews) {
    if next != nil { receive(upTo: moment) }
    reports.take(into: &news.reports)
    roundTrips.take(into: &news.roundTrips)
    funding.take(into: &news.funding)
    liquidations.take(into: &news.liquidations)
    hasArrivals = false
  }

  /// All that has come back up to the moment.
  mutating func takeStep(upTo moment: Moment, marks: [Marks]) -> StepResult {
    receive(upTo: moment)
    defer { hasArrivals = false }
    return StepResult(
      tsClose: moment.time, marks: marks, reports: reports.take(), roundTrips: roundTrips.take(),
      funding: funding.take(), liquidations: liquidations.take())
  }
}

extension Outbox {
  func encode(into writer: inout StateWriter) {
    line.encode(into: &writer)
    writer.write(reports.waiting) { $0.write($1) }
    writer.write(roundTrips.waiting) { $1.encode(into: &$0) }
    writer.write(funding.waiting) { $1.encode(into: &$0) }
    writer.write(liquidations.waiting) { $1.encode(into: &$0) }
    writer.write(late[firstLate...]) { writer, waiting in
      switch waiting.message {
      case .report(let report):
        writer.write(UInt8(0))
        writer.write(report)
      case .roundTrip(let trip):
        writer.write(UInt8(1))
        trip.encode(into: &writer)
      case .funding(let payment):
        writer.write(UInt8(2))
        payment.encode(into: &writer)
      case .liquidation(let liquidation):
        writer.write(UInt8(3))
        liquidation.encode(into: &writer)
      }
      writer.write(waiting.delivery)
    }
  }

  mutating func decode(
    from reader: inout StateReader, _ limits: StateLimits
  ) throws(MarketError) {
    try line.decode(from: &reader)
    reports = Handover(
      try reader.readArray { reader throws(MarketError) in try reader.readReport(limits) })
    roundTrips = Handover(
      try reader.readArray { reader throws(MarketError) in try RoundTrip(from: &reader, limits) })
    funding = Handover(
      try reader.readArray { reader throws(MarketError) in
        try FundingPayment(from: &reader, limits)
      })
    liquidations = Handover(
      try reader.readArray { reader throws(MarketError) in
        try Liquidation(from: &reader, limits)
      })
    late = try reader.readArray { reader throws(MarketError) in
      let message: Message =
        switch try reader.read(in: 0...UInt8(3)) {
        case 0: .report(try reader.readReport(limits))
        case 1: .roundTrip(try RoundTrip(from: &reader, limits))
        case 2: .funding(try FundingPayment(from: &reader, limits))
        default: .liquidation(try Liquidation(from: &reader, limits))
        }
      return (message, try reader.readMoment())
    }
    firstLate = 0
    next = late.first?.delivery
    noteArrivals()
  }
}
