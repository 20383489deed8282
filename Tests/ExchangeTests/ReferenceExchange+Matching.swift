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
    var isOnPath = false
    /// Whether what joins here has arrived here.
    var isBehindOpen = false
    /// Whether the tape does not have this price.
    var isGuess = false
    /// What the record tells of its volume, for buys and for sells; 0 for nothing.
    var volumes: (buy: Int64, sell: Int64) = (0, 0)

    func price(_ side: OrderSide) -> Price { side == .buy ? ask : bid }
    func size(_ side: OrderSide) -> Int64? { side == .buy ? askSize : bidSize }
  }

  mutating func apply(_ quote: Quote) {
    advance(to: Moment(quote.time, .records))
    var offer = Offer(
      time: quote.time, bid: quote.bid, ask: quote.ask,
      askSize: quote.askSize.raw == 0 ? nil : quote.askSize.raw,
      bidSize: quote.bidSize.raw == 0 ? nil : quote.bidSize.raw,
      volumes: (quote.askSize.raw, quote.bidSize.raw))
    match(&offer)
    note(quote)
    inForce = (quote.bid, quote.ask)
    fillingTimes.append(quote.time)
  }

  mutating func apply(_ trade: Trade) {
    advance(to: Moment(trade.time, .records))
    let size =
      listing.matching.limitsToTradedVolume && trade.quantity.raw > 0 ? trade.quantity.raw : nil
    var offer = Offer(
      time: trade.time, bid: trade.price, ask: trade.price, askSize: size, bidSize: size,
      isOneSize: true,
      touches: listing.matching.fillsOnTouch && listing.matching.queue == .none,
      volumes: (trade.quantity.raw, trade.quantity.raw))
    match(&offer)
    meetQueues(trade, atMost: offer.askSize)
    inForce = (trade.price, trade.price)
    fillingTimes.append(trade.time)
  }

  /// All that happens on one record.
  mutating func match(_ offer: inout Offer) {
    // Behind its open, a bar is there for whoever the records of that instant have let loose.
    let moment = Moment(offer.time, offer.isBehindOpen ? .records : .arrivals)
    for index in inOrder(.newcomer) where orders[index].arrival <= moment {
      guard orders[index].status.isWorking else { continue }
      let price = offer.price(orders[index].request.side)
      if orders[index].best == nil { orders[index].best = price }
      if offer.isBehindOpen { orders[index].couldTake = nil }
      if case .limit(_, postOnly: true) = orders[index].type, orders[index].couldTake == nil,
        orders[index].allows(price)
      {
        end(index, .cancelled(.postOnlyWouldTake(price)), offer.time)
        continue
      }
      orders[index].place = admission(orders[index], offer)
      if orders[index].place == .limit { rest(index) }
    }
    trail(offer)
    fireAndTake(&offer)
    for side in OrderSide.allCases { fillResting(side, &offer) }
    while offer.isOnPath && fireAndTake(&offer) {}
  }

  /// Whether there was anything to do.
  @discardableResult
  mutating func fireAndTake(_ offer: inout Offer) -> Bool {
    let fired = fireTriggers(offer)
    let takers = inOrder(.taker)
    for index in takers where orders[index].place == .taker && orders[index].status.isWorking {
      take(index, &offer)
    }
    return fired || !takers.isEmpty
  }

  /// Trailing stops that see a better price than ever.
  mutating func trail(_ offer: Offer) {
    for index in inOrder(.trigger) {
      guard case .trailingStop = orders[index].type, let best = orders[index].best else { continue }
      let price = offer.price(orders[index].request.side)
      let isBetter = orders[index].sign > 0 ? price < best : price > best
      if isBetter { orders[index].best = price }
    }
  }

  /// Working orders of one place, by priority.
  func inOrder(_ place: WorkingOrder.Place, _ side: OrderSide? = nil) -> [Int] {
    orders.indices.filter {
      orders[$0].status.isWorking && orders[$0].place == place
        && (side == nil || orders[$0].request.side == side)
    }.sorted { orders[$0].priority < orders[$1].priority }
  }

  func admission(_ order: WorkingOrder, _ offer: Offer) -> WorkingOrder.Place {
    switch order.type {
    case .stop, .stopLimit, .marketIfTouched, .limitIfTouched, .trailingStop: return .trigger
    case .market: return .taker
    case .limit(_, let postOnly):
      if order.isImmediate { return .taker }
      let could = order.couldTake ?? order.allows(offer.price(order.request.side))
      return could && !postOnly ? .taker : .limit
    }
  }

  /// Buys before sells, stops before the others, nearest first.
  private mutating func fireTriggers(_ offer: Offer) -> Bool {
    var fired = false
    for side in OrderSide.allCases {
      let price = offer.price(side)
      for isStop in [true, false] {
        let firesAbove = (side == .buy) == isStop
        let reached = inOrder(.trigger, side).filter { index in
          guard let trigger = level(orders[index], isStop) else { return false }
          return firesAbove ? price >= trigger : price <= trigger
        }
        let levels = nearestFirst(
          reached, { level($0, isStop) }, lowestFirst: firesAbove)
        for index in levels { trigger(index, price, offer.time) }
        fired = fired || !levels.isEmpty
      }
    }
    return fired
  }

  private func level(_ order: WorkingOrder, _ isStop: Bool) -> Price? {
    switch order.type {
    case .stop, .stopLimit, .trailingStop: isStop ? order.level : nil
    case .marketIfTouched, .limitIfTouched: isStop ? nil : order.level
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
    if orders[index].place == .limit { rest(index) }
    report(index, .triggered(price), time)
  }

  private mutating func take(_ index: Int, _ offer: inout Offer) {
    let order = orders[index]
    let price = offer.price(order.request.side)
    if order.request.timeInForce == .fillOrKill {
      var available = order.allows(price) ? offer.size(order.request.side) ?? .max : 0
      if order.request.isReduceOnly { available = min(available, reducible(order)) }
      if available < order.active {
        return end(index, .cancelled(.notFilledWhole(available: available)), offer.time)
      }
    }
    if order.allows(price) { fill(index, price, .taker, &offer) }
    guard orders[index].status.isWorking, orders[index].place == .taker else { return }
    if order.isImmediate {
      end(index, .cancelled(.notFilledAtOnce), offer.time)
    } else if order.type.limitPrice != nil {
      orders[index].place = .limit
      rest(index)
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
      guard let limit = orders[index].type.limitPrice, orders[index].place == .limit,
        orders[index].status.isWorking
      else { continue }
      fill(index, offer.jumps ? price : insideTape(limit, side, price), .maker, &offer)
    }
  }

  /// The price of a resting order, moved into what lies between the last record and this one.
  func insideTape(_ limit: Price, _ side: OrderSide, _ price: Price) -> Price {
    let last = inForce.map { side == .buy ? $0.ask : $0.bid } ?? price
    return min(max(limit, min(last, price)), max(last, price))
  }

  private func reducible(_ order: WorkingOrder) -> Int64 {
    max(0, -order.sign * account.quantity)
  }

  mutating func fill(
    _ index: Int, _ price: Price, _ liquidity: Liquidity, atMost most: Int64 = .max,
    _ offer: inout Offer
  ) {
    let order = orders[index]
    let side = order.request.side
    var quantity = min(order.active, offer.size(side) ?? .max, most)
    if order.request.isReduceOnly { quantity = min(quantity, reducible(order)) }
    if quantity > 0 {
      if offer.isOneSize || side == .buy { offer.askSize = offer.askSize.map { $0 - quantity } }
      if offer.isOneSize || side == .sell { offer.bidSize = offer.bidSize.map { $0 - quantity } }
      let paid = liquidity == .taker ? slipped(order, price, quantity, offer) : price
      settle(index, paid, quantity, liquidity, offer)
      fillLinked(index, quantity, offer)
      if orders[index].status == .filled { endLinked(index, offer.time) }
    }
    let left = orders[index]
    guard left.status.isWorking else { return }
    if left.active == 0 {
      orders[index].place = .held
    } else if left.request.isReduceOnly && reducible(left) == 0 {
      end(index, .cancelled(.nothingToReduce), offer.time)
    }
  }

  private mutating func settle(
    _ index: Int, _ price: Price, _ quantity: Int64, _ liquidity: Liquidity, _ offer: Offer
  ) {
    let side = orders[index].request.side
    let rate = liquidity == .maker ? fees.maker : fees.taker
    let money = account.trade(side, quantity, at: price, rate: rate, fill: fills)
    orders[index].remaining -= quantity
    orders[index].filled += quantity
    orders[index].status = orders[index].remaining == 0 ? .filled : .partiallyFilled
    let currency = listing.contract.currency
    let fill = Fill(
      number: fills, order: orders[index].id, listing: orders[index].request.listing, side: side,
      price: price, quantity: Quantity(unchecked: quantity), time: offer.time,
      liquidity: liquidity,
      fee: Money(units: money.fee, currency),
      realizedProfit: Money(units: money.profit, currency), isPathDependent: offer.isGuess)
    fills += 1
    report(index, .filled(fill), offer.time)
  }
}
