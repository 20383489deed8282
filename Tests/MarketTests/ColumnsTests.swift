import Market
import Testing

@Suite struct ColumnsTests {
  private func time(_ nanoseconds: Int64) throws -> Timestamp {
    try Timestamp(nanoseconds: nanoseconds)
  }

  private func randomTrades(_ count: Int, seed: UInt64) throws -> [Trade] {
    var random = SeededGenerator(seed: seed)
    var now: Int64 = 1_700_000_000_000_000_000
    return try (0..<count).map { _ in
      now += random.within(0...3)
      return Trade(
        time: try time(now), price: try Price(raw: random.within(-9...9)),
        quantity: try Quantity(raw: random.within(0...9)),
        aggressor: Aggressor.allCases[random.below(3)],
        sequence: random.below(3) == 0 ? nil : random.within(0...99),
        receiveTime: random.below(3) == 0 ? nil : try time(now + random.within(0...99)))
    }
  }

  private func randomQuotes(_ count: Int, seed: UInt64) throws -> [Quote] {
    var random = SeededGenerator(seed: seed)
    var now: Int64 = 1_700_000_000_000_000_000
    return try (0..<count).map { _ in
      now += random.within(0...3)
      return Quote(
        time: try time(now), bid: try Price(raw: random.within(-9...9)),
        ask: try Price(raw: random.within(-9...9)),
        bidSize: try Quantity(raw: random.within(0...1)),
        askSize: try Quantity(raw: random.within(0...1)),
        sequence: random.below(3) == 0 ? nil : random.within(0...99),
        receiveTime: random.below(3) == 0 ? nil : try time(now + random.within(0...99)))
    }
  }

  @Test func `trades come back as they went in`() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let trades = try randomTrades(1 + Int(seed), seed: seed)
      var columns = TradeColumns()
      for trade in trades { try columns.append(trade) }
      #expect(columns.count == trades.count)
      #expect(trades.indices.map { columns[$0] } == trades)
      // An optional column is absent, or as long as the others.
      for count in [columns.aggressors.count, columns.sequences.count, columns.receiveTimes.count] {
        #expect(count == 0 || count == columns.count)
      }
    }
  }

  @Test func `quotes come back as they went in`() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let quotes = try randomQuotes(1 + Int(seed), seed: seed)
      var columns = QuoteColumns()
      for quote in quotes { try columns.append(quote) }
      #expect(columns.count == quotes.count)
      #expect(quotes.indices.map { columns[$0] } == quotes)
      for count in [
        columns.bidSizes.count, columns.askSizes.count, columns.sequences.count,
        columns.receiveTimes.count,
      ] {
        #expect(count == 0 || count == columns.count)
      }
    }
  }

  @Test func `what no record has takes no room`() throws {
    var trades = TradeColumns()
    var quotes = QuoteColumns()
    #expect(trades.isEmpty && quotes.isEmpty)
    for nanoseconds in 0..<3 as Range<Int64> {
      try trades.append(
        Trade(time: try time(nanoseconds), price: try Price(raw: 1), quantity: .zero))
      try quotes.append(
        Quote(time: try time(nanoseconds), bid: try Price(raw: 1), ask: try Price(raw: 2)))
    }
    #expect(trades.aggressors.isEmpty && trades.sequences.isEmpty && trades.receiveTimes.isEmpty)
    #expect(quotes.bidSizes.isEmpty && quotes.askSizes.isEmpty)
    #expect(quotes.sequences.isEmpty && quotes.receiveTimes.isEmpty)
  }

  @Test func `a value that comes late is absent in the rows before it`() throws {
    var columns = TradeColumns()
    let price = try Price(raw: 1)
    try columns.append(Trade(time: try time(1), price: price, quantity: .zero))
    try columns.append(Trade(time: try time(1), price: price, quantity: .zero, sequence: 7))
    try columns.append(
      Trade(
        time: try time(2), price: price, quantity: .zero, aggressor: .seller,
        receiveTime: try time(3)))
    #expect((0..<3).map { columns[$0].sequence } == [nil, 7, nil])
    #expect((0..<3).map { columns[$0].aggressor } == [.unknown, .unknown, .seller])
    #expect((0..<3).map { columns[$0].receiveTime } == [nil, nil, try time(3)])
  }

  @Test func `a record before the last one is refused and changes nothing`() throws {
    let fault = MarketError.outOfOrder(previous: try time(5), found: try time(4))
    var trades = TradeColumns()
    try trades.append(Trade(time: try time(5), price: try Price(raw: 1), quantity: .zero))
    let tradesBefore = trades
    #expect(throws: fault) {
      try trades.append(
        Trade(time: try time(4), price: try Price(raw: 1), quantity: .zero, sequence: 1))
    }
    #expect(trades == tradesBefore)
    var quotes = QuoteColumns()
    try quotes.append(Quote(time: try time(5), bid: try Price(raw: 1), ask: try Price(raw: 1)))
    let quotesBefore = quotes
    #expect(throws: fault) {
      try quotes.append(
        Quote(time: try time(4), bid: try Price(raw: 1), ask: try Price(raw: 1), sequence: 1))
    }
    #expect(quotes == quotesBefore)
  }
}
