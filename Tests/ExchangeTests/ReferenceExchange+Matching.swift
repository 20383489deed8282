import ExactNumbers
import Market

@testable import Exchange

extension ReferenceExchange {
  /// What one record offers to each side.
  struct Offer {
    var time: Timestamp
    var bid: Price
    var ask: Price
    /// Nil where nothing limits it.
    var askSize: Int64?
    var bidSize: Int64?
    var isOneSize = false
    /// Whether reaching a resting order's price is enough.
    var touches = true
    /// Whether resting orders beyond get this price instead of their own.
    var jumps = false

    func price(_ side: OrderSide) -> Price { side == .buy ? ask : bid }
    func size(_ side: OrderSide) -> Int64? { side == .buy ? askSize : bidSize }
  }

  mutating func apply(_ quote: Quote) {
    advance(to: Moment(quote.time, .records))
    var offer = Offer(
      time: quote.time, bid: quote.bid, ask: quote.ask,
      askSize: quote.askSize.raw == 0 ? nil : quote.askSize.raw,
      bidSize: quote.bidSize.raw == 0 ? nil : quote.bidSize.raw)
    match(&offer)
    inForce = (quote.bid, quote.ask)
  }

  mutating func apply(_ trade: Trade) {
    advance(to: Moment(trade.time, .records))
    let size =
      listing.matching.limitsToTradedVolume && trade.quantity.raw > 0 ? trade.quantity.raw : nil
    var offer = Offer(
      time: trade.time, bid: trade.price, ask: trade.price, askSize: size, bidSize: size,
      isOneSize: true, touches: listing.matching.fillsOnTouch)
    match(&offer)
    inForce = (trade.price, trade.price)
  }

  /// All that happens on one record.
  mutating func match(_ offer: inout Offer) {
    for index in inOrder(.newcomer) where orders[index].arrival <= Moment(offer.time, .arrivals) {
      orders[index].place = admission(orders[index], offer)
    }
    fireTriggers(offer)
    for index in inOrder(.taker) { take(index, &offer) }
    for side in OrderSide.allCases { fillResting(side, &offer) }
  }

  /// Working orders of one place, by priority.
  private func inOrder(_ place: WorkingOrder.Place, _ side: OrderSide? = nil) -> [Int] {
    orders.indices.filter {
      orders[$0].status.isWorking && orders[$0].place == place
        && (side == nil || orders[$0].request.side == side)
    }.sorted { orders[$0].priority < orders[$1].priority }
  }

  private func admission(_ order: WorkingOrder, _ offer: Offer) -> WorkingOrder.Place {
    switch order.type {
    case .stop, .stopLimit, .marketIfTouched, .limitIfTouched: return .trigger
    case .market: return .taker
    case .limit(_, let postOnly):
      if order.isImmediate { return .taker }
      let could = order.couldTake ?? order.allows(offer.price(order.request.side))
      return could && !postOnly ? .taker : .limit
    }
  }

  /// Buys before sells, stops before the others, nearest first.
  private mutating func fireTriggers(_ offer: Offer) {
    for side in OrderSide.allCases {
      let price = offer.price(side)
      for isStop in [true, false] {
        let firesAbove = (side == .buy) == isStop
        let reached = inOrder(.trigger, side).filter { index in
          guard let trigger = triggerPrice(orders[index].type, isStop) else { return false }
          return firesAbove ? price >= trigger : price <= trigger
        }
        let levels = nearestFirst(
          reached, { triggerPrice($0.type, isStop) }, lowestFirst: firesAbove)
        for index in levels { trigger(index, price, offer.time) }
      }
    }
  }

  private func triggerPrice(_ type: OrderType, _ isStop: Bool) -> Price? {
    switch type {
    case .stop(let price), .stopLimit(let price, _): isStop ? price : nil
    case .marketIfTouched(let price), .limitIfTouched(let price, _): isStop ? nil : price
    case .market, .limit: nil
    }
  }

  /// By level, those of one level as they were.
  private func nearestFirst(
    _ indices: [Int], _ level: (WorkingOrder) -> Price?, lowestFirst: Bool
  ) -> [Int] {
    indices.sorted {
      let (left, right) = (level(orders[$0])?.raw ?? 0, level(orders[$1])?.raw ?? 0)
      if left == right { return orders[$0].priority < orders[$1].priority }
      return lowestFirst ? left < right : left > right
    }
  }

  private mutating func trigger(_ index: Int, _ price: Price, _ time: Timestamp) {
    switch orders[index].type {
    case .stopLimit(_, let limit), .limitIfTouched(_, let limit): orders[index].type = .limit(limit)
    default: orders[index].type = .market
    }
    orders[index].status = .triggered
    orders[index].priority = nextPriority()
    let order = orders[index]
    orders[index].place = order.isImmediate || order.allows(price) ? .taker : .limit
    report(index, .triggered(price), time)
  }

  private mutating func take(_ index: Int, _ offer: inout Offer) {
    let order = orders[index]
    let price = offer.price(order.request.side)
    if order.request.timeInForce == .fillOrKill {
      var available = order.allows(price) ? offer.size(order.request.side) ?? .max : 0
      if order.request.isReduceOnly { available = min(available, reducible(order)) }
      if available < order.remaining {
        return end(index, .cancelled(.notFilledWhole(available: available)), offer.time)
      }
    }
    if order.allows(price) { fill(index, price, .taker, &offer) }
    guard orders[index].status.isWorking else { return }
    if order.isImmediate {
      end(index, .cancelled(.notFilledAtOnce), offer.time)
    } else if order.type.limitPrice != nil {
      orders[index].place = .limit
    }
  }

  private mutating func fillResting(_ side: OrderSide, _ offer: inout Offer) {
    let price = offer.price(side)
    let reached = inOrder(.limit, side).filter { index in
      guard let limit = orders[index].type.limitPrice else { return false }
      if price == limit { return offer.touches }
      return side == .buy ? price < limit : price > limit
    }
    for index in nearestFirst(reached, { $0.type.limitPrice }, lowestFirst: side == .sell) {
      if offer.size(side) == 0 { return }
      guard let limit = orders[index].type.limitPrice else { continue }
      fill(index, offer.jumps ? price : limit, .maker, &offer)
    }
  }

  private func reducible(_ order: WorkingOrder) -> Int64 {
    max(0, -order.sign * account.quantity)
  }

  private mutating func fill(
    _ index: Int, _ price: Price, _ liquidity: Liquidity, _ offer: inout Offer
  ) {
    let order = orders[index]
    let side = order.request.side
    var quantity = min(order.remaining, offer.size(side) ?? .max)
    if order.request.isReduceOnly { quantity = min(quantity, reducible(order)) }
    if quantity > 0 {
      if offer.isOneSize || side == .buy { offer.askSize = offer.askSize.map { $0 - quantity } }
      if offer.isOneSize || side == .sell { offer.bidSize = offer.bidSize.map { $0 - quantity } }
      settle(index, price, quantity, liquidity, offer.time)
    }
    let left = orders[index]
    if left.status.isWorking && left.request.isReduceOnly && reducible(left) == 0 {
      end(index, .cancelled(.nothingToReduce), offer.time)
    }
  }

  private mutating func settle(
    _ index: Int, _ price: Price, _ quantity: Int64, _ liquidity: Liquidity, _ time: Timestamp
  ) {
    let side = orders[index].request.side
    let rate = liquidity == .maker ? fees.maker : fees.taker
    let money = account.trade(side, quantity, at: price, rate: rate, fill: fills)
    orders[index].remaining -= quantity
    orders[index].status = orders[index].remaining == 0 ? .filled : .partiallyFilled
    let currency = listing.contract.currency
    let fill = Fill(
      number: fills, order: orders[index].id, listing: orders[index].request.listing, side: side,
      price: price, quantity: Quantity(unchecked: quantity), time: time, liquidity: liquidity,
      fee: Money(units: money.fee, currency),
      realizedProfit: Money(units: money.profit, currency), isPathDependent: false)
    fills += 1
    report(index, .filled(fill), time)
  }

  // MARK: Bars, one price after the other

  mutating func apply(_ bar: Bar) {
    advance(to: Moment(bar.tsClose, .sourceBars))
    let isLowFirst =
      switch listing.matching.barPath {
      case .openHighLowClose: false
      case .openLowHighClose: true
      case .byDirection: bar.close >= bar.open
      }
    var other = self
    let known = reports.count
    walk(bar, isLowFirst: isLowFirst)
    other.walk(bar, isLowFirst: !isLowFirst)
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
      if let last { step(from: last.price, last.time, to: price, time) }
      var offer = Offer(
        time: time, bid: price, ask: price, touches: listing.matching.fillsOnTouch, jumps: true)
      match(&offer)
      last = (price, time)
    }
  }

  /// Moves the price by one unit at a time, and looks at every order each time.
  private mutating func step(
    from start: Price, _ startTime: Timestamp, to end: Price, _ endTime: Timestamp
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
      return Offer(time: time(level), bid: price, ask: price, jumps: true)
    }
    while raw != end.raw {
      // The step away from a level goes through the orders that rest there.
      var passed = offer(raw)
      fillAt(resting, &passed)
      raw += direction
      var reached = offer(raw)
      fireTriggers(reached)
      for index in inOrder(.taker) { take(index, &reached) }
      if listing.matching.fillsOnTouch { fillAt(resting, &reached) }
    }
  }

  private mutating func fillAt(_ side: OrderSide, _ offer: inout Offer) {
    for index in inOrder(.limit, side) where orders[index].type.limitPrice == offer.price(side) {
      fill(index, offer.bid, .maker, &offer)
    }
  }
}
