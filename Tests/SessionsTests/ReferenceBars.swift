import Market
import Sessions
import Testing

/// The bars of a calendar by their definition, found by listing all of them.
struct ReferenceBars {
  let calendar: TradingCalendar
  /// Weeks begin on this day.
  let weekStart: Weekday

  init(_ calendar: TradingCalendar, weekStart: Weekday = .monday) {
    self.calendar = calendar
    self.weekStart = weekStart
  }

  /// All bars of `timeframe` that begin in `days`, ascending.
  func bars(of timeframe: Timeframe, in days: [TradingDay]) -> [BarBounds] {
    guard let length = timeframe.elapsedNanoseconds else {
      var bars: [BarBounds] = []
      for bar in days.map({ blockBar(of: timeframe, holding: $0.date) }) where bars.last != bar {
        bars.append(bar)
      }
      return bars
    }
    return calendar.name == "utc"
      ? epochBars(length, in: days) : days.flatMap { partBars(length, in: $0) }
  }

  /// Cells of the grid, from the regular open both ways, as far as they lie in a part.
  private func partBars(_ length: Int64, in day: TradingDay) -> [BarBounds] {
    day.parts.flatMap { part in
      var cuts = [part.open]
      var line = day.regularOpen.nanoseconds
      while line > part.open.nanoseconds { line -= length }
      while line < part.nominalClose.nanoseconds {
        if line > part.open.nanoseconds { cuts.append(try! Timestamp(nanoseconds: line)) }
        line += length
      }
      return cuts.indices.map { index in
        BarBounds(
          tsOpen: cuts[index], tsClose: index + 1 < cuts.count ? cuts[index + 1] : part.close,
          tradingDay: day.date)
      }
    }
  }

  private func epochBars(_ length: Int64, in days: [TradingDay]) -> [BarBounds] {
    var bars: [BarBounds] = []
    // Whole multiples up to the first day; those that begin before it are left out below.
    var line = days[0].open.nanoseconds / length * length - length
    while line < days[days.count - 1].close.nanoseconds {
      let open = max(line, Timestamp.earliest.nanoseconds)
      let close = min(line + length, Timestamp.latest.nanoseconds)
      if open >= days[0].open.nanoseconds, open < close {
        let tsOpen = try! Timestamp(nanoseconds: open)
        bars.append(
          BarBounds(
            tsOpen: tsOpen, tsClose: try! Timestamp(nanoseconds: close),
            tradingDay: tsOpen.utcDate))
      }
      line += length
    }
    return bars
  }

  /// From the first to the last trading day among the dates with the same number of block.
  private func blockBar(of timeframe: Timeframe, holding date: CalendarDate) -> BarBounds {
    let block = number(of: timeframe, date)
    var days = [calendar.tradingDay(on: date)!]
    // Walks one date at a time: no block arithmetic to get wrong.
    for step in [-1, 1] {
      var other = date.adding(days: step)
      while number(of: timeframe, other) == block {
        if let day = calendar.tradingDay(on: other) { days.append(day) }
        other = other.adding(days: step)
      }
    }
    days.sort { $0.date < $1.date }
    return BarBounds(
      tsOpen: days[0].regularOpen, tsClose: days[days.count - 1].regularClose,
      tradingDay: days[0].date)
  }

  private func number(of timeframe: Timeframe, _ date: CalendarDate) -> Double {
    let count = Double(timeframe.count)
    switch timeframe.unit {
    case .elapsed: return .nan
    case .days: return (Double(date.daysSinceEpoch) / count).rounded(.down)
    case .weeks:
      var start = date
      while start.weekday != weekStart { start = start.adding(days: -1) }
      // Weeks since the one that begins on the Monday 1969-12-29 or up to six days later.
      let weeks = ((Double(start.daysSinceEpoch) + 3) / 7).rounded(.down)
      return (weeks / count).rounded(.down)
    case .months:
      let (year, month, _) = date.components
      return (Double(year * 12 + month - 1) / count).rounded(.down)
    }
  }
}
