import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions

/// Holds what a strategy sees in each of its calls against what the records of a tape say by themselves,
/// and trades a little, so that there is something to be told of.
final class CallWatcher: Strategy {
  enum Call: CaseIterable { case bar, tick, fill, order, funding, session, timer, stop }

  /// A price of a symbol, and when it was known.
  private struct Known {
    let time: Timestamp
    let price: Price
    let digits: Int
    let source: MarkSource
    /// Known at the beginning of its moment, as bars are, or with the records of it.
    let isEarly: Bool

    func isKnown(at now: Timestamp, withRecords: Bool) -> Bool {
      time < now || time == now && (isEarly || withRecords)
    }

    func isSeen(as mark: Mark?) -> Bool {
      guard let mark else { return false }
      return (mark.time, mark.price, mark.digits, mark.source) == (time, price, digits, source)
    }
  }

  /// A bar as it follows from the prices of a tape.
  private struct Closed {
    let tsClose: Int64
    let close: Double
  }

  private let isLate: Bool
  /// By symbol.
  private var marks: [[Known]] = []
  /// By symbol and role.
  private var bars: [[[Closed]]] = []
  private var features: [[Feature]] = []
  /// The moment of the latest record of a symbol that was told.
  private var told: [SymbolID: Timestamp] = [:]
  private var lastClose: (time: Timestamp, timeframe: Timeframe, symbol: Int)?
  private(set) var counts: [Call: Int] = [:]
  private(set) var closes = 0
  private(set) var firstCalls: [SymbolID: Timestamp] = [:]
  private(set) var differences: [String] = []

  /// - Parameter names: of the symbols, in the order of the run.
  init(_ tape: RunTape, _ names: [String], isLate: Bool) {
    self.isLate = isLate
    for name in names {
      let streams = tape.streams.filter { $0.symbol == name }
      let prices = streams.flatMap { CallWatcher.prices(of: $0.records) }
      let streamed = prices.filter { $0.source == .stream }
      marks.append(streamed.isEmpty ? prices : streamed)
      let formed = prices.filter { $0.source != .stream }
      bars.append([60, 300, 900].map { CallWatcher.bars(of: formed, seconds: $0) })
    }
  }

  private static func prices(of records: RunTape.Records) -> [Known] {
    switch records {
    case .trades(let trades):
      trades.map {
        Known(time: $0.time, price: $0.price, digits: 2, source: .last, isEarly: false)
      }
    case .quotes(let quotes):
      quotes.map {
        Known(
          time: $0.time, price: Price(unchecked: ($0.bid.raw + $0.ask.raw) * 5), digits: 3,
          source: .mid, isEarly: false)
      }
    case .bars(let bars, _):
      bars.map {
        Known(time: $0.tsClose, price: $0.close, digits: 2, source: .last, isEarly: true)
      }
    case .marks(let marks):
      marks.map {
        Known(time: $0.time, price: $0.price, digits: 3, source: .stream, isEarly: false)
      }
    case .funding: []
    }
  }

  /// The last price of each stretch of so many seconds that has one.
  private static func bars(of prices: [Known], seconds: Int64) -> [Closed] {
    let length = seconds * nanosecondsPerSecond
    var bars: [Closed] = []
    for known in prices {
      // A bar that closes at the end of a stretch belongs to it.
      let time = known.time.nanoseconds - (known.isEarly ? 1 : 0)
      let end = (time / length + 1) * length
      if bars.last?.tsClose == end { bars.removeLast() }
      let scale = known.digits == 2 ? 100.0 : 1_000
      bars.append(Closed(tsClose: end, close: Double(known.price.raw) / scale))
    }
    return bars
  }

  // MARK: What is looked at

  private func look(
    _ call: Call, _ snapshot: borrowing RuntimeSnapshot, withRecords: [Bool]
  ) {
    counts[call, default: 0] += 1
    if call != .stop, firstCalls[snapshot.symbol] == nil {
      firstCalls[snapshot.symbol] = snapshot.tsClose
    }
    let now = snapshot.tsClose
    var unrealized: Int128 = 0
    for symbol in snapshot.symbols {
      let expected = withRecords.map { withRecords in
        marks[symbol.index].last { $0.isKnown(at: now, withRecords: withRecords) }
      }
      let mark = snapshot.mark(of: symbol)
      if !expected.contains(where: { $0?.isSeen(as: mark) ?? (mark == nil) }) {
        note("mark \(mark as Any), not \(expected)", call, snapshot)
      }
      unrealized += snapshot.unrealizedProfit(of: symbol)?.units ?? 0
      lookAtBars(of: symbol, call, snapshot)
    }
    if let equity = snapshot.equity {
      let balance = snapshot.balance(in: equity.currency)
      if equity.units != balance.units + unrealized { note("equity \(equity)", call, snapshot) }
    } else {
      note("no equity", call, snapshot)
    }
    for role in Role.allCases where call != .stop && !snapshot[role].isReady {
      note("\(role) is not ready", call, snapshot)
    }
  }

  /// The bars that have closed last, and the means of two closes, at every call.
  private func lookAtBars(
    of symbol: SymbolID, _ call: Call, _ snapshot: borrowing RuntimeSnapshot
  ) {
    for (place, role) in Role.allCases.enumerated() {
      let bars = bars[symbol.index][place].prefix { $0.tsClose <= snapshot.tsClose.nanoseconds }
      let state = snapshot.state(of: role, of: symbol)
      if let bar = bars.last, state.bar.tsClose.nanoseconds != bar.tsClose {
        note("\(role) closed at \(state.bar.tsClose)", call, snapshot)
      }
      let value = snapshot[features[symbol.index][place]]
      let mean = bars.count < 2 ? nil : bars.suffix(2).reduce(0) { $0 + $1.close } / 2
      if value.isReady != (mean != nil) || abs(value.value - (mean ?? 0)) > 1e-9 {
        note("\(role) \(value), not \(mean as Any)", call, snapshot)
      }
      guard symbol == snapshot.symbol else { continue }
      let latest = snapshot.bars(role, last: 3)
      if latest.map(\.tsClose.nanoseconds) != bars.suffix(3).map(\.tsClose) {
        note("\(role) bars \(latest)", call, snapshot)
      }
      let means = zip(bars.suffix(4), bars.suffix(3).dropFirst(bars.count < 4 ? 1 : 0)).map {
        ($0.close + $1.close) / 2
      }
      let history = snapshot.history(of: features[symbol.index][place], last: 3)
      let values = history.compactMap { $0 }
      if history.count != min(3, bars.count) || values.count != means.count
        || zip(values, means).contains(where: { abs($0 - $1) > 1e-9 })
      {
        note("\(role) was \(history), not \(means)", call, snapshot)
      }
    }
  }

  private func note(_ text: String, _ call: Call, _ snapshot: borrowing RuntimeSnapshot) {
    differences.append("\(call) of \(snapshot.symbolName) at \(snapshot.tsClose): \(text)")
  }

  // MARK: The calls

  var needs: StrategyNeeds {
    StrategyNeeds(
      bars: [.role(.mtf), .role(.ltf), .role(.htf)], ticks: true,
      indicators: [.ltf: ["sma(2)"], .mtf: ["sma(2)"], .htf: ["sma(2)"]])
  }

  func onStart(_ context: borrowing StrategyContext) throws {
    for symbol in context.symbols {
      features.append(try Role.allCases.map { try context.feature("sma(2)", $0, of: symbol) })
    }
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    look(.bar, snapshot, withRecords: [false])
    closes += 1
    if close.bar.tsClose != snapshot.tsClose { note("another bar", .bar, snapshot) }
    if let last = lastClose, last.time == snapshot.tsClose,
      (last.timeframe, close.symbol.index) <= (close.timeframe, last.symbol)
    {
      note("\(close.timeframe) behind \(last.timeframe)", .bar, snapshot)
    }
    lastClose = (snapshot.tsClose, close.timeframe, close.symbol.index)
    guard close.timeframe == .minute1 else { return }
    try trade(snapshot, context)
    if context.random(below: 4) == 0 {
      // At a close of its own, with the records of that moment, and anywhere.
      let wait = [60_000_000_000, 20_000_000_000, 1_234_567_891][context.random(below: 3)]
      try context.setTimer(
        at: try Timestamp(nanoseconds: snapshot.tsClose.nanoseconds + Int64(wait)))
    }
  }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    // A source bar comes at the beginning of its moment.
    if case .bar = tick {
      look(.tick, snapshot, withRecords: [false])
    } else {
      told[snapshot.symbol] = snapshot.tsClose
      look(.tick, snapshot, withRecords: [true])
    }
    if context.random(below: 20) == 0 { try trade(snapshot, context) }
  }

  func onFill(
    _ fill: Fill, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    look(.fill, snapshot, withRecords: [isToldWithRecord(snapshot)])
  }

  func onOrder(
    _ report: OrderReport, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    if case .filled = report.event {
      look(.order, snapshot, withRecords: [isToldWithRecord(snapshot)])
    } else if told[snapshot.symbol] == snapshot.tsClose {
      look(.order, snapshot, withRecords: [true])
    } else {
      // An order ends on its way into the market, or with the record that fills its sibling.
      look(.order, snapshot, withRecords: [false, isToldWithRecord(snapshot)])
    }
  }

  /// A late report comes before the records of its moment, and any other with its record; of which a
  /// source bar is at the beginning.
  private func isToldWithRecord(_ snapshot: borrowing RuntimeSnapshot) -> Bool {
    !isLate && snapshot.symbolName != "BARRED"
  }

  func onFunding(
    _ payment: FundingPayment, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { look(.funding, snapshot, withRecords: [false]) }

  func onSession(
    _ session: SessionBoundary, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { look(.session, snapshot, withRecords: [false]) }

  func onTimer(
    _ timer: RunTimerID, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { look(.timer, snapshot, withRecords: [false]) }

  func onStop(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { look(.stop, snapshot, withRecords: [true]) }

  /// Buys or sells with two exits, of which the fill of one ends the other.
  private func trade(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    guard snapshot.openOrders.count < 8, let mark = snapshot.mark else { return }
    let level = mark.price.raw / (mark.digits == 2 ? 1 : 10)
    let side: OrderSide = snapshot.position > 0 ? .sell : .buy
    try context.submit(
      OrderIntent(
        side, of: snapshot.symbol, .quantity(try Quantity(raw: 20)),
        takeProfit: try Price(raw: level + side.sign * 60),
        stopLoss: .stop(try Price(raw: level - side.sign * 60))))
  }
}
