import Lockstep
import SampleTapes

/// The tapes that figures are measured on: made up, from seeds, around the clock, in waves of calm
/// and agitation; nearly half of the trades share their time with another.
enum Tapes {
  static let symbol = "BTCUSDT"
  /// 2023-11-15.
  private static let firstDay = CalendarDate(daysSinceEpoch: 19_676)

  /// Trades without aggressor, sequence and receive time: what the timeframes look at.
  static func trades(count: Int, days: Int, seed: UInt64 = 1) throws -> TradeColumns {
    var tape = try crypto(count: count, days: days, seed: seed)
    var all = TradeColumns()
    var batch = TradeColumns()
    while tape.next(into: &batch) {
      for index in 0..<batch.count {
        let trade = batch[index]
        try all.append(Trade(time: trade.time, price: trade.price, quantity: trade.quantity))
      }
    }
    return all
  }

  /// Quotes of currencies, with their nights and weekends, and sizes.
  static func forex(count: Int) throws -> SampleTape {
    let configuration = SampleTapeConfiguration(
      symbol: "EURUSD", kind: .quotes, calendar: try .named("fx-ny"), firstDay: firstDay,
      dayCount: 14, tickCount: count, seed: 1)
    return try SampleTape(configuration)
  }

  /// Trades of a coin with everything that a recorder keeps.
  static func crypto(count: Int, days: Int, seed: UInt64 = 1) throws -> SampleTape {
    let configuration = SampleTapeConfiguration(
      symbol: symbol, kind: .trades, calendar: try .named("24x7"), firstDay: firstDay,
      dayCount: days, tickCount: count, seed: seed)
    return try SampleTape(configuration)
  }
}

extension SynchronizedState {
  /// Symbols of trades in the default six timeframes; what is configured follows the defaults.
  /// - Parameter indicators: kept on each of the six.
  static func sixTimeframes(
    symbols: [String] = [Tapes.symbol], indicators: [IndicatorDeclaration] = [],
    thread: IndicatorThread = .one
  ) throws -> SynchronizedState {
    let calendar = try TradingCalendar.named("24x7")
    let (price, quantity) = (try Precision(2), try Precision(3))
    let configurations = symbols.map { symbol in
      SymbolConfiguration(
        instrument: Instrument(
          symbol: symbol, pricePrecision: price, quantityPrecision: quantity),
        calendar: calendar, priceSources: [.last],
        indicators: Dictionary(
          uniqueKeysWithValues: Timeframe.defaultSet.map { ($0, indicators) }))
    }
    var configuration = StateConfiguration(symbols: configurations)
    configuration.indicatorThread = thread
    return try SynchronizedState(configuration)
  }
}
