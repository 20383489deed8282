import Market

/// A bar of whole trading days: all those whose dates lie in one block of the calendar.
struct DayBlock: Sendable {
  var timeframe: Timeframe
  /// The dates of the block, whether there is trading on them or not.
  var dates: ClosedRange<CalendarDate>
  var bounds: BarBounds
}

extension SessionCursor {
  /// The bar of whole days that holds the current trading day.
  mutating func blockBounds(of timeframe: Timeframe) -> BarBounds? {
    guard let day else { return nil }
    if timeframe == .day1 {
      return BarBounds(tsOpen: day.regularOpen, tsClose: day.regularClose, tradingDay: day.date)
    }
    let known = blocks.firstIndex { $0.timeframe == timeframe }
    if let known, blocks[known].dates.contains(day.date) { return blocks[known].bounds }
    let dates = calendar.block(of: timeframe, holding: day.date)
    guard let first = calendar.firstTradingDay(from: dates.lowerBound, through: day.date),
      let last = calendar.lastTradingDay(from: day.date, through: dates.upperBound)
    else { return nil }
    let bounds = BarBounds(
      tsOpen: first.regularOpen, tsClose: last.regularClose, tradingDay: first.date)
    let block = DayBlock(timeframe: timeframe, dates: dates, bounds: bounds)
    if let known { blocks[known] = block } else { blocks.append(block) }
    return bounds
  }
}

extension TradingCalendar {
  /// The dates that share a bar of `timeframe`, counted in days or longer, with `date`.
  ///
  /// Days are counted from 1970-01-01, weeks from the first `weekStart` on or after Monday
  /// 1969-12-29, months from January of the year 0; a bar of n holds those whose count, divided by
  /// n and rounded down, is the same.
  func block(of timeframe: Timeframe, holding date: CalendarDate) -> ClosedRange<CalendarDate> {
    let count = Int(timeframe.count)
    switch timeframe.unit {
    case .elapsed: preconditionFailure("\(timeframe) is not a block of days")
    case .days:
      return CalendarDate.block(of: count, holding: date, startingAt: 0)
    case .weeks:
      // 1969-12-29 was a Monday.
      let firstWeek = -3 + hours.weekStart.rawValue - 1
      return CalendarDate.block(of: count * 7, holding: date, startingAt: firstWeek)
    case .months:
      let (year, month, _) = date.components
      let first = Int(Int64(year * 12 + month - 1).flooredDivision(by: Int64(count))) * count
      let next = CalendarDate(firstOfMonth: first + count)
      return CalendarDate(firstOfMonth: first)...next.adding(days: -1)
    }
  }
}

extension CalendarDate {
  /// The first day of a month counted from January of the year 0.
  fileprivate init(firstOfMonth index: Int) {
    guard let date = CalendarDate(year: index / 12, month: index % 12 + 1, day: 1) else {
      preconditionFailure("month \(index) lies beyond the calendar")
    }
    self = date
  }

  fileprivate static func block(
    of count: Int, holding date: CalendarDate, startingAt origin: Int
  ) -> ClosedRange<CalendarDate> {
    let offset = Int64(Int(date.daysSinceEpoch) - origin)
    let first = Int(offset.flooredDivision(by: Int64(count))) * count + origin
    let start = CalendarDate(daysSinceEpoch: Int32(first))
    return start...start.adding(days: count - 1)
  }
}
