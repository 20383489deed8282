import Exchange
import Market
import MultiTimeframe

/// Stands between the strategy and the exchange: sizes orders, and keeps the limits.
///
/// It reads the snapshot and what it has been told of days and trades, nothing else. Orders that can
/// only make a position smaller are never refused for a limit.
struct RiskManager {
  private let rules: RiskRules
  /// From where losses are counted; nil until the first symbol is traded.
  private var peak: Double?
  private var dayStart: Double?
  /// The losses with which the limits were reached: since then nothing is opened, of the day until its
  /// end.
  private var reachedDrawdown: Double?
  private var reachedDailyLoss: Double?
  /// By symbol: until when nothing is opened.
  private var pausedUntil: [Timestamp?]

  init(_ rules: RiskRules, symbolCount: Int) {
    self.rules = rules
    pausedUntil = Array(repeating: nil, count: symbolCount)
  }

  /// A symbol is traded from now on. What the account lost before the first of them nobody has traded.
  mutating func begin(with equity: Money) {
    guard peak == nil else { return }
    peak = equity.units.nearestDouble
    dayStart = peak
  }

  @inline(__always)
  mutating func note(_ equity: Money) {
    guard let peak else { return }
    let equity = equity.units.nearestDouble
    self.peak = max(peak, equity)
    noteLosses(at: equity)
  }

  mutating func dayEnded(_ equity: Money) {
    guard peak != nil else { return }
    dayStart = equity.units.nearestDouble
    reachedDailyLoss = nil
  }

  /// Looks whether a limit of loss is reached. Prices that come back do not undo it.
  private mutating func noteLosses(at equity: Double) {
    if reachedDrawdown == nil, let limit = rules.drawdown, let peak, peak > 0,
      (peak - equity) / peak >= limit
    {
      reachedDrawdown = (peak - equity) / peak
    }
    if reachedDailyLoss == nil, let limit = rules.dailyLoss, let dayStart, dayStart > 0,
      (dayStart - equity) / dayStart >= limit
    {
      reachedDailyLoss = (dayStart - equity) / dayStart
    }
  }

  func save(into writer: inout StateWriter) {
    writer.write(peak ?? 0)
    writer.write(dayStart ?? 0)
    writer.write(reachedDrawdown ?? 0)
    writer.write(reachedDailyLoss ?? 0)
    for time in pausedUntil { writer.write(time?.nanoseconds ?? 0) }
  }

  mutating func tradeEnded(of symbol: Int, hasLost: Bool, at time: Timestamp) {
    guard hasLost, rules.cooldown > 0 else { return }
    let (end, isBeyond) = time.nanoseconds.addingReportingOverflow(rules.cooldown)
    pausedUntil[symbol] = isBeyond ? .latest : min(Timestamp(unchecked: end), .latest)
  }

  /// How much of an order goes to the exchange, or why nothing does.
  mutating func decide(
    on intent: OrderIntent, _ snapshot: borrowing RuntimeSnapshot, _ listing: Listing
  ) -> Result<Quantity, RiskRefusal> {
    let held = snapshot.position(of: intent.symbol)
    let quantity: Quantity
    do throws(RiskRefusal) {
      quantity = try size(intent, held, snapshot, listing)
    } catch {
      return .failure(error)
    }
    // With what is on its way already: closes of the whole, and everything that opens on this side.
    let expected = snapshot.expectedPosition(of: intent.symbol, before: intent.side)
    let reached = expected.adding(intent.side.sign * max(1, quantity.raw))
    let opens = abs(reached) > abs(expected) || reached.signum() == -expected.signum()
    if intent.isReduceOnly || intent.size == .wholePosition || !opens {
      return .success(quantity)
    }
    if let refusal = pause(of: intent.symbol, snapshot) { return .failure(refusal) }
    // An amendment may ask for nothing that is not on its way already, and has been held against the rest.
    if quantity > .zero,
      let refusal = refusal(of: intent, reached: reached, held: held, snapshot)
    {
      return .failure(refusal)
    }
    return .success(quantity)
  }

  // MARK: Limits

  /// Why nothing is opened for now, however little.
  private mutating func pause(
    of symbol: SymbolID, _ snapshot: borrowing RuntimeSnapshot
  ) -> RiskRefusal? {
    if let until = pausedUntil[symbol.index], snapshot.tsClose < until {
      return .cooldown(until: until)
    }
    guard let equity = snapshot.equity else { return .noMark }
    noteLosses(at: equity.units.nearestDouble)
    return lossRefusal
  }

  private func refusal(
    of intent: OrderIntent, reached: Int64, held: Int64, _ snapshot: borrowing RuntimeSnapshot
  ) -> RiskRefusal? {
    if let limit = rules.maximumOpenPositions, held == 0,
      snapshot.symbols.count(where: { $0 != intent.symbol && snapshot.isEngaged(in: $0) })
        >= limit
    {
      return .openPositions(limit: limit)
    }
    return exposureRefusal(of: intent, reached: reached, snapshot)
  }

  private var lossRefusal: RiskRefusal? {
    if let limit = rules.drawdown, let lost = reachedDrawdown {
      return .drawdown(lost: lost, limit: limit)
    }
    if let limit = rules.dailyLoss, let lost = reachedDailyLoss {
      return .dailyLoss(lost: lost, limit: limit)
    }
    return nil
  }

  /// Which limit of loss has been reached, where what is open is to be closed then.
  func reachedLimit(_ snapshot: borrowing RuntimeSnapshot) -> RiskRefusal? {
    guard rules.closesAtLimits, snapshot.equity != nil else { return nil }
    return lossRefusal
  }

  private func exposureRefusal(
    of intent: OrderIntent, reached: Int64, _ snapshot: borrowing RuntimeSnapshot
  ) -> RiskRefusal? {
    guard rules.maximumLeverage != nil || rules.maximumPosition != nil else { return nil }
    guard let worth = snapshot.equity else { return .noMark }
    guard worth.units > 0 else { return .noEquity(worth) }
    let equity = worth.units.nearestDouble
    var sum = 0.0
    var own = 0.0
    for symbol in snapshot.symbols {
      let quantity =
        symbol == intent.symbol ? reached : snapshot.largestExpectedPosition(of: symbol)
      guard quantity != 0 else { continue }
      let value: Money
      do { value = try snapshot.value(of: quantity, of: symbol) } catch { return error }
      let size = abs(value.units.nearestDouble)
      sum += size
      if symbol == intent.symbol { own = size }
    }
    if let limit = rules.maximumPosition, own / equity > limit {
      return .position(reached: own / equity, limit: limit)
    }
    if let limit = rules.maximumLeverage, sum / equity > limit {
      return .leverage(reached: sum / equity, limit: limit)
    }
    return nil
  }

  // MARK: Sizing

  private func size(
    _ intent: OrderIntent, _ held: Int64, _ snapshot: borrowing RuntimeSnapshot,
    _ listing: Listing
  ) throws(RiskRefusal) -> Quantity {
    switch intent.size {
    case .quantity(let quantity): return quantity
    case .wholePosition:
      guard held.signum() == -intent.side.sign else { throw .nothingToClose }
      return listing.closingQuantity(of: held)
    case .bySizing(let stop):
      var size = try sized(intent, stop, snapshot, listing)
      // 0.57 of 100 is 56.99999999999999 in binary.
      let whole = size.rounded()
      if abs(size - whole) <= 1e-12 * whole { size = whole }
      guard size.isFinite else { throw .tooSmall(size: size) }
      let increment = listing.contract.quantityIncrement
      let most = Double(listing.contract.largestOrder.raw)
      let quantity = Quantity(unchecked: Int64(min(size, most)) / increment * increment)
      guard quantity > .zero, quantity >= listing.contract.minimumQuantity else {
        throw .tooSmall(size: size)
      }
      return quantity
    }
  }

  /// In units of the last quantity digit, not rounded.
  private func sized(
    _ intent: OrderIntent, _ stop: Price?, _ snapshot: borrowing RuntimeSnapshot,
    _ listing: Listing
  ) throws(RiskRefusal) -> Double {
    if let fixed = rules.sizing.fixedQuantity(of: listing.instrument) { return Double(fixed.raw) }
    guard let mark = snapshot.mark(of: intent.symbol) else { throw .noMark }
    let worth = try snapshot.worthOfUnit(of: intent.symbol)
    guard let equity = snapshot.equity else { throw .noMark }
    guard equity.units > 0 else { throw .noEquity(equity) }
    let capital = equity.units.nearestDouble
    let price = Double(mark.price.raw) / Precision.power(mark.digits)
    let sign = Double(intent.side.sign)
    switch rules.sizing {
    case .fixed: preconditionFailure("the plan refuses a quantity that a symbol cannot have")
    case .equityShare(let share): return capital * share / worth
    case .riskToStop(let share):
      guard let stop else { throw .noStop }
      let level = listing.instrument.pricePrecision.double(stop.raw)
      guard sign * (price - level) > 0 else { throw .noStop }
      return capital * share / loss(of: worth, from: price, to: level, listing)
    case .riskByATR(let share, let text, let multiple):
      guard let atr = snapshot.confirmed(text, of: intent.symbol), atr > 0 else {
        throw .notReady(text)
      }
      let level = price - sign * atr * multiple
      return capital * share / loss(of: worth, from: price, to: level, listing)
    case .targetVolatility(let yearly, let bars, let barsPerYear):
      let volatility = snapshot.volatility(bars: bars, of: intent.symbol)
      guard let volatility, volatility > 0 else { throw .notReady("\(bars) changes of the close") }
      return capital * yearly / (worth * volatility * barsPerYear.squareRoot())
    }
  }

  /// What a position that is worth `worth` at a price loses on the way to a level.
  ///
  /// The value of an inverse contract is a share of the price, so that the level's value counts: a long
  /// loses a quarter on a fall by a fifth, and more than there is on the way to zero.
  private func loss(
    of worth: Double, from price: Double, to level: Double, _ listing: Listing
  ) -> Double {
    let base = listing.contract.settlement == .inverse ? max(level, 0) : abs(price)
    return worth * abs(price - level) / base
  }
}

extension RiskRefusal: Error {}

extension Int64 {
  /// The sum, or as much as no position comes to: orders that no exchange takes may be sent in any number.
  fileprivate func adding(_ change: Int64) -> Int64 {
    let most: Int64 = 1 << 62
    let (sum, overflow) = addingReportingOverflow(change)
    return overflow ? (change > 0 ? most : -most) : Swift.min(most, Swift.max(-most, sum))
  }
}

extension Precision {
  fileprivate static func power(_ digits: Int) -> Double {
    Double(Precision.powersOfTen[digits])
  }
}

extension RuntimeSnapshot {
  /// What the position comes to when every close at the market that is on its way has filled, and
  /// everything that opens on this side.
  fileprivate func expectedPosition(of symbol: SymbolID, before side: OrderSide) -> Int64 {
    var position = position(of: symbol)
    for order in core.openOrders() where order.request.listing.index == symbol.index {
      // As it is, or as amendments on their way would have it.
      let left = core.book.largestQuantity(of: order).raw - order.filledQuantity.raw
      let change = order.request.side.sign * left
      if !order.request.isReduceOnly {
        if order.request.side == side { position = position.adding(change) }
      } else if order.request.type == .market, position.signum() == -change.signum() {
        position = abs(change) >= abs(position) ? 0 : position.adding(change)
      }
    }
    return position
  }

  /// The larger of what buys and what sells on their way may lead to.
  fileprivate func largestExpectedPosition(of symbol: SymbolID) -> Int64 {
    let long = expectedPosition(of: symbol, before: .buy)
    let short = expectedPosition(of: symbol, before: .sell)
    return abs(long) >= abs(short) ? long : short
  }

  /// Whether something is held, or on its way to be.
  fileprivate func isEngaged(in symbol: SymbolID) -> Bool {
    position(of: symbol) != 0
      || core.openOrders().contains {
        $0.request.listing.index == symbol.index && !$0.request.isReduceOnly
      }
  }

  var currency: Currency { core.plan.configuration.currency }

  /// What `quantity` is worth at the mark, in the run's currency.
  fileprivate func value(of quantity: Int64, of symbol: SymbolID) throws(RiskRefusal) -> Money {
    let listing = core.symbols[symbol.index].listingID
    do throws(ExchangeError) {
      if let value = try core.caughtUp().exchange.value(of: quantity, in: listing),
        let converted = try core.exchange.converted(value, to: currency)
      {
        return converted
      }
    } catch {
      throw .valueTooLarge(units: quantity)
    }
    throw .noMark
  }

  /// What one unit is worth at the mark, in 10^-8 of the run's currency: of so many at once that rounding
  /// does not show, but of fewer where those are worth too much to be counted.
  fileprivate func worthOfUnit(of symbol: SymbolID) throws(RiskRefusal) -> Double {
    for count in [1 << 40, 1 << 20] as [Int64] {
      do throws(RiskRefusal) {
        return abs(try value(of: count, of: symbol).units.nearestDouble) / Double(count)
      } catch {
        guard case .valueTooLarge = error else { throw error }
      }
    }
    return abs(try value(of: 1, of: symbol).units.nearestDouble)
  }

  /// The confirmed value of an indicator of the lowest role.
  fileprivate func confirmed(_ text: String, of symbol: SymbolID) -> Double? {
    let series = core.symbols[symbol.index].roleSeries[Role.ltf.place]
    guard let id = try? core.state.layout.indicator(text, of: series) else { return nil }
    let value = core.confirmed(id)
    return value.isNaN ? nil : value
  }

  /// The standard deviation of the latest relative changes of the lowest role's closes.
  fileprivate func volatility(bars count: Int, of symbol: SymbolID) -> Double? {
    let series = core.symbols[symbol.index].roleSeries[Role.ltf.place]
    let closes = core.caughtUp().state.history(series, last: count + 1).map {
      Double($0.close.raw)
    }
    guard closes.count == count + 1, count >= 2 else { return nil }
    let changes = zip(closes.dropFirst(), closes).map { $0 / $1 - 1 }
    let mean = changes.reduce(0, +) / Double(count)
    let squares = changes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(count - 1)).squareRoot()
  }
}
