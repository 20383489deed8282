import Backtest
import Exchange
import Market
import Testing

@testable import Strategies

/// Each strategy against its rule, computed by a slow loop over plain bars.
@Suite struct RuleTests {
  private let bars: [PlainBar]

  init() throws { bars = try PlainBar.bars(StrategyRun.trades, StrategyRun.roles.ltf) }

  private func mean(_ count: Int, upTo index: Int) -> Double {
    Double(bars[(index - count + 1)...index].reduce(0) { $0 + $1.close }) / Double(count)
  }

  @Test(arguments: ["long_flat", "long_short"])
  func `sma_cross trades at the crosses and nowhere else`(mode: String) throws {
    let run = try StrategyRun(
      "sma_cross", [("fast", "7"), ("slow", "19"), ("mode", mode)])
    let start = try run.journal.tradingBegan().nanoseconds
    var expected: [ExpectedOrder] = []
    var side = 0
    var held = 0
    for index in bars.indices where bars[index].tsClose >= start {
      let difference = mean(7, upTo: index) - mean(19, upTo: index)
      let now = difference > 0 ? 1 : difference < 0 ? -1 : side
      defer { side = now }
      guard side != 0, now != side else { continue }
      let time = bars[index].tsClose
      let target = now > 0 ? 1 : mode == "long_short" ? -1 : 0
      for _ in 0..<abs(target - held) {
        expected.append(ExpectedOrder(time: time, side: target > held ? .buy : .sell))
      }
      held = target
    }
    #expect(expected.count > 20)
    #expect(try run.marketOrders() == expected)
    try run.checkFillPrices()
    #expect(run.journal.roundTrips.count >= expected.count / 2 - 1)
  }

  @Test func `donchian_breakout enters and leaves outside of its channels`() throws {
    let run = try StrategyRun("donchian_breakout", [("entry", "15"), ("exit", "6")])
    let start = try run.journal.tradingBegan().nanoseconds
    func highest(_ count: Int, before index: Int) -> Int64 {
      bars[(index - count)..<index].map(\.high).max() ?? 0
    }
    func lowest(_ count: Int, before index: Int) -> Int64 {
      bars[(index - count)..<index].map(\.low).min() ?? 0
    }
    var expected: [ExpectedOrder] = []
    var held = 0
    for index in bars.indices where bars[index].tsClose >= start {
      let close = bars[index].close
      var side: OrderSide?
      if held > 0 {
        if close < lowest(6, before: index) { side = .sell }
      } else if held < 0 {
        if close > highest(6, before: index) { side = .buy }
      } else if close > highest(15, before: index) {
        side = .buy
      } else if close < lowest(15, before: index) {
        side = .sell
      }
      guard let side else { continue }
      held += Int(side.sign)
      expected.append(ExpectedOrder(time: bars[index].tsClose, side: side))
    }
    #expect(expected.count > 20)
    #expect(try run.marketOrders() == expected)
    try run.checkFillPrices()
  }

  @Test(arguments: TradeDirections.allCases)
  func `bollinger_reversion waits for the middle`(directions: TradeDirections) throws {
    let run = try StrategyRun(
      "bollinger_reversion",
      [("period", "12"), ("deviations", "1.5"), ("directions", directions.rawValue)])
    let start = try run.journal.tradingBegan().nanoseconds
    var expected: [ExpectedOrder] = []
    var held = 0
    for index in bars.indices where bars[index].tsClose >= start {
      let close = Double(bars[index].close)
      let middle = mean(12, upTo: index)
      let squares = bars[(index - 11)...index].reduce(0.0) {
        $0 + (Double($1.close) - middle) * (Double($1.close) - middle)
      }
      let width = 1.5 * (squares / 12).squareRoot()
      var side: OrderSide?
      if held > 0 {
        if close >= middle { side = .sell }
      } else if held < 0 {
        if close <= middle { side = .buy }
      } else if directions != .short, close < middle - width {
        side = .buy
      } else if directions != .long, close > middle + width {
        side = .sell
      }
      guard let side else { continue }
      held += Int(side.sign)
      expected.append(ExpectedOrder(time: bars[index].tsClose, side: side))
    }
    #expect(expected.count > 20)
    #expect(try run.marketOrders() == expected)
    try run.checkFillPrices()
  }

  /// A close comes before what was ordered at the one before has arrived.
  @Test(arguments: ["donchian_breakout", "bollinger_reversion", "ema_rsi_atr"])
  func `an order on its way is not sent again`(name: String) throws {
    let run = try StrategyRun(name, latency: .fixed(420 * nanosecondsPerSecond))
    #expect(run.journal.fills.count > 10)
    var held: Int64 = 0
    for fill in run.journal.fills {
      held += fill.side.sign * fill.quantity.raw
      #expect(abs(held) <= 100, "\(fill.time)")
    }
  }

  /// A bar of one trade of 10 each, behind two hours at 100.
  private func thinRun(
    _ name: String, _ parameters: [(name: String, text: String)], prices: [Int64]
  ) throws -> StrategyRun {
    var trades = TradeColumns()
    let start = try Timestamp(parsing: "2024-03-08").nanoseconds
    for (bar, price) in (Array(repeating: 100, count: 24) + prices).enumerated() {
      try trades.append(
        Trade(
          time: try Timestamp(
            nanoseconds: start + (Int64(bar) * 300 + 10) * nanosecondsPerSecond),
          price: try Price(raw: price * 100), quantity: try Quantity(raw: 10)))
    }
    return try StrategyRun(name, parameters, on: trades, sharingVolume: true)
  }

  /// Closes of 100, 99, 101 and 98 and so on, of which an order of 100 takes several.
  @Test func `sma_cross gives up what the cross before ordered`() throws {
    let run = try thinRun(
      "sma_cross", [("fast", "1"), ("slow", "2")], prices: [99, 101, 98, 97, 96, 95, 94, 93])
    // One part of the entry at 98, and out with it at 97.
    #expect(run.journal.fills.map { $0.price.raw / 100 * $0.side.sign } == [98, -97])
    #expect(run.summary.openSince.isEmpty)
  }

  /// Two parts of an entry of ten, and out with them in two.
  @Test(
    arguments: [
      (
        "donchian_breakout", [("entry", "3"), ("exit", "1")], [101, 102, 99, 98, 97, 96, 95],
        [102, 99, -98, -97]
      ),
      (
        "bollinger_reversion", [("period", "5"), ("deviations", "1")],
        [99, 98, 101, 102, 103, 104, 105], [98, 101, -102, -103]
      ),
    ] as [(String, [(String, String)], [Int64], [Int64])])
  func `an exit gives up what is left of the entry`(
    name: String, parameters: [(String, String)], prices: [Int64], expected: [Int64]
  ) throws {
    let run = try thinRun(
      name, parameters.map { (name: $0.0, text: $0.1) } + [("directions", "long")], prices: prices)
    #expect(run.journal.fills.map { $0.price.raw / 100 * $0.side.sign } == expected)
    // The entry and one exit.
    #expect(run.summary.openSince.isEmpty && run.summary.orderCount == 2)
  }

  @Test func `buy_and_hold buys once`() throws {
    let run = try StrategyRun("buy_and_hold")
    let start = try run.journal.tradingBegan().nanoseconds
    #expect(try run.marketOrders() == [ExpectedOrder(time: start, side: .buy)])
    try run.checkFillPrices()
    #expect(run.journal.roundTrips.isEmpty && run.summary.openSince.count == 1)
  }

  // MARK: ema_rsi_atr

  /// Seeded with the mean of the first bars.
  private func ema(_ period: Int, _ closes: [Double]) -> Double {
    let factor = 2 / Double(period + 1)
    let first = closes[..<period].reduce(0, +) / Double(period)
    return closes[period...].reduce(first) { $0 + factor * ($1 - $0) }
  }

  @Test func `ema_rsi_atr trades with the trend and leaves at its stop or target`() throws {
    let run = try StrategyRun("ema_rsi_atr", [("trend", "5"), ("rsi", "6"), ("ema", "8")])
    let hours = try PlainBar.bars(StrategyRun.trades, StrategyRun.roles.htf)
    let fills = run.journal.fills
    // Entries and their exits take turns; each is an order of three.
    #expect(fills.count > 10 && run.journal.roundTrips.count == fills.count / 2)
    #expect(run.journal.sent.count == 3 * ((fills.count + 1) / 2))
    for (index, entry) in fills.enumerated() where index.isMultiple(of: 2) {
      let time = run.journal.sent[entry.order.number].nanoseconds
      #expect(entry.order.number.isMultiple(of: 3))
      let closes = hours.filter { $0.tsClose <= time }.map { Double($0.close) }
      let trend = ema(5, closes)
      let last = try #require(closes.last)
      #expect(entry.side == .buy ? last > trend : last < trend)
      let before = bars.filter { $0.tsClose <= time }.map { Double($0.close) }
      let price = try #require(before.last)
      #expect(entry.side == .buy ? price > ema(8, before) : price < ema(8, before))
      guard index + 1 < fills.count else { continue }
      let exit = fills[index + 1]
      #expect(exit.side == entry.side.other && exit.quantity == entry.quantity)
      // The take-profit, then the stop.
      #expect((1...2).contains(exit.order.number - entry.order.number))
      let gained = (exit.price.raw - entry.price.raw) * entry.side.sign
      #expect((gained > 0) == (exit.order.number - entry.order.number == 1))
    }
  }

  /// A fall without a pause from the first trade on has an RSI of 0; the rise that ends it, at the end of an
  /// hour, comes back over the level.
  @Test func `ema_rsi_atr comes back from an RSI of zero`() throws {
    var trades = TradeColumns()
    let start = try Timestamp(parsing: "2024-03-08").nanoseconds
    for minute in 0..<200 as Range<Int64> {
      let price = minute < 179 ? 4_000_000 - minute * 100 : 4_100_000
      try trades.append(
        Trade(
          time: try Timestamp(nanoseconds: start + (minute * 60 + 30) * nanosecondsPerSecond),
          price: try Price(raw: price), quantity: try Quantity(raw: 1_000)))
    }
    let run = try StrategyRun(
      "ema_rsi_atr", [("trend", "2"), ("rsi", "3"), ("ema", "4")], on: trades)
    #expect(run.journal.fills.map(\.side) == [.buy])
    let entry = try #require(run.journal.fills.first)
    #expect(entry.time.nanoseconds == start + (180 * 60 + 30) * nanosecondsPerSecond)
  }

  // MARK: market_making

  /// 0.2 and 0.1 are more than 0.3 in binary.
  @Test(arguments: [(10, "0.01", "0.03"), (100, "0.1", "0.3")] as [(Int64, String, String)])
  func `market_making quotes both sides and keeps its inventory`(
    size: Int64, quantity: String, inventory: String
  ) throws {
    let run = try StrategyRun(
      "market_making",
      [("quantity", quantity), ("inventory", inventory), ("distance", "3"), ("move", "1")])
    let fills = run.journal.fills
    #expect(fills.count > 100)
    #expect(fills.allSatisfy { $0.liquidity == .maker && $0.quantity.raw == size })
    var held: Int64 = 0
    var most: Int64 = 0
    for fill in fills {
      held += fill.side.sign * fill.quantity.raw
      most = max(most, abs(held))
      #expect(abs(held) <= 3 * size)
    }
    #expect(most == 3 * size)
    #expect(fills.contains { $0.side == .buy } && fills.contains { $0.side == .sell })
  }

  // MARK: State

  @Test(
    arguments: [
      "buy_and_hold", "sma_cross", "ema_rsi_atr", "donchian_breakout", "bollinger_reversion",
      "market_making",
    ])
  func `what is saved comes back`(name: String) throws {
    let run = try StrategyRun(name)
    var saved = StateWriter()
    run.strategy.save(into: &saved)
    let other = try StrategyRun(name, on: try StrategyRun.sample(seed: 5, ticks: 5_000)).strategy
    var reader = StateReader(saved.bytes)
    try other.restore(from: &reader)
    #expect(reader.isAtEnd)
    var again = StateWriter()
    other.save(into: &again)
    #expect(again.bytes == saved.bytes)
  }
}
