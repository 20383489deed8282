public import Market

/// What kind of market a sample tape imitates: the precision of its numbers and how they move.
public struct SampleStyle: Hashable, Sendable {
  public var pricePrecision: Precision
  public var quantityPrecision: Precision
  /// The first price, in units of the last digit; at least 1,000.
  public var startPrice: Int64
  /// How far a price moves in a calm day: parts per million of itself, up to a million. Waves of
  /// agitation about double it.
  public var dailyVolatility: Int64
  /// The usual distance of ask and bid, in units of the last digit; at least 1.
  public var typicalSpread: Int64
  /// The smallest usual size, in units of the last digit; sizes are multiples of it.
  public var lotSize: Int64
  /// How many of 1,024 records carry the time of the record in front of them.
  public var tiesPer1024: Int
  /// How busy each hour of UTC is, 1 to 255; nil for busy at the open and the close.
  public var hourlyActivity: [UInt8]?

  /// Currencies: five decimals, sizes in millions; busiest while London and New York are open.
  public static let forex = SampleStyle(
    pricePrecision: .digits(5), quantityPrecision: .digits(2), startPrice: 110_000,
    dailyVolatility: 2500, typicalSpread: 3, lotSize: 25, tiesPer1024: 8,
    hourlyActivity: [
      30, 35, 32, 28, 30, 45, 80, 120, 140, 125, 110, 100,
      130, 170, 180, 160, 120, 80, 60, 50, 35, 20, 16, 24,
    ])

  /// A currency pair against the yen: three decimals.
  public static let forexYen = {
    var style = forex
    style.pricePrecision = .digits(3)
    return style
  }()

  /// Coins: large prices of two decimals, small quantities, half of the trades at one time with
  /// another, as one order meets many.
  public static let crypto = SampleStyle(
    pricePrecision: .digits(2), quantityPrecision: .digits(3), startPrice: 4_000_000,
    dailyVolatility: 15_000, typicalSpread: 10, lotSize: 1, tiesPer1024: 450,
    hourlyActivity: [
      110, 95, 85, 80, 80, 80, 85, 100, 110, 105, 100, 105,
      120, 150, 170, 165, 150, 130, 115, 105, 100, 100, 105, 110,
    ])

  /// Shares: cents, whole lots, busiest at the open and the close.
  public static let equity = SampleStyle(
    pricePrecision: .digits(2), quantityPrecision: .zero, startPrice: 15_000,
    dailyVolatility: 7000, typicalSpread: 2, lotSize: 100, tiesPer1024: 200,
    hourlyActivity: nil)

  /// The style that fits a symbol of this calendar.
  public static func suited(to symbol: String, calendar name: String) -> SampleStyle {
    switch name {
    case "24x7", "utc": crypto
    case "fx-ny": symbol.hasSuffix("JPY") ? forexYen : forex
    default: equity
    }
  }
}

extension SampleStyle {
  /// - Throws: `SampleTapeError.styleOutOfRange`.
  func validate() throws(SampleTapeError) {
    func check(
      _ field: String, _ value: Int64, _ range: ClosedRange<Int64>
    ) throws(SampleTapeError) {
      guard range.contains(value) else {
        throw .styleOutOfRange(field: field, found: value, expected: range)
      }
    }
    // A price may rise to sixteen times its start.
    try check("startPrice", startPrice, 1000...(Price.limit / 32))
    try check("dailyVolatility", dailyVolatility, 0...1_000_000)
    // A price may fall to a sixteenth of its start, a spread grow tenfold.
    try check("typicalSpread", typicalSpread, 1...(startPrice / 256))
    try check("lotSize", lotSize, 1...(Quantity.limit >> 14))
    try check("tiesPer1024", Int64(tiesPer1024), 0...1024)
    if let hourlyActivity {
      try check("hours of activity", Int64(hourlyActivity.count), 24...24)
      try check("activity in an hour", Int64(hourlyActivity.min() ?? 0), 1...255)
    }
  }
}

extension Precision {
  /// A precision known to be in range.
  fileprivate static func digits(_ count: Int) -> Precision {
    guard let precision = try? Precision(count) else {
      preconditionFailure("\(count) digits: expected 0 to 9")
    }
    return precision
  }
}
