import Market

/// A stretch of trading on the local clock, in seconds from the midnight that begins the trading
/// date. An open on the evening before is negative, a close after midnight exceeds 86,400.
struct LocalSession: Hashable, Sendable {
  var open: Int32
  var close: Int32
}

/// The regular sessions of each weekday.
struct WeeklyHours: Hashable, Sendable {
  /// Monday first; a day without trading is empty.
  var days: [[LocalSession]]

  init(days: [[LocalSession]]) {
    precondition(days.count == 7, "a week has seven days")
    self.days = days
  }

  /// The same sessions on each of `weekdays`, none on the others.
  init(_ weekdays: Set<Weekday>, _ sessions: [LocalSession]) {
    self.init(days: Weekday.allCases.map { weekdays.contains($0) ? sessions : [] })
  }

  subscript(weekday: Weekday) -> [LocalSession] { days[weekday.rawValue - 1] }
}

/// Weekly hours that hold from a date on.
struct HoursPeriod: Hashable, Sendable {
  var from: CalendarDate
  var weekly: WeeklyHours
}

/// How one date departs from its weekly hours.
struct DateException: Hashable, Sendable {
  var date: CalendarDate
  var isHoliday = false
  /// Seconds from local midnight.
  var lateOpen: Int32?
  /// Seconds from local midnight.
  var earlyClose: Int32?
}

/// Trading before and after regular hours, in seconds from local midnight.
struct ExtendedHours: Hashable, Sendable {
  var preOpen: Int32?
  var postClose: Int32?
  /// Replaces `postClose` on dates that close early.
  var earlyPostClose: Int32?

  var latestPostClose: Int32 { max(postClose ?? 0, earlyPostClose ?? 0) }
}

/// Everything that defines a calendar but its name, with times as the exchange writes them.
struct TradingHours: Hashable, Sendable {
  var zone: TimeZoneTable
  /// Ascending; the first holds for all dates before the second.
  var periods: [HoursPeriod]
  /// Ascending by date, one a date.
  var exceptions: [DateException] = []
  var extended = ExtendedHours()
  /// Seconds for which prints after the close still belong to the session.
  var closeGrace: Int32 = 0
  var weekStart = Weekday.monday

  /// The regular sessions of `date`, holidays, late opens and early closes applied.
  func sessions(on date: CalendarDate) -> (sessions: [LocalSession], closesEarly: Bool) {
    let scheduled = scheduledSessions(on: date)
    guard !scheduled.isEmpty, let exception = exception(on: date) else { return (scheduled, false) }
    if exception.isHoliday { return ([], false) }
    let cut = scheduled.map { session in
      LocalSession(
        open: max(session.open, exception.lateOpen ?? session.open),
        close: min(session.close, exception.earlyClose ?? session.close))
    }
    return (cut.filter { $0.open < $0.close }, exception.earlyClose != nil)
  }

  /// The weekly hours of `date`, whether it is a holiday or not.
  func scheduledSessions(on date: CalendarDate) -> [LocalSession] {
    let period = periods.last { $0.from <= date } ?? periods[0]
    return period.weekly[date.weekday]
  }

  private func exception(on date: CalendarDate) -> DateException? {
    var low = 0
    var high = exceptions.count
    while low < high {
      let middle = (low + high) / 2
      if exceptions[middle].date < date { low = middle + 1 } else { high = middle }
    }
    guard low < exceptions.count, exceptions[low].date == date else { return nil }
    return exceptions[low]
  }
}
