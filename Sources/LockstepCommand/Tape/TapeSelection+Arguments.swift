import Market
import Storage

extension TapeSelection {
  /// What a command over several symbols replays: those that were given, or all that have records
  /// which form bars. What is left out is said on the error stream.
  ///
  /// - Throws: `CommandFailure` as for one symbol, and when nothing is left.
  static func all(
    _ arguments: Arguments, in store: MarketStore, _ console: Console
  ) throws -> [TapeSelection] {
    var names = arguments[CommonParameters.symbols]
    if names.isEmpty { names = try formable(in: store, arguments, console) }
    return try names.map { name in
      try TapeSelection(
        name, in: store, timeframes: CommonParameters.timeframes(arguments), sources: nil,
        anchor: arguments[CommonParameters.anchor], hours: arguments[CommonParameters.hours])
    }
  }

  private static func formable(
    in store: MarketStore, _ arguments: Arguments, _ console: Console
  ) throws -> [String] {
    var names: [String] = []
    for name in try store.instruments().map(\.symbol) {
      if try store.streams(symbol: name).contains(where: { $0.isTicks || $0.bars != nil }) {
        names.append(name)
      } else if !arguments[CommonParameters.quiet] {
        console.note("\(name) has no trades, quotes or bars, and is left out")
      }
    }
    guard !names.isEmpty else {
      throw CommandFailure(
        "the store has no trades, quotes or bars", remedy: "'lockstep import' brings them in")
    }
    return names
  }
}
