import Market

extension Performance {
  /// The change of each period that holds a day, from the last close before it.
  ///
  /// - Parameter label: the year and month of the period that holds a date.
  /// - Throws: `NoValue` without a day, or where a period begins with zero or less.
  func periodReturns(
    by label: (CalendarDate) -> (year: Int, month: Int?)
  ) throws(NoValue) -> [PeriodReturn] {
    guard !record.days.isEmpty else { throw .tooFewReturns(found: 0, needed: 1) }
    var base = try startingEquity()
    var periods: [PeriodReturn] = []
    for (place, day) in record.days.enumerated() {
      let (year, month) = label(day.date)
      if place + 1 < record.days.count, label(record.days[place + 1].date) == (year, month) {
        continue
      }
      periods.append(PeriodReturn(year: year, month: month, change: day.equity.growth(from: base)))
      base = day.equity
      guard base.units > 0 || place + 1 == record.days.count else { throw .equityLost(day.date) }
    }
    return periods
  }
}
