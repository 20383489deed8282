import Exchange
public import Market
import MultiTimeframe
import Sessions

/// Which part of the tape a run needs: the window in which it trades, and as much before it as its
/// indicators need to be ready when the window begins.
///
/// Each timeframe needs the look-back of its indicators (and of the sizing rule) and one bar, and a
/// buffer of a tenth of that and at least 5 bars for stretches in which nothing was traded. They are
/// counted back from the start of the window over the bars that the calendar has room for, in whole
/// trading days.
public struct LoadWindow: Hashable, Sendable {
  /// What one timeframe of one symbol needs.
  public struct Span: Hashable, Sendable {
    public let symbol: String
    public let timeframe: Timeframe
    /// Of the indicators and of what the sizing rule looks at, and one.
    public let warmUpBars: Int
    public let bufferBars: Int
    /// Where its tape has to begin; nil where the run begins with the tape.
    public let from: Timestamp?
  }

  /// Symbols in the order of the run, timeframes from short to long.
  public let spans: [Span]
  /// The start of the window; nil where the tape begins.
  public let start: Timestamp?
  /// Its end, the last moment of the run; nil where the tape ends.
  public let end: Timestamp?

  /// The earliest of what the timeframes need: where the tape is loaded from; nil for all of it.
  public var from: Timestamp? { start == nil ? nil : spans.compactMap(\.from).min() }

  /// - Throws: `BacktestError.state` for timeframes or indicators that cannot be kept.
  public init(_ plan: BacktestPlan) throws(BacktestError) {
    let state = try BacktestError.state { () throws(StateError) in
      try SynchronizedState(plan.state)
    }
    let layout = state.layout
    var spans: [Span] = []
    for symbol in plan.configuration.symbols {
      let calendar = symbol.listing.calendar
      let name = symbol.listing.instrument.symbol
      let id = try BacktestError.state { () throws(StateError) in try state.symbol(name) }
      for series in layout.series(of: id) {
        let timeframe = layout.series[series.index].timeframe
        let bars = plan.lookback(of: series, in: layout) + 1
        let buffer = max(5, (bars + 9) / 10)
        spans.append(
          Span(
            symbol: name, timeframe: timeframe, warmUpBars: bars, bufferBars: buffer,
            from: plan.configuration.start.map {
              calendar.start(of: bars + buffer, timeframe, before: $0)
            }))
      }
    }
    self.spans = spans
    start = plan.configuration.start
    end = plan.configuration.end
  }
}

extension TradingCalendar {
  /// The open of a trading day from which on there is room for so many whole bars before `time`.
  fileprivate func start(
    of bars: Int, _ timeframe: Timeframe, before time: Timestamp
  ) -> Timestamp {
    var cursor = SessionCursor(self)
    var missing = bars
    var date = time.utcDate.adding(days: 2)
    while let day = previousTradingDay(before: date) {
      date = day.date
      guard day.close <= time else { continue }
      missing -= day.count(of: timeframe, before: time, &cursor)
      if missing <= 0 { return day.open }
    }
    return .earliest
  }
}

extension TradingDay {
  /// How many bars begin in the day and are over at `time`.
  fileprivate func count(
    of timeframe: Timeframe, before time: Timestamp, _ cursor: inout SessionCursor
  ) -> Int {
    guard let length = timeframe.elapsedNanoseconds else {
      // Weeks and months count with their first day.
      guard let bar = cursor.bounds(of: timeframe, at: regularOpen) else { return 0 }
      return bar.tsOpen >= open && bar.tsClose <= time ? 1 : 0
    }
    return parts.reduce(0) { count, part in
      let time = part.nominalClose.nanoseconds - part.open.nanoseconds
      return count + Int((time + length - 1) / length)
    }
  }
}
