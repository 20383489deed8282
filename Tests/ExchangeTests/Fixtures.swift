import Market
import Sessions

@testable import Exchange

let minute = 60 * nanosecondsPerSecond

func time(_ text: String) throws -> Timestamp { try Timestamp(parsing: text) }

/// An instrument with `digits` decimals of price, whole quantities, and dollars.
func listing(
  _ rules: MatchingRules, digits: Int = 0, quantityDigits: Int = 0, calendar: String = "24x7",
  fees: any FeeModel = FeeRates(), contract adjust: (inout ContractSpecification) -> Void = { _ in }
) throws -> Listing {
  var contract = ContractSpecification(currency: try Currency("USD"))
  adjust(&contract)
  return try Listing(
    Instrument(
      symbol: "S", pricePrecision: try Precision(digits),
      quantityPrecision: try Precision(quantityDigits), calendarName: calendar),
    calendar: try .named(calendar), contract: contract, matching: rules, fees: fees)
}

func price(_ raw: Int64) -> Price { Price(unchecked: raw) }
func quantity(_ raw: Int64) -> Quantity { Quantity(unchecked: raw) }
func usd(_ text: String) throws -> Money { try Money(parsing: text, try Currency("USD")) }

/// The body of a test that expects a trap: what it throws is no trap, so that the process ends well.
func trapping(_ body: () throws -> Void) {
  do { try body() } catch { print("no trap, but \(error)") }
}

/// One listing, and a clock in whole seconds after `start`: what a scenario needs to be read at
/// a glance.
struct Scenario: ~Copyable {
  static let start: Int64 = 1_700_006_400 * nanosecondsPerSecond  // 2023-11-15T00:00Z
  var exchange: SimulatedExchange
  let listing = ListingID(index: 0)

  init(_ listing: Listing, latency: Latency = .none) {
    exchange = SimulatedExchange([listing], latency: latency)
  }

  static func second(_ second: Int64) -> Timestamp {
    Timestamp(unchecked: start + second * nanosecondsPerSecond)
  }

  /// Sends an order in the events phase of a second.
  @discardableResult
  mutating func send(
    _ second: Int64, _ side: OrderSide, _ amount: Int64, _ type: OrderType = .market,
    _ timeInForce: TimeInForce = .goodTillCancelled, reduceOnly: Bool = false
  ) throws -> OrderID {
    try exchange.submit(
      OrderRequest(
        side, quantity(amount), of: listing, type, timeInForce, reduceOnly: reduceOnly),
      at: Moment(Scenario.second(second), .events))
  }

  @discardableResult
  mutating func sendLinked(
    _ second: Int64, _ link: OrderLink, _ orders: [(OrderSide, Int64, OrderType)]
  ) throws -> [OrderID] {
    try exchange.submit(
      orders.map { OrderRequest($0.0, quantity($0.1), of: listing, $0.2) }, linked: link,
      at: Moment(Scenario.second(second), .events))
  }

  mutating func quote(
    _ second: Int64, _ bid: Int64, _ ask: Int64, sizes: (Int64, Int64) = (0, 0)
  ) throws {
    try exchange.apply(
      Quote(
        time: Scenario.second(second), bid: price(bid), ask: price(ask),
        bidSize: quantity(sizes.0), askSize: quantity(sizes.1)), to: listing)
  }

  mutating func trade(
    _ second: Int64, _ at: Int64, _ amount: Int64 = 1, by aggressor: Aggressor = .unknown
  ) throws {
    try exchange.apply(
      Trade(
        time: Scenario.second(second), price: price(at), quantity: quantity(amount),
        aggressor: aggressor), to: listing)
  }

  /// A bar of the minute that begins at a second.
  mutating func bar(
    _ second: Int64, _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64,
    volume: Int64 = 1, length: Int64 = 60
  ) throws {
    let tsOpen = Scenario.second(second)
    try exchange.apply(
      Bar(
        tsOpen: tsOpen, tsClose: Scenario.second(second + length), open: price(open),
        high: price(high), low: price(low), close: price(close), volume: quantity(volume),
        tickCount: 1, tradingDay: tsOpen.utcDate), to: listing)
  }

  /// What has happened since the last question, one short text an event:
  /// `0 taker 100×5` is a fill of order 0.
  mutating func news() -> [String] {
    exchange.takeReports().compactMap { report in
      let number = report.order.number
      switch report.event {
      case .submitted, .accepted, .held: return nil
      case .released(let quantity): return "\(number) released \(quantity.raw)"
      case .resized(let quantity): return "\(number) resized to \(quantity.raw)"
      case .amended: return "\(number) amended"
      case .amendRefused(let refusal): return "\(number) not amended: \(refusal)"
      case .rejected(let rejection):
        return "\(number) rejected: \(rejection.text(for: exchange.books[0].listing.instrument))"
      case .triggered(let price): return "\(number) triggered \(price.raw)"
      case .filled(let fill):
        let mark = fill.isPathDependent ? "?" : ""
        return "\(number) \(fill.liquidity) \(fill.price.raw)×\(fill.quantity.raw)\(mark)"
      case .cancelled(.otherFilled(let other)):
        return "\(number) cancelled, \(other.number) filled"
      case .cancelled(.entryEnded(let entry)):
        return "\(number) cancelled, \(entry.number) ended"
      case .cancelled(let reason): return "\(number) cancelled \(reason)"
      case .expired: return "\(number) expired"
      case .cancelRefused(let status): return "\(number) cancel refused: \(status)"
      }
    }
  }
}
