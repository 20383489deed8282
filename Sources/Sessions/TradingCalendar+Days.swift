public import Market

extension TradingCalendar {
  /// The dates on which a trading day can be asked for: 1899-12-31 to 2200-01-02, a day more than
  /// the years covered, since a day may open on the date before.
  static let dates =
    Timestamp.earliest.utcDate.adding(days: -1)...Timestamp.latest.utcDate.adding(days: 1)

  /// The trading day labelled `date`; nil if there is no trading on it, or if it does not lie
  /// within 1900 to 2200 as a whole.
  public func tradingDay(on date: CalendarDate) -> TradingDay? {
    guard TradingCalendar.dates.contains(date) else { return nil }
    let (sessions, closesEarly) = hours.sessions(on: date)
    var parts: [SessionPart] = []
    parts.reserveCapacity(sessions.count + 2)
    for session in sessions {
      let open = moment(of: session.open, on: date)
      let close = moment(of: session.close, on: date)
      // A session inside the hour that the clocks skip has no time left.
      guard open < close else { continue }
      parts.append(SessionPart(kind: .regular, open: open, nominalClose: close, close: close))
    }
    guard let first = parts.first, let last = parts.popLast() else { return nil }
    parts.append(withGrace(last, on: date))
    if includesExtendedHours {
      addExtendedHours(to: &parts, on: date, open: first.open, closesEarly: closesEarly)
    }
    let day = TradingDay(date: date, parts: parts)
    return day.open >= .earliest && day.close <= .latest ? day : nil
  }

  /// The trading day whose [open, close), breaks included, holds `time`; nil between days.
  public func tradingDay(containing time: Timestamp) -> TradingDay? {
    guard let day = firstTradingDay(closingAfter: time.nanoseconds), day.open <= time else {
      return nil
    }
    return day
  }

  /// The first trading day labelled later than `date`; nil if there is none up to 2200.
  public func nextTradingDay(after date: CalendarDate) -> TradingDay? {
    guard date < TradingCalendar.dates.upperBound else { return nil }
    return firstTradingDay(from: date.adding(days: 1), through: TradingCalendar.dates.upperBound)
  }

  /// The last trading day labelled earlier than `date`; nil if there is none since 1900.
  public func previousTradingDay(before date: CalendarDate) -> TradingDay? {
    guard date > TradingCalendar.dates.lowerBound else { return nil }
    return lastTradingDay(from: TradingCalendar.dates.lowerBound, through: date.adding(days: -1))
  }

  func firstTradingDay(from first: CalendarDate, through last: CalendarDate) -> TradingDay? {
    var date = max(first, TradingCalendar.dates.lowerBound)
    let end = min(last, TradingCalendar.dates.upperBound)
    while date <= end {
      if let day = tradingDay(on: date) { return day }
      date = date.adding(days: 1)
    }
    return nil
  }

  func lastTradingDay(from first: CalendarDate, through last: CalendarDate) -> TradingDay? {
    var date = min(last, TradingCalendar.dates.upperBound)
    let end = max(first, TradingCalendar.dates.lowerBound)
    while date >= end {
      if let day = tradingDay(on: date) { return day }
      date = date.adding(days: -1)
    }
    return nil
  }

  /// The first trading day whose close lies after `time`: the one that holds it, or the next.
  func firstTradingDay(closingAfter time: Int64) -> TradingDay? {
    // Local clocks show less than a day's close as long as that close lies ahead.
    let grace = Int64(hours.closeGrace) * nanosecondsPerSecond
    let local = hours.zone.local(atNanoseconds: time - grace)
    let latestClose = Int64(latestClose) * nanosecondsPerSecond
    let days = (local - latestClose).flooredDivision(by: nanosecondsPerDay) + 1
    var date = CalendarDate(daysSinceEpoch: Int32(days))
    while let day = firstTradingDay(from: date, through: TradingCalendar.dates.upperBound) {
      if day.close.nanoseconds > time { return day }
      date = day.date.adding(days: 1)
    }
    return nil
  }

  /// The first moment at which the exchange's clock shows `second`, counted from the midnight
  /// that begins `date`, or has passed it.
  private func moment(of second: Int32, on date: CalendarDate) -> Timestamp {
    let local = date.utcMidnight + Int64(second) * nanosecondsPerSecond
    return Timestamp(unchecked: hours.zone.firstMoment(showing: local))
  }

  /// The last regular part with its grace, which ends at the next scheduled open at the latest.
  private func withGrace(_ part: SessionPart, on date: CalendarDate) -> SessionPart {
    guard hours.closeGrace > 0 else { return part }
    let grace = Int64(hours.closeGrace) * nanosecondsPerSecond
    var close = Timestamp(unchecked: part.nominalClose.nanoseconds + grace)
    for later in (1...7).map(date.adding(days:)) {
      guard let next = hours.scheduledSessions(on: later).first else { continue }
      let preOpen = includesExtendedHours ? hours.extended.preOpen : nil
      close = min(close, moment(of: min(next.open, preOpen ?? next.open), on: later))
      break
    }
    return SessionPart(
      kind: part.kind, open: part.open, nominalClose: part.nominalClose, close: close)
  }

  private func addExtendedHours(
    to parts: inout [SessionPart], on date: CalendarDate, open: Timestamp, closesEarly: Bool
  ) {
    if let preOpen = hours.extended.preOpen {
      let start = moment(of: preOpen, on: date)
      if start < open {
        let part = SessionPart(kind: .preMarket, open: start, nominalClose: open, close: open)
        parts.insert(part, at: 0)
      }
    }
    let postClose = closesEarly ? hours.extended.earlyPostClose : nil
    if let postClose = postClose ?? hours.extended.postClose {
      let start = parts[parts.count - 1].close
      let end = moment(of: postClose, on: date)
      if start < end {
        parts.append(SessionPart(kind: .postMarket, open: start, nominalClose: end, close: end))
      }
    }
  }
}
