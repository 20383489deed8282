public import Market
public import Sessions

/// Everything that a sample tape follows from.
public struct SampleTapeConfiguration: Sendable {
  public var symbol: String
  /// Trades or quotes.
  public var kind: Kind
  /// Records lie within its sessions, the closing grace left out.
  public var calendar: TradingCalendar
  /// The tape covers `dayCount` dates from here on, each from 00:00 UTC.
  public var firstDay: CalendarDate
  public var dayCount: Int
  /// How many records there are, exactly.
  public var tickCount: Int
  public var seed: UInt64
  public var style: SampleStyle
  /// Times are multiples of this many nanoseconds, which divide a second: a millisecond for
  /// quotes and a microsecond for trades unless set.
  public var timeUnit: Int64

  public enum Kind: String, CaseIterable, Sendable {
    case quotes, trades
  }

  /// The style follows from the calendar unless given.
  public init(
    symbol: String, kind: Kind, calendar: TradingCalendar, firstDay: CalendarDate, dayCount: Int,
    tickCount: Int, seed: UInt64, style: SampleStyle? = nil
  ) {
    self.symbol = symbol
    self.kind = kind
    self.calendar = calendar
    self.firstDay = firstDay
    self.dayCount = dayCount
    self.tickCount = tickCount
    self.seed = seed
    self.style = style ?? .suited(to: symbol, calendar: calendar.name)
    timeUnit = kind == .quotes ? nanosecondsPerMillisecond : 1000
  }

  /// The most records that a tape may have: 10^12.
  public static let tickLimit = 1_000_000_000_000

  /// The instrument whose tape it is.
  public var instrument: Instrument {
    Instrument(
      symbol: symbol, pricePrecision: style.pricePrecision,
      quantityPrecision: style.quantityPrecision, calendarName: calendar.name)
  }
}

extension SampleTapeConfiguration {
  /// - Throws: `SampleTapeError` for the first number that lies outside its range.
  func validate() throws(SampleTapeError) {
    let (last, overflow) = Int(firstDay.daysSinceEpoch).addingReportingOverflow(dayCount)
    let days = Timestamp.earliest.utcDate.daysSinceEpoch...Timestamp.latest.utcDate.daysSinceEpoch
    guard dayCount >= 1, !overflow, days.contains(firstDay.daysSinceEpoch),
      last <= Int(days.upperBound)
    else { throw .daysOutOfRange(first: firstDay, count: dayCount) }
    guard (1...SampleTapeConfiguration.tickLimit).contains(tickCount) else {
      throw .tickCountOutOfRange(tickCount)
    }
    try style.validate()
    precondition(
      timeUnit > 0 && nanosecondsPerSecond % timeUnit == 0,
      "a time unit of \(timeUnit) ns does not divide a second")
  }
}
