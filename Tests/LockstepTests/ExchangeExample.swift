import Lockstep
import Synchronization

/// What the example prints.
let exchangeOutput = Mutex<[String]>([])

private func print(_ text: String) { exchangeOutput.withLock { $0.append(text) } }

/// The example of `docs/exchange.md`, line by line; a test compares the two.
func exchangeExample() throws {
  // begin
  let usdt = try Currency("USDT")
  let listing = try Listing(
    Instrument(
      symbol: "BTCUSDT", pricePrecision: try Precision(1), quantityPrecision: try Precision(3)),
    calendar: try .named("24x7"), contract: ContractSpecification(currency: usdt),
    matching: MatchingRules(.trade),
    fees: FeeRates(maker: try Rate(parsing: "0.0002"), taker: try Rate(parsing: "0.0005")))
  var exchange = SimulatedExchange([listing])
  let btcusdt = try exchange.listing("BTCUSDT")
  let noon = try Timestamp(parsing: "2024-03-08T12:00:00Z")
  try exchange.deposit(try Money(parsing: "10000", usdt), at: noon)

  // 0.1 BTC at the market, with a take-profit and a stop-loss.
  _ = try exchange.submit(
    OrderRequest(.buy, try Quantity(raw: 100), of: btcusdt),
    takeProfit: try Price(raw: 680_000), stopLoss: .stop(try Price(raw: 660_000)),
    at: Moment(noon, .events))
  for (second, price) in [670_000, 675_000, 680_100].enumerated() {
    let time = noon.nanoseconds + Int64(second + 1) * nanosecondsPerSecond
    try exchange.apply(
      Trade(
        time: try Timestamp(nanoseconds: time), price: try Price(raw: Int64(price)),
        quantity: try Quantity(raw: 500)),
      to: btcusdt)
  }
  for case .filled(let fill) in exchange.takeReports().map(\.event) {
    print("\(fill.time) \(fill.side) at \(fill.price.raw), fee \(fill.fee)")
  }
  if let equity = try exchange.equity(in: usdt) { print("equity \(equity)") }
  // end
}
