import Market

/// The place of resting orders in the tape's queues.
extension ListingMarket {
  /// What stands before an order that comes to rest now: `Int64.max` where nothing says it.
  func volumeAhead(of order: WorkingOrder) -> Int64 {
    guard let quote, let level = order.type.limitPrice else { return .max }
    return ListingMarket.volumeAhead(at: level, order.side, quote) ?? .max
  }

  /// How much a quote says is ahead at most of an order at `level`; nil when it does not say.
  private static func volumeAhead(at level: Price, _ side: OrderSide, _ quote: Quote) -> Int64? {
    let (price, size) =
      side == .buy ? (quote.bid, quote.bidSize.raw) : (quote.ask, quote.askSize.raw)
    if level == price { return size > 0 ? size : nil }
    return (side == .buy) == (level > price) ? 0 : nil
  }

  /// Takes in a quote: of orders at its price, or before it, less is ahead.
  mutating func noteQueues(of quote: Quote) {
    guard rules.queue == .volumeAhead else { return }
    self.quote = quote
    for side in [OrderSide.buy, .sell] {
      let near =
        side == .buy ? buyLimits.reached(by: quote.bid) : sellLimits.reached(by: quote.ask)
      for entry in near {
        guard let slot = orders.place(of: entry.order),
          let ahead = ListingMarket.volumeAhead(at: entry.level, side, quote)
        else { continue }
        orders[slot].ahead = min(orders[slot].ahead, ahead)
      }
    }
  }

  /// A trade at an order's price takes from what is ahead of it, and what it has beyond that, and orders
  /// that came to the price before have left, fills the order; a trade through the price leaves nothing ahead.
  ///
  /// - Parameter point: what is left of the trade's quantity, where that limits fills.
  mutating func fillQueues(_ trade: Trade, _ point: inout PricePoint) {
    guard rules.queue == .volumeAhead else { return }
    for side in [OrderSide.buy, .sell] {
      let near =
        side == .buy ? buyLimits.reached(by: trade.price) : sellLimits.reached(by: trade.price)
      var (level, taken) = (Price?.none, Int64(0))
      for entry in near {
        if entry.level != level { (level, taken) = (entry.level, 0) }
        let isThrough = entry.level != trade.price
        // A seller who crosses the spread meets the buyers, a buyer the sellers.
        guard isThrough || trade.aggressor != (side == .buy ? .buyer : .seller),
          let slot = orders.place(of: entry.order), orders[slot].place == .limits
        else { continue }
        let ahead = isThrough ? 0 : orders[slot].ahead
        let beyond = trade.quantity.raw - ahead - taken
        orders[slot].ahead = max(0, ahead - trade.quantity.raw)
        guard beyond > 0 else { continue }
        let size = point.size(side)
        fill(
          slot, at: restingPrice(entry.level, side, point), .maker, atMost: beyond, &point)
        taken += size - point.size(side)
      }
    }
  }
}
