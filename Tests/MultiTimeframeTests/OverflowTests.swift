import Market
import MultiTimeframe
import Sessions
import TestSupport
import Testing

/// A volume that 64 bits cannot hold is an error that names symbol and field, never a wrap; what
/// came before is intact.
@Suite struct OverflowTests {
  private let largest = Quantity.limit - 1
  private let overflow = StateError.market(.overflow(symbol: "S", field: "volume"))

  /// The quantities that bring a volume to exactly `Int64.max`: 1,024 of them.
  private var toTheBrim: [Int64] {
    let count = Int(Int64.max / largest)
    return Array(repeating: largest, count: count) + [Int64.max - Int64(count) * largest]
  }

  private func state(_ names: String = "1m 5m 1H 1D 1W") throws -> SynchronizedState {
    try SynchronizedState(StateConfiguration(symbols: [symbol("S", names)]))
  }

  private func trades(_ quantities: [Int64], step: Int64) -> [Trade] {
    let start = moment("2024-03-11T00:00:00Z")
    return quantities.enumerated().map { index, quantity in
      trade(start.adding(Int64(index) * step), Int64(index % 7), quantity)
    }
  }

  /// Steps in nanoseconds: all in one bar, 1m bars carried within 5m, 1H and 1D, days within a week.
  static let steps: [Int64] = [1, 10_000_000_000, 80_000_000_000, 500_000_000_000]

  @Test(arguments: steps)
  func `exactly 64 bits fit, one more does not`(step: Int64) throws {
    let fitting = trades(toTheBrim, step: step)
    var state = try state()
    let id = try state.symbol("S")
    for trade in fitting { try state.apply(trade, to: id) }
    #expect(state.series("1W").partial?.volume.raw == .max)
    let before = state.snapshot()
    let last = try #require(state.snapshot().time)
    #expect(throws: overflow) { try state.apply(trade(last, 1, 1), to: id) }
    #expect(state.snapshot() == before)
    // What adds nothing still fits.
    try state.apply(trade(last, 9, 0), to: id)
    #expect(state.series("1W").partial?.close.raw == 9)
    #expect(state.series("1W").partial?.volume.raw == .max)
    #expect(overflow.description == "S: the sum in 'volume' exceeds 64 bits")
  }

  @Test(arguments: steps)
  func `in columns everything before the offending trade is applied`(step: Int64) throws {
    // The offender stands in the middle of a block, and of the columns.
    let quantities = toTheBrim + [0, 1, 0, 1] + Array(repeating: largest, count: 700)
    let all = trades(quantities, step: step)
    let fitting = toTheBrim.count + 1
    for chunk in [all.count, 7, 1] {
      var state = try state()
      let id = try state.symbol("S")
      let columns = columns(all)
      #expect(throws: overflow) {
        for start in stride(from: 0, to: all.count, by: chunk) {
          try state.apply(columns, start..<min(start + chunk, all.count), to: id)
        }
      }
      #expect(state.series("1W").partial?.volume.raw == .max)
      #expect(state.series("1W").partial?.tickCount == Int64(fitting))
      #expect(state.series("1W").partial?.close.raw == Int64((fitting - 1) % 7))
    }
  }

  @Test func `in columns the state equals that of single trades, record by record`() throws {
    for step in OverflowTests.steps {
      let all = trades(toTheBrim + [0, 1], step: step)
      var single = try state()
      var bulk = try state()
      let id = try single.symbol("S")
      #expect(throws: overflow) { for trade in all { try single.apply(trade, to: id) } }
      #expect(throws: overflow) { try bulk.apply(columns(all), to: id) }
      #expect(bulk.snapshot() == single.snapshot())
      #expect(try bulk.histories() == single.histories())
    }
  }

  @Test func `the sums of other symbols and of later bars are their own`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m 5m"), symbol("T", "1m 5m")]))
    let id = try state.symbol("S")
    for trade in trades(toTheBrim, step: 1) { try state.apply(trade, to: id) }
    try state.apply(trade("2024-03-11T00:00:01Z", 1, largest), to: state.symbol("T"))
    // 4 minutes later the 1m bar is another, but the 5m bar is full.
    #expect(throws: overflow) {
      try state.apply(trade("2024-03-11T00:04:00Z", 1, 1), to: id)
    }
    try state.apply(trade("2024-03-11T00:05:00Z", 1, largest), to: id)
    #expect(state.series("5m").completed?.volume.raw == .max)
    #expect(state.series("5m").partial?.volume.raw == largest)
  }

  /// Runs of two symbols that alternate: what comes before the offending trade is applied, of both,
  /// and nothing behind it.
  @Test(arguments: OverflowTests.steps)
  func `in runs handed over together everything before the offending trade is applied`(
    step: Int64
  ) throws {
    let full = trades(toTheBrim + [0, 1, 0], step: step)
    let other = full.map { trade($0.time, 5, 1) }
    let configuration = StateConfiguration(symbols: [symbol("S", "1m 1H 1W"), symbol("T", "5m")])
    var single = try SynchronizedState(configuration)
    var together = try SynchronizedState(configuration)
    let ids = try (single.symbol("S"), single.symbol("T"))
    #expect(throws: overflow) {
      for (one, two) in zip(full, other) {
        try single.apply(one, to: ids.0)
        try single.apply(two, to: ids.1)
      }
    }
    #expect(single.series("1W").partial?.volume.raw == .max)
    let columns = [columns(full), columns(other)]
    unsafe columns.withUnsafeBufferPointer { columns in
      let runs = full.indices.flatMap { row in
        unsafe [
          RecordRun(.trades(columns.baseAddress!), row..<row + 1, of: ids.0),
          RecordRun(.trades(columns.baseAddress! + 1), row..<row + 1, of: ids.1),
        ]
      }
      #expect(throws: overflow) { try together.apply(runs.span) }
      #expect(together.snapshot() == single.snapshot())
      // A run before the clock is late, and so is whatever is wrong with it.
      #expect(throws: StateError.self) { try together.apply(runs.span) }
    }
    #expect(together.snapshot() == single.snapshot())
    #expect(try together.histories() == single.histories())
  }

  /// A trade that did not fit leaves no trace: an earlier one that comes after it still finds its
  /// own bar.
  @Test func `a refused trade does not move the bars`() throws {
    var state = try state("5m 1D")
    let id = try state.symbol("S")
    for trade in trades(toTheBrim, step: 1) { try state.apply(trade, to: id) }
    try state.advance(to: moment("2024-03-11T00:10:00Z"))
    #expect(throws: overflow) { try state.apply(trade("2024-03-11T10:07:00Z", 1, 1), to: id) }
    try state.apply(trade("2024-03-11T05:03:00Z", 5, 0), to: id)
    let partial = try #require(state.series("5m").partial)
    #expect(partial.tsOpen == moment("2024-03-11T05:00:00Z"))
    #expect(partial.tsClose == moment("2024-03-11T05:05:00Z"))
  }

  @Test func `volume and tick count of source bars`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "5m 1H 1D", isFormedByBars: true)]))
    let id = try state.symbol("S")
    func minute(_ index: Int, volume: Int64, ticks: Int64) -> Bar {
      let open = moment("2024-03-11T00:00:00Z").adding(Int64(index) * 60_000_000_000)
      return bar(
        open.description, open.adding(60_000_000_000).description, 1, volume: volume, ticks: ticks)
    }
    try state.apply(minute(0, volume: 1, ticks: .max - 2), source: .last, to: id)
    try state.apply(minute(7, volume: 1, ticks: 1), source: .last, to: id)
    try state.apply(minute(8, volume: 1, ticks: 1), source: .last, to: id)
    let before = state.snapshot()
    #expect(throws: StateError.market(.overflow(symbol: "S", field: "tickCount"))) {
      try state.apply(minute(9, volume: 1, ticks: 1), source: .last, to: id)
    }
    #expect(state.snapshot() == before)
    #expect(state.series("1D").partial?.tickCount == .max)
    // Volumes that the readers of a store may hand on reach beyond a record's.
    try state.advance(to: moment("2024-03-12T00:00:00Z"))
    var large = minute(1_440, volume: 0, ticks: 1)
    large.volume = Quantity(unchecked: .max)
    try state.apply(large, source: .last, to: id)
    #expect(throws: overflow) {
      try state.apply(minute(1_441, volume: 1, ticks: 1), source: .last, to: id)
    }
    #expect(state.series("1D").partial?.volume.raw == .max)
  }
}
