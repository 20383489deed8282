import Market

/// Options of the commands that replay a tape.
extension CommonParameters {
  static let store = Parameter.required("--store", "FILE", .text, "the market database")
  static let symbol = Parameter.required("--symbol", "S", .text, "the symbol")
  static let symbols = Parameter.repeated(
    "--symbol", "S", .text, "a symbol; all when none is given")
  static let anchor = Parameter.option(
    "--anchor", "ANCHOR", ArgumentType<BarAnchor>.choice, default: .session,
    "what bars are counted from: the trading day's open, or plain UTC multiples")
  static let hours = Parameter.option(
    "--hours", "HOURS", ArgumentType<TradingHoursChoice>.choice, default: .regular,
    "whether pre- and post-market form bars")
  static let times = Parameter.option(
    "--times", "FORMAT", ArgumentType<TimeFormat>.choice, default: .iso, "how times are written")
  static let timeframes = Parameter.repeated(
    "--timeframe", "TF", .timeframe,
    "a timeframe; 1m, 5m, 15m, 1H, 4H and 1D when none is given")

  /// The timeframes asked for, or the default set.
  static func timeframes(_ arguments: Arguments) -> [Timeframe] {
    let asked = arguments[timeframes]
    return asked.isEmpty ? Timeframe.defaultSet : asked
  }
}

extension ArgumentType where Value == PriceSource {
  static var priceSource: Self {
    let names = PriceSource.allCases.map { "\($0)" }
    return Self(choices: names) { text throws(ArgumentFault) in
      guard let source = PriceSource.allCases.first(where: { "\($0)" == text }) else {
        throw ArgumentFault("expected " + names.joined(separator: ", "))
      }
      return source
    }
  }
}
