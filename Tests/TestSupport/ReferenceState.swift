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

  private let configuration: StateConfiguration
  public private(set) var series: [Series] = []
  public private(set) var clock: Int64?
  public private(set) var eventNumber: UInt64 = 0
  /// Openings and closings still to come, for each symbol, in order.
  private var sessionBoundaries: [[Int64]] = []

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
    finish(trade.time)
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
    finish(quote.time)
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
    finish(bar.tsClose)
  }

  public mutating func advance(to time: Timestamp) {
    visitBoundaries(through: time.nanoseconds)
    clock = time.nanoseconds
  }

  private mutating func finish(_ time: Timestamp) {
    clock = time.nanoseconds
    eventNumber += 1
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

  /// Closes, moment by moment, everything that ends by `time`.
  private mutating func visitBoundaries(through time: Int64) {
    startIfNeeded(at: time)
    while true {
      let closes = series.compactMap { $0.current?.tsClose.nanoseconds }
      let sessions = sessionBoundaries.compactMap(\.first)
      guard let next = (closes + sessions).min(), next <= time else { return }
      for index in series.indices {
        guard let current = series[index].current, current.tsClose.nanoseconds == next else {
          continue
        }
        series[index].completed.append(current)
        series[index].current = nil
      }
      for symbol in sessionBoundaries.indices {
        sessionBoundaries[symbol].removeAll { $0 == next }
      }
      clock = next
      eventNumber += 1
    }
  }

  private mutating func startIfNeeded(at time: Int64) {
    guard clock == nil, sessionBoundaries.isEmpty else { return }
    sessionBoundaries = configuration.symbols.map { symbol in
      var boundaries: [Int64] = []
      var date = Timestamp(unchecked: time).utcDate.adding(days: -4)
      // Further than any random tape reaches, with what is asked after its end.
      for _ in 0..<500 {
        date = date.adding(days: 1)
        guard let day = symbol.calendar.tradingDay(on: date), day.regularClose.nanoseconds > time
        else { continue }
        boundaries += [day.regularOpen.nanoseconds, day.regularClose.nanoseconds]
      }
      return boundaries
    }
  }
}
