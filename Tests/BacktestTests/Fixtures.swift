import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions

/// 2024-03-08T00:00:00Z, a Friday.
let midnight: Int64 = 1_709_856_000 * nanosecondsPerSecond

func moment(_ seconds: Double) throws -> Timestamp {
  try Timestamp(nanoseconds: midnight + Int64(seconds * 1e9))
}

/// A perpetual in USDT with two decimals of price and one of quantity, round the clock.
func perpetual(
  _ symbol: String = "BTC", _ fees: FeeRates = FeeRates(), leverage: Int64 = 10,
  matching: MatchingRules = MatchingRules(.trade)
) throws -> Listing {
  try Listing(
    Instrument(
      symbol: symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(1)),
    calendar: .named("24x7"), contract: ContractSpecification(currency: try Currency("USDT")),
    matching: matching, fees: fees, margin: MarginRules(leverage: leverage))
}

func configuration(
  _ listings: [Listing], roles: RoleMap = RoleMap(.minute1), deposit: String = "10000"
) throws -> BacktestConfiguration {
  BacktestConfiguration(
    symbols: listings.map { TradedSymbol($0) }, roles: roles,
    deposits: [try Money(parsing: deposit, try Currency("USDT"))])
}

/// Trades of one unit at seconds after midnight, prices in units of the last digit.
func trades(_ points: [(second: Double, price: Int64)]) throws -> RunTape.Records {
  .trades(
    try points.map { point in
      Trade(
        time: try moment(point.second), price: try Price(raw: point.price),
        quantity: try Quantity(raw: 10))
    })
}

/// A strategy made of closures.
final class Scripted: Strategy {
  typealias Call<Subject> =
    (Subject, borrowing RuntimeSnapshot, borrowing StrategyContext) throws -> Void

  var needs = StrategyNeeds()
  var start: (borrowing StrategyContext) throws -> Void = { _ in }
  var bar: Call<BarClose> = { _, _, _ in }
  var tick: Call<Tick> = { _, _, _ in }
  var fill: Call<Fill> = { _, _, _ in }
  var order: Call<OrderReport> = { _, _, _ in }
  var timer: Call<RunTimerID> = { _, _, _ in }
  var session: Call<SessionBoundary> = { _, _, _ in }

  func onStart(_ context: borrowing StrategyContext) throws { try start(context) }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try bar(close, snapshot, context) }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try self.tick(tick, snapshot, context) }

  func onFill(
    _ fill: Fill, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try self.fill(fill, snapshot, context) }

  func onOrder(
    _ report: OrderReport, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try order(report, snapshot, context) }

  func onTimer(
    _ timer: RunTimerID, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try self.timer(timer, snapshot, context) }

  func onSession(
    _ session: SessionBoundary, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try self.session(session, snapshot, context) }
}
