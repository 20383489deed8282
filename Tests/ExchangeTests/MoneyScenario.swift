import Market
import Sessions

@testable import Exchange

/// Listings that fill on trades and are marked at the last one, an account, and a clock in whole
/// seconds: scenarios of money, to be read with a pocket calculator.
struct MoneyScenario: ~Copyable {
  var exchange: SimulatedExchange
  private var entriesRead = 0

  init(_ listings: [Listing], _ rules: AccountRules = AccountRules(), _ deposits: Money...) throws {
    exchange = SimulatedExchange(listings, account: rules)
    for deposit in deposits { try exchange.deposit(deposit, at: Scenario.second(0)) }
    entriesRead = exchange.ledger.entries.count
  }

  static func id(_ index: Int) -> ListingID { ListingID(index: index) }

  mutating func trade(_ second: Int64, _ at: Int64, of index: Int = 0) throws {
    try exchange.apply(
      Trade(time: Scenario.second(second), price: price(at), quantity: quantity(1)),
      to: Self.id(index))
  }

  /// A bar of so many seconds that begins at a second.
  mutating func bar(
    _ second: Int64, _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64,
    length: Int64 = 60, of index: Int = 0
  ) throws {
    let tsOpen = Scenario.second(second)
    try exchange.apply(
      Bar(
        tsOpen: tsOpen, tsClose: Scenario.second(second + length), open: price(open),
        high: price(high), low: price(low), close: price(close), volume: .zero, tickCount: 1,
        tradingDay: tsOpen.utcDate), to: Self.id(index))
  }

  /// Sends an order in the events phase of a second.
  mutating func send(
    _ second: Int64, _ side: OrderSide, _ amount: Int64, of index: Int = 0,
    _ type: OrderType = .market, reduceOnly: Bool = false
  ) throws {
    _ = try exchange.submit(
      OrderRequest(
        side, quantity(amount), of: Self.id(index), type, reduceOnly: reduceOnly),
      at: Moment(Scenario.second(second), .events))
  }

  /// An order, and the trade of the tape that fills it.
  mutating func fill(
    _ second: Int64, _ side: OrderSide, _ amount: Int64, at price: Int64, of index: Int = 0,
    reduceOnly: Bool = false
  ) throws {
    try send(second, side, amount, of: index, reduceOnly: reduceOnly)
    try trade(second, price, of: index)
  }

  mutating func fund(_ second: Int64, _ rate: String, of index: Int = 0) throws {
    let time = Scenario.second(second)
    try exchange.apply(
      FundingRate(time: time, rawTime: time, rate: try Rate(parsing: rate)), to: Self.id(index))
  }

  /// The ledger's entries since the last question: `fee -0.5 USD`.
  mutating func entries() -> [String] {
    defer { entriesRead = exchange.ledger.entries.count }
    return exchange.ledger.entries[entriesRead...].map { "\($0.cause) \(short($0.walletChange))" }
  }

  /// Why orders were refused since the last question.
  mutating func refusals() -> [String] {
    exchange.takeReports().compactMap { report in
      guard case .rejected(let rejection) = report.event else { return nil }
      let listing = exchange.orders[report.order.number].request.listing
      return rejection.text(for: exchange.books[listing.index].listing.instrument)
    }
  }
}

/// An amount without the zeros at its end.
func short(_ amount: Money) -> String {
  var text = amount.decimalText
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return "\(text) \(amount.currency)"
}

func money(_ text: String, _ currency: String) throws -> Money {
  try Money(parsing: text, try Currency(currency))
}

/// A listing that fills on trades, with whole prices and quantities unless told, in dollars.
func contract(
  _ symbol: String = "S", _ kind: ContractKind = .perpetual, currency: String = "USD",
  digits: Int = 0, quantityDigits: Int = 0, settlement: ContractSettlement = .linear,
  records: FillingRecord = .trade, fees: any FeeModel = FeeRates(), mark: MarkRule = .last,
  margin: MarginRules = MarginRules(), positions: PositionMode = .netting
) throws -> Listing {
  var contract = ContractSpecification(currency: try Currency(currency))
  contract.kind = kind
  contract.settlement = settlement
  return try Listing(
    Instrument(
      symbol: symbol, pricePrecision: try Precision(digits),
      quantityPrecision: try Precision(quantityDigits)),
    calendar: try .named("24x7"), contract: contract, matching: MatchingRules(records), fees: fees,
    mark: mark, margin: margin, positions: positions)
}

/// One tier for everything.
func maintenance(_ rate: String, _ currency: String = "USD") throws -> [MarginTier] {
  [MarginTier(from: .zero(try Currency(currency)), maintenance: try Rate(parsing: rate))]
}

func marginAccount(_ currency: String = "USD") throws -> AccountRules {
  AccountRules(.margin(in: try Currency(currency)))
}
