import Market
import Sessions

/// A bar that has just been completed.
public struct BarClose: Hashable, Sendable {
  /// The bar, complete.
  // First, so that it is copied in whole words: behind what is shorter the compiler copies it together
  // with the gap before it, which waits for the words that have just been written.
  public let bar: Bar
  public let symbol: SymbolID
  public let source: PriceSource
  public let timeframe: Timeframe

  @inlinable
  package init(symbol: SymbolID, source: PriceSource, timeframe: Timeframe, bar: Bar) {
    self.symbol = symbol
    self.source = source
    self.timeframe = timeframe
    self.bar = bar
  }
}

/// What a subscriber is told. When it is told, all of the change has happened.
public enum StateEvent: Hashable, Sendable {
  /// A record was applied to a symbol.
  case tick(symbol: SymbolID, event: UInt64)
  case sessionOpened(symbol: SymbolID, SessionBoundary)
  case sessionClosed(symbol: SymbolID, SessionBoundary)
  case barClosed(BarClose)
  /// The timeframes of a symbol that a change touched: all of them after a record, those that
  /// closed after a boundary, none where only a session opened or closed; from short to long.
  case stateChanged(symbol: SymbolID, timeframes: [Timeframe], event: UInt64)
}

/// Which events a subscription is for.
public enum StateInterest: Hashable, Sendable {
  /// Every record. This makes the state walk record by record.
  case ticks
  case sessions
  /// The completed bars of one timeframe; of every timeframe when nil.
  case barCloses(Timeframe?)
  /// Every change. This makes the state walk record by record.
  case stateChanges
}

/// Who wants to be told what. The handlers are called on the thread of the owner, in the order in
/// which they subscribed.
struct Subscriptions {
  typealias Handler = (StateEvent, borrowing SynchronizedState) -> Void

  struct Entry {
    let interest: StateInterest
    /// Nil for all symbols.
    let symbol: SymbolID?
    let handler: Handler
  }

  private(set) var entries: [Entry] = []
  private(set) var wantsRecords = false

  mutating func add(_ entry: Entry) {
    entries.append(entry)
    if entry.interest == .ticks || entry.interest == .stateChanges { wantsRecords = true }
  }
}

extension Subscriptions.Entry {
  func wants(_ event: StateEvent) -> Bool {
    switch (interest, event) {
    case (.ticks, .tick(let symbol, _)), (.sessions, .sessionOpened(let symbol, _)),
      (.sessions, .sessionClosed(let symbol, _)), (.stateChanges, .stateChanged(let symbol, _, _)):
      return self.symbol == nil || self.symbol == symbol
    case (.barCloses(let timeframe), .barClosed(let close)):
      return (symbol == nil || symbol == close.symbol)
        && (timeframe == nil || timeframe == close.timeframe)
    default:
      return false
    }
  }
}

extension SynchronizedState {
  /// Calls `handler` for every event of one kind, for one symbol or for all.
  ///
  /// The handler sees the state after the whole change: a subscriber to 1m closes at midnight sees
  /// the closed 1D bar. At one moment session events come first, then bars, the longest timeframe
  /// first and symbols in the order of registration, then `stateChanged`.
  public mutating func subscribe(
    to interest: StateInterest, of symbol: SymbolID? = nil,
    handler: @escaping (StateEvent, borrowing SynchronizedState) -> Void
  ) {
    subscriptions.add(Subscriptions.Entry(interest: interest, symbol: symbol, handler: handler))
  }

  /// Calls `handler` for every completed bar of `timeframe`.
  public mutating func onBarClose(
    of timeframe: Timeframe, _ symbol: SymbolID? = nil,
    handler: @escaping (BarClose, borrowing SynchronizedState) -> Void
  ) {
    subscribe(to: .barCloses(timeframe), of: symbol) { event, state in
      if case .barClosed(let close) = event { handler(close, state) }
    }
  }
}
