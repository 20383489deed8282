/// The length of a bar: elapsed time within a trading day, or whole days, weeks or months of the
/// instrument's calendar.
///
/// Names are a number and a unit: `s`, `m` (minutes), `H`, `D`, `W`, `M` (months). Lengths of
/// elapsed time reach 24 hours; anything longer is counted in trading days.
public struct Timeframe: Hashable, Sendable {
  public enum Unit: UInt8, Sendable {
    /// Elapsed time, counted in seconds.
    case elapsed
    case days, weeks, months
  }

  public let unit: Unit
  /// Seconds for `.elapsed`, otherwise the number of days, weeks or months; at least 1.
  public let count: Int32

  private init(unit: Unit, count: Int32) {
    self.unit = unit
    self.count = count
  }

  /// - Throws: `MarketError.malformedTimeframe` outside 1 second to 24 hours.
  public static func seconds(_ count: Int) throws(MarketError) -> Timeframe {
    guard (1...86_400).contains(count) else { throw .malformedTimeframe("\(count)s") }
    return Timeframe(unit: .elapsed, count: Int32(count))
  }

  /// - Throws: `MarketError.malformedTimeframe` outside 1 to 366.
  public static func days(_ count: Int) throws(MarketError) -> Timeframe {
    try calendarUnits(.days, count, "D")
  }

  /// - Throws: `MarketError.malformedTimeframe` outside 1 to 366.
  public static func weeks(_ count: Int) throws(MarketError) -> Timeframe {
    try calendarUnits(.weeks, count, "W")
  }

  /// - Throws: `MarketError.malformedTimeframe` outside 1 to 366.
  public static func months(_ count: Int) throws(MarketError) -> Timeframe {
    try calendarUnits(.months, count, "M")
  }

  private static func calendarUnits(
    _ unit: Unit, _ count: Int, _ letter: String
  ) throws(MarketError) -> Timeframe {
    guard (1...366).contains(count) else { throw .malformedTimeframe("\(count)\(letter)") }
    return Timeframe(unit: unit, count: Int32(count))
  }

  public static let minute1 = Timeframe(unit: .elapsed, count: 60)
  public static let minutes5 = Timeframe(unit: .elapsed, count: 300)
  public static let minutes15 = Timeframe(unit: .elapsed, count: 900)
  public static let hour1 = Timeframe(unit: .elapsed, count: 3600)
  public static let hours4 = Timeframe(unit: .elapsed, count: 14_400)
  public static let day1 = Timeframe(unit: .days, count: 1)
  public static let week1 = Timeframe(unit: .weeks, count: 1)
  public static let month1 = Timeframe(unit: .months, count: 1)

  /// 1m, 5m, 15m, 1H, 4H and 1D.
  public static let defaultSet: [Timeframe] = [
    .minute1, .minutes5, .minutes15, .hour1, .hours4, .day1,
  ]

  /// The length of an elapsed timeframe, in nanoseconds; nil for days, weeks and months, whose
  /// length depends on the calendar.
  @inlinable
  public var elapsedNanoseconds: Int64? {
    unit == .elapsed ? Int64(count) * nanosecondsPerSecond : nil
  }
}

extension Timeframe: Comparable {
  /// Shorter before longer; a day of the calendar counts as longer than 24 elapsed hours.
  public static func < (left: Timeframe, right: Timeframe) -> Bool {
    (left.nominalSeconds, left.unit.rawValue) < (right.nominalSeconds, right.unit.rawValue)
  }

  /// The usual length; a month has 30 days.
  package var nominalSeconds: Int64 {
    switch unit {
    case .elapsed: Int64(count)
    case .days: Int64(count) * 86_400
    case .weeks: Int64(count) * 7 * 86_400
    case .months: Int64(count) * 30 * 86_400
    }
  }
}

extension Timeframe: LosslessStringConvertible {
  /// Nil when `text` is not a timeframe; `init(parsing:)` says why.
  public init?(_ text: String) {
    guard let parsed = try? Timeframe(parsing: text) else { return nil }
    self = parsed
  }

  /// - Throws: `MarketError.malformedTimeframe`.
  public init(parsing text: String) throws(MarketError) {
    guard let letter = text.last, let count = Int(text.dropLast()), count >= 1, count <= 86_400,
      text.first != "+"
    else { throw .malformedTimeframe(text) }
    let parsed: Timeframe? =
      switch letter {
      case "s": try? .seconds(count)
      case "m": try? .seconds(count * 60)
      case "H", "h": try? .seconds(count * 3600)
      case "D", "d": try? .days(count)
      case "W", "w": try? .weeks(count)
      case "M": try? .months(count)
      default: nil
      }
    guard let parsed else { throw .malformedTimeframe(text) }
    self = parsed
  }

  /// The shortest name: 3600 s is `1H`, 90 s is `90s`.
  public var description: String {
    switch unit {
    case .days: "\(count)D"
    case .weeks: "\(count)W"
    case .months: "\(count)M"
    case .elapsed where count % 3600 == 0: "\(count / 3600)H"
    case .elapsed where count % 60 == 0: "\(count / 60)m"
    case .elapsed: "\(count)s"
    }
  }
}
