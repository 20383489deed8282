import Market
import MultiTimeframe
import Sessions

/// Events as lines of text, so that the state's and the reference's can be compared and read.
public enum EventText {
  public static func line(_ event: StateEvent) -> String {
    switch event {
    case .tick(let symbol, let event): tick(symbol.index, event)
    case .sessionOpened(let symbol, let boundary), .sessionClosed(let symbol, let boundary):
      session(symbol.index, boundary)
    case .barClosed(let close):
      bar(close.symbol.index, close.source, close.timeframe, close.bar)
    case .stateChanged(let symbol, let timeframes, let event):
      changed(symbol.index, timeframes, event)
    }
  }

  static func tick(_ symbol: Int, _ event: UInt64) -> String { "tick \(symbol) #\(event)" }

  static func session(_ symbol: Int, _ boundary: SessionBoundary) -> String {
    "\(boundary.kind) \(symbol) \(boundary.time) of \(boundary.tradingDay)"
  }

  static func bar(
    _ symbol: Int, _ source: PriceSource, _ timeframe: Timeframe, _ bar: Bar
  ) -> String {
    "bar \(symbol) \(source) \(timeframe) \(bar.tsOpen)..\(bar.tsClose) \(bar.open.raw) "
      + "\(bar.high.raw) \(bar.low.raw) \(bar.close.raw) \(bar.volume.raw) \(bar.tickCount) "
      + "\(bar.tradingDay)"
  }

  static func changed(_ symbol: Int, _ timeframes: [Timeframe], _ event: UInt64) -> String {
    "changed \(symbol) \(timeframes) #\(event)"
  }
}

/// Collects the events of a state; a class, because handlers outlive the call that subscribes them.
public final class EventLog {
  public private(set) var lines: [String] = []
  /// The state as the handlers saw it, one for each line, where they are kept.
  public private(set) var snapshots: [Snapshot] = []

  public init() {}

  /// Subscribes to events of the given kinds, in the given order.
  public func subscribe(
    to state: inout SynchronizedState, _ interests: [StateInterest], keepsSnapshots: Bool = false
  ) {
    for interest in interests {
      state.subscribe(to: interest) { event, state in
        self.lines.append(EventText.line(event))
        if keepsSnapshots { self.snapshots.append(state.snapshot()) }
      }
    }
  }

  /// What a subscriber to everything is told.
  public static let everything: [StateInterest] = [
    .ticks, .sessions, .barCloses(nil), .stateChanges,
  ]
  /// What can be told without walking record by record.
  public static let boundaries: [StateInterest] = [.sessions, .barCloses(nil)]
}
