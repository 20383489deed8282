import Market
import Testing

@testable import Exchange

/// A caller's bug ends the process.
@Suite struct MoneyTrapTests {
  @Test func `rules that make no sense`() async {
    await #expect(processExitsWith: .failure) {
      trapping {
        var rules = AccountRules()
        rules.interestInterval = 0
        _ = SimulatedExchange([try contract()], account: rules)
      }
    }
    await #expect(processExitsWith: .failure) {
      trapping {
        var rules = AccountRules()
        rules.liquidationFee = try Rate(parsing: "1.1")
        _ = SimulatedExchange([try contract()], account: rules)
      }
    }
    await #expect(processExitsWith: .failure) { _ = MarginRules(leverage: 0) }
    await #expect(processExitsWith: .failure) { _ = TieredFees([]) }
  }

  @Test func `a share that two listings deliver`() async {
    await #expect(processExitsWith: .failure) {
      guard let ibm = try? Currency("IBM"), let one = try? contract("A", .equity(share: ibm)),
        let other = try? contract("B", .equity(share: ibm))
      else { return }
      _ = SimulatedExchange([one, other])
    }
  }

  @Test func `a fee in another currency`() async {
    await #expect(processExitsWith: .failure) {
      trapping {
        var scenario = try MoneyScenario([try contract(fees: PerTradeFee(try money("1", "EUR")))])
        try scenario.fill(0, .buy, 1, at: 100)
      }
    }
  }

  @Test func `a split of what is no equity, and one position where there are two`() async {
    await #expect(processExitsWith: .failure) {
      trapping {
        var scenario = try MoneyScenario([try contract()])
        try scenario.exchange.apply(
          CorporateAction(time: Scenario.second(0), kind: .split(new: 2, old: 1)),
          to: MoneyScenario.id(0))
      }
    }
    await #expect(processExitsWith: .failure) {
      trapping {
        let scenario = try MoneyScenario([try contract(positions: .hedging)])
        _ = scenario.exchange.position(in: MoneyScenario.id(0))
      }
    }
  }
}
