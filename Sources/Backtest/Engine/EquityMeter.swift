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
  /// The lowest since the peak: whatever is not below it is no deeper fall.
  private var lowest: Money
  private(set) var drawdown = TickDrawdown(largest: 0, peak: .earliest, trough: .earliest)
  private var limits = PriceLimits()

  init(_ currency: Currency) {
    equity = .zero(currency)
    peak = .zero(currency)
    lowest = peak
  }

  @inline(__always)
  mutating func note(_ equity: Money, at time: Timestamp) {
    self.equity = equity
    if equity > peak {
      (peak, peakTime, lowest) = (equity, time, equity)
      limits.isKnown = false
    } else if equity < lowest {
      lowest = equity
      guard peak.units > 0 else { return }
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
  ///   - valuation: the equity by the mark, a line. It is not changed.
  mutating func scan(
    _ slice: TradeSlice, of trades: borrowing TradeColumns, sign: Int64,
    _ valuation: inout Valuation
  ) {
    if valuation.number != limits.state {
      limits = PriceLimits()
      limits.state = valuation.number
    }
    if !limits.isKnown {
      limits.find(
        around: slice.open, peak: peak, largest: drawdown.largest, sign, &valuation.line)
    }
    let (best, worst) = sign > 0 ? (slice.high, slice.low) : (slice.low, slice.high)
    let isHigher = sign * best > limits.highest
    let isLower = sign * worst < limits.lowest
    if !isHigher && !isLower { return }
    if isHigher != isLower, valuation.line.isStrict,
      noteExtreme(
        slice, trades, isHigher ? best : worst, other: isHigher ? worst : best, sign,
        &valuation.line)
    {
      return
    }
    noteAll(slice, trades, sign, &valuation.line)
  }

  /// Notes the one trade of a slice that counts, where that is sure to be one: the first of those with
  /// the best price, if no fall from there could be deeper, or the first of those with the worst.
  private mutating func noteExtreme(
    _ slice: TradeSlice, _ trades: borrowing TradeColumns, _ price: Int64, other: Int64,
    _ sign: Int64, _ line: inout WorthLine
  ) -> Bool {
    guard let equity = line.worth(at: price) else { return false }
    var after = limits
    let isPeak = equity > peak
    if isPeak {
      after.find(around: price, peak: equity, largest: drawdown.largest, sign, &line)
      guard after.isKnown, sign * other >= after.lowest else { return false }
    } else if (peak - equity).units >= 1 << 51 {
      // Of amounts so large two could be one as a double, and then the earlier one counts.
      return false
    }
    let row = trades.firstRow(of: price, in: slice.rows)
    note(equity, at: Timestamp(unchecked: trades.times[row]))
    if !isPeak { after.find(around: price, peak: peak, largest: drawdown.largest, sign, &line) }
    limits = after
    limits.widen(to: sign * price)
    return true
  }

  private mutating func noteAll(
    _ slice: TradeSlice, _ trades: borrowing TradeColumns, _ sign: Int64,
    _ line: inout WorthLine
  ) {
    let prices = trades.prices.span
    var row = slice.rows.lowerBound
    while row < slice.rows.upperBound {
      row = limits.firstOutside(prices, row..<slice.rows.upperBound, sign)
      guard row < slice.rows.upperBound else { return }
      if let equity = line.worth(at: prices[row]) {
        note(equity, at: Timestamp(unchecked: trades.times[row]))
        if !limits.isKnown {
          limits.find(around: prices[row], peak: peak, largest: drawdown.largest, sign, &line)
        }
        limits.widen(to: sign * prices[row])
      }
      row += 1
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
    _ line: inout WorthLine
  ) {
    (highest, lowest, isKnown) = (.min, .max, false)
    let step: Int64 = 1 << 20
    guard let here = line.worth(at: price), let there = line.worth(at: price + sign * step),
      there > here
    else { return }
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

  /// The first row whose price is not within; the end of `rows` where there is none.
  @inline(__always)
  func firstOutside(_ prices: Span<Int64>, _ rows: Range<Int>, _ sign: Int64) -> Int {
    precondition(rows.upperBound <= prices.count, "rows out of range")
    // Nothing is within limits that are not known.
    guard lowest <= highest else { return rows.lowerBound }
    // Prices stay far from the ends of their type, so that differences do not wrap.
    let top = min(sign > 0 ? highest : 0 &- lowest, Price.limit)
    let bottom = max(sign > 0 ? lowest : 0 &- highest, -Price.limit)
    var row = rows.lowerBound
    // Eight at a time, whose differences are of one sign where all are within.
    while row &+ 8 <= rows.upperBound {
      var outside: Int64 = 0
      for index in row..<row &+ 8 {
        let price = unsafe prices[unchecked: index]
        outside |= (price &- bottom) | (top &- price)
      }
      if outside < 0 { break }
      row &+= 8
    }
    while row < rows.upperBound {
      let price = unsafe prices[unchecked: row]
      if price < bottom || price > top { return row }
      row &+= 1
    }
    return row
  }
}

extension RunCore {
  /// Whether trades of a symbol must be valued one by one: something is held whose worth is no
  /// straight line of its price, or is converted by it.
  @inline(__always)
  func looksAtEveryTrade(of symbol: Int) -> Bool {
    guard symbols[symbol].isMarkedByTrades else { return false }
    if position(of: symbol) != 0 {
      findWorth(by: symbol)
      return !valuation.isLine
    }
    return symbols[symbol].isExchangeRate && needsConversion
  }

  private var needsConversion: Bool {
    (try? exchange.needsConversion(to: plan.configuration.currency)) ?? true
  }

  /// Notes trades that change nothing but marks.
  @inline(__always)
  func scanEquity(_ slice: TradeSlice, of trades: borrowing TradeColumns, _ symbol: Int) {
    let quantity = position(of: symbol)
    guard quantity != 0, symbols[symbol].isMarkedByTrades else {
      // What no record brings, as funding of another symbol, is seen on the next record, whosever it is.
      if exchange.changeCount != valuedChangeCount, let equity = knownEquity() {
        valuedChangeCount = exchange.changeCount
        meter.note(equity, at: Timestamp(unchecked: trades.times[slice.rows.lowerBound]))
      }
      return
    }
    findWorth(by: symbol)
    guard valuation.isLine else { return }
    meter.scan(
      slice, of: trades, sign: quantity.signum(), &valuation)
  }
}

extension TradeColumns {
  /// The first of `rows` with a price that one of them has.
  fileprivate borrowing func firstRow(of price: Int64, in rows: Range<Int>) -> Int {
    let prices = prices.span
    var row = rows.lowerBound
    // Four at a time; the bounds are looked at only to be sure.
    while row &+ 4 <= rows.upperBound {
      let (a, b) = (prices[row] == price, prices[row &+ 1] == price)
      let (c, d) = (prices[row &+ 2] == price, prices[row &+ 3] == price)
      if a || b || c || d { break }
      row &+= 4
    }
    while prices[row] != price { row &+= 1 }
    return row
  }
}
