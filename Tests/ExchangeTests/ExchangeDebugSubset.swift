import Testing

@testable import Exchange

/// Random accounts in a debug build, where the exchange holds the ledger, the equity and the positions
/// against each other at every step.
@Suite struct ExchangeDebugSubset {
  @Test func `the ledger, the equity and the positions agree at every step`() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      var run = try RandomMoneyRun(seed: seed)
      for _ in 0..<60 { try run.step() }
      #expect(run.exchange.ledger.audit(), "seed \(seed)")
      #expect(!run.exchange.ledger.entries.isEmpty, "seed \(seed)")
    }
  }
}
