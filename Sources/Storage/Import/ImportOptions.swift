public import Market
public import Sessions

/// What an import is told about the files and the instrument they belong to.
///
/// Only `symbol` is needed; the rest is found out from the files, or has a default.
public struct ImportOptions: Sendable {
  /// The instrument's name in the store.
  public var symbol: String
  /// Its name in the files, where rows carry one; nil if it is `symbol` there too.
  public var sourceSymbol: String?
  /// How the files are to be read.
  public var format = FormatOptions()
  /// The whole definition of the instrument; its symbol is the one above.
  public var instrument: Instrument?
  /// How many decimals prices and quantities have; nil: as stored, else as the files are written.
  public var pricePrecision: Precision?
  public var quantityPrecision: Precision?
  /// The trading calendar; nil: as stored, else the usual one of the format.
  public var calendar: CalendarChoice?
  /// The zone of times that do not name one; nil for the format's own.
  public var timeZone: TimeZoneTable?
  /// Which moment is meant by a local time that occurs twice; nil rejects such rows.
  public var fold: LocalTimeFold?
  /// The length of bars; needed for `InputFormat.bars`.
  public var timeframe: Timeframe?
  /// What the time of a bar says; needed for `InputFormat.bars`.
  public var barLabel: BarLabel?
  /// Which price bars are made of: bid, ask or last; nil to tell it from the file's name, else the
  /// last.
  public var barSource: PriceSource?
  /// Refuses files whose times go back, instead of sorting their rows.
  public var isStrict = false
  /// When the import happens, for the record; the library reads no clock.
  public var importedAt: Timestamp?

  public init(symbol: String) { self.symbol = symbol }
}

/// A trading calendar by its name, or by a definition that is stored with the data.
public enum CalendarChoice: Hashable, Sendable {
  /// A built-in calendar, or one that is stored.
  case named(String)
  /// A definition as JSON (`docs/calendars.md`).
  case defined(json: String)
}

/// Which end of a bar its time says.
public enum BarLabel: String, CaseIterable, Sendable {
  case start, end
}

/// How far an import is.
public struct ImportProgress: Hashable, Sendable {
  /// The file being read.
  public var path: String
  /// Bytes of the files as they are stored: read, and in all.
  public var bytesDone: Int64
  public var bytesTotal: Int64
  /// Rows read so far, of all files; 0 as long as the files are only looked at, for their hashes
  /// and their decimals.
  public var rows: Int64
}
