import Market
import Sessions
import Storage

/// The options of `lockstep import` that say how files are to be read.
enum ImportParameters {
  private static let format = Parameter.optional(
    "--format", "NAME", ArgumentType<InputFormat>.choice,
    "what the files are; recognised from their content unless given")
  private static let columns = Parameter.optional(
    "--columns", "MAPPING", .columnMapping,
    "which column holds what: time=ts_ms,bid=bid,ask=ask")
  private static let timeUnit = Parameter.optional(
    "--time-unit", "UNIT", ArgumentType<TimeUnit>.choice,
    "the unit of times that are numbers; told from their size unless given")
  private static let timeZone = Parameter.optional(
    "--timezone", "ZONE", .timeZone, "the zone of times that name none, such as America/New_York")
  private static let fold = Parameter.optional(
    "--fold", "WHICH", ArgumentType<LocalTimeFold>.choice,
    "which moment a local time means that occurs twice; rejected unless given")
  private static let sourceSymbol = Parameter.optional(
    "--source-symbol", "S", .text, "the symbol's name in the files, if it is another")
  private static let instrument = Parameter.optional(
    "--instrument", "FILE.json", .text, "the instrument's definition")
  private static let pricePrecision = Parameter.optional(
    "--price-precision", "N", .precision, "decimals of prices; as stored, else as in the files")
  private static let quantityPrecision = Parameter.optional(
    "--quantity-precision", "N", .precision,
    "decimals of quantities; as stored, else as in the files")
  private static let calendar = Parameter.optional(
    "--calendar", "NAME", .text,
    "when it trades: \(TradingCalendar.builtInNames.joined(separator: ", ")), the name of a stored "
      + "calendar, or a JSON file that defines one; the format's usual one unless given")
  private static let timeframe = Parameter.optional(
    "--timeframe", "TF", .timeframe, "the length of bars")
  private static let label = Parameter.optional(
    "--label", "END", ArgumentType<BarLabel>.choice, "which end of a bar its time says")
  private static let price = Parameter.optional(
    "--price", "PRICE", .priceSource,
    "which price bars are made of; told from the file's name, else last")
  private static let strict = Parameter.flag(
    "--strict", "refuse files whose times go back, instead of sorting their rows")

  static let all: [any ParameterDeclaration] = [
    format, instrument, pricePrecision, quantityPrecision, calendar, timeZone, fold, columns,
    timeUnit, timeframe, label, price, sourceSymbol, strict,
  ]

  /// What was given, with the files that define something read.
  static func options(_ arguments: Arguments) throws -> ImportOptions {
    var options = ImportOptions(symbol: arguments[CommonParameters.symbol])
    options.format = FormatOptions(
      format: arguments[format], columns: arguments[columns], timeUnit: arguments[timeUnit])
    options.timeZone = arguments[timeZone]
    options.fold = arguments[fold]
    options.sourceSymbol = arguments[sourceSymbol]
    options.pricePrecision = arguments[pricePrecision]
    options.quantityPrecision = arguments[quantityPrecision]
    options.timeframe = arguments[timeframe]
    options.barLabel = arguments[label]
    options.barSource = arguments[price]
    options.isStrict = arguments[strict]
    options.instrument = try arguments[instrument].map(instrument(at:))
    options.calendar = try arguments[calendar].map(calendarChoice)
    return options
  }

  private static func instrument(at path: String) throws -> Instrument {
    let json = try SmallFile.bytes(of: path)
    do {
      return try Instrument(json: json)
    } catch {
      throw CommandFailure("\(path): \(error)")
    }
  }

  private static func calendarChoice(_ name: String) throws -> CalendarChoice {
    guard name.hasSuffix(".json") else { return .named(name) }
    return .defined(json: String(decoding: try SmallFile.bytes(of: name), as: UTF8.self))
  }
}

extension ArgumentType where Value == Precision {
  static var precision: Self {
    Self { text throws(ArgumentFault) in
      guard let digits = Int(text), let precision = try? Precision(digits) else {
        throw ArgumentFault("expected a whole number from 0 to 9")
      }
      return precision
    }
  }
}

extension ArgumentType where Value == TimeZoneTable {
  static var timeZone: Self {
    Self { text throws(ArgumentFault) in
      do {
        return try TimeZoneTable(identifier: text)
      } catch {
        throw ArgumentFault("expected an IANA name, such as America/New_York or UTC")
      }
    }
  }
}

extension ArgumentType where Value == ColumnMapping {
  static var columnMapping: Self {
    Self { text throws(ArgumentFault) in
      do throws(ColumnMapping.Fault) {
        return try ColumnMapping(parsing: text)
      } catch {
        throw ArgumentFault("expected \(error.expected), found '\(error.entry)'")
      }
    }
  }
}
