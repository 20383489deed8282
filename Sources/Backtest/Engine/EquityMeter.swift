import Exchange
import Market

/// The largest fall of the equity from its peak, by every record.
///
/// Equity is exact, and only the records that could make a new peak or a deeper fall are valued: in
/// between the price says enough. So a slice of trades costs a look for its lowest and highest price.
struct EquityMeter {
  private(set) var equity: Money
  private var peak: Money
  private var peakTime = Timestamp.earliest
  private(set) var drawdown = TickDrawdown(largest: 0, peak: .earliest, trough: .earliest)
  private var limits = PriceLimits()

  init(_ currency: Currency) {
    equity = .zero(currency)
    peak = .zero(currency)
  }

  mutating func note(_ equity: Money, at time: Timestamp) {
    self.equity = equity
    if equity > peak {
      (peak, peakTime) = (equity, time)
      limits.isKnown = false
    } else if equity < peak, peak.units > 0 {
      let fall = (peak - equity).units.nearestDouble / peak.units.nearestDouble
      guard fall > drawdown.largest else { return }
      drawdown = TickDrawdown(largest: fall, peak: peakTime, trough: time)
      limits.isKnown = false
    }
  }

  /// Notes trades through which the positions stay as they are.
  ///
  /// - Parameters:
  ///   - sign: that of the position.
  ///   - state: equal for two slices between which nothing but this price has changed the equity.
  ///   - value: the equity with the mark at a price, in a straight line of it.
  mutating func scan(
    _ slice: TradeSlice, of trades: borrowing TradeColumns, sign: Int64, state: Int,
    value: (Int64) -> Money?
  ) {
    if state != limits.state {
      limits = PriceLimits()
      limits.state = state
    }
    if !limits.isKnown {
      limits.find(
        around: slice.open, peak: peak, largest: drawdown.largest, sign,
        value)
    }
    guard limits.areLeft(by: slice, sign) else { return }
    for row in slice.rows {
      let place = sign * trades.prices[row]
      guard place > limits.highest || place < limits.lowest else { continue }
      guard let equity = value(trades.prices[row]) else { continue }
      note(equity, at: Timestamp(unchecked: trades.times[row]))
      if !limits.isKnown {
        limits.find(
          around: trades.prices[row], peak: peak, largest: drawdown.largest, sign, value)
      }
      limits.widen(to: place)
    }
  }
}

/// Between which prices there is neither a new peak nor a deeper fall. Prices are turned round for a
/// short position, so that higher is always better.
private struct PriceLimits {
  var state = -1
  var isKnown = false
  private(set) var highest = Int64.min
  private(set) var lowest = Int64.max

  /// By the straight line through two prices, and a little narrower, so that what lies within is
  /// certain.
  mutating func find(
    around price: Int64, peak: Money, largest: Double, _ sign: Int64,
    _ value: (Int64) -> Money?
  ) {
    (highest, lowest) = (.min, .max)
    let step: Int64 = 1 << 20
    guard let here = value(price), let there = value(price + sign * step), there > here else {
      return
    }
    let slope = (there - here).units.nearestDouble / Double(step)
    let top = peak.units.nearestDouble
    let level = here.units.nearestDouble
    let above = (top - level) / slope
    let below = (top * (1 - largest) - level) / slope
    let origin = sign * price
    if let above = Int64(exactly: above.rounded(.down)) { highest = origin + above - 1 }
    if let below = Int64(exactly: below.rounded(.up)) { lowest = origin + below + 1 }
    isKnown = true
  }

  /// A place that has been valued is certain.
  mutating func widen(to place: Int64) {
    highest = max(highest, place)
    lowest = min(lowest, place)
  }

  func areLeft(by slice: TradeSlice, _ sign: Int64) -> Bool {
    sign > 0
      ? slice.high > highest || slice.low < lowest
      : -slice.low > highest || -slice.high < lowest
  }
}

extension RunCore {
  /// Whether trades of a symbol must be valued one by one: something is held whose worth is no
  /// straight line of its price, or is converted by it.
  func looksAtEveryTrade(of symbol: Int) -> Bool {
    guard symbols[symbol].isMarkedByTrades else { return false }
    if position(of: symbol) != 0 { return worthLine(by: symbol) == nil }
    return symbols[symbol].isExchangeRate && needsConversion
  }

  private var needsConversion: Bool {
    (try? exchange.needsConversion(to: plan.configuration.currency)) ?? true
  }

  /// Notes trades that change nothing but marks.
  func scanEquity(_ slice: TradeSlice, of trades: borrowing TradeColumns, _ symbol: Int) {
    let quantity = position(of: symbol)
    guard quantity != 0, symbols[symbol].isMarkedByTrades else { return }
    guard let line = worthLine(by: symbol) else { return }
    meter.scan(slice, of: trades, sign: quantity.signum(), state: meterState) { line.worth(at: $0) }
  }
}
