import Market

/// The latest changes of a state, oldest overwritten first; off unless it has a capacity.
public struct AuditTrail: Sendable {
  public enum Change: String, Sendable {
    case record, barsClosed, sessionOpened, sessionClosed
  }

  /// How far the current bar of one series had come; nil where no record had formed one.
  public typealias Progress = BarProgress?

  public struct Entry: Sendable {
    public let event: UInt64
    public let time: Timestamp
    public let symbol: SymbolID
    public let change: Change
    /// The timeframes that closed with this change, from short to long.
    public let closed: [Timeframe]
    /// For each series of the symbol, in the layout's order.
    public let progress: [Progress]
  }

  private var ring: [Entry] = []
  let capacity: Int
  private var next = 0

  init(capacity: Int) {
    self.capacity = max(0, capacity)
    isOn = capacity > 0
  }

  /// Whether changes are being recorded; what was recorded stays when it is turned off.
  public internal(set) var isOn: Bool

  mutating func append(_ entry: Entry) {
    if ring.count < capacity {
      ring.append(entry)
    } else {
      ring[next] = entry
      next = (next + 1) % capacity
    }
  }

  /// The changes that are kept, oldest first.
  public var entries: [Entry] { Array(ring[next...] + ring[..<next]) }
}
