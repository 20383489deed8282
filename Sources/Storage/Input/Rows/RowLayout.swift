import Market
import Sessions

/// How the rows of one file are to be read: what its columns are and how they are written.
package struct RowLayout: Sendable {
  package struct Column: Hashable, Sendable {
    /// The name in the header, or the format's own name where files have no header.
    package var name: String
    package var role: ColumnRole
    /// How a time is written; nil in every other column.
    package var time: TimeEncoding?

    package init(_ name: String, _ role: ColumnRole = .ignored, time: TimeEncoding? = nil) {
      self.name = name
      self.role = role
      self.time = time
    }
  }

  package var kind: RecordKind
  package var columns: [Column]
  package var delimiter = UInt8(ascii: ",")
  /// Whether the first row names the columns.
  package var hasHeader = false
  /// Whether rows may go on behind the last column; what stands there is not read.
  package var allowsMoreFields = false
  /// Prices are written in units of 10^priceExponent: -4 for ten-thousandths.
  package var priceExponent = 0
  /// Whether a quote with a price of zero on one side keeps that side as it was.
  package var updatesOneSide = false
  /// The zone of times that do not name one themselves; nil for UTC.
  package var zone: LocalZone?

  package init(kind: RecordKind, columns: [Column]) {
    self.kind = kind
    self.columns = columns
  }

  package func has(_ role: ColumnRole) -> Bool { columns.contains { $0.role == role } }
}

/// How a time is written.
package enum TimeEncoding: Hashable, Sendable {
  /// A number of units since 1970-01-01T00:00:00Z, decimals allowed.
  case epoch(TimeUnit)
  /// A number of milliseconds since the midnight that begins `date`, on the clock of the layout's
  /// zone.
  case millisecondsOfDay(date: CalendarDate)
  /// A date and a time of day, as `TextTime` reads them.
  case text
}

/// The unit of times that are numbers since the epoch.
public enum TimeUnit: String, CaseIterable, Sendable {
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"

  /// How many decimals a whole nanosecond has in this unit: 9, 6, 3 or 0.
  var decimals: Int {
    switch self {
    case .seconds: 9
    case .milliseconds: 6
    case .microseconds: 3
    case .nanoseconds: 0
    }
  }

  /// The unit in which `value` lies between 1973 and 2200; nil if there is none.
  ///
  /// These years do not overlap between the units, so the magnitude alone decides.
  init?(magnitudeOf value: Int64) {
    switch value {
    case 100_000_000...7_258_118_400: self = .seconds
    case 100_000_000_000...7_258_118_400_000: self = .milliseconds
    case 100_000_000_000_000...7_258_118_400_000_000: self = .microseconds
    case 100_000_000_000_000_000...7_258_118_400_000_000_000: self = .nanoseconds
    default: return nil
    }
  }
}

/// A time zone, and which of two moments is meant by a local time that occurs twice.
package struct LocalZone: Sendable {
  package var table: TimeZoneTable
  package var fold: LocalTimeFold?

  package init(table: TimeZoneTable, fold: LocalTimeFold? = nil) {
    self.table = table
    self.fold = fold
  }
}

/// Which of two moments is meant by a local time that clocks show twice, where they are set back.
public enum LocalTimeFold: String, CaseIterable, Sendable {
  case earlier, later
}
