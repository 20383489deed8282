import Market

/// The holidays, late opens and early closes of a definition, checked against its weekly hours.
struct DateExceptions {
  private var byDate: [CalendarDate: DateException] = [:]
  /// Where the late opens and early closes stand, to say so when they do not fit.
  private var changed: [(date: CalendarDate, node: DefinitionNode)] = []

  init(_ definition: DefinitionObject) throws(CalendarError) {
    for node in try definition["holidays"]?.elements(expected: "a list of dates") ?? [] {
      let date = try node.date()
      guard byDate[date] == nil else { throw node.fault(expected: "each date once") }
      byDate[date] = DateException(date: date, isHoliday: true)
    }
    try read(definition["lateOpens"], into: \.lateOpen)
    try read(definition["earlyCloses"], into: \.earlyClose)
  }

  private mutating func read(
    _ node: DefinitionNode?, into field: WritableKeyPath<DateException, Int32?>
  ) throws(CalendarError) {
    for (key, node) in try node?.members(expected: "an object of dates and local times") ?? [] {
      let date = try node.date(of: key)
      byDate[date, default: DateException(date: date)][keyPath: field] = try node.localTime()
      changed.append((date, node))
    }
  }

  /// Puts the exceptions into `hours`.
  ///
  /// - Throws: `CalendarError.invalidValue` for a late open or an early close that lies outside of
  ///   the sessions of its date or leaves nothing of them.
  func apply(to hours: inout TradingHours) throws(CalendarError) {
    let scheduled = hours
    hours.exceptions = byDate.values.sorted { $0.date < $1.date }
    for (date, node) in changed {
      let sessions = scheduled.sessions(on: date).sessions
      guard let first = sessions.first, let last = sessions.last else {
        throw .invalidValue(
          key: node.path, found: "a time for a date without trading",
          expected: "a date that the weekly hours open")
      }
      let time = try node.localTime()
      guard time > first.open, time < last.close else {
        throw node.fault(
          expected: "a time between \(LocalTimeText.text(first.open)) and "
            + LocalTimeText.text(last.close))
      }
      guard !hours.sessions(on: date).sessions.isEmpty else {
        throw node.fault(expected: "some trading left on \(date)")
      }
    }
  }
}
