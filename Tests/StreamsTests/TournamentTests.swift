import Market
import TestSupport
import Testing

@testable import Streams

/// The tournament against the least of all keys.
@Suite struct TournamentTests {
  @Test func `any leaf may be played again with any key`() {
    for seed in randomSeeds(200) {
      var random = SeededGenerator(seed: seed)
      let count = 1 + random.below(20)
      func key(_ leaf: Int) -> OrderKey {
        if random.below(4) == 0 { return .none }
        let key = OrderKey(time: Int64(random.below(10)), rank: UInt32(leaf), leaf: Int32(leaf))
        return random.below(5) == 0 ? key.withoutRecord : key
      }
      var keys = (0..<count).map { key($0) }
      var tournament = Tournament(keys)
      for _ in 0..<300 {
        let leaf = random.below(count)
        keys[leaf] = key(leaf)
        tournament.replace(keys[leaf], at: leaf)
        #expect(tournament.winner == keys.min(), "seed \(seed)")
        guard !tournament.winner.isNone else { continue }
        let winner = tournament.winner.leaf
        var others = keys
        others.remove(at: winner)
        #expect(tournament.runnerUp(of: winner) == others.min() ?? .none, "seed \(seed)")
      }
      // Everything that is left comes in order.
      while !tournament.winner.isNone {
        #expect(tournament.winner == keys.min(), "seed \(seed)")
        keys[tournament.winner.leaf] = .none
        tournament.replay(.none, at: tournament.winner.leaf)
      }
      #expect(keys.allSatisfy { $0.isNone }, "seed \(seed)")
    }
  }
}
