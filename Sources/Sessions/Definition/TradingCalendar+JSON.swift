import Market

extension TradingCalendar {
  /// A calendar from its definition in JSON; `docs/calendars.md` describes the keys.
  ///
  /// - Throws: `CalendarError`, which names the key, what was found and what was expected.
  public init(json bytes: [UInt8]) throws(CalendarError) {
    let keys = [
      "name", "zone", "weekly", "alwaysOpen", "changes", "holidays", "earlyCloses", "lateOpens",
      "specialHours", "closeGrace", "extendedHours", "weekStart",
    ]
    let root = DefinitionNode(path: "", value: try JSONValue(parsing: bytes))
    let definition = try root.object(keys: keys)
    let name = try definition.required("name", expected: "the calendar's name")
    self.init(
      name: try name.text(expected: "the calendar's name"),
      hours: try TradingHours(definition: definition))
  }
}

extension TradingHours {
  /// An hour: more would be a session of its own.
  private static let longestGrace: Int32 = 3600

  fileprivate init(definition: DefinitionObject) throws(CalendarError) {
    let zone = try definition.required("zone", expected: "an IANA time zone")
    self.init(zone: try zone.timeZone(), periods: try definition.periods())
    try DateExceptions(definition).apply(to: &self)
    if let node = definition["extendedHours"] { try readExtendedHours(node) }
    if let node = definition["closeGrace"] {
      closeGrace = try node.seconds(upTo: TradingHours.longestGrace)
    }
    if let node = definition["weekStart"] { weekStart = try node.weekday() }
    try checkDaysDoNotOverlap()
  }

  private mutating func readExtendedHours(_ node: DefinitionNode) throws(CalendarError) {
    let object = try node.object(keys: ["preOpen", "postClose", "earlyPostClose"])
    let sessions = periods.flatMap { $0.weekly.days.joined() }
    if let preOpen = object["preOpen"] {
      let time = try preOpen.localTime()
      guard sessions.allSatisfy({ time < $0.open }) else {
        throw preOpen.fault(expected: "a time before every regular open")
      }
      extended.preOpen = time
    }
    if let postClose = object["postClose"] {
      let time = try postClose.localTime()
      guard sessions.allSatisfy({ time > $0.close }) else {
        throw postClose.fault(expected: "a time after every regular close")
      }
      extended.postClose = time
    }
    if let earlyPostClose = object["earlyPostClose"] {
      guard let postClose = extended.postClose else {
        throw .missingKey("extendedHours.postClose", expected: "it beside 'earlyPostClose'")
      }
      let time = try earlyPostClose.localTime()
      guard time <= postClose else {
        throw earlyPostClose.fault(expected: "a time not after 'postClose'")
      }
      extended.earlyPostClose = time
    }
  }

  /// Looks at the dates around each change of hours and each date with hours of its own, extended
  /// hours included: no day may open before the one in front of it has closed.
  private func checkDaysDoNotOverlap() throws(CalendarError) {
    // Ten days hold a whole week with its end and the next beginning.
    for period in periods { try checkDaysDoNotOverlap(around: period.from, through: 10) }
    for exception in exceptions where exception.sessions?.isEmpty == false {
      try checkDaysDoNotOverlap(around: exception.date, through: 3)
    }
  }

  private func checkDaysDoNotOverlap(
    around date: CalendarDate, through last: Int
  ) throws(CalendarError) {
    var previous: (date: CalendarDate, close: Int32)?
    for date in (-3...last).map(date.adding(days:)) {
      let sessions = plannedSessions(on: date)
      guard let first = sessions.first, let last = sessions.last else { continue }
      let open = min(first.open, extended.preOpen ?? first.open)
      if let previous {
        let days = date.daysSinceEpoch - previous.date.daysSinceEpoch
        guard days * 86_400 + open >= previous.close else {
          throw .invalidValue(
            key: "weekly",
            found: "\(date) opening at \(LocalTimeText.text(open)), before \(previous.date) "
              + "closes at \(LocalTimeText.text(previous.close))",
            expected: "trading days that do not overlap")
        }
      }
      previous = (date, max(last.close, extended.postClose ?? last.close))
    }
  }
}
