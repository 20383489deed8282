import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions

/// Holds the roles in each of its calls against bars that are made by themselves: of each stretch of the
/// calendar that has held a record, one, which is there from the end of the stretch on.
final class RoleWatcher: Strategy {
  struct Closed {
    let bounds: BarBounds
    let open: Price
    var high: Price
    var low: Price
    var close: Price
    var count: Int64
  }

  private let roles: RoleMap
  /// By symbol and role.
  let bars: [[[Closed]]]
  /// Of each role how many bars have closed by the latest call.
  private var places: [[Int]]
  private var features: [[Feature]] = []
  private var last: [[FeatureValue?]]
  private var lastClose: (time: Timestamp, timeframe: Timeframe, symbol: Int)?
  private(set) var told: [[Int]]
  private(set) var callCount = 0
  private(set) var differences: [String] = []

  init(_ trades: [[Trade]], _ calendars: [TradingCalendar], _ roles: RoleMap) {
    self.roles = roles
    bars = zip(trades, calendars).map { trades, calendar in
      Role.allCases.map { RoleWatcher.bars(of: trades, roles[$0], calendar) }
    }
    places = trades.map { _ in Role.allCases.map { _ in 0 } }
    last = trades.map { _ in Role.allCases.map { _ in nil } }
    told = places
  }

  private static func bars(
    of trades: [Trade], _ timeframe: Timeframe, _ calendar: TradingCalendar
  ) -> [Closed] {
    var cursor = SessionCursor(calendar)
    var bars: [Closed] = []
    for trade in trades {
      guard let bounds = cursor.bounds(of: timeframe, at: trade.time) else { continue }
      if bars.last?.bounds.tsOpen != bounds.tsOpen {
        bars.append(
          Closed(
            bounds: bounds, open: trade.price, high: trade.price, low: trade.price,
            close: trade.price, count: 0))
      }
      let end = bars.count - 1
      bars[end].high = max(bars[end].high, trade.price)
      bars[end].low = min(bars[end].low, trade.price)
      bars[end].close = trade.price
      bars[end].count += 1
    }
    return bars
  }

  /// When a symbol's roles all have two closed bars.
  func ready(_ symbol: Int) -> Timestamp? {
    let times = bars[symbol].map { $0.count < 2 ? nil : $0[1].bounds.tsClose }
    return times.contains(nil) ? nil : times.compactMap(\.self).max()
  }

  var needs: StrategyNeeds {
    StrategyNeeds(
      bars: [.role(.ltf), .role(.mtf), .role(.htf)], ticks: true,
      indicators: [.ltf: ["sma(2)"], .mtf: ["sma(2)"], .htf: ["sma(2)"]])
  }

  func onStart(_ context: borrowing StrategyContext) throws {
    for symbol in context.symbols {
      features.append(try Role.allCases.map { try context.feature("sma(2)", $0, of: symbol) })
    }
  }

  private func look(_ call: String, _ snapshot: borrowing RuntimeSnapshot) {
    callCount += 1
    let now = snapshot.tsClose
    for symbol in snapshot.symbols {
      for (place, role) in Role.allCases.enumerated() {
        let all = bars[symbol.index][place]
        var count = places[symbol.index][place]
        while count < all.count, all[count].bounds.tsClose <= now { count += 1 }
        let hasClosed = count > places[symbol.index][place]
        places[symbol.index][place] = count
        let state = snapshot.state(of: role, of: symbol)
        let value = snapshot[features[symbol.index][place]]
        if state.isReady != (count > 1) || value.isReady != (count > 1)
          || state.timeframe != roles[role]
        {
          differences.append("\(call) \(now) \(role) of \(symbol.index): ready \(state.isReady)")
        }
        if let before = last[symbol.index][place], !hasClosed, before != value {
          differences.append("\(call) \(now) \(role) of \(symbol.index): changed to \(value.value)")
        }
        last[symbol.index][place] = value
        guard count > 0 else { continue }
        let bar = all[count - 1]
        let isSame =
          state.bar.tsOpen == bar.bounds.tsOpen && state.tsClose == bar.bounds.tsClose
          && state.bar.open == bar.open && state.bar.high == bar.high && state.bar.low == bar.low
          && state.bar.close == bar.close && state.bar.tickCount == bar.count
          && state.bar.tradingDay == bar.bounds.tradingDay
          && state.age == now.nanoseconds - bar.bounds.tsClose.nanoseconds
        if !isSame {
          differences.append("\(call) \(now) \(role) of \(symbol.index): \(state), not \(bar)")
        }
        if count > 1 {
          let mean = Double(bar.close.raw + all[count - 2].close.raw) / 200
          if abs(mean - value.value) > 1e-9 {
            differences.append("\(call) \(now) \(role): \(value.value), not \(mean)")
          }
        }
      }
    }
    if let ready = ready(snapshot.symbol.index), ready <= now { return }
    differences.append("\(call) \(now) of \(snapshot.symbolName): before it is ready")
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    look("bar", snapshot)
    let now = snapshot.tsClose
    if close.bar.tsClose != now { differences.append("\(now): a bar of \(close.bar.tsClose)") }
    if let last = lastClose, last.time == now,
      (last.timeframe, close.symbol.index) <= (close.timeframe, last.symbol)
    {
      differences.append("\(now): \(close.timeframe) behind \(last.timeframe)")
    }
    lastClose = (now, close.timeframe, close.symbol.index)
    for (place, role) in Role.allCases.enumerated() where roles[role] == close.timeframe {
      told[close.symbol.index][place] += 1
    }
    if context.random(below: 3) == 0 {
      let wait = [1, 900_000_000_000, 3_600_000_000_000][context.random(below: 3)]
      try context.setTimer(at: try Timestamp(nanoseconds: now.nanoseconds + Int64(wait)))
    }
  }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { look("tick", snapshot) }

  func onSession(
    _ session: SessionBoundary, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { look("session", snapshot) }

  func onTimer(
    _ timer: RunTimerID, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { look("timer", snapshot) }
}
