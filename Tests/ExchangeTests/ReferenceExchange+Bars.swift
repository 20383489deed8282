import ExactNumbers
import Market

@testable import Exchange

/// Bars, one price after the other.
extension ReferenceExchange {
  mutating func apply(_ bar: Bar) {
    advance(to: Moment(bar.tsClose, .sourceBars))
    guard !fillingTimes.contains(where: { $0 >= bar.tsOpen }) else { return }
    fillingTimes.append(Timestamp(unchecked: bar.tsClose.nanoseconds - 1))
    let isLowFirst =
      switch listing.matching.barPath {
      case .openHighLowClose: false
      case .openLowHighClose: true
      case .byDirection, .worstCase: bar.close >= bar.open
      }
    var other = self
    let known = reports.count
    walk(bar, isLowFirst: isLowFirst)
    other.walk(bar, isLowFirst: !isLowFirst)
    if listing.matching.barPath == .worstCase,
      other.worth(since: known, bar.close) < worth(since: known, bar.close)
    {
      swap(&self, &other)
    }
    let others = other.reports[known...].compactMap(Self.execution)
    for index in known..<reports.count {
      guard case .filled(let fill) = reports[index].event,
        let execution = Self.execution(reports[index]), !others.contains(where: { $0 == execution })
      else { continue }
      reports[index] = OrderReport(
        order: fill.order, time: fill.time, event: .filled(pathDependent(fill)),
        status: reports[index].status)
    }
    inForce = (bar.close, bar.close)
  }

  /// Cash and position of the fills since `known`, at the close.
  private func worth(since known: Int, _ close: Price) -> Rational {
    var worth = Rational(0)
    for report in reports[known...] {
      guard case .filled(let fill) = report.event else { continue }
      let sign: Int64 = fill.side == .buy ? 1 : -1
      let paid = Rational(sign * fill.quantity.raw) * Rational(fill.price.raw)
      worth = worth + Rational(sign * fill.quantity.raw) * Rational(close.raw) - paid
    }
    return worth
  }

  private static func execution(_ report: OrderReport) -> (OrderID, Price, Quantity)? {
    guard case .filled(let fill) = report.event else { return nil }
    return (fill.order, fill.price, fill.quantity)
  }

  private func pathDependent(_ fill: Fill) -> Fill {
    Fill(
      number: fill.number, order: fill.order, listing: fill.listing, side: fill.side,
      price: fill.price, quantity: fill.quantity, time: fill.time, liquidity: fill.liquidity,
      fee: fill.fee, realizedProfit: fill.realizedProfit, isPathDependent: true)
  }

  private mutating func walk(_ bar: Bar, isLowFirst: Bool) {
    let length = bar.tsClose.nanoseconds - bar.tsOpen.nanoseconds
    let middle = isLowFirst ? [bar.low, bar.high] : [bar.high, bar.low]
    let times = [0, length / 3, length / 3 * 2, length - 1].map {
      Timestamp(unchecked: bar.tsOpen.nanoseconds + $0)
    }
    var last: (price: Price, time: Timestamp)?
    for (price, time) in zip([bar.open] + middle + [bar.close], times) {
      if let last { step(bar, from: last.price, last.time, to: price, time) }
      var offer = Offer(
        time: time, bid: price, ask: price, touches: listing.matching.fillsOnTouch, jumps: true,
        isOnPath: true, isBehindOpen: last != nil, volumes: (bar.volume.raw, bar.volume.raw))
      match(&offer)
      last = (price, time)
    }
  }

  /// Moves the price by one unit at a time, and looks at every order each time.
  private mutating func step(
    _ bar: Bar, from start: Price, _ startTime: Timestamp, to end: Price, _ endTime: Timestamp
  ) {
    let direction: Int64 = end > start ? 1 : -1
    let resting: OrderSide = direction > 0 ? .sell : .buy
    var raw = start.raw
    func time(_ level: Int64) -> Timestamp {
      let length = Int128(endTime.nanoseconds - startTime.nanoseconds)
      let passed = length * Int128(abs(level - start.raw)) / Int128(abs(end.raw - start.raw))
      return Timestamp(unchecked: startTime.nanoseconds + Int64(passed))
    }
    func offer(_ level: Int64) -> Offer {
      let price = Price(unchecked: level)
      return Offer(
        time: time(level), bid: price, ask: price, jumps: true, isOnPath: true,
        volumes: (bar.volume.raw, bar.volume.raw))
    }
    admitArrivals(bar, from: start, startTime, to: end, endTime, until: startTime)
    while raw != end.raw {
      // The step away from a level goes through the orders that rest there.
      var passed = offer(raw)
      fillAt(resting, &passed)
      raw += direction
      admitArrivals(bar, from: start, startTime, to: end, endTime, until: time(raw))
      var reached = offer(raw)
      while fireAndTake(&reached) {}
      if listing.matching.fillsOnTouch { fillAt(resting, &reached) }
    }
    admitArrivals(bar, from: start, startTime, to: end, endTime, until: endTime)
  }

  /// Whoever arrives between two vertices joins where the price is then. Where that is between two prices that
  /// an order can have, sells get the one below and buys the one above, unless the way ends before it.
  private mutating func admitArrivals(
    _ bar: Bar, from start: Price, _ startTime: Timestamp, to end: Price, _ endTime: Timestamp,
    until time: Timestamp
  ) {
    while let arrival = inOrder(.newcomer).map({ orders[$0].arrival.time })
      .filter({ $0 >= startTime && $0 < endTime && $0 <= time }).min()
    {
      let share =
        Rational(arrival.nanoseconds - startTime.nanoseconds)
        / Rational(endTime.nanoseconds - startTime.nanoseconds)
      let exact = Rational(start.raw) + Rational(end.raw - start.raw) * share
      let (low, high) = (min(start.raw, end.raw), max(start.raw, end.raw))
      let prices = (low...high).filter {
        $0 == low || $0 == high || $0 % listing.contract.priceIncrement == 0
      }
      guard let bid = prices.last(where: { Rational($0) <= exact }),
        let ask = prices.first(where: { Rational($0) >= exact })
      else { preconditionFailure("the price is on its way") }
      var offer = Offer(
        time: arrival, bid: Price(unchecked: bid), ask: Price(unchecked: ask),
        touches: listing.matching.fillsOnTouch, jumps: true, isOnPath: true, isBehindOpen: true,
        isGuess: low != high && arrival > startTime, volumes: (bar.volume.raw, bar.volume.raw))
      match(&offer)
    }
  }

  private mutating func fillAt(_ side: OrderSide, _ offer: inout Offer) {
    for index in inOrder(.limit, side) where orders[index].type.limitPrice == offer.price(side) {
      guard orders[index].status.isWorking, orders[index].place == .limit else { continue }
      fill(index, offer.bid, .maker, &offer)
      while fireAndTake(&offer) {}
    }
  }
}
