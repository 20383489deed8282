import Market

/// The holidays, special hours, late opens and early closes of a definition.
struct DateExceptions {
  private var byDate: [CalendarDate: DateException] = [:]
  /// Where the late opens and early closes stand, to say so when they do not fit.
  private var cuts: [(date: CalendarDate, time: Int32, node: DefinitionNode)] = []

  init(_ definition: DefinitionObject) throws(CalendarError) {
    for node in try definition["holidays"]?.elements(expected: "a list of dates") ?? [] {
      try replaceSessions(on: try node.date(), by: [], node)
    }
    for (date, node) in try DateExceptions.dates(of: definition["specialHours"]) {
      try replaceSessions(on: date, by: try node.sessions(), node)
    }
    for (date, node) in try DateExceptions.dates(of: definition["lateOpens"]) {
      let time = try node.localTime()
      byDate[date, default: DateException(date: date)].lateOpen = time
      cuts.append((date, time, node))
    }
    for (date, node) in try DateExceptions.dates(of: definition["earlyCloses"]) {
      let time = try node.localTime()
      byDate[date, default: DateException(date: date)].earlyClose = time
      cuts.append((date, time, node))
    }
  }

  private static func dates(
    of node: DefinitionNode?
  ) throws(CalendarError) -> [(CalendarDate, DefinitionNode)] {
    var dates: [(CalendarDate, DefinitionNode)] = []
    for (key, node) in try node?.members(expected: "an object whose keys are dates") ?? [] {
      dates.append((try node.date(of: key), node))
    }
    return dates
  }

  private mutating func replaceSessions(
    on date: CalendarDate, by sessions: [LocalSession], _ node: DefinitionNode
  ) throws(CalendarError) {
    guard byDate[date] == nil else {
      throw .invalidValue(
        key: node.path, found: "\(date) a second time",
        expected: "each date once in holidays and specialHours")
    }
    byDate[date] = DateException(date: date, sessions: sessions)
  }

  /// Puts the exceptions into `hours`.
  ///
  /// - Throws: `CalendarError.invalidValue` for a late open or an early close that lies outside of
  ///   the sessions of its date or leaves nothing of them.
  func apply(to hours: inout TradingHours) throws(CalendarError) {
    hours.exceptions = byDate.values.sorted { $0.date < $1.date }
    for (date, time, node) in cuts {
      let planned = byDate[date]?.sessions ?? hours.plannedSessions(on: date)
      guard let first = planned.first, let last = planned.last else {
        throw .invalidValue(
          key: node.path, found: "a time for a date without trading",
          expected: "a date on which the market opens")
      }
      guard time > first.open, time < last.close else {
        throw node.fault(
          expected: "a time between \(LocalTimeText.text(first.open)) and "
            + LocalTimeText.text(last.close))
      }
      guard !hours.sessions(on: date).isEmpty else {
        throw node.fault(expected: "some trading left on \(date)")
      }
    }
  }
}
