import Indicators
import Market
import MultiTimeframe
import Sessions

// Short ways to write what most tests need. Their text is right, so a fault in it may trap.

func moment(_ text: String) -> Timestamp { try! Timestamp(parsing: text) }

func trade(_ time: String, _ price: Int64, _ quantity: Int64 = 1) -> Trade {
  trade(moment(time), price, quantity)
}

func trade(_ time: Timestamp, _ price: Int64, _ quantity: Int64 = 1) -> Trade {
  Trade(time: time, price: try! Price(raw: price), quantity: try! Quantity(raw: quantity))
}

func quote(_ time: String, _ bid: Int64, _ ask: Int64) -> Quote {
  Quote(time: moment(time), bid: try! Price(raw: bid), ask: try! Price(raw: ask))
}

/// A source bar whose prices are all the same.
func bar(
  _ tsOpen: String, _ tsClose: String, _ price: Int64, volume: Int64 = 0, ticks: Int64 = 1
) -> Bar {
  let price = try! Price(raw: price)
  return Bar(
    tsOpen: moment(tsOpen), tsClose: moment(tsClose), open: price, high: price, low: price,
    close: price, volume: try! Quantity(raw: volume), tickCount: ticks,
    tradingDay: moment(tsOpen).utcDate)
}

func columns(_ trades: [Trade]) -> TradeColumns {
  var columns = TradeColumns()
  for trade in trades { try! columns.append(trade) }
  return columns
}

func columns(_ quotes: [Quote]) -> QuoteColumns {
  var columns = QuoteColumns()
  for quote in quotes { try! columns.append(quote) }
  return columns
}

func timeframes(_ names: String) -> [Timeframe] {
  names.split(separator: " ").map { try! Timeframe(parsing: String($0)) }
}

func symbol(
  _ name: String, _ names: String = "1m 5m 1H 1D", calendar: TradingCalendar,
  sources: [PriceSource] = [.last], isFormedByBars: Bool = false,
  indicators: [String: [String]] = [:]
) -> SymbolConfiguration {
  SymbolConfiguration(
    instrument: Instrument(
      symbol: name, pricePrecision: try! Precision(2), quantityPrecision: .zero),
    calendar: calendar, timeframes: timeframes(names), priceSources: sources,
    isFormedByBars: isFormedByBars,
    indicators: Dictionary(
      uniqueKeysWithValues: indicators.map { name, texts in
        (
          try! Timeframe(parsing: name),
          texts.map { text in try! IndicatorDeclaration(parsing: text) }
        )
      }))
}

func symbol(
  _ name: String, _ names: String = "1m 5m 1H 1D", calendar: String = "24x7",
  sources: [PriceSource] = [.last], isFormedByBars: Bool = false,
  indicators: [String: [String]] = [:]
) -> SymbolConfiguration {
  symbol(
    name, names, calendar: try! .named(calendar), sources: sources,
    isFormedByBars: isFormedByBars, indicators: indicators)
}

extension Timestamp {
  func adding(_ nanoseconds: Int64) -> Timestamp {
    try! Timestamp(nanoseconds: self.nanoseconds + nanoseconds)
  }
}

extension SynchronizedState {
  /// One symbol's series of a timeframe.
  func series(_ timeframe: String, _ source: PriceSource = .last, of name: String = "S")
    -> SeriesSnapshot
  {
    let id = try! series(
      Timeframe(parsing: timeframe), source, of: symbol(name))
    return series(id)
  }

  func history(_ timeframe: String, _ source: PriceSource = .last, of name: String = "S") -> [Bar] {
    let id = try! series(Timeframe(parsing: timeframe), source, of: symbol(name))
    return history(id, last: .max)
  }
}
