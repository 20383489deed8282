import Exchange
import Market
import RunFiles

/// How one symbol is traded: its contract, fees, matching and margin.
struct ListingSettings {
  private let settings: FileSections

  static let keys = [
    "contract", "fees", "slippage", "queue", "bar_path", "fills_by", "fills_on_touch",
    "limits_to_traded_volume", "refuses_when_closed", "mark", "leverage", "margin_mode",
    "maintenance", "funding",
  ]

  init(_ settings: FileSections) { self.settings = settings }

  // MARK: The contract

  enum KindWord: String, CaseIterable { case perpetual, future, forex, spot, equity }
  private enum SettlementWord: String, CaseIterable { case linear, inverse }

  static let contractKeys = [
    "kind", "currency", "base", "expiry", "settlement", "multiplier", "price_increment",
    "quantity_increment", "minimum_quantity", "maximum_quantity", "minimum_notional",
  ]

  private func contractSection() throws(RunFileError) -> FileSection? {
    try settings["contract"]?.section(ListingSettings.contractKeys)
  }

  /// In which the contract is priced, where the file says so.
  func contractCurrency() throws(RunFileError) -> Currency? {
    try contractSection()?["currency"]?.currency()
  }

  /// Where the file says when a future ends.
  func contractExpiry() throws(RunFileError) -> FileValue? { try contractSection()?["expiry"] }

  /// Where the file says what is held.
  func contractBase() throws(RunFileError) -> FileValue? { try contractSection()?["base"] }

  /// - Parameter usual: what the symbol and its calendar suggest.
  func contract(
    of instrument: Instrument, _ usual: UsualContract
  ) throws(RunFileError) -> ContractSpecification {
    let section = try contractSection()
    let currency = try contractCurrency() ?? usual.currency
    var contract = ContractSpecification(currency: currency)
    contract.kind = try kind(section, usual, currency)
    contract.settlement =
      try section?["settlement"]?.choice(SettlementWord.self) == .inverse ? .inverse : .linear
    contract.multiplier = try section?["multiplier"]?.multiplier() ?? .one
    contract.priceIncrement = try section?["price_increment"]?.priceIncrement(of: instrument) ?? 1
    contract.quantityIncrement =
      try section?["quantity_increment"]?.quantity(of: instrument).raw ?? 1
    if let least = try section?["minimum_quantity"]?.quantity(of: instrument) {
      contract.minimumQuantity = least
    }
    if let value = section?["maximum_quantity"] {
      contract.maximumQuantity = try value.quantity(of: instrument)
      guard contract.minimumQuantity <= contract.maximumQuantity else {
        throw value.refused("at least the minimum_quantity beside it")
      }
    }
    contract.minimumNotional = try section?["minimum_notional"]?.money(currency)
    return contract
  }

  private func kind(
    _ section: FileSection?, _ usual: UsualContract, _ currency: Currency
  ) throws(RunFileError) -> ContractKind {
    let value = section?["kind"]
    let word = try value?.choice(KindWord.self) ?? usual.kind
    if let expiry = section?["expiry"], word != .future {
      throw expiry.conflict("a \(word) does not expire: expected 'kind: future' beside it")
    }
    if let base = section?["base"], word == .perpetual || word == .future {
      throw base.conflict(
        "a \(word) holds nothing: expected 'kind' to be forex, spot or equity beside it")
    }
    let base = try section?["base"]?.currency() ?? usual.base
    if let value = section?["base"], base == currency {
      throw value.refused("another currency than \(currency), in which the contract is priced")
    }
    switch word {
    case .perpetual: return .perpetual
    case .forex: return .forex(base: base)
    case .spot: return .spot(base: base)
    case .equity: return .equity(share: base)
    case .future:
      guard let value else { preconditionFailure("no symbol is usually a future") }
      guard let expiry = section?["expiry"] else {
        throw value.conflict("a future needs the key 'expiry': expected its date or moment")
      }
      return .future(expiry: try expiry.time())
    }
  }

  // MARK: Fees

  func fees(in currency: Currency) throws(RunFileError) -> any FeeModel {
    guard let value = settings["fees"] else { return FeeRates() }
    let section = try value.section(ListingSettings.feeKeys)
    let given = section.all.map(\.key)
    let kinds = [
      given.contains("maker") || given.contains("taker"), given.contains("per_unit"),
      given.contains("per_trade"), given.contains("tiers"),
    ]
    guard kinds.count(where: { $0 }) <= 1 else {
      throw value.conflict("expected maker and taker, or tiers, or per_unit, or per_trade")
    }
    if let days = section["days"], section["tiers"] == nil {
      throw days.conflict("it goes with tiers alone")
    }
    let model: any FeeModel
    if let amount = try section["per_unit"]?.money(currency, allowsZero: true) {
      model = PerUnitFee(amount)
    } else if let amount = try section["per_trade"]?.money(currency, allowsZero: true) {
      model = PerTradeFee(amount)
    } else if let tiers = section["tiers"] {
      let days = try section["days"]?.integer(in: 1...366) ?? 30
      model = TieredFees(try ListingSettings.feeTiers(tiers, currency), days: days)
    } else {
      model = FeeRates(
        maker: try section["maker"]?.rate(from: "-1") ?? .zero,
        taker: try section["taker"]?.rate(from: "-1") ?? .zero)
    }
    guard let minimum = try section["minimum"]?.money(currency, allowsZero: true) else {
      return model
    }
    return MinimumFee(minimum, model)
  }

  static let feeKeys = [
    "maker", "taker", "tiers", "days", "per_unit", "per_trade", "minimum",
  ]

  private static func feeTiers(
    _ value: FileValue, _ currency: Currency
  ) throws(RunFileError) -> [FeeTier] {
    try value.tiers(["from", "maker", "taker"], currency).map { from, tier throws(RunFileError) in
      FeeTier(
        from: from,
        FeeRates(
          maker: try tier["maker"]?.rate(from: "-1") ?? .zero,
          taker: try tier["taker"]?.rate(from: "-1") ?? .zero))
    }
  }

  // MARK: Matching

  enum RecordWord: String, CaseIterable { case trade, quote, bar }
  private enum QueueWord: String, CaseIterable {
    case none
    case volumeAhead = "volume_ahead"
  }
  private enum PathWord: String, CaseIterable {
    case openHighLowClose = "open_high_low_close"
    case openLowHighClose = "open_low_high_close"
    case byDirection = "by_direction"
    case worstCase = "worst_case"

    var path: BarPath {
      switch self {
      case .openHighLowClose: .openHighLowClose
      case .openLowHighClose: .openLowHighClose
      case .byDirection: .byDirection
      case .worstCase: .worstCase
      }
    }
  }

  /// Which records fill orders, where the file says so.
  var fillsBy: FileValue? { settings["fills_by"] }

  func matching(_ records: FillingRecord) throws(RunFileError) -> MatchingRules {
    var rules = MatchingRules(records)
    rules.fillsOnTouch = try settings["fills_on_touch"]?.truth() ?? false
    rules.limitsToTradedVolume = try settings["limits_to_traded_volume"]?.truth() ?? false
    rules.refusesWhenClosed = try settings["refuses_when_closed"]?.truth() ?? false
    rules.barPath = try settings["bar_path"]?.choice(PathWord.self).path ?? .byDirection
    rules.queue =
      try settings["queue"]?.choice(QueueWord.self) == .volumeAhead ? .volumeAhead : .none
    rules.slippage = try slippage()
    return rules
  }

  private func slippage() throws(RunFileError) -> SlippageModel {
    guard let value = settings["slippage"] else { return .none }
    let names = ["ticks", "basis_points", "spread", "volume_share"]
    let all = try value.section(names).all
    guard all.count == 1, let (name, value) = all.first else {
      throw value.refused("one of the keys \(names.joined(separator: ", "))")
    }
    switch name {
    case "ticks": return .ticks(Int64(try value.integer(in: 0...1_000_000)))
    case "basis_points":
      return .basisPoints(
        try value.value("a number of basis points from 0 to 10000") { text in
          guard let points = try? Rate(parsing: text), points >= .zero else { return nil }
          let rate = Rate(units: points.units / 10_000)
          return rate <= .one ? rate : nil
        })
    case "spread": return .spread(try value.rate())
    default: return .volumeShare(impact: try value.rate())
    }
  }

  // MARK: Mark, margin, funding

  enum MarkWord: String, CaseIterable {
    case last, mid
    case closingSide = "closing_side"
    case stream
  }

  func mark() throws(RunFileError) -> (word: MarkWord, value: FileValue)? {
    guard let value = settings["mark"] else { return nil }
    return (try value.choice(), value)
  }

  private enum MarginWord: String, CaseIterable { case cross, isolated }

  func margin(in currency: Currency) throws(RunFileError) -> MarginRules {
    let leverage = try settings["leverage"]?.integer(in: 1...1000) ?? 1
    let mode = try settings["margin_mode"]?.choice(MarginWord.self) ?? .cross
    var rules = MarginRules(
      leverage: Int64(leverage), mode: mode == .cross ? .cross : .isolated)
    if let maintenance = settings["maintenance"] {
      rules.tiers = try ListingSettings.marginTiers(maintenance, rules.initial, currency)
    }
    return rules
  }

  /// One share for all, or a list of tiers.
  private static func marginTiers(
    _ value: FileValue, _ initial: Rate, _ currency: Currency
  ) throws(RunFileError) -> [MarginTier] {
    if case .text = value.node.content {
      return [MarginTier(from: .zero(currency), maintenance: try value.rate())]
    }
    return try value.tiers(["from", "initial", "rate"], currency).map {
      from, tier throws(RunFileError) in
      let rate = try tier.required("rate", "the share of the value that must be covered")
      let own = MarginTier(
        from: from, initial: try tier["initial"]?.rate() ?? .zero, maintenance: try rate.rate())
      guard own.maintenance <= max(initial, own.initial) else {
        throw rate.refused(
          "at most what opening takes: the tier's initial, or 1 / leverage where that is more")
      }
      return own
    }
  }

  /// Whether the funding rates of the store are paid.
  func paysFunding() throws(RunFileError) -> Bool { try settings["funding"]?.truth() ?? true }
}
