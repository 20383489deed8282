import Exchange
import Market
import MultiTimeframe
import Sessions

/// The closes of one timeframe of one symbol, which the run looks at.
@safe struct WatchedSeries {
  /// The symbol's place in the run.
  let symbol: Int
  /// Its completed bars, where the state keeps them.
  let ring: UnsafePointer<BarRing>
  let timeframe: Timeframe
  /// The roles that the timeframe plays.
  let roles: [Role]
  /// How many bars close before the one with which it is ready.
  let lookback: Int
  /// Whether the strategy is told of its closes.
  let isSubscribed: Bool
  /// Whether decisions are made on its closes.
  let isDecision: Bool
  /// Whether its bars have one trading day; that of a longer one is its first.
  let isWithinDay: Bool
  /// When a bar could close next: the end of the stretch of the calendar's grid that holds the clock.
  var next = Int64.min
  /// How many bars have closed, as far as the run has seen.
  var closedCount = 0
  /// Whether one has closed at this moment, and nobody has been told.
  var hasClosed = false
  /// Whether every indicator has its value, and the sizing rule its closes.
  var isReady = false

  /// The bar that closed last; of no meaning before the first.
  @inline(__always)
  var lastBar: Bar { unsafe ring.pointee.lastBar }

  /// Takes in how many bars have closed by now, and says whether these are more.
  @inline(__always)
  mutating func takeCloses() -> Bool {
    let count = unsafe ring.pointee.completedCount
    if count == closedCount { return false }
    closedCount = count
    hasClosed = true
    return true
  }
}

/// The closes that a run looks at, and when the next of them may come.
struct CloseWatch: ~Copyable {
  /// From long to short, then by symbol: the order in which closes of one moment are told.
  var series: FixedBuffer<WatchedSeries>
  /// The earliest moment at which a watched bar could close; `Int64.max` for never.
  private(set) var next = Int64.min
  /// Of each symbol: where slices of its trades end, at the closes of the shortest timeframe watched.
  var grids: FixedBuffer<SliceGrid>

  /// - Parameter state: is not changed, and must live as long as anything is asked here.
  init(_ plan: BacktestPlan, _ symbols: [SymbolPlan], _ state: inout SynchronizedState) {
    let layout = state.layout
    let roles = plan.configuration.roles
    let timeframes = Set(plan.subscribed + roles.timeframes).sorted(by: >)
    let watched = timeframes.flatMap { timeframe in
      symbols.indices.map { index in
        let source = plan.configuration.symbols[index].priceSource
        let series = layout.series(of: symbols[index].symbol).first { series in
          let name = layout.series[series.index]
          return name.timeframe == timeframe && name.source == source
        }
        guard let series else { preconditionFailure("the plan keeps \(timeframe)") }
        return unsafe WatchedSeries(
          symbol: index, ring: state.ring(of: series), timeframe: timeframe,
          roles: Role.allCases.filter { roles[$0] == timeframe },
          lookback: plan.lookback(of: series, in: layout),
          isSubscribed: plan.subscribed.contains(timeframe), isDecision: roles.ltf == timeframe,
          isWithinDay: timeframe <= .day1)
      }
    }
    series = FixedBuffer(count: watched.count) { watched[$0] }
    let shortest = timeframes.last ?? roles.ltf
    grids = FixedBuffer(count: symbols.count) {
      SliceGrid(SessionCursor(symbols[$0].listing.calendar), shortest)
    }
  }

  /// Looks up when the watched bars could close next: the ends of the stretches of the calendars'
  /// grids that hold `time`.
  mutating func refresh(at time: Timestamp) {
    var next = Int64.max
    for index in series.indices {
      if series[index].next <= time.nanoseconds {
        series[index].next = grids[series[index].symbol].cursor.end(
          of: series[index].timeframe, at: time, behind: series[index].next)
      }
      next = min(next, series[index].next)
    }
    self.next = next
  }

  /// Nothing is looked at any more: the run has ended.
  mutating func stop() {
    for index in series.indices { series[index].next = .max }
    next = .max
  }

  /// The trading day of the first symbol, whose days are the run's, that holds `time`, in a break too;
  /// between its days the day of UTC.
  mutating func tradingDay(holding time: Timestamp) -> CalendarDate {
    grids[0].cursor.tradingDay(containing: time) ?? time.utcDate
  }

  /// The one that holds the moment before `time`: at a close the day that ends.
  mutating func tradingDay(endingAt time: Timestamp) -> CalendarDate {
    tradingDay(holding: Timestamp(unchecked: time.nanoseconds - 1))
  }
}

extension SessionCursor {
  /// Where the stretch of a timeframe's grid, or the time outside of sessions, ends that holds `time`;
  /// `Int64.max` for never.
  /// - Parameter previous: where the one ended that was asked for last; `Int64.min` for none.
  @inline(__always)
  mutating func end(of timeframe: Timeframe, at time: Timestamp, behind previous: Int64) -> Int64 {
    let end = stretchEnd(of: timeframe, at: time, behind: previous).nanoseconds
    return end == Timestamp.latest.nanoseconds ? .max : end
  }
}
