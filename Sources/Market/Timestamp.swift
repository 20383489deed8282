/// A moment in time: whole nanoseconds since 1970-01-01T00:00:00Z, in UTC.
///
/// Valid from 1900-01-01T00:00:00Z to 2200-01-01T00:00:00Z, both included. Arithmetic on
/// timestamps is arithmetic on `nanoseconds`; there is no time zone here, ever.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Nanoseconds since the Unix epoch; negative before 1970.
  public let nanoseconds: Int64

  /// 1900-01-01T00:00:00Z.
  public static let earliest = Timestamp(unchecked: -2_208_988_800 * nanosecondsPerSecond)
  /// 2200-01-01T00:00:00Z.
  public static let latest = Timestamp(unchecked: 7_258_118_400 * nanosecondsPerSecond)

  /// - Throws: `MarketError.timestampOutOfRange` before 1900 or after 2200.
  @inlinable
  public init(nanoseconds: Int64) throws(MarketError) {
    guard Timestamp.isValid(nanoseconds) else {
      throw .timestampOutOfRange(nanoseconds: nanoseconds)
    }
    self.nanoseconds = nanoseconds
  }

  /// A timestamp whose range the caller has established already.
  @inlinable
  package init(unchecked nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Whether `nanoseconds` lies within 1900 to 2200.
  @inlinable
  public static func isValid(_ nanoseconds: Int64) -> Bool {
    nanoseconds >= earliest.nanoseconds && nanoseconds <= latest.nanoseconds
  }

  @inlinable
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The UTC calendar date that holds this moment.
  public var utcDate: CalendarDate {
    CalendarDate(daysSinceEpoch: Int32(nanoseconds.flooredDivision(by: nanosecondsPerDay)))
  }
}

public let nanosecondsPerMillisecond: Int64 = 1_000_000
public let nanosecondsPerSecond: Int64 = 1_000_000_000
public let nanosecondsPerDay: Int64 = 86_400_000_000_000

extension Int64 {
  /// The quotient rounded towards negative infinity; `divisor` must be positive.
  @inlinable
  public func flooredDivision(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
