public import Market
public import Sessions

extension Instrument {
  /// An instrument from its definition in JSON.
  ///
  /// The keys are `symbol`, `pricePrecision` and `quantityPrecision` (decimals, 0 to 9), and, if
  /// wanted, `calendar` (a name; `24x7` unless given) and `allowsNonPositivePrices` (`false` unless
  /// given).
  ///
  /// - Throws: `CalendarError`, which names the key, what was found and what was expected.
  public init(json bytes: [UInt8]) throws(CalendarError) {
    let keys = [
      "symbol", "pricePrecision", "quantityPrecision", "calendar", "allowsNonPositivePrices",
    ]
    let definition = try DefinitionNode(json: bytes).object(keys: keys)
    let symbol = try definition.required("symbol", expected: "the instrument's name")
    self.init(
      symbol: try symbol.text(expected: "the instrument's name"),
      pricePrecision: try Instrument.precision("pricePrecision", definition),
      quantityPrecision: try Instrument.precision("quantityPrecision", definition),
      calendarName: try definition["calendar"]?.text(expected: "a calendar's name") ?? "24x7",
      allowsNonPositivePrices: try definition["allowsNonPositivePrices"]?.boolean() ?? false)
  }

  private static func precision(
    _ key: String, _ definition: DefinitionObject
  ) throws(CalendarError) -> Precision {
    let expected = "a number of decimals, 0 to 9"
    let node = try definition.required(key, expected: expected)
    let digits = try node.integer(upTo: 9, expected: expected)
    guard let precision = try? Precision(Int(digits)) else {
      preconditionFailure("0 to 9 digits are a precision")
    }
    return precision
  }
}
