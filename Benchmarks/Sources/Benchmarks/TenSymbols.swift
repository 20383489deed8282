import Lockstep

/// Ten symbols in one state: one tape whose trades belong to symbols by turns.
struct TenSymbols {
  private static let symbols = (0..<10).map { "S\($0)" }
  private let tape: TradeColumns
  /// Where the turns begin and end in the tape, and whose they are.
  private var turns: [(symbol: Int, range: Range<Int>)] = []

  /// - Parameter longestTurn: how many trades in a row a symbol has at most; the mean is half.
  private init(_ tape: TradeColumns, longestTurn: Int) {
    self.tape = tape
    var random = SeededGenerator(seed: 2)
    var start = 0
    while start < tape.count {
      let end = min(tape.count, start + 1 + random.below(longestTurn))
      turns.append((random.below(TenSymbols.symbols.count), start..<end))
      start = end
    }
  }

  static func run(_ bench: Bench) throws {
    guard bench.wants("fold.ten-symbols.runs", "fold.ten-symbols.ticks") else { return }
    let tape = try Tapes.trades(count: bench.size(10_000_000, quick: 1_000_000), days: 30)
    try TenSymbols(tape, longestTurn: 200).measure("fold.ten-symbols.runs", bench) {
      try $0.apply(tape, $1, to: $2)
    }
    try TenSymbols(tape, longestTurn: 1).measure("fold.ten-symbols.ticks", bench) {
      for index in $1 { try $0.apply(tape[index], to: $2) }
    }
  }

  private func measure(
    _ name: String, _ bench: Bench,
    apply: (inout SynchronizedState, Range<Int>, SymbolID) throws -> Void
  ) throws {
    let times = try interleave(rounds: bench.size(7, quick: 3)) {
      var state = try SynchronizedState.sixTimeframes(symbols: TenSymbols.symbols)
      let symbols = try TenSymbols.symbols.map { try state.symbol($0) }
      let time = try bench.stopwatch.time {
        for turn in turns { try apply(&state, turn.range, symbols[turn.symbol]) }
        return state.eventNumber
      }
      return time / Double(tape.count)
    }
    bench.report(Figure(name, unit: "ns/tick", samples: times))
  }
}
