import Market

extension DefinitionObject {
  /// The weekly hours and their later changes, ascending.
  func periods() throws(CalendarError) -> [HoursPeriod] {
    var periods = [HoursPeriod(from: TradingCalendar.dates.lowerBound, weekly: try firstHours())]
    let form = "a list of objects with from and weekly"
    for change in try self["changes"]?.elements(expected: form) ?? [] {
      let object = try change.object(keys: ["from", "weekly"])
      let fromNode = try object.required("from", expected: "the first date of the new hours")
      let from = try fromNode.date()
      guard from > periods[periods.count - 1].from else {
        throw fromNode.fault(expected: "dates that ascend")
      }
      let weekly = try object.required("weekly", expected: "the hours of each weekday")
      periods.append(HoursPeriod(from: from, weekly: try weekly.weeklyHours()))
    }
    return periods
  }

  private func firstHours() throws(CalendarError) -> WeeklyHours {
    guard let alwaysOpen = self["alwaysOpen"] else {
      let expected = "the hours of each weekday, or 'alwaysOpen'"
      return try required("weekly", expected: expected).weeklyHours()
    }
    if let weekly = self["weekly"] { throw weekly.fault(expected: "no hours beside 'alwaysOpen'") }
    let object = try alwaysOpen.object(keys: ["dayStart"])
    let start = try object["dayStart"]?.localTime() ?? 0
    guard start > -86_400, start < 86_400 else {
      throw alwaysOpen.fault(expected: "a dayStart less than a day from midnight")
    }
    return WeeklyHours(
      Set(Weekday.allCases), [LocalSession(open: start, close: start + 86_400)])
  }
}

extension DefinitionNode {
  func timeZone() throws(CalendarError) -> TimeZoneTable {
    let expected = "an IANA time zone such as \"America/New_York\""
    let identifier = try text(expected: expected)
    do {
      return try TimeZoneTable(identifier: identifier)
    } catch {
      throw fault(expected: expected)
    }
  }

  /// Sessions by weekday or span of weekdays: `{"monday-friday": [{"open": …, "close": …}]}`.
  func weeklyHours() throws(CalendarError) -> WeeklyHours {
    var days: [[LocalSession]?] = Array(repeating: nil, count: 7)
    for (key, node) in try members(expected: "an object with the hours of each weekday") {
      let sessions = try node.sessions()
      for weekday in try node.weekdays(named: key) {
        guard days[weekday.rawValue - 1] == nil else {
          throw node.fault(expected: "\(weekday.lowercaseName) only once")
        }
        days[weekday.rawValue - 1] = sessions
      }
    }
    let hours = WeeklyHours(days: days.map { $0 ?? [] })
    guard hours.days.contains(where: { !$0.isEmpty }) else {
      throw fault(expected: "a session on one day at least")
    }
    return hours
  }

  /// `monday`, or `monday-friday`.
  private func weekdays(named key: String) throws(CalendarError) -> [Weekday] {
    let names = key.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    var ends: [Weekday] = []
    for name in names.map(String.init) {
      guard let day = Weekday(lowercaseName: name) else {
        let known = Weekday.allCases.map(\.lowercaseName)
        throw .unknownKey(path, nearest: name.closestFirst(among: known)[0])
      }
      ends.append(day)
    }
    let days = Weekday.allCases.filter { $0.rawValue >= ends[0].rawValue }
      .filter { $0.rawValue <= ends[ends.count - 1].rawValue }
    guard !days.isEmpty else {
      throw .invalidValue(
        key: path, found: "a span that ends before it begins",
        expected: "days in the order from monday to sunday")
    }
    return days
  }

  /// The sessions of one day, in order.
  func sessions() throws(CalendarError) -> [LocalSession] {
    var sessions: [LocalSession] = []
    for element in try elements(expected: "a list of sessions with open and close") {
      let object = try element.object(keys: ["open", "close"])
      let openNode = try object.required("open", expected: LocalTimeText.expected)
      let closeNode = try object.required("close", expected: LocalTimeText.expected)
      let open = try openNode.localTime()
      let close = try closeNode.localTime()
      guard open < close else {
        throw closeNode.fault(
          expected: "a time after the open at \(LocalTimeText.text(open)); "
            + "one past midnight is written \"+1d 02:00\"")
      }
      if let last = sessions.last, open < last.close {
        throw openNode.fault(
          expected: "a time not before the close at \(LocalTimeText.text(last.close))")
      }
      sessions.append(LocalSession(open: open, close: close))
    }
    return sessions
  }
}
