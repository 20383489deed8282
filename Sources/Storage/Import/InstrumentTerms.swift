import Market
import Sessions

/// The instrument that the records of an import are stored under: as given, as stored, or as the
/// files suggest, in this order.
struct InstrumentTerms {
  let instrument: Instrument
  let priceOrigin: PrecisionOrigin
  let quantityOrigin: PrecisionOrigin
  /// The definition of a calendar that is to be stored with the instrument.
  private let calendarDefinition: String?

  init(
    _ options: ImportOptions, _ files: [PlannedFile], _ store: MarketStore, _ meter: ImportMeter
  ) throws {
    if let given = options.instrument {
      try InstrumentTerms.check(given, options)
      instrument = given
      priceOrigin = .given
      quantityOrigin = .given
      calendarDefinition = nil
      return
    }
    let stored = try store.instrument(symbol: options.symbol)
    let price = options.pricePrecision ?? stored?.pricePrecision
    let quantity = options.quantityPrecision ?? stored?.quantityPrecision
    priceOrigin = options.pricePrecision != nil ? .given : stored != nil ? .stored : .inferred
    quantityOrigin = options.quantityPrecision != nil ? .given : stored != nil ? .stored : .inferred
    var survey = DecimalSurvey()
    if price == nil || quantity == nil {
      let telling = files.filter(\.tellsDecimals)
      if telling.isEmpty, let first = files.first {
        throw ImportError.missingOption(
          name: "instrument", path: first.file.path,
          expected: "its definition, or its trades, quotes or bars before: \(first.kind.rawValue)s "
            + "do not tell the decimals of \(options.symbol)")
      }
      for file in telling { try file.survey(&survey, meter) }
    }
    let calendarName: String
    switch options.calendar {
    case .named(let name):
      calendarName = name
      calendarDefinition = nil
    case .defined(let json):
      calendarName = try TradingCalendar(json: Array(json.utf8)).name
      calendarDefinition = json
    case nil:
      calendarName = stored?.calendarName ?? files.first?.usualCalendarName ?? "24x7"
      calendarDefinition = nil
    }
    instrument = Instrument(
      symbol: options.symbol, pricePrecision: try price ?? Precision(survey.priceDecimals),
      quantityPrecision: try quantity ?? Precision(survey.quantityDecimals),
      calendarName: calendarName,
      allowsNonPositivePrices: stored?.allowsNonPositivePrices ?? false)
  }

  /// A whole definition leaves nothing for other options to say.
  private static func check(_ given: Instrument, _ options: ImportOptions) throws {
    guard given.symbol == options.symbol else {
      throw ImportError.symbolDiffers(given: options.symbol, defined: given.symbol)
    }
    for (name, isGiven) in [
      ("price-precision", options.pricePrecision != nil),
      ("quantity-precision", options.quantityPrecision != nil),
      ("calendar", options.calendar != nil),
    ] where isGiven {
      throw ImportError.unusedOption(
        name: name, place: given.symbol, reason: "the instrument's definition says it")
    }
  }

  /// Stores the instrument, and its calendar if that is new.
  ///
  /// - Returns: the calendar.
  /// - Throws: `StoreError.instrumentDiffers` if records are stored under other terms,
  ///   `.unusableCalendar` if there is no calendar of that name.
  func put(into transaction: StoreTransaction, of store: MarketStore) throws -> TradingCalendar {
    // A calendar that does not exist is said to be that, whatever else is stored.
    let calendar =
      if let calendarDefinition {
        try transaction.putCalendar(definition: calendarDefinition)
      } else {
        try store.calendar(of: instrument)
      }
    try transaction.put(instrument)
    return calendar
  }
}

extension PlannedFile {
  /// Counts the decimals of all its numbers.
  func survey(_ survey: inout DecimalSurvey, _ meter: ImportMeter) throws {
    for (text, tape) in texts {
      try survey.survey(try text.open(), tape, path: file.path) { try meter.tick(file) }
    }
  }
}

extension Instrument {
  /// The same with prices of another precision.
  func with(pricePrecision: Precision) -> Instrument {
    Instrument(
      symbol: symbol, pricePrecision: pricePrecision, quantityPrecision: quantityPrecision,
      calendarName: calendarName, allowsNonPositivePrices: allowsNonPositivePrices)
  }
}
