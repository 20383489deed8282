import Indicators
import Market
import MultiTimeframe
import SampleTapes
import Sessions

/// The tapes that `make demo` writes.
enum DemoTape: CaseIterable, Sendable {
  case quotes, trades

  private var configuration: SampleTapeConfiguration {
    get throws {
      SampleTapeConfiguration(
        symbol: self == .quotes ? "EURUSD" : "BTCUSDT", kind: self == .quotes ? .quotes : .trades,
        calendar: try .named(self == .quotes ? "fx-ny" : "24x7"),
        firstDay: CalendarDate(year: 2024, month: 3, day: 4)!, dayCount: 14,
        tickCount: 1_000_000, seed: self == .quotes ? 1 : 2)
    }
  }

  /// Its bars of one minute, and what their units are worth.
  func minutes() throws -> (Instrument, [Bar], BarScale) {
    let configuration = try configuration
    let instrument = configuration.instrument
    var state = try SynchronizedState(
      StateConfiguration(symbols: [
        SymbolConfiguration(
          instrument: instrument, calendar: configuration.calendar, timeframes: [.minute1],
          priceSources: [self == .quotes ? .bid : .last])
      ]))
    var bars: [Bar] = []
    state.onBarClose(of: .minute1) { close, _ in bars.append(close.bar) }
    var tape = try SampleTape(configuration)
    let symbol = try state.symbol(instrument.symbol)
    switch self {
    case .quotes:
      var batch = QuoteColumns()
      while tape.next(into: &batch) { try state.apply(batch, to: symbol) }
    case .trades:
      var batch = TradeColumns()
      while tape.next(into: &batch) { try state.apply(batch, to: symbol) }
    }
    let volume = self == .quotes ? .zero : instrument.quantityPrecision
    return (instrument, bars, BarScale(price: instrument.pricePrecision, quantity: volume))
  }
}
