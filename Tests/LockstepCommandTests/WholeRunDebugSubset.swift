import Foundation
import Hashing
import Reports
import Testing

@testable import LockstepCommand

/// The same bytes for every launch, for debug and release: what a run leaves behind is pinned, but for the
/// metrics, whose last digits are the C library's. Suites of this name run in a debug build, too.
///
/// The number changes when the engine's order of events does, or what a run writes; never by itself.
@Suite struct WholeRunDebugSubset {
  @Test(arguments: ["", "--plain"])
  func `what a run writes never changes`(options: String) throws {
    let fixture = try RunFixture()
    let text = RunFixture.file.replacing(
      "  fees:", with: "  latency: {orders: 20ms, orders_spread: 5ms, reports: 10ms}\n  fees:")
    #expect(try fixture.run(text, options).status == .done)
    let run = try #require(try fixture.stored().first)
    var hash = XXHash64()
    for name in ["events.jsonl", "equity_curve.csv", "trades.csv"] {
      hash.update(Array(try fixture.text(name, of: run).utf8))
    }
    #expect(hash.digest.description == "d6f53826f0c8dd1d")
  }
}
