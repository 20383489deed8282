public import Market

/// The rates of who traded at least `from`.
public struct FeeTier: Hashable, Sendable {
  public var from: Money
  public var rates: FeeRates

  public init(from: Money, _ rates: FeeRates) {
    self.from = from
    self.rates = rates
  }
}

/// Rates that follow from the volume of the last days.
public struct TieredFees: Hashable, FeeModel {
  /// From the lowest.
  public let tiers: [FeeTier]
  public let volumeDays: Int

  /// - Parameter days: over how many whole UTC days before the fill's own the volume is added up.
  /// - Precondition: the tiers begin at zero and ascend; `days` is 1 to 366.
  public init(_ tiers: [FeeTier], days: Int = 30) {
    precondition(tiers.first?.from.units == 0, "the first tier begins at zero")
    precondition(
      zip(tiers, tiers.dropFirst()).allSatisfy { $0.from < $1.from }, "tiers that ascend")
    precondition((1...366).contains(days), "a volume of \(days) days: expected 1 to 366")
    self.tiers = tiers
    volumeDays = days
  }

  /// - Precondition: the tiers are in the listing's currency.
  public func fee(of fill: ChargedFill) throws(ExchangeError) -> Money {
    let tier = tiers.last { $0.from <= fill.volume } ?? tiers[0]
    return try tier.rates.fee(of: fill)
  }
}

/// What was traded of one currency, by UTC day.
struct TradedVolume: Sendable {
  private var days: [(day: Int64, value: Money)] = []

  private static func day(of time: Timestamp) -> Int64 {
    time.nanoseconds.flooredDivision(by: nanosecondsPerDay)
  }

  /// What the `count` days before that of `time` came to, in `currency`.
  /// - Complexity: O(days kept), which are some 370.
  func volume(of count: Int, before time: Timestamp, in currency: Currency) -> Money {
    let today = Self.day(of: time)
    return days.filter { (today - Int64(count)..<today).contains($0.day) }
      .reduce(.zero(currency)) { $0 + $1.value }
  }

  /// Adds a fill's value.
  /// - Returns: Whether it fitted.
  mutating func add(_ value: Money, at time: Timestamp) -> Bool {
    let day = Self.day(of: time)
    guard let place = days.lastIndex(where: { $0.day == day }) else {
      days.append((day, value))
      if let first = days.first, first.day < day - 367 { days.removeFirst() }
      return true
    }
    guard let sum = days[place].value.adding(value) else { return false }
    days[place].value = sum
    return true
  }
}

extension TradedVolume {
  func encode(into writer: inout StateWriter) {
    writer.write(days) {
      $0.write($1.day)
      $0.write($1.value)
    }
  }

  init(in currency: Currency, from reader: inout StateReader) throws(MarketError) {
    days = try reader.readArray { reader throws(MarketError) in
      (try reader.read(in: -100_000...200_000), try reader.readMoney(in: currency))
    }
  }
}
