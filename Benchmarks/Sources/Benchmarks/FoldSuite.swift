import Lockstep

/// What a tick costs: ten million trades in memory, folded into six timeframes.
enum FoldSuite {
  static func run(_ bench: Bench) throws {
    let tapes = [
      (name: "fold.six-timeframes", days: 30, limit: Limit.atMost(1.3)),
      (name: "fold.dense", days: 3, limit: nil),
      (name: "fold.sparse", days: 300, limit: nil),
    ]
    for tape in tapes where bench.wants(tape.name, tape.name + ".native") {
      bench.attempt(tape.name) {
        let count = bench.size(10_000_000, quick: 1_000_000)
        let days = max(1, bench.size(tape.days, quick: tape.days / 10))
        let trades = try Tapes.trades(count: count, days: days)
        try compare(trades, tape.name, limit: tape.limit, bench)
      }
    }
    if bench.wants("fold.tick-by-tick") { try tickByTick(bench) }
    try TenSymbols.run(bench)
  }

  /// The library beside C on one tape, in turn. The fastest form of the C program counts.
  private static func compare(
    _ trades: TradeColumns, _ name: String, limit: Limit?, _ bench: Bench
  ) throws {
    let programs = try CReference.flavours.map { flavour in
      let reference = try CReference("fold", flavour: flavour, bench)
      return try CFold.forms.map { try CFold(reference, form: $0) }
    }
    let expected = try fold(trades, bench).checksum
    let contenders = programs.joined().map { program in
      {
        let (time, checksum) = program.run(trades, bench)
        guard checksum == expected else {
          throw BenchmarkError.differentResults("C \(program.form) makes other bars")
        }
        return time / Double(trades.count)
      }
    }
    let times = try interleave(
      rounds: bench.size(15, quick: 5),
      contenders + [{ try fold(trades, bench).time / Double(trades.count) }])
    let own = times[contenders.count]
    let fastest = [0, CFold.forms.count].map { first in
      times[first..<first + CFold.forms.count].map(\.median).min()
    }
    bench.report(
      Figure(name, unit: "ns/tick", samples: own, reference: fastest[0], limit: limit))
    bench.report(Figure(name + ".native", unit: "ns/tick", samples: own, reference: fastest[1]))
  }

  /// Folds all trades into a fresh state.
  /// - Returns: the nanoseconds, those of making the state left out, and the bars' checksum.
  private static func fold(
    _ trades: TradeColumns, _ bench: Bench
  ) throws -> (time: Double, checksum: UInt64) {
    var state = try SynchronizedState.sixTimeframes()
    let symbol = try state.symbol(Tapes.symbol)
    let time = try bench.stopwatch.time {
      try state.apply(trades, to: symbol)
      return state.eventNumber
    }
    return (time, state.checksum(of: symbol))
  }

  /// One call a trade.
  private static func tickByTick(_ bench: Bench) throws {
    let count = bench.size(10_000_000, quick: 1_000_000)
    let trades = try Tapes.trades(count: count, days: 30)
    let times = try interleave(rounds: bench.size(7, quick: 3)) {
      var state = try SynchronizedState.sixTimeframes()
      let symbol = try state.symbol(Tapes.symbol)
      let time = try bench.stopwatch.time {
        for index in 0..<trades.count { try state.apply(trades[index], to: symbol) }
        return state.eventNumber
      }
      return time / Double(count)
    }
    bench.report(Figure("fold.tick-by-tick", unit: "ns/tick", samples: times))
  }
}

/// One form of the C program.
@safe struct CFold {
  static let forms = ["fold_every_time", "fold_every_fourth_time", "fold_blocks"]

  private typealias Fold =
    @convention(c) (UnsafePointer<Int64>, UnsafePointer<Int64>, UnsafePointer<Int64>, Int64) -> Void

  let form: String
  private let reset: @convention(c) () -> Void
  private let fold: Fold
  private let checksum: @convention(c) () -> UInt64

  init(_ reference: CReference, form: String) throws(BenchmarkError) {
    self.form = form
    reset = try reference.function("fold_reset")
    unsafe fold = unsafe try reference.function(form)
    checksum = try reference.function("fold_checksum")
  }

  func run(_ trades: TradeColumns, _ bench: Bench) -> (time: Double, checksum: UInt64) {
    reset()
    let time = unsafe trades.times.withUnsafeBufferPointer { times in
      unsafe trades.prices.withUnsafeBufferPointer { prices in
        unsafe trades.quantities.withUnsafeBufferPointer { quantities in
          bench.stopwatch.time {
            unsafe fold(
              times.baseAddress!, prices.baseAddress!, quantities.baseAddress!,
              Int64(trades.count))
            return 0
          }
        }
      }
    }
    return (time, checksum())
  }
}

extension SynchronizedState {
  /// Over the number of completed bars, the history and the partial bar of every series, as
  /// `fold_checksum` in C computes it.
  func checksum(of symbol: SymbolID) -> UInt64 {
    var sum: UInt64 = 0
    func add(_ field: Int64) { sum = sum &* 31 &+ UInt64(bitPattern: field) }
    for series in layout.series(of: symbol) {
      let snapshot = self.series(series)
      add(Int64(snapshot.completedCount))
      for bar in history(series, last: 1_000) + [snapshot.partial].compactMap(\.self) {
        add(bar.tsOpen.nanoseconds)
        add(bar.tsClose.nanoseconds)
        add(bar.open.raw)
        add(bar.high.raw)
        add(bar.low.raw)
        add(bar.close.raw)
        add(bar.volume.raw)
        add(bar.tickCount)
      }
    }
    return sum
  }
}
