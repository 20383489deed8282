import Market
import MultiTimeframe
import Sessions

/// Counts the situations that random tapes have been in, so that a test can see that none is missed.
public struct TapeSituations {
  public enum Situation: String, CaseIterable, Sendable {
    case trade, quote, sourceBar, crossedQuote, severalSymbols, emptyQuantity
    case tie, tieOfSymbols, sourceBarsOfOneMoment, recordAtCloseOfSourceBar
    case lastNanosecondOfBar, firstNanosecondOfBar, secondNanosecondOfBar
    case preMarket, postMarket, grace, lunchBreak, outsideSession, weekend
    case shortDay, afterShortDay, day23Hours, day25Hours, springForward, fallBack
    case shortLastBar, newWeek, newMonth, newYear
  }

  private var counts: [Situation: Int] = [:]

  public init() {}

  public subscript(situation: Situation) -> Int { counts[situation] ?? 0 }

  public mutating func add(_ tape: RandomTape) {
    if tape.configuration.symbols.count > 1 { count(.severalSymbols) }
    var previous: RandomTape.Entry?
    for entry in tape.entries {
      let symbol = tape.configuration.symbols[entry.symbol]
      addKind(entry, previous)
      addPlace(entry.record.time, symbol.calendar)
      addBars(entry.record.time, symbol)
      if let previous { addChange(from: previous.record.time, to: entry.record.time) }
      previous = entry
    }
  }

  private mutating func count(_ situation: Situation, if holds: Bool = true) {
    if holds { counts[situation, default: 0] += 1 }
  }

  private mutating func addKind(_ entry: RandomTape.Entry, _ previous: RandomTape.Entry?) {
    let isTie = previous?.record.time == entry.record.time
    var followsBar = false
    if isTie, case .bar? = previous?.record { followsBar = true }
    count(.tie, if: isTie)
    count(.tieOfSymbols, if: isTie && previous?.symbol != entry.symbol)
    switch entry.record {
    case .trade(let trade):
      count(.trade)
      count(.emptyQuantity, if: trade.quantity == .zero)
      count(.recordAtCloseOfSourceBar, if: followsBar)
    case .quote(let quote):
      count(.quote)
      count(.crossedQuote, if: quote.isCrossed)
      count(.recordAtCloseOfSourceBar, if: followsBar)
    case .bar:
      count(.sourceBar)
      count(.sourceBarsOfOneMoment, if: followsBar)
    }
  }

  /// Where in its calendar a moment lies.
  private mutating func addPlace(_ time: Timestamp, _ calendar: TradingCalendar) {
    var cursor = SessionCursor(calendar)
    let part = cursor.part(at: time)
    count(.preMarket, if: part?.kind == .preMarket)
    count(.postMarket, if: part?.kind == .postMarket)
    count(.grace, if: part.map { time >= $0.nominalClose } ?? false)
    count(.outsideSession, if: part == nil)
    count(.weekend, if: part == nil && time.utcDate.weekday.rawValue >= 6)
    guard let day = calendar.tradingDay(containing: time) else { return }
    count(.lunchBreak, if: part == nil)
    let hours = day.regularLength / 3_600_000_000_000
    count(.day23Hours, if: hours == 23 && calendar.name == "new-york-days")
    count(.day25Hours, if: hours == 25)
    if calendar.isShort(day) {
      count(.shortDay)
      count(.afterShortDay, if: time >= day.regularClose)
    }
  }

  /// Which edge of a bar a moment lies at.
  private mutating func addBars(_ time: Timestamp, _ symbol: SymbolConfiguration) {
    var cursor = SessionCursor(symbol.calendar)
    for timeframe in symbol.timeframes {
      guard let bounds = cursor.bounds(of: timeframe, at: time) else { continue }
      let (open, close) = (bounds.tsOpen.nanoseconds, bounds.tsClose.nanoseconds)
      count(.lastNanosecondOfBar, if: time.nanoseconds == close - 1)
      count(.firstNanosecondOfBar, if: time.nanoseconds == open)
      count(.secondNanosecondOfBar, if: time.nanoseconds == open + 1)
      count(.shortLastBar, if: timeframe.elapsedNanoseconds.map { close - open < $0 } ?? false)
    }
  }

  private mutating func addChange(from previous: Timestamp, to time: Timestamp) {
    let (spring, autumn) = (TapeSituations.spring, TapeSituations.autumn)
    count(.springForward, if: previous.nanoseconds < spring && time.nanoseconds >= spring)
    count(.fallBack, if: previous.nanoseconds < autumn && time.nanoseconds >= autumn)
    let (before, now) = (previous.utcDate, time.utcDate)
    count(.newWeek, if: now.weekday.rawValue < before.weekday.rawValue)
    count(.newMonth, if: now.components.month != before.components.month)
    count(.newYear, if: now.components.year != before.components.year)
  }

  /// 2024-03-10T07:00Z, when New York's clocks went forward, and 2024-11-03T06:00Z, when they went
  /// back; in nanoseconds.
  private static let spring: Int64 = 1_710_054_000_000_000_000
  private static let autumn: Int64 = 1_730_613_600_000_000_000
}

extension TapeSituations: CustomStringConvertible {
  public var description: String {
    Situation.allCases.map { "\($0.rawValue) \(self[$0])" }.joined(separator: ", ")
  }
}

extension TradingDay {
  fileprivate var regularLength: Int64 { regularClose.nanoseconds - regularOpen.nanoseconds }
}

extension TradingCalendar {
  /// Whether a day is shorter than the same weekday a week earlier or later.
  fileprivate func isShort(_ day: TradingDay) -> Bool {
    guard name != "new-york-days" else { return false }
    let neighbours = [-7, 7].compactMap { tradingDay(on: day.date.adding(days: $0)) }
    return neighbours.contains { day.regularLength < $0.regularLength }
  }
}
