import Backtest
import Exchange
import Foundation
import Market
import MultiTimeframe
import Reports
import Testing

@testable import LockstepCommand

/// Fees by volume, margin in tiers and interest as a run file asks for them, against the same by hand.
@Suite struct RunAccountTests {
  private let fixture: RunFixture

  init() throws { fixture = try RunFixture() }

  /// A run of a strategy that buys `quantity` milliunits at each of the closes `closes`.
  private func run(
    _ exchange: String, buying quantity: Int64, at closes: Set<Int>
  ) throws -> StoredRun {
    let quantity = try Quantity(raw: quantity)
    let buyer = StrategyDefinition("buys", "buys at given closes") { _ in
      var count = 0
      return BarStrategy { close, context in
        count += 1
        guard closes.contains(count) else { return }
        try context.submit(OrderIntent(.buy, of: close.symbol, .quantity(quantity)))
      }
    }
    let text = """
      symbols: [BTCUSDT]
      window: {from: 2024-03-09, to: 2024-03-12}
      timeframes: {ltf: 1H, mtf: 1H, htf: 1H}
      strategy: {name: buys}
      exchange:
      \(exchange)

      """
    let result = try fixture.run(text, "--quiet", strategies: [buyer])
    #expect(result.status == .done, "\(result.errors)")
    return try #require(try fixture.stored().last)
  }

  /// The members of the log's lines of one event.
  private func events(_ name: String, of run: StoredRun) throws -> [[String: Any]] {
    try fixture.text("events.jsonl", of: run).split(separator: "\n").compactMap { line in
      let line = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return line?["event"] as? String == name ? line : nil
    }
  }

  private func text(_ member: String, _ line: [String: Any]) throws -> String {
    let value = try #require(line[member])
    return "\(value)"
  }

  private func decimal(_ member: String, _ line: [String: Any]) throws -> Decimal {
    try #require(Decimal(string: try text(member, line)))
  }

  @Test func `fees follow the volume of the day before`() throws {
    let run = try run(
      """
        deposit: 10000000
        leverage: 10
        fees:
          days: 1
          minimum: 30
          tiers:
            - {from: 0, taker: 0.0005}
            - {from: 100000, maker: -0.0001, taker: 0.0003}
            - {from: 1000000, taker: 0.0001}
      """, buying: 1_500, at: [1, 2, 26, 27, 28, 50, 51])
    let fills = try events("order_filled", of: run)
    #expect(fills.count == 7)
    var volumes: [Substring: Decimal] = [:]
    var rates: Set<String> = []
    for fill in fills {
      let value = try decimal("quantity", fill) * decimal("price", fill)
      let time = try Timestamp(parsing: try text("happened", fill))
      let before = "\(time.utcDate.adding(days: -1))"
      let volume = volumes[before[...]] ?? 0
      let rate = volume >= 1_000_000 ? "0.0001" : volume >= 100_000 ? "0.0003" : "0.0005"
      rates.insert(rate)
      let share = try value * #require(Decimal(string: rate))
      #expect(try decimal("fee_usdt", fill) == max(30, share), "\(fill)")
      volumes["\(time.utcDate)"[...], default: 0] += value
    }
    #expect(rates.count > 1, "\(rates)")
  }

  @Test func `an order needs the margin of every tier that its value reaches`() throws {
    /// What became of an order for 3 coins, and their value at the mark before it.
    func order(deposit: Decimal) throws -> (isFilled: Bool, rule: String?) {
      let run = try run(
        """
          deposit: \(deposit)
          leverage: 10
          maintenance:
            - {from: 0, rate: 0.01}
            - {from: 50000, initial: 0.5, rate: 0.1}
        """, buying: 3_000, at: [1])
      let rejected = try events("order_rejected", of: run)
      return (
        try events("order_filled", of: run).count == 1,
        try rejected.first.map { try text("rule", $0) }
      )
    }
    let close = try Timestamp(parsing: "2024-03-09T01:00:00Z").nanoseconds
    let row = try #require(fixture.tape.trades.times.lastIndex { $0 < close })
    let value = Decimal(fixture.tape.trades.prices[row]) / 100 * 3
    #expect(value > 60_000)
    let margin = 5_000 + (value - 50_000) / 2
    let (less, more) = (margin * Decimal(0.99), margin * Decimal(1.01))
    func whole(_ amount: Decimal) -> Decimal { Decimal(NSDecimalNumber(decimal: amount).intValue) }
    #expect(try order(deposit: whole(less)) == (false, "insufficient_margin"))
    #expect(try order(deposit: whole(more)) == (true, nil))
  }

  @Test func `interest is paid on what was borrowed to buy`() throws {
    let run = try run(
      """
        deposit: 1000
        account: unlimited
        contract: {kind: spot}
        fees: {per_unit: 12.5, minimum: 10}
        interest: {USDT: 0.0001, BTC: 0.5}
        interest_interval: 2H
      """, buying: 900, at: [2])
    let fill = try #require(try events("order_filled", of: run).first)
    let fee = try decimal("fee_usdt", fill)
    #expect(fee == Decimal(1125) / 100)
    let cost = try decimal("quantity", fill) * decimal("price", fill)
    let bought = try Timestamp(parsing: try text("happened", fill)).nanoseconds
    let interval = 2 * 3600 * nanosecondsPerSecond
    // In whole units of 10^-8, each charge rounded to the nearest.
    var owed = try #require(Int("\((cost + fee - 1_000) * 100_000_000)"))
    var charged = bought / interval
    var charges = 0
    for line in try fixture.text("equity_curve.csv", of: run).split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let time = try Timestamp(parsing: fields[0]).nanoseconds
      guard time > bought else { continue }
      while charged < time / interval {
        owed += Int((Double(owed) / 10_000).rounded(.toNearestOrEven))
        charged += 1
        charges += 1
      }
      #expect(try #require(Decimal(string: String(fields[4]))) == Decimal(-owed) / 100_000_000)
    }
    #expect(charges > 20 && owed > 0)
  }
}
