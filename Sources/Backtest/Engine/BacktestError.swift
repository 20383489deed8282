public import Exchange
public import Market
public import MultiTimeframe
public import Streams

/// Why a run cannot begin, or cannot go on.
public enum BacktestError: Error {
  case rolesOutOfOrder(ltf: Timeframe, mtf: Timeframe, htf: Timeframe)
  /// Bars of one role reach over the edges of those of the role above.
  case roleNotMultiple(symbol: String, lower: Timeframe, upper: Timeframe)
  case noSymbols
  /// A listing with a long and a short position: a strategy sees one position a symbol.
  case hedging(symbol: String)
  /// A strategy asks for the closes of a timeframe that the run does not keep.
  case unknownTimeframe(Timeframe, known: [Timeframe])
  /// A strategy asks for a feature that was not declared, or in words that mean none.
  case unknownFeature(String, Timeframe, StateError)
  /// A fixed size, as decimal text, that has more decimals than a symbol's quantities, or is too large.
  case fixedSize(String, symbol: String, Precision)
  /// A number of the risk rules that is below zero, or none.
  case riskRule(String, found: String)
  /// Sizing by volatility from less than two changes of the close.
  case volatilityBars(Int)
  case unknownSymbol(String, known: [String])
  /// The handle of a symbol with a number that this run has not given: another run's.
  case foreignSymbol(number: Int, known: [String])
  /// An order with a number that this run has not given: another run's; this one has sent so many.
  case foreignOrder(number: Int, count: Int)
  /// A timer in the past.
  case timerInThePast(at: Timestamp, now: Timestamp)
  /// A timer that repeats without time in between.
  case timerPeriod(Int64)
  /// A stream of a symbol that the run does not have.
  case strayStream(StreamKey)
  case state(StateError)
  case exchange(ExchangeError)
  case stream(StreamError)
  /// A call to the strategy threw.
  case strategy(call: String, at: Timestamp?, any Error)
  /// The strategy acts on reports of what it did on reports, and no record comes in between.
  case endlessAnswers(call: String, at: Timestamp, limit: Int)
  /// The strategy's timers ring again and again, no record comes in between, and the time hardly moves.
  case endlessTimers(at: Timestamp)
  /// The journal could not write.
  case journal(any Error)
}

extension BacktestError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .rolesOutOfOrder(let ltf, let mtf, let htf):
      "the roles ltf \(ltf), mtf \(mtf), htf \(htf): expected none longer than the one after it"
    case .roleNotMultiple(let symbol, let lower, let upper):
      "\(symbol): bars of \(lower) do not fit into those of \(upper): expected a whole multiple"
    case .noSymbols: "no symbols: expected at least one"
    case .hedging(let symbol):
      "\(symbol) keeps a long and a short position: expected one that nets them"
    case .unknownTimeframe(let timeframe, let known):
      "the strategy asks for closes of \(timeframe), which the run does not keep: it keeps "
        + known.map(\.description).joined(separator: ", ")
    case .unknownFeature(let text, let timeframe, let error):
      "the strategy asks for '\(text)' on \(timeframe): \(error)"
    case .fixedSize(let size, let symbol, let precision):
      "a size of \(size) for \(symbol): expected a quantity with at most \(precision.digits) decimals"
    case .riskRule(let name, let found):
      "the risk rule \(name) is \(found): expected a finite number from 0 on"
    case .volatilityBars(let count):
      "sizing by the volatility of \(count) changes of the close: expected at least 2"
    case .unknownSymbol(let symbol, let known):
      "no symbol '\(symbol)': the run has \(known.joined(separator: ", "))"
    case .foreignSymbol(let number, let known):
      "symbol \(number) has a number that this run has not given: it has \(known.joined(separator: ", "))"
    case .foreignOrder(let number, let count):
      "order \(number) has a number that this run has not given: it has sent \(count)"
    case .timerInThePast(let time, let now):
      "a timer at \(time) is in the past: it is \(now)"
    case .timerPeriod(let period): "a timer every \(period) ns: expected above zero"
    case .strayStream(let key): "the run has no symbol for the stream \(key)"
    case .state(let error): error.description
    case .exchange(let error): error.description
    case .stream(let error): error.description
    case .strategy(let call, let time, let error):
      "the strategy's \(call) at \(time.map(\.description) ?? "the start") failed: \(error)"
    case .endlessAnswers(let call, let time, let limit):
      "the strategy's \(call) at \(time) acts on each report anew: expected at most \(limit) orders, "
        + "amendments and cancels on reports between two records"
    case .endlessTimers(let time):
      "the strategy's timers have rung \(TimerCount.limit) times up to \(time) without a record in between: "
        + "expected them at least \(TimerCount.leastInterval) ns apart on average"
    case .journal(let error): "the run's files cannot be written: \(error)"
    }
  }
}
