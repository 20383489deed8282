public import Exchange
public import Hashing
public import Market
public import MultiTimeframe
public import Sessions

/// Something that happened in a run and is worth a line in its log.
public enum RunEvent: Hashable, Sendable {
  /// Every indicator of a symbol's role has its value for the first time.
  case roleReady(SymbolID, Role, Timeframe)
  /// The window has begun and the symbol's roles are ready: from now on it is traded.
  case tradingBegan(SymbolID)
  case session(SymbolID, SessionBoundary)
  /// What has become of an order, and what it asks for, as it was amended last.
  case order(OrderReport, OrderRequest)
  /// An order that the risk rules did not let through.
  case refused(OrderIntent, RiskRefusal)
  /// A limit of loss has been reached, and the run closes what is open: its cancels and orders follow.
  case closingAtLimit(RiskRefusal)
  case funding(FundingPayment)
  case liquidation(Liquidation)
  case roundTrip(RoundTrip, reason: String)
  /// What the strategy had to say.
  case note(String)
  /// The hash of everything that the run's future depends on.
  case stateHash(XXHash64.Digest)
}

/// What the account was worth at one moment, in the run's currency.
public struct EquitySample: Hashable, Sendable {
  /// What a sample was taken for.
  public enum Occasion: UInt8, Sendable {
    /// Before the first record.
    case start
    /// A bar of the lowest role closed.
    case decision
    /// A trading day of the first symbol ended.
    case day
    /// After the last record.
    case end
  }

  public let time: Timestamp
  public let occasion: Occasion
  public let equity: Money
  /// Wallet less loans.
  public let balance: Money
  /// The trading day that the sample closes.
  public let tradingDay: CalendarDate
  /// How many positions are open.
  public let openPositions: Int
  /// How many records had come.
  public let recordCount: Int
}

/// The largest fall of the equity, looked at on every record.
public struct TickDrawdown: Hashable, Sendable {
  /// As a share of the peak, from 0 on.
  public let largest: Double
  /// When the peak was, and the trough.
  public let peak: Timestamp
  public let trough: Timestamp
}

/// What a run came to.
public struct RunSummary: Hashable, Sendable {
  public enum Ending: Hashable, Sendable {
    /// The tape, or the window, has come to its end.
    case completed
    /// Somebody stopped it.
    case stopped
  }

  public let ending: Ending
  public let start: EquitySample
  public let end: EquitySample
  public let recordCount: Int
  public let eventCount: Int
  public let orderCount: Int
  public let fillCount: Int
  public let pathDependentFillCount: Int
  public let refusalCount: Int
  /// The sum of the values of all fills; a share of it paid fees.
  public let tradedValue: Money
  public let fees: Money
  public let funding: Money
  /// When the positions were opened that are still open.
  public let openSince: [Timestamp]
  public let drawdown: TickDrawdown
  public let stateHash: XXHash64.Digest
}

/// Where a run writes what happens. The calls come on the run's thread, in the order of time.
///
/// A journal changes nothing in the run. What it throws ends the run.
public protocol RunJournal: AnyObject {
  /// - Parameter number: counted from 0.
  func append(_ event: RunEvent, number: Int, at time: Timestamp) throws
  func append(_ sample: EquitySample) throws
  /// A value of a series that the strategy records for itself.
  func append(_ value: Double, to series: String, at time: Timestamp) throws
  func end(_ summary: RunSummary) throws
}
