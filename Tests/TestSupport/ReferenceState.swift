import Market
import MultiTimeframe
import Sessions

/// The slow and obvious state: every bar of every timeframe is updated at every record, straight
/// from the definition. Nothing folds, nothing is lazy, nothing is shared with the library but the
/// calendar's answer to "which bar holds this moment".
public struct ReferenceState {
  public struct Series {
    public let symbol: Int
    public let source: PriceSource
    public let timeframe: Timeframe
    public var completed: [Bar] = []
    public var current: Bar?
  }

  let configuration: StateConfiguration
  public internal(set) var series: [Series] = []
  public internal(set) var clock: Int64?
  public internal(set) var eventNumber: UInt64 = 0
  /// What subscribers to everything are told, in order, as `EventText` writes it.
  public internal(set) var events: [String] = []
  /// Events are left out unless they are wanted, because they take most of the time.
  public var keepsEvents = false
  /// Openings and closings still to come, for each symbol, in order.
  var sessionBoundaries: [[SessionBoundary]] = []

  public init(_ configuration: StateConfiguration) {
    self.configuration = configuration
    for (index, symbol) in configuration.symbols.enumerated() {
      // The order of the layout: what trades form, then what quotes form.
      let sources =
        symbol.isFormedByBars
        ? symbol.priceSources
        : symbol.priceSources.filter { $0 == .last } + symbol.priceSources.filter { $0 != .last }
      for source in sources {
        for timeframe in symbol.timeframes.sorted() {
          series.append(Series(symbol: index, source: source, timeframe: timeframe))
        }
      }
    }
  }

  public mutating func apply(_ trade: Trade, symbol: Int) {
    visitBoundaries(through: trade.time.nanoseconds)
    fold(symbol, at: trade.time, from: [.last]) { _ in (trade.price.raw, trade.quantity.raw) }
    finish(trade.time, symbol)
  }

  public mutating func apply(_ quote: Quote, symbol: Int) {
    visitBoundaries(through: quote.time.nanoseconds)
    fold(symbol, at: quote.time, from: [.bid, .ask, .mid]) { source in
      switch source {
      case .bid: (quote.bid.raw, 1)
      case .ask: (quote.ask.raw, 1)
      default: ((quote.bid.raw + quote.ask.raw) * 5, 1)
      }
    }
    finish(quote.time, symbol)
  }

  public mutating func apply(_ bar: Bar, source: PriceSource, symbol: Int) {
    startIfNeeded(at: bar.tsOpen.nanoseconds)
    visitBoundaries(through: bar.tsClose.nanoseconds - 1)
    for index in series.indices
    where series[index].symbol == symbol && series[index].source == source {
      guard let bounds = bounds(index, at: bar.tsOpen) else { continue }
      if var current = series[index].current {
        current.high = max(current.high, bar.high)
        current.low = min(current.low, bar.low)
        current.close = bar.close
        current.volume = Quantity(unchecked: current.volume.raw + bar.volume.raw)
        current.tickCount += bar.tickCount
        series[index].current = current
      } else {
        var opened = bar
        opened.tsOpen = bounds.tsOpen
        opened.tsClose = bounds.tsClose
        opened.tradingDay = bounds.tradingDay
        series[index].current = opened
      }
    }
    finish(bar.tsClose, symbol)
  }

  public mutating func advance(to time: Timestamp) {
    visitBoundaries(through: time.nanoseconds)
    clock = time.nanoseconds
  }

  private mutating func finish(_ time: Timestamp, _ symbol: Int) {
    clock = time.nanoseconds
    eventNumber += 1
    guard keepsEvents else { return }
    events.append(EventText.tick(symbol, eventNumber))
    events.append(
      EventText.changed(symbol, configuration.symbols[symbol].timeframes.sorted(), eventNumber))
  }

  private mutating func fold(
    _ symbol: Int, at time: Timestamp, from sources: Set<PriceSource>,
    _ value: (PriceSource) -> (price: Int64, quantity: Int64)
  ) {
    for index in series.indices
    where series[index].symbol == symbol && sources.contains(series[index].source) {
      guard let bounds = bounds(index, at: time) else { continue }
      let (raw, quantity) = value(series[index].source)
      let price = Price(unchecked: raw)
      if var current = series[index].current {
        current.high = max(current.high, price)
        current.low = min(current.low, price)
        current.close = price
        current.volume = Quantity(unchecked: current.volume.raw + quantity)
        current.tickCount += 1
        series[index].current = current
      } else {
        series[index].current = Bar(
          tsOpen: bounds.tsOpen, tsClose: bounds.tsClose, open: price, high: price, low: price,
          close: price, volume: Quantity(unchecked: quantity), tickCount: 1,
          tradingDay: bounds.tradingDay)
      }
    }
  }

  private func bounds(_ index: Int, at time: Timestamp) -> BarBounds? {
    // A fresh cursor every time: nothing is remembered from one question to the next.
    var cursor = SessionCursor(configuration.symbols[series[index].symbol].calendar)
    return cursor.bounds(of: series[index].timeframe, at: time)
  }
}
