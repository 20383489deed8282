public import Market
public import Sessions

/// Records of one stream that follow each other, and come before those of all other streams.
///
/// Only a coordinator makes one, and with it the clock has moved to the last of them.
public struct StreamRun: Hashable, Sendable {
  public let stream: StreamID
  /// The place of the stream's symbol in `Coordinator.symbols`.
  public let symbol: Int
  public let kind: RecordKind
  /// Which records of the stream's batch: see `Coordinator[trades:]` and its like.
  public let range: Range<Int>
  /// Whether the records lie outside of the sessions of the stream's calendar.
  public let isOutsideSession: Bool
}

/// What comes next in a run.
///
/// At one moment the order is: bars that close at it, `boundary`, funding, sessions, timers, and then
/// the trades, quotes and mark prices of that moment.
public enum StreamEvent: Hashable, Sendable {
  case records(StreamRun)
  /// The moment for which `next(boundary:)` was asked to stop.
  case boundary(Timestamp)
  /// - Parameter symbol: its place in `Coordinator.symbols`.
  case sessionOpened(symbol: Int, SessionBoundary)
  case sessionClosed(symbol: Int, SessionBoundary)
  case timer(TimerID, Timestamp)
}

/// How a stream is taken into a run.
public struct StreamOptions: Sendable {
  /// When the stream's market trades; nil for a stream without sessions, of which nothing is
  /// expected.
  public var calendar: TradingCalendar?
  public var outsideSession = OutsideSessionPolicy.keep
  public var late = LatePolicy.refuse
  /// How often there should be a record, for the stream's quality. Where nil: a minute, for bars
  /// their length, for funding rates 8 hours.
  public var expectedInterval: Duration?

  public init(calendar: TradingCalendar? = nil) { self.calendar = calendar }
}
