import Market
import MultiTimeframe
import Sessions

extension ReferenceState {
  /// Closes, moment by moment, everything that ends by `time`.
  mutating func visitBoundaries(through time: Int64) {
    startIfNeeded(at: time)
    while true {
      let closes = series.compactMap { $0.current?.tsClose.nanoseconds }
      let sessions = sessionBoundaries.compactMap(\.first?.time.nanoseconds)
      guard let next = (closes + sessions).min(), next <= time else { return }
      visitBoundary(at: next)
    }
  }

  private mutating func visitBoundary(at moment: Int64) {
    clock = moment
    eventNumber += 1
    var closed: [Int] = []
    for index in series.indices {
      guard let current = series[index].current, current.tsClose.nanoseconds == moment else {
        continue
      }
      series[index].completed.append(current)
      series[index].current = nil
      closed.append(index)
    }
    var symbolsWithSessions: Set<Int> = []
    for symbol in sessionBoundaries.indices {
      while let due = sessionBoundaries[symbol].first, due.time.nanoseconds == moment {
        if keepsEvents { events.append(EventText.session(symbol, due)) }
        symbolsWithSessions.insert(symbol)
        sessionBoundaries[symbol].removeFirst()
      }
    }
    if keepsEvents { tell(of: closed, symbolsWithSessions) }
  }

  /// Bars, the longest timeframe first, symbols as registered; then, symbol by symbol, what changed.
  private mutating func tell(of closed: [Int], _ symbolsWithSessions: Set<Int>) {
    let timeframes = Set(closed.map { series[$0].timeframe }).sorted()
    for timeframe in timeframes.reversed() {
      for index in closed where series[index].timeframe == timeframe {
        let it = series[index]
        guard let bar = it.completed.last else { continue }
        events.append(EventText.bar(it.symbol, it.source, it.timeframe, bar))
      }
    }
    for symbol in configuration.symbols.indices {
      let changed = timeframes.filter { timeframe in
        closed.contains { series[$0].symbol == symbol && series[$0].timeframe == timeframe }
      }
      guard !changed.isEmpty || symbolsWithSessions.contains(symbol) else { continue }
      events.append(EventText.changed(symbol, changed, eventNumber))
    }
  }

  /// The clock begins with the opening of the sessions that are under way.
  mutating func startIfNeeded(at time: Int64) {
    guard clock == nil, sessionBoundaries.isEmpty else { return }
    sessionBoundaries = configuration.symbols.map { symbol in
      var boundaries: [SessionBoundary] = []
      var date = Timestamp(unchecked: time).utcDate.adding(days: -4)
      // Further than any random tape reaches, with what is asked after its end.
      for _ in 0..<500 {
        date = date.adding(days: 1)
        guard let day = symbol.calendar.tradingDay(on: date), day.regularClose.nanoseconds > time
        else { continue }
        boundaries += [
          SessionBoundary(kind: .opened, time: day.regularOpen, tradingDay: day.date),
          SessionBoundary(kind: .closed, time: day.regularClose, tradingDay: day.date),
        ]
      }
      return boundaries
    }
  }
}
