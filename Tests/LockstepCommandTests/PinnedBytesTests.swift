import Hashing
import Testing

@testable import LockstepCommand

/// The bytes of a sample tape's bars, pinned: every launch, every machine, and unoptimised code
/// must print the same.
@Suite struct PinnedBytesDebugSubset {
  @Test func `bars, snapshots and trails of a sample tape are these bytes`() throws {
    let fixture = try TapeFixture()
    let lines = [
      "bars --store STORE --symbol EURUSD --timeframe 1m --price mid --output csv",
      "bars --store STORE --symbol EURUSD --timeframe 45m --output json --partial",
      "bars --store STORE --symbol BTCUSDT --timeframe 7m --output csv --times ns",
      "bars --store STORE --symbol BTCUSDT --timeframe 1W --partial",
      "snapshot --store STORE --at 2024-03-11T09:41:07.5Z --history 7 --output json",
      "trail --store STORE --symbol BTCUSDT --from 2024-03-09T11:59:00Z --to 2024-03-09T12:01:00Z",
    ]
    let digests = try lines.map { line in
      let result = fixture.run(line)
      try #require(result.status == .done, "\(line): \(result.errors)")
      return XXHash64.hash(Array(result.output.utf8)).description
    }
    #expect(
      digests == [
        "970e746365b7c9b8", "c923df2a9a2c9d87", "a61094a0d5ffea8a", "2584bc48ddc13172",
        "0d8f1c6746bd3b3a", "9a91d7b612f860d8",
      ])
  }
}
