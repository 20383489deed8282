import Market
import Sessions

// Calendars that a user defined: stored beside the instruments that name them.
extension MarketStore {
  /// The calendar of an instrument: a built-in one, or one whose definition is stored.
  ///
  /// - Throws: `StoreError.unusableCalendar` when there is none of that name.
  public func calendar(of instrument: Instrument) throws(StoreError) -> TradingCalendar {
    try calendar(named: instrument.calendarName)
  }

  private func calendar(named name: String) throws(StoreError) -> TradingCalendar {
    let definition = try calendarDefinition(name)
    do throws(CalendarError) {
      guard let definition else { return try .named(name) }
      return try TradingCalendar(json: Array(definition.utf8))
    } catch {
      throw .unusableCalendar(name: name, error)
    }
  }

  /// The JSON that defines a stored calendar; nil when none is stored under `name`.
  func calendarDefinition(_ name: String) throws(StoreError) -> String? {
    let query = try connection.prepare("SELECT definition FROM calendars WHERE name = ?")
    try query.bind([.text(name)])
    return try query.step() ? query.text(0) : nil
  }
}

extension StoreTransaction {
  /// Stores the definition of a calendar, so that instruments may name it.
  ///
  /// - Returns: the calendar. The same definition again changes nothing.
  /// - Throws: `StoreError.unusableCalendar` when `definition` is not one, or bears a built-in
  ///   name; `.calendarDiffers` when another is stored under its name.
  public func putCalendar(definition: String) throws(StoreError) -> TradingCalendar {
    let calendar: TradingCalendar
    do throws(CalendarError) {
      calendar = try TradingCalendar(json: Array(definition.utf8))
    } catch {
      throw .unusableCalendar(name: "to be stored", error)
    }
    if TradingCalendar.builtInNames.contains(calendar.name) {
      throw .calendarDiffers(name: calendar.name)
    }
    if let stored = try store.calendarDefinition(calendar.name) {
      guard stored == definition else { throw .calendarDiffers(name: calendar.name) }
      return calendar
    }
    try connection.run(
      "INSERT INTO calendars VALUES (?, ?)", .text(calendar.name), .text(definition))
    return calendar
  }
}
