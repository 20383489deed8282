import Market

/// How long something is on its way, in nanoseconds.
public enum LatencyModel: Hashable, Sendable {
  case none
  case fixed(Int64)
  /// `base`, and evenly distributed up to `spread` more.
  case jittered(base: Int64, spread: Int64)

  var isValid: Bool {
    switch self {
    case .none: true
    case .fixed(let time): (0...LatencyModel.most).contains(time)
    case .jittered(let base, let spread):
      (0...LatencyModel.most).contains(base) && (0...LatencyModel.most).contains(spread)
    }
  }

  /// A day: whatever is longer is a mistake of unit.
  private static let most = nanosecondsPerDay
}

/// The way to the exchange and the way back.
public struct Latency: Hashable, Sendable {
  /// Of orders, amendments and cancels.
  public var orders: LatencyModel
  /// Of reports.
  public var reports: LatencyModel
  /// Where jitter comes from.
  public var seed: UInt64

  public init(orders: LatencyModel = .none, reports: LatencyModel = .none, seed: UInt64 = 1) {
    self.orders = orders
    self.reports = reports
    self.seed = seed
  }

  public static let none = Latency()
}

/// One direction of the line: nothing overtakes on it what was sent before.
struct LatencyLine: Sendable {
  let model: LatencyModel
  private var random: SeededGenerator
  private var last = Moment(.earliest, .sourceBars)

  init(_ model: LatencyModel, seed: UInt64) {
    self.model = model
    random = SeededGenerator(seed: seed)
  }

  /// The next latency.
  private mutating func draw() -> Int64 {
    switch model {
    case .none: 0
    case .fixed(let time): time
    case .jittered(let base, let spread): base + random.within(0...spread)
    }
  }

  /// When an order or a cancel that is sent now reaches the exchange.
  mutating func arrival(of sent: Moment) -> Moment {
    last = max(last, sent.arrival(after: draw()))
    return last
  }

  /// When a report reaches the strategy: at once without latency, else in the events phase.
  mutating func delivery(of time: Timestamp, knownAt known: Moment) -> Moment {
    let latency = draw()
    let due = Moment(Timestamp(unchecked: time.nanoseconds + latency), .events)
    last = max(last, latency == 0 ? known : max(known, due))
    return last
  }
}

extension LatencyLine {
  func encode(into writer: inout StateWriter) {
    random.encode(into: &writer)
    writer.write(last)
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try random.decode(from: &reader)
    last = try reader.readMoment()
  }
}
