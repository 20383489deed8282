public import Market

/// Which money stands for a position's losses.
public enum MarginMode: Hashable, Sendable {
  /// All that the account has.
  case cross
  /// What was set aside when the position was opened.
  case isolated
}

/// The margin rates of the part of a position's value that lies above `from`, up to the next tier.
public struct MarginTier: Hashable, Sendable {
  public var from: Money
  /// What opening takes at least, whatever the leverage.
  public var initial: Rate
  /// What the position must not fall below.
  public var maintenance: Rate

  public init(from: Money, initial: Rate = .zero, maintenance: Rate) {
    self.from = from
    self.initial = initial
    self.maintenance = maintenance
  }
}

/// How much money a position of a listing needs.
///
/// Margins are sums over tiers: each part of the value takes its own tier's rate, so that no margin
/// jumps when a position grows past a tier.
public struct MarginRules: Hashable, Sendable {
  public var mode: MarginMode
  /// The share of a position's value that opening it takes, where a tier does not ask for more.
  public var initial: Rate
  /// From the lowest; the first begins at zero. Empty for a maintenance of nothing.
  public var tiers: [MarginTier]

  /// `initial` is 1 ÷ `leverage`, rounded up at 10^-12.
  ///
  /// - Precondition: `leverage` is 1 to 1000.
  public init(leverage: Int64 = 1, mode: MarginMode = .cross, tiers: [MarginTier] = []) {
    precondition((1...1000).contains(leverage), "a leverage of \(leverage): expected 1 to 1000")
    self.mode = mode
    self.tiers = tiers
    initial = Rate(units: (Rate.unitsPerOne + leverage - 1) / leverage)
  }

  func fault(in currency: Currency) -> String? {
    if initial < .zero || initial > .one {
      return "an initial margin of \(initial): expected a share from 0 to 1"
    }
    var previous: Money?
    for tier in tiers {
      if tier.from.currency != currency {
        return "a margin tier in \(tier.from.currency): expected \(currency)"
      }
      if previous.map({ tier.from <= $0 }) ?? (tier.from.units != 0) {
        return "a margin tier from \(tier.from): expected tiers from zero upwards"
      }
      if tier.maintenance < .zero || tier.initial < .zero
        || max(tier.initial, tier.maintenance) > .one
        || tier.maintenance > max(initial, tier.initial)
      {
        return "margin rates of \(tier.initial) and \(tier.maintenance): "
          + "expected 0 to 1, and a maintenance of at most what opening takes"
      }
      previous = tier.from
    }
    return nil
  }

  /// What opening a position of this value takes.
  func initialMargin(of value: Notional, in currency: Currency) -> Money {
    if tiers.isEmpty { return value.magnitude.share(initial).money(in: currency) }
    return margin(of: value) { max(initial, $0.initial) }.money(in: currency)
  }

  /// What a position of this value must be covered by.
  func maintenanceMargin(of value: Notional, in currency: Currency) -> Money {
    margin(of: value, \.maintenance).money(in: currency)
  }

  /// Each tier's part of the value times its rate, rounded half to even at 10^-18.
  private func margin(of value: Notional, _ rate: (MarginTier) -> Rate) -> Notional {
    let value = value.magnitude
    var sum = Notional.zero
    for (index, tier) in tiers.enumerated() {
      let from = Notional(tier.from)
      guard value.units > from.units else { break }
      let isLast = index + 1 == tiers.count
      let end = isLast ? value.units : min(value.units, Notional(tiers[index + 1].from).units)
      sum.units += Notional(units: end - from.units).share(rate(tier)).units
    }
    return sum
  }
}
