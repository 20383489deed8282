import Market

@testable import Exchange

/// What a random run trades, and by which rules.
extension RandomMoneyRun {
  struct Kind {
    var kind: ContractKind
    var currency: Currency
    var settlement = ContractSettlement.linear
  }

  static func rules(_ random: inout SeededGenerator) throws -> AccountRules {
    let usd = try Currency("USD")
    var rules = AccountRules(
      [.margin(in: usd), .margin(in: usd), .margin(in: usd), .cash, .unlimited][random.below(5)])
    rules.liquidationPrice = random.below(2) == 0 ? .bankruptcy : .nextAvailable
    if rules.liquidationPrice == .nextAvailable, random.below(2) == 0 {
      rules.liquidationSize = .smallest
    }
    rules.liquidationFee = Rate(units: random.within(0...20_000_000_000))
    rules.interestInterval = 3600 * nanosecondsPerSecond
    for currency in ["USD", "EUR", "S1"] {
      rules.interest[try Currency(currency)] = Rate(units: random.within(0...3_000_000_000))
    }
    return rules
  }

  /// The way from euros to dollars first, where there is one; then anything.
  static func kinds(_ random: inout SeededGenerator) throws -> [Kind] {
    let (usd, eur) = (try Currency("USD"), try Currency("EUR"))
    var kinds: [Kind] = []
    for place in 0...random.below(4) {
      let currency = [usd, usd, eur][random.below(3)]
      switch place == 0 ? random.below(3) : 3 + random.below(6) {
      case 0: kinds.append(Kind(kind: .forex(base: eur), currency: usd))
      case 1: kinds.append(Kind(kind: .spot(base: eur), currency: usd))
      case 3, 4:
        kinds.append(
          Kind(kind: .equity(share: try Currency("S\(place)")), currency: currency))
      case 5:
        let hours = random.within(2...40) * 3600 * nanosecondsPerSecond
        let expiry = Timestamp(unchecked: Scenario.start + hours + 7)
        kinds.append(Kind(kind: .future(expiry: expiry), currency: currency))
      case 6:
        kinds.append(Kind(kind: .perpetual, currency: currency, settlement: .inverse))
      case 8:
        // The same coins, on another listing.
        kinds.append(Kind(kind: .spot(base: eur), currency: usd))
      default: kinds.append(Kind(kind: .perpetual, currency: currency))
      }
    }
    return kinds
  }

  static func fee(
    _ random: inout SeededGenerator, _ currency: Currency
  ) throws -> ReferenceFee {
    func rate() -> Rate { Rate(units: random.within(0...1_000_000_000)) }
    func amount() -> Money { Money(units: Int128(random.within(0...3_000_000)), currency) }
    switch random.below(5) {
    case 0:
      return .rates(maker: Rate(units: random.within(-300_000_000...300_000_000)), taker: rate())
    case 1: return .perUnit(amount())
    case 2: return .perTrade(amount())
    case 3: return .atLeast(amount(), rate())
    default:
      let from = Money(units: Int128(random.within(1...500)) * Money.unitsPerOne, currency)
      return .tiers(rate(), from: from, rate())
    }
  }

  static func listing(
    _ random: inout SeededGenerator, _ symbol: String, _ kind: Kind, _ fee: ReferenceFee
  ) throws -> Listing {
    let isDelivered = kind.kind.asset != nil
    let records = FillingRecord.allCases[random.below(3)]
    let stream = MarkRule.stream(try Precision(4))
    // A future has to be settled at a mark, so that it waits for no stream.
    let mark: MarkRule =
      kind.kind.expiry != nil
      ? records == .quote ? .mid : .last
      : records == .quote
        ? [.mid, .closingSide, stream][random.below(3)]
        : records == .bar ? .last : [.last, .last, stream][random.below(3)]
    var margin = MarginRules(
      leverage: random.within(1...20),
      mode: isDelivered || random.below(2) == 0 ? .cross : .isolated)
    if random.below(4) > 0 {
      let share = random.within(1...margin.initial.units)
      margin.tiers = [
        MarginTier(from: .zero(kind.currency), maintenance: Rate(units: share)),
        MarginTier(
          from: Money(units: Int128(random.within(1...400)) * Money.unitsPerOne, kind.currency),
          initial: margin.initial, maintenance: Rate(units: (share + margin.initial.units) / 2)),
      ]
    }
    // An inverse contract stands for money, so that a value near those of the others needs many.
    let isInverse = kind.settlement == .inverse
    return try contract(
      symbol, kind.kind, currency: kind.currency.code, digits: 2, quantityDigits: random.below(2),
      settlement: kind.settlement, records: records, fees: fee.model, mark: mark, margin: margin,
      positions: isDelivered || isInverse || random.below(2) == 0 ? .netting : .hedging)
  }
}
