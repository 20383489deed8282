import Exchange
import Market
import MultiTimeframe
import RunFiles

/// What run files say in words of the market.
extension FileValue {
  func timeframe() throws(RunFileError) -> Timeframe {
    try value("a timeframe such as 30s, 5m, 4H, 1D, 1W or 1M") { Timeframe($0) }
  }

  /// A date, or a moment, of UTC.
  func time() throws(RunFileError) -> Timestamp {
    try value("a date such as 2024-03-10, or ISO 8601 such as 2024-03-10T09:30:00Z") {
      try? ArgumentType<Timestamp>.time.parse($0)
    }
  }

  /// Nanoseconds: a whole number and its unit, or 0.
  /// - Parameter limit: whole days.
  func duration(_ limit: Int64 = .max) throws(RunFileError) -> Int64 {
    let units: [String: Int64] = [
      "ns": 1, "us": 1_000, "ms": nanosecondsPerMillisecond, "s": nanosecondsPerSecond,
      "m": 60 * nanosecondsPerSecond, "H": 3600 * nanosecondsPerSecond, "D": nanosecondsPerDay,
      // As timeframes are taken, too.
      "h": 3600 * nanosecondsPerSecond, "d": nanosecondsPerDay,
    ]
    let most = limit == .max ? "" : ", at most \(limit / nanosecondsPerDay)D"
    return try value("a time such as 50ms, 1s, 5m, 1H or 1D\(most)") { text in
      if text == "0" { return 0 }
      let digits = text.prefix { "0123456789".contains($0) }
      guard let count = Int64(digits), let unit = units[String(text.dropFirst(digits.count))] else {
        return nil
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: unit)
      return overflow || product > limit ? nil : product
    }
  }

  func currency() throws(RunFileError) -> Currency {
    try value("a currency's code such as USD or USDT") { try? Currency($0) }
  }

  /// An amount above zero, or from zero on.
  func money(_ currency: Currency, allowsZero: Bool = false) throws(RunFileError) -> Money {
    let least = allowsZero ? "from 0 on" : "above 0"
    return try value("an amount of \(currency) \(least), with at most 8 decimals") { text in
      guard let money = try? Money(parsing: text, currency),
        allowsZero ? money.units >= 0 : money.units > 0
      else { return nil }
      return money
    }
  }

  /// An exact share: `0.0004` is four basis points.
  func rate(from least: String = "0") throws(RunFileError) -> Rate {
    try value("a share from \(least) to 1, such as 0.0004 for four basis points") { text in
      guard let rate = try? Rate(parsing: text), let bound = try? Rate(parsing: least),
        rate >= bound, rate <= .one
      else { return nil }
      return rate
    }
  }

  /// Tiers of a value in `currency`, the first from zero on, each with the keys `keys`, `from` among them.
  func tiers(
    _ keys: [String], _ currency: Currency
  ) throws(RunFileError) -> [(from: Money, tier: FileSection)] {
    let expected = "tiers, each with \(keys.joined(separator: ", "))"
    guard case .list(let items) = node.content, !items.isEmpty else {
      throw refused("a list of \(expected)")
    }
    var tiers: [(from: Money, tier: FileSection)] = []
    for value in try list(of: expected) {
      let tier = try value.section(keys)
      let begin = try tier.required("from", "the value at which the tier begins")
      let from = try begin.money(currency, allowsZero: true)
      if let last = tiers.last {
        guard last.from < from else {
          throw begin.refused("more than \(last.from), where the tier before it begins")
        }
      } else if from.units != 0 {
        throw begin.refused("0, where the first tier begins")
      }
      tiers.append((from, tier))
    }
    return tiers
  }

  /// A quantity above zero, of no more decimals than the instrument's.
  func quantity(of instrument: Instrument) throws(RunFileError) -> Quantity {
    let precision = instrument.quantityPrecision
    return try value("a quantity above 0 with at most \(precision.digits) decimals") { text in
      guard case .success(let raw) = precision.parse(text), raw > 0 else { return nil }
      return try? Quantity(raw: raw)
    }
  }

  /// A quantity above zero of whatever instrument, at the precision in which it is written.
  func quantity() throws(RunFileError) -> (quantity: Quantity, precision: Precision) {
    try value("a quantity above 0 with at most 9 decimals") { text in
      guard let (raw, precision) = FileValue.decimal(text), let quantity = try? Quantity(raw: raw)
      else { return nil }
      return (quantity, precision)
    }
  }

  /// A step of prices, of no more decimals than the instrument's.
  func priceIncrement(of instrument: Instrument) throws(RunFileError) -> Int64 {
    let precision = instrument.pricePrecision
    return try value("a step above 0 with at most \(precision.digits) decimals") { text in
      guard case .success(let raw) = precision.parse(text), raw > 0 else { return nil }
      return raw
    }
  }

  func multiplier() throws(RunFileError) -> ContractMultiplier {
    try value("a number above 0 with at most 9 decimals") { text in
      FileValue.decimal(text).map { ContractMultiplier(raw: $0.raw, precision: $0.precision) }
    }
  }

  /// A number above zero with as many decimals as it is written with.
  private static func decimal(_ text: String) -> (raw: Int64, precision: Precision)? {
    let digits = text.split(separator: ".", omittingEmptySubsequences: false)
    guard digits.count <= 2,
      let precision = try? Precision(digits.count == 2 ? digits[1].count : 0),
      case .success(let raw) = precision.parse(text), raw > 0
    else { return nil }
    return (raw, precision)
  }
}

/// Some sections that are read as one: a key counts where it stands first.
struct FileSections {
  let sections: [FileSection]

  subscript(key: String) -> FileValue? {
    for section in sections { if let value = section[key] { return value } }
    return nil
  }
}
