import Market
import MultiTimeframe
import Sessions
import TestSupport
import Testing

/// A record earlier than the clock is refused, or dropped and counted; it is never applied.
@Suite struct LateRecordTests {
  private func configuration(_ policy: LateRecordPolicy) -> StateConfiguration {
    var configuration = StateConfiguration(symbols: [
      symbol("T"), symbol("Q", sources: [.bid, .mid]), symbol("B", "5m 1H", isFormedByBars: true),
    ])
    configuration.lateRecords = policy
    return configuration
  }

  /// The clock stands at 10:00:30, and everything up to it has closed.
  private func begin(_ policy: LateRecordPolicy) throws -> SynchronizedState {
    var state = try SynchronizedState(configuration(policy))
    try state.apply(trade("2024-03-11T10:00:10Z", 100), to: state.symbol("T"))
    try state.apply(quote("2024-03-11T10:00:30Z", 100, 101), to: state.symbol("Q"))
    return state
  }

  private let clock = moment("2024-03-11T10:00:30Z")

  private func late(_ name: String, _ time: String) -> StateError {
    .lateRecord(symbol: name, time: moment(time), clock: clock)
  }

  @Test func `late records are refused, and the state stays as it was`() throws {
    var state = try begin(.refuse)
    let before = state.snapshot()
    let (trades, quotes, bars) = (
      try state.symbol("T"), try state.symbol("Q"), try state.symbol("B")
    )
    let time = "2024-03-11T10:00:29.999999999Z"
    #expect(throws: late("T", time)) { try state.apply(trade(time, 1), to: trades) }
    #expect(throws: late("Q", time)) { try state.apply(quote(time, 1, 2), to: quotes) }
    // Later ones in the same call do not save it.
    let tradeColumns = columns([trade(time, 1), trade("2024-03-11T10:00:31Z", 2)])
    #expect(throws: late("T", time)) { try state.apply(tradeColumns, to: trades) }
    let quoteColumns = columns([quote(time, 1, 2), quote("2024-03-11T10:00:31Z", 2, 3)])
    #expect(throws: late("Q", time)) { try state.apply(quoteColumns, to: quotes) }
    let early = bar("2024-03-11T09:59:00Z", "2024-03-11T10:00:00Z", 1)
    #expect(throws: late("B", "2024-03-11T10:00:00Z")) {
      try state.apply(early, source: .last, to: bars)
    }
    #expect(state.snapshot() == before)
    #expect(state.lateRecordCount == 0)
    #expect(
      late("T", time).description
        == "T: a record of \(time) comes after the clock has reached 2024-03-11T10:00:30Z")
    // At the clock is not late.
    try state.apply(trade(clock, 5), to: trades)
    #expect(state.series("1m", of: "T").partial?.close.raw == 5)
  }

  @Test func `late records are dropped and counted, and the state stays as it was`() throws {
    var state = try begin(.dropAndCount)
    let before = state.snapshot()
    let (trades, quotes, bars) = (
      try state.symbol("T"), try state.symbol("Q"), try state.symbol("B")
    )
    let time = "2024-03-11T10:00:29.999999999Z"
    try state.apply(trade(time, 1), to: trades)
    try state.apply(quote(time, 1, 2), to: quotes)
    try state.apply(
      bar("2024-03-11T09:59:00Z", "2024-03-11T10:00:00Z", 1), source: .last, to: bars)
    try state.apply(columns([trade(time, 1), trade(time, 1)]), to: trades)
    try state.apply(columns([quote(time, 1, 2)]), to: quotes)
    #expect(state.lateRecordCount == 6)
    #expect(state.snapshot() == before)
  }

  @Test func `of columns the late ones are dropped, the others applied`() throws {
    let times = ["10:00:10", "10:00:20", "10:00:29.9", "10:00:30", "10:00:31", "10:02:00"]
    let trades = columns(
      times.enumerated().map { trade("2024-03-11T\($1)Z", Int64($0 + 1)) })
    let quotes = columns(
      times.enumerated().map { quote("2024-03-11T\($1)Z", Int64($0 + 1), Int64($0 + 2)) })
    var state = try begin(.dropAndCount)
    var expected = try begin(.dropAndCount)
    try state.apply(trades, to: state.symbol("T"))
    for index in 3..<6 { try expected.apply(trades[index], to: expected.symbol("T")) }
    #expect(state.lateRecordCount == 3)
    #expect(state.snapshot() == expected.snapshot())
    state = try begin(.dropAndCount)
    expected = try begin(.dropAndCount)
    try state.apply(quotes, 1..<5, to: state.symbol("Q"))
    for index in 3..<5 { try expected.apply(quotes[index], to: expected.symbol("Q")) }
    #expect(state.lateRecordCount == 2)
    #expect(state.snapshot() == expected.snapshot())
  }

  @Test func `the clock does not go back`() throws {
    var state = try begin(.dropAndCount)
    let before = state.snapshot()
    let earlier = clock.adding(-1)
    let error = StateError.clockWouldGoBack(to: earlier, clock: clock)
    #expect(throws: error) { try state.advance(to: earlier) }
    #expect(state.snapshot() == before)
    #expect(
      error.description == "the clock stands at \(clock) and cannot go back to \(earlier)")
    try state.advance(to: clock)
    #expect(state.snapshot() == before)
  }

  @Test func `empty columns and ranges change nothing`() throws {
    var state = try begin(.refuse)
    let before = state.snapshot()
    try state.apply(TradeColumns(), to: state.symbol("T"))
    try state.apply(QuoteColumns(), to: state.symbol("Q"))
    try state.apply(columns([trade("2024-03-11T09:00:00Z", 1)]), 1..<1, to: state.symbol("T"))
    #expect(state.snapshot() == before)
  }

  /// Late records sprinkled over a random tape must leave no trace.
  @Test func `random tapes with late records equal those without`() throws {
    for seed in randomSeeds(60) {
      let tape = try RandomTape(seed: seed)
      var random = SeededGenerator(seed: seed)
      var configuration = tape.configuration
      configuration.lateRecords = .dropAndCount
      var clean = try SynchronizedState(configuration)
      var dirty = try SynchronizedState(configuration)
      var count = 0
      for (index, entry) in tape.entries.enumerated() {
        try clean.apply(entry)
        try dirty.apply(entry)
        let earlier = tape.entries[random.below(index + 1)]
        guard earlier.record.time < entry.record.time else { continue }
        try dirty.apply(earlier)
        count += 1
        #expect(dirty.snapshot() == clean.snapshot(), "seed \(seed), record \(index)")
      }
      #expect(dirty.lateRecordCount == count)
      #expect(try dirty.histories() == clean.histories(), "seed \(seed)")
    }
  }
}
