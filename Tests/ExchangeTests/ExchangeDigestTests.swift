import Hashing
import Market
import TestSupport
import Testing

@testable import Exchange

/// The running hash of an exchange against its saved state.
@Suite struct ExchangeDigestTests {
  @Test func `it follows from the saved state, whenever it was asked for`() throws {
    for seed in randomSeeds(40) {
      var random = SeededGenerator(seed: ~seed)
      var orders = try RandomRun(seed: seed)
      var money = try RandomMoneyRun(seed: seed)
      var often = ExchangeDigest()
      var seldom = ExchangeDigest()
      var ofMoney = ExchangeDigest()
      for _ in 0..<60 {
        try orders.step()
        try money.step()
        let value = often.value(of: orders.exchange)
        #expect(value == often.value(of: orders.exchange), "seed \(seed): asking changes nothing")
        let other = ofMoney.value(of: money.exchange)
        guard random.below(6) == 0 else { continue }
        #expect(value == seldom.value(of: orders.exchange), "seed \(seed)")
        #expect(value == afresh(try takenBack(orders.exchange)), "seed \(seed)")
        #expect(other == afresh(try takenBack(money.exchange)), "seed \(seed)")
      }
    }
  }

  /// Every byte of the saved state counts, whichever is picked: one bit is changed, and where the bytes still are the
  /// state of an exchange, that has another hash, unless it writes the same state after all.
  @Test func `no part of the saved state is missing`() throws {
    var changed = 0
    for seed in randomSeeds(12) {
      var random = SeededGenerator(seed: seed)
      var orders = try RandomRun(seed: seed)
      var money = try RandomMoneyRun(seed: seed)
      for _ in 0..<30 {
        try orders.step()
        try money.step()
      }
      changed += try expectEveryByteCounts(orders.exchange, &random, "orders of seed \(seed)")
      changed += try expectEveryByteCounts(money.exchange, &random, "money of seed \(seed)")
    }
    #expect(changed > 500 || randomSeeds(12).count < 12, "\(changed)")
  }

  /// How many changes led to another exchange.
  private func expectEveryByteCounts(
    _ exchange: borrowing SimulatedExchange, _ random: inout SeededGenerator, _ place: String
  ) throws -> Int {
    let (bytes, value) = (bytes(of: exchange), afresh(exchange))
    var changed = 0
    for _ in 0..<250 {
      let index = random.below(bytes.count)
      var other = bytes
      other[index] ^= 1 << UInt8(random.below(8))
      guard let next = try? takenBack(exchange, from: other) else { continue }
      guard self.bytes(of: next) != bytes else { continue }
      changed += 1
      #expect(afresh(next) != value, "\(place): byte \(index) of \(bytes.count) does not count")
    }
    return changed
  }

  @Test func `orders that are worth the same in another queue are another state`() throws {
    var rules = MatchingRules(.quote)
    rules.queue = .volumeAhead
    func exchange(ahead: Int64) throws -> XXHash64.Digest {
      var exchange = SimulatedExchange([try listing(rules)])
      let id = ListingID(index: 0)
      func moment(_ second: Int64) -> Moment { Moment(Scenario.second(second), .events) }
      try exchange.apply(
        Quote(
          time: Scenario.second(0), bid: price(99), ask: price(101), bidSize: quantity(ahead),
          askSize: quantity(5)), to: id)
      _ = try exchange.submit(
        OrderRequest(.buy, quantity(1), of: id, .limit(price(99))), at: moment(1))
      // The quote in which they differ is over.
      try exchange.apply(
        Quote(
          time: Scenario.second(2), bid: price(99), ask: price(101), bidSize: quantity(9),
          askSize: quantity(5)), to: id)
      return afresh(exchange)
    }
    #expect(try exchange(ahead: 3) == exchange(ahead: 3))
    #expect(try exchange(ahead: 3) != exchange(ahead: 4))
  }

  private func afresh(_ exchange: borrowing SimulatedExchange) -> XXHash64.Digest {
    var digest = ExchangeDigest()
    return digest.value(of: exchange)
  }

  private func bytes(of exchange: borrowing SimulatedExchange) -> [UInt8] {
    var writer = StateWriter()
    exchange.encode(into: &writer)
    return writer.bytes
  }

  private func takenBack(
    _ exchange: borrowing SimulatedExchange, from bytes: [UInt8]? = nil
  ) throws(MarketError) -> SimulatedExchange {
    var next = SimulatedExchange(
      exchange.books.map { $0.listing }, latency: exchange.latency, account: exchange.rules)
    var reader = StateReader(bytes ?? self.bytes(of: exchange))
    try next.decode(from: &reader)
    return next
  }
}
