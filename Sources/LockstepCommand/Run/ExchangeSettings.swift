import Backtest
import Exchange
import Market
import RunFiles

/// The section `exchange`: the account, and what holds for all symbols or, under `symbols`, for one.
struct ExchangeSettings {
  private let section: FileSection?
  private let own: FileSection?

  static let accountKeys = [
    "deposit", "currency", "account", "latency", "liquidation_price", "liquidation_size",
    "liquidation_fee", "interest", "interest_interval", "symbols",
  ]

  init(_ value: FileValue?) throws(RunFileError) {
    section = try value?.section(ExchangeSettings.accountKeys + ListingSettings.keys)
    own = try section?["symbols"]?.section()
    for (_, value) in own?.all ?? [] { _ = try value.section(ListingSettings.keys) }
  }

  /// - Throws: `RunFileError` for settings of a symbol that the run does not have.
  func checkSymbols(_ names: [String]) throws(RunFileError) {
    _ = try section?["symbols"]?.section(names)
  }

  /// What holds for one symbol.
  func listing(of symbol: String) throws(RunFileError) -> ListingSettings {
    let mine = try own?[symbol]?.section(ListingSettings.keys)
    return ListingSettings(FileSections(sections: [mine, section].compactMap { $0 }))
  }

  /// In which equity is counted: that of the first symbol's contract unless given.
  func currency(_ tapes: [SymbolTape]) throws(RunFileError) -> Currency {
    if let currency = try section?["currency"]?.currency() { return currency }
    return try tapes[0].currency(try listing(of: tapes[0].name))
  }

  /// Where the file says in which.
  var currencyValue: FileValue? { section?["currency"] }

  func deposit(in currency: Currency) throws(RunFileError) -> Money {
    if let deposit = try section?["deposit"]?.money(currency) { return deposit }
    return Money(units: 10_000 * Money.unitsPerOne, currency)
  }

  // MARK: The account

  private enum AccountKind: String, CaseIterable { case unlimited, cash, margin }
  private enum LiquidationWord: String, CaseIterable {
    case bankruptcy
    case nextAvailable = "next_available"
  }

  private enum LiquidationSizeWord: String, CaseIterable { case whole, smallest }

  /// - Parameter known: the currencies and shares of the run, of which something can be borrowed.
  func account(
    in currency: Currency, _ known: [Currency]
  ) throws(RunFileError) -> AccountRules {
    var rules: AccountRules
    switch try section?["account"]?.choice(AccountKind.self) ?? .margin {
    case .unlimited: rules = AccountRules(.unlimited)
    case .cash: rules = AccountRules(.cash)
    case .margin: rules = AccountRules(.margin(in: currency))
    }
    if let word = try section?["liquidation_price"]?.choice(LiquidationWord.self) {
      rules.liquidationPrice = word == .bankruptcy ? .bankruptcy : .nextAvailable
    }
    if let size = section?["liquidation_size"],
      try size.choice(LiquidationSizeWord.self) == .smallest
    {
      guard rules.liquidationPrice == .nextAvailable else {
        throw size.conflict("'smallest' takes 'liquidation_price: next_available'")
      }
      rules.liquidationSize = .smallest
    }
    rules.liquidationFee = try section?["liquidation_fee"]?.rate() ?? .zero
    let interest = try section?["interest"]?.section(known.map(\.code))
    for currency in known {
      rules.interest[currency] = try interest?[currency.code]?.rate()
    }
    if let interval = section?["interest_interval"] {
      let length = try interval.duration(366 * nanosecondsPerDay)
      guard length >= nanosecondsPerSecond else { throw interval.refused("a time from 1s on") }
      rules.interestInterval = length
    }
    return rules
  }

  func latency() throws(RunFileError) -> Latency {
    guard let value = section?["latency"] else { return .none }
    let section = try value.section([
      "orders", "orders_spread", "reports", "reports_spread", "seed",
    ])
    return Latency(
      orders: try ExchangeSettings.line(section["orders"], section["orders_spread"]),
      reports: try ExchangeSettings.line(section["reports"], section["reports_spread"]),
      seed: UInt64(try section["seed"]?.integer(in: 0 ... .max) ?? 1))
  }

  private static func line(
    _ base: FileValue?, _ spread: FileValue?
  ) throws(RunFileError) -> LatencyModel {
    let base = try base?.duration(nanosecondsPerDay) ?? 0
    let spread = try spread?.duration(nanosecondsPerDay) ?? 0
    if spread > 0 { return .jittered(base: base, spread: spread) }
    return base > 0 ? .fixed(base) : .none
  }
}
