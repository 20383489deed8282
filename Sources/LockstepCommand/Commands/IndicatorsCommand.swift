import Indicators
import Market
import MultiTimeframe
import Storage

/// `lockstep indicators`: the indicators of one timeframe, bar by bar or at one moment.
enum IndicatorsCommand {
  private static let list = Parameter.flag(
    "--list", "every indicator there is, with its parameters; no store is needed")
  private static let store = Parameter.optional(
    "--store", "FILE", .text, "the market database")
  private static let symbol = Parameter.optional("--symbol", "S", .text, "the symbol")
  private static let timeframe = Parameter.optional(
    "--timeframe", "TF", .timeframe, "a number and a unit: s, m, H, D, W or M")
  private static let indicators = Parameter.repeated(
    "--indicator", "DECLARATION", .text, "an indicator, such as \"sma(20)\" or \"ema(10, of: rsi)\""
  )
  private static let from = Parameter.optional(
    "--from", "T", .time, "the first bar opens at this time or later")
  private static let to = Parameter.optional(
    "--to", "T", .time, "what was known at this time: the last bar closes by then")
  private static let provisionalAt = Parameter.optional(
    "--provisional-at", "T", .time,
    "instead of rows: both values at this moment, confirmed and provisional")
  private static let price = Parameter.optional(
    "--price", "PRICE", .priceSource, "which price forms the bars")
  private static let history = Parameter.option(
    "--history", "N", ArgumentType<Int>.integer(in: 1...IndicatorDeclaration.defaultMaximumPeriod),
    default: 1_000, "bars that an indicator may look back to, the limit of every period")
  private static let output = Parameter.option(
    "--output", "FORMAT", ArgumentType<RowFormat>.choice, default: .table, "how rows are written")

  static let command = Command(
    name: "indicators",
    summary: "print the indicators of one timeframe",
    discussion: """
      Forms the bars of one timeframe from the stored records and prints, for each bar that
      completed, its close and the indicators as they stood then: confirmed values. A value that
      its look-back does not reach yet is left empty. Every value is taken from the first stored
      record on, so that it does not depend on --from.

      With --provisional-at it shows the moment instead: the confirmed value, and the provisional
      one, as if the bar that was being formed had closed there.

      A declaration is a name with its parameters, by position or by name: sma(20),
      bbands(period: 20, deviations: 2.5). Those left out have their defaults. 'of' takes an
      indicator of another field than the close, or of another indicator: sma(20, of: high),
      ema(10, of: rsi(14)). '.' names one of several outputs: macd(12, 26, 9).signal.
      """,
    parameters: [
      list, store, symbol, timeframe, indicators, from, to, provisionalAt, price,
      CommonParameters.anchor, CommonParameters.hours, history, output, CommonParameters.times,
      CommonParameters.quiet,
    ],
    examples: [
      Command.Example(
        title: "two indicators on 5-minute bars",
        commandLine: """
          lockstep indicators --store market.db --symbol EURUSD --timeframe 5m \\
              --indicator "sma(20)" --indicator "macd(12, 26, 9)" --from 2024-03-08
          """),
      Command.Example(
        title: "where the RSI and its average stood within a bar",
        commandLine: """
          lockstep indicators --store market.db --symbol EURUSD --timeframe 1H \\
              --indicator rsi --indicator "ema(10, of: rsi)" \\
              --provisional-at 2024-03-08T12:34:56Z
          """),
      Command.Example(
        title: "what there is", commandLine: "lockstep indicators --list"),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    if arguments[list] {
      return try IndicatorList.write(
        arguments[output], maximumPeriod: arguments[history], to: console.output)
    }
    let declarations = try declarations(arguments)
    guard let name = arguments[symbol] else { throw UsageError.missingOption("--symbol") }
    guard let timeframe = arguments[timeframe] else {
      throw UsageError.missingOption("--timeframe")
    }
    guard let path = arguments[store] else { throw UsageError.missingOption("--store") }
    let store = try MarketStore(path: path, mode: .readOnly)
    let selection = try TapeSelection(
      name, in: store, timeframes: [timeframe],
      sources: [arguments[price] ?? store.usualPrice(of: name)],
      anchor: arguments[CommonParameters.anchor], hours: arguments[CommonParameters.hours],
      indicators: [timeframe: declarations])
    var configuration = StateConfiguration(symbols: [selection.configuration])
    configuration.historyLength = arguments[history]
    let state = try SynchronizedState(configuration)
    let end = arguments[provisionalAt] ?? arguments[to]
    let streams = try selection.streams(
      of: store, symbol: try state.symbol(name), from: nil, to: end)
    let window = try TimeWindow(from: arguments[from], to: arguments[to])
    let report = IndicatorReport(
      state.layout, selection, from: arguments[from], format: arguments[output],
      times: arguments[CommonParameters.times], to: console.output)
    let tape = StoredTape(state: state, streams: streams)
    let progress = Progress(
      "indicators", total: selection.recordCount, unit: "ticks", console: console,
      quiet: arguments[CommonParameters.quiet]
        || console.outputColumns != nil && arguments[provisionalAt] == nil)
    if let moment = arguments[provisionalAt] {
      try report.writeMoment(moment, tape, progress)
    } else {
      // The last stored bars are known at their close, and close there.
      let end = window.to ?? selection.timeRange.upperBound
      let count = try report.writeBars(through: end, tape, progress)
      if count == 0, !arguments[CommonParameters.quiet] {
        window.explainEmptiness(of: name, selection.timeRange, console)
      }
    }
  }

  private static func declarations(_ arguments: Arguments) throws -> [IndicatorDeclaration] {
    let texts = arguments[indicators]
    guard !texts.isEmpty else { throw UsageError.missingOption("--indicator") }
    if arguments[provisionalAt] != nil, arguments[from] != nil || arguments[to] != nil {
      throw UsageError.conflict("'--provisional-at' is one moment: leave out '--from' and '--to'")
    }
    return try texts.map { text in
      do throws(IndicatorError) {
        return try IndicatorDeclaration(parsing: text, maximumPeriod: arguments[history])
      } catch {
        throw UsageError.malformedValue(
          name: "--indicator", value: text, reason: error.description)
      }
    }
  }
}
