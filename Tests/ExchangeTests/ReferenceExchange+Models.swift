import ExactNumbers
import Market

@testable import Exchange

/// Slippage and queues in fractions.
extension ReferenceExchange {
  func slipped(_ order: WorkingOrder, _ price: Price, _ quantity: Int64, _ offer: Offer) -> Price {
    let size = Rational(abs(price.raw))
    let volume = order.request.side == .buy ? offer.volumes.buy : offer.volumes.sell
    var slip: Int64
    switch listing.matching.slippage {
    case .none: return price
    case .ticks(let count): slip = count * listing.contract.priceIncrement
    case .basisPoints(let rate): slip = up(size * Rational(rate.units, digits: 12))
    case .spread(let rate):
      // A bar's path has none.
      if offer.isOnPath { return price }
      let spread = Rational(max(0, offer.ask.raw - offer.bid.raw))
      slip = up(spread * Rational(rate.units, digits: 12))
    case .volumeShare(let impact):
      guard volume > 0 else { return price }
      let share = Rational(min(quantity, volume)) / Rational(volume)
      // The rule rounds up after each step.
      slip = up(size * Rational(impact.units, digits: 12))
      slip = up(Rational(up(Rational(slip) * share)) * share)
    }
    slip = order.sign * slip
    var raw = price.raw + slip
    if let limit = order.type.limitPrice?.raw {
      raw = order.sign > 0 ? min(raw, limit) : max(raw, limit)
    }
    return Price(unchecked: max(raw, 1))
  }

  /// The least whole number that is not below `value`, which is not negative.
  private func up(_ value: Rational) -> Int64 {
    var (low, high) = (Int64(0), Int64(1))
    while Rational(high) < value { high *= 2 }
    while low < high {
      let middle = (low + high) / 2
      if Rational(middle) < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Queues

  private var hasQueues: Bool { listing.matching.queue == .volumeAhead }

  /// What the quote in force says of what is ahead at a price; nil for nothing.
  private func ahead(_ order: WorkingOrder) -> Int64? {
    guard let quote, let limit = order.type.limitPrice else { return nil }
    if order.request.side == .buy {
      if limit == quote.bid { return quote.bidSize == .zero ? nil : quote.bidSize.raw }
      return limit > quote.bid ? 0 : nil
    }
    if limit == quote.ask { return quote.askSize == .zero ? nil : quote.askSize.raw }
    return limit < quote.ask ? 0 : nil
  }

  mutating func rest(_ index: Int) { orders[index].ahead = hasQueues ? ahead(orders[index]) : nil }

  mutating func note(_ quote: Quote) {
    guard hasQueues else { return }
    self.quote = quote
    for index in inOrder(.limit) {
      guard let now = ahead(orders[index]) else { continue }
      orders[index].ahead = orders[index].ahead.map { min($0, now) } ?? now
    }
  }

  /// A quote beside the trades that fill orders.
  mutating func applyBeside(_ quote: Quote) {
    advance(to: Moment(quote.time, .records))
    note(quote)
  }

  /// A trade beside the quotes that fill orders.
  mutating func applyBeside(_ trade: Trade) {
    advance(to: Moment(trade.time, .records))
    meetQueues(trade, atMost: nil)
  }

  mutating func meetQueues(_ trade: Trade, atMost most: Int64?) {
    guard hasQueues else { return }
    let size = min(trade.quantity.raw, most ?? .max)
    var offer = Offer(
      time: trade.time, bid: trade.price, ask: trade.price, askSize: size, bidSize: size,
      isOneSize: true)
    for side in OrderSide.allCases {
      let nearest = inOrder(.limit, side).sorted {
        let (left, right) = (orders[$0], orders[$1])
        let (a, b) = (left.type.limitPrice?.raw ?? 0, right.type.limitPrice?.raw ?? 0)
        if a == b { return left.priority < right.priority }
        return side == .buy ? a > b : a < b
      }
      // What orders of one price have had of this trade.
      var taken: [Price: Int64] = [:]
      for index in nearest {
        guard orders[index].status.isWorking, orders[index].place == .limit,
          let limit = orders[index].type.limitPrice
        else { continue }
        let distance = side == .buy ? limit.raw - trade.price.raw : trade.price.raw - limit.raw
        if distance < 0 { continue }
        if distance > 0 {
          orders[index].ahead = 0
        } else if trade.aggressor == (side == .buy ? .buyer : .seller) {
          continue
        }
        guard let ahead = orders[index].ahead else { continue }
        orders[index].ahead = max(0, ahead - trade.quantity.raw)
        let beyond = trade.quantity.raw - ahead - taken[limit, default: 0]
        let before = orders[index].filled
        if beyond > 0 {
          let inside = insideTape(limit, side, trade.price)
          fill(index, inside, .maker, atMost: beyond, &offer)
        }
        taken[limit, default: 0] += orders[index].filled - before
      }
    }
  }
}
