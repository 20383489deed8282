import Indicators
import Market
import Sessions

/// One symbol of a synchronized state: its instrument, its hours, and which bars are kept for it.
public struct SymbolConfiguration: Sendable {
  public let instrument: Instrument
  public let calendar: TradingCalendar
  /// In any order and without repetition; 1 to `timeframeLimit`.
  public let timeframes: [Timeframe]
  /// A symbol cannot have more timeframes than this.
  public static let timeframeLimit = 60
  /// Which prices have series of their own, in any order and without repetition; at least one.
  public let priceSources: [PriceSource]
  /// Whether the tape consists of bars. Otherwise `.last` is formed by trades, and `.bid`, `.ask`
  /// and `.mid` by quotes.
  public let isFormedByBars: Bool
  /// The indicators of each timeframe, kept for every price source; no number of bars in them may
  /// exceed the history.
  public let indicators: [Timeframe: [IndicatorDeclaration]]

  public init(
    instrument: Instrument, calendar: TradingCalendar,
    timeframes: [Timeframe] = Timeframe.defaultSet, priceSources: [PriceSource],
    isFormedByBars: Bool = false, indicators: [Timeframe: [IndicatorDeclaration]] = [:]
  ) {
    self.instrument = instrument
    self.calendar = calendar
    self.timeframes = timeframes
    self.priceSources = priceSources
    self.isFormedByBars = isFormedByBars
    self.indicators = indicators
  }
}

/// What happens to a record whose time lies before the clock. It is never applied.
public enum LateRecordPolicy: Sendable {
  /// The call that brought it throws, and nothing of that call is applied.
  case refuse
  /// It is left out and counted in `SynchronizedState.lateRecordCount`.
  case dropAndCount
}

/// Where indicators are kept up to date.
public enum IndicatorThread: Sendable {
  /// On the thread of the state's owner alone.
  case none
  /// While nobody looks, and bars close by the hundred, on a thread beside it.
  case one
}

/// Everything that a synchronized state needs to know before its first record.
public struct StateConfiguration: Sendable {
  public var symbols: [SymbolConfiguration]
  /// Completed bars kept for each series; at least 1.
  public var historyLength = 1_000
  /// More symbols than this are refused.
  public var symbolLimit = 10
  /// A configuration that would need more memory than this is refused, in units of 10^6 bytes.
  public var memoryLimitMB = 1_000
  /// Whether a thread of its own takes completed bars into indicators while records in bulk go on;
  /// it changes no result.
  public var indicatorThread = IndicatorThread.one
  public var lateRecords = LateRecordPolicy.refuse
  /// How many state changes the audit trail keeps; 0 turns it off.
  public var auditTrailLength = 0

  public init(symbols: [SymbolConfiguration]) { self.symbols = symbols }
}

/// Why a state cannot be set up, or will not take a record.
public enum StateError: Error, Hashable, Sendable {
  case noSymbols
  case tooManySymbols(count: Int, limit: Int)
  case duplicateSymbol(String)
  case noTimeframes(symbol: String)
  case tooManyTimeframes(symbol: String, count: Int, limit: Int)
  case duplicateTimeframe(symbol: String, Timeframe)
  case noPriceSources(symbol: String)
  case duplicatePriceSource(symbol: String, PriceSource)
  /// An indicator that cannot be made, or text that declares none.
  case indicator(symbol: String, Timeframe, IndicatorError)
  /// Indicators of a timeframe that the symbol does not have.
  case indicatorsWithoutTimeframe(symbol: String, Timeframe, known: [Timeframe])
  /// A series was asked for an indicator that was not declared for it.
  case undeclaredIndicator(symbol: String, Timeframe, String, known: [String])
  case historyTooShort(Int)
  /// Bars of the past were brought after the first record, or are not in the order of time.
  case warmUpTooLate(clock: Timestamp)
  case warmUpOutOfOrder(symbol: String, Timeframe, tsOpen: Timestamp, after: Timestamp)
  /// A bar of the past is none of the timeframe's on the symbol's calendar.
  case warmUpOffGrid(symbol: String, Timeframe, tsOpen: Timestamp, tsClose: Timestamp)
  case memoryLimitExceeded(neededMB: Int, limitMB: Int)
  case unknownSymbol(String, known: [String])
  case unknownSeries(symbol: String, Timeframe, PriceSource, known: [String])
  /// The symbol has no series that this kind of record could form.
  case unexpectedRecord(symbol: String, RecordKind)
  /// The record's time lies before the clock.
  case lateRecord(symbol: String, time: Timestamp, clock: Timestamp)
  /// The clock was asked to go back.
  case clockWouldGoBack(to: Timestamp, clock: Timestamp)
  /// A source bar ends when it begins or earlier, or holds no tick.
  case emptySourceBar(symbol: String, tsOpen: Timestamp, tsClose: Timestamp, tickCount: Int64)
  /// A bar's open or close lies outside of its low and high.
  case inconsistentBar(symbol: String, tsOpen: Timestamp, tsClose: Timestamp)
  /// A source bar reaches over the edge of a bar of the symbol's finest timeframe.
  case sourceBarTooCoarse(symbol: String, tsOpen: Timestamp, tsClose: Timestamp, Timeframe)
  case market(MarketError)
}

extension StateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noSymbols: "no symbols: expected at least one"
    case .tooManySymbols(let count, let limit):
      "\(count) symbols exceed the limit of \(limit); raise symbolLimit to allow them"
    case .duplicateSymbol(let symbol): "\(symbol) is configured twice"
    case .noTimeframes(let symbol): "\(symbol): no timeframes, expected at least one"
    case .tooManyTimeframes(let symbol, let count, let limit):
      "\(symbol): \(count) timeframes exceed the limit of \(limit)"
    case .duplicateTimeframe(let symbol, let timeframe): "\(symbol): \(timeframe) is listed twice"
    case .noPriceSources(let symbol):
      "\(symbol): no price source, expected at least one of bid, ask, mid and last"
    case .duplicatePriceSource(let symbol, let source): "\(symbol): '\(source)' is listed twice"
    case .indicator(let symbol, let timeframe, let error): "\(symbol) \(timeframe): \(error)"
    case .indicatorsWithoutTimeframe(let symbol, let timeframe, let known):
      "\(symbol) has indicators on \(timeframe), which is none of its timeframes: it has "
        + known.map(\.description).joined(separator: ", ")
    case .undeclaredIndicator(let symbol, let timeframe, let name, let known):
      "\(symbol) \(timeframe) has no indicator \(name): it has "
        + (known.isEmpty ? "none" : known.joined(separator: ", "))
    case .warmUpTooLate(let clock):
      "bars of the past come before the first record; the clock stands at \(clock)"
    case .warmUpOutOfOrder(let symbol, let timeframe, let tsOpen, let end):
      "\(symbol) \(timeframe): the bar of the past that opens at \(tsOpen) follows one that closes "
        + "at \(end)"
    case .warmUpOffGrid(let symbol, let timeframe, let tsOpen, let tsClose):
      "\(symbol) \(timeframe): no bar of the calendar goes from \(tsOpen) to \(tsClose)"
    case .historyTooShort(let length): "a history of \(length) bars: expected at least 1"
    case .memoryLimitExceeded(let needed, let limit):
      "the configuration needs \(needed) MB, the limit is \(limit) MB; keep less history, "
        + "fewer timeframes or fewer symbols, or raise memoryLimitMB"
    case .unknownSymbol(let symbol, let known):
      "unknown symbol '\(symbol)': the state has \(known.joined(separator: ", "))"
    case .unknownSeries(let symbol, let timeframe, let source, let known):
      "\(symbol) has no series \(timeframe) \(source): it has \(known.joined(separator: ", "))"
    case .unexpectedRecord(let symbol, let kind):
      "\(symbol): a \(kind.rawValue) forms none of its series"
    case .lateRecord(let symbol, let time, let clock):
      "\(symbol): a record of \(time) comes after the clock has reached \(clock)"
    case .clockWouldGoBack(let time, let clock):
      "the clock stands at \(clock) and cannot go back to \(time)"
    case .emptySourceBar(let symbol, let tsOpen, let tsClose, let tickCount):
      "\(symbol): the source bar \(tsOpen) to \(tsClose) with \(tickCount) ticks: expected a close "
        + "after the open and at least 1 tick"
    case .inconsistentBar(let symbol, let tsOpen, let tsClose):
      "\(symbol): the bar \(tsOpen) to \(tsClose): expected open and close between low and high"
    case .sourceBarTooCoarse(let symbol, let tsOpen, let tsClose, let timeframe):
      "\(symbol): the source bar \(tsOpen) to \(tsClose) does not fit into one \(timeframe) bar"
    case .market(let error): error.description
    }
  }
}
