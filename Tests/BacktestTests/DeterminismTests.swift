import Backtest
import Exchange
import Market
import Sessions
import Streams
import Testing

@Suite("The same tape leads to the same run")
struct DeterminismTests {
  /// Of two runs the first entry in which they differ, for a message.
  static func difference(
    _ left: [KeptJournal.Entry], _ right: [KeptJournal.Entry]
  ) -> String? {
    guard left != right else { return nil }
    let count = zip(left, right).prefix { $0 == $1 }.count
    let (a, b) = (left.dropFirst(count).first, right.dropFirst(count).first)
    func text(_ entry: KeptJournal.Entry?) -> String { entry.map { "\($0)" } ?? "the end" }
    return "entry \(count):\n\(text(a))\n\(text(b))"
  }

  @Test("slices, single records, batches of any length", arguments: 0..<30)
  func equal(seed: Int) throws {
    let random = try RandomRun(seed: UInt64(seed))
    func entries(plain: Bool, batch: Int) throws -> [KeptJournal.Entry] {
      var configuration = random.configuration
      configuration.isPlain = plain
      return try run(
        configuration,
        RandomTrader(readsTicks: seed % 3 == 0, readsQualities: seed % 2 == 0),
        try random.tape.tape(batch: batch)
      ).entries
    }
    let first = try entries(plain: false, batch: .max)
    if random.configuration.end == nil, case .end(let summary) = first.last?.content {
      #expect(summary.recordCount == random.tape.times.count, "every record was taken")
    }
    for (plain, batch) in [(true, Int.max), (false, 1), (false, 13), (true, 7), (false, 200)] {
      let other = try entries(plain: plain, batch: batch)
      if let difference = DeterminismTests.difference(first, other) {
        Issue.record("seed \(seed), plain \(plain), batches of \(batch): \(difference)")
        return
      }
    }
  }

  /// Two batches so long that their slices are cut ahead; among the second, the first symbol's runs end
  /// at the trades of another.
  @Test("long batches, sliced or not")
  func longBatches() throws {
    var random = SeededGenerator(seed: 11)
    var (time, price) = (midnight, Int64(50_000))
    func batch(_ count: Int, pause: Int64) throws -> TradeColumns {
      var columns = TradeColumns()
      for _ in 0..<count {
        let isGap = random.below(50_000) == 0
        time += isGap ? 5_400 * nanosecondsPerSecond : random.within(0...2 * pause)
        price += random.within(-3...3)
        try columns.append(
          Trade(
            time: try Timestamp(nanoseconds: time), price: try Price(raw: price),
            quantity: try Quantity(raw: random.within(1...50))))
      }
      return columns
    }
    let first = try batch(300_000, pause: 300_000_000)
    let second = try batch(290_000, pause: 300_000_000)
    time = first.times[first.count - 1]
    let others = try batch(500, pause: 100 * nanosecondsPerSecond)
    func journal(plain: Bool) throws -> KeptJournal {
      var configuration = try configuration([try perpetual(), try perpetual("ETH")])
      configuration.isPlain = plain
      let tape = [
        TapeStream(MemorySource([first, second]), of: "BTC"),
        TapeStream(MemorySource(others), of: "ETH"),
      ]
      return try run(configuration, RandomTrader(readsTicks: false, readsQualities: false), tape)
    }
    let (sliced, plain) = (try journal(plain: false), try journal(plain: true))
    #expect(DeterminismTests.difference(sliced.entries, plain.entries) == nil)
    let summary = try #require(sliced.summary)
    #expect(summary.recordCount == 590_500 && summary.fillCount > 100)
  }

  /// A position in euros is worth more dollars when the dollar falls, though nothing is held in it.
  @Test("a price that only converts is looked at trade by trade, sliced or not")
  func conversion() throws {
    let (euro, dollar) = (try Currency("EUR"), try Currency("USD"))
    func listing(_ symbol: String, _ contract: ContractSpecification) throws -> Listing {
      try Listing(
        Instrument(
          symbol: symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(1)),
        calendar: .named("24x7"), contract: contract, matching: MatchingRules(.trade), mark: .last)
    }
    var rate = ContractSpecification(currency: dollar)
    rate.kind = .forex(base: euro)
    let listings = [
      try listing("BTCEUR", ContractSpecification(currency: euro)), try listing("EURUSD", rate),
    ]
    // The position gains 10 euros; they are worth 11 dollars at each close, 5 and 18 in between.
    let bought = try trades(
      (0..<40).map { index -> (Double, Int64) in
        (Double(index) * 15 + 5, index < 6 ? 10_000 : 10_500)
      })
    let rates = try trades(
      (0..<6_000).map { index -> (Double, Int64) in
        let price: Int64 = [200: 180, 300: 50][index % 600] ?? 110
        return (Double(index) * 0.1, price)
      })
    let tape = RunTape(
      symbols: [],
      streams: [.init(symbol: "BTCEUR", records: bought), .init(symbol: "EURUSD", records: rates)])
    var configuration = try configuration(listings)
    configuration.currency = dollar
    configuration.deposits = [try Money(parsing: "100", dollar)]
    func journal(plain: Bool) throws -> KeptJournal {
      configuration.isPlain = plain
      let strategy = Scripted()
      strategy.bar = { _, snapshot, context in
        guard snapshot.tsClose == (try moment(60)), snapshot.symbolName == "BTCEUR" else { return }
        try context.submit(
          OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 20)), reason: "in"))
      }
      return try run(configuration, strategy, try tape.tape())
    }
    let (sliced, plain) = (try journal(plain: false), try journal(plain: true))
    #expect(DeterminismTests.difference(sliced.entries, plain.entries) == nil)
    // From 100 + 10 × 1.80 to 100 + 10 × 0.50.
    let drawdown = try #require(sliced.summary).drawdown
    #expect(drawdown.largest == 13.0 / 118)
  }
}
