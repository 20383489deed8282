import Market

/// What one record, or one vertex of a bar's path, offers.
struct PricePoint {
  let time: Timestamp
  /// What sells get.
  let bid: Price
  /// What buys pay.
  let ask: Price
  /// How much buys and sells may still fill here; `Int64.max` where nothing says so.
  var askSize = Int64.max
  var bidSize = Int64.max
  /// Whether buys and sells draw on one quantity.
  var sharesSize = false
  /// Whether a resting order fills when its price is only touched.
  let fillsOnTouch: Bool
  /// Whether it lies on the path of a bar: resting orders that lie beyond fill at this price instead
  /// of their own, and what a fill lets loose acts from here.
  var isOnPath = false
  /// Whether it lies on a path behind its open, so that what joins here has just arrived: what it could take
  /// at its arrival is what is here.
  var isBehindOpen = false
  /// Whether its prices lie between two of the tape.
  var isInterpolated = false
  /// The volume that the record tells, by the side of the order that takes it; 0 for none.
  var buyVolume: Int64 = 0
  var sellVolume: Int64 = 0

  func opposite(_ side: OrderSide) -> Price { side == .buy ? ask : bid }

  func size(_ side: OrderSide) -> Int64 { side == .buy ? askSize : bidSize }

  func volume(_ side: OrderSide) -> Int64 { side == .buy ? buyVolume : sellVolume }

  mutating func take(_ quantity: Int64, _ side: OrderSide) {
    if (side == .buy || sharesSize) && askSize < .max { askSize -= quantity }
    if (side == .sell || sharesSize) && bidSize < .max { bidSize -= quantity }
  }
}

extension PricePoint {
  init(_ quote: Quote) {
    self.init(
      time: quote.time, bid: quote.bid, ask: quote.ask,
      askSize: quote.askSize.raw > 0 ? quote.askSize.raw : .max,
      bidSize: quote.bidSize.raw > 0 ? quote.bidSize.raw : .max, fillsOnTouch: true,
      buyVolume: quote.askSize.raw, sellVolume: quote.bidSize.raw)
  }

  init(_ trade: Trade, _ rules: MatchingRules) {
    let isLimited = rules.limitsToTradedVolume && trade.quantity.raw > 0
    let size = isLimited ? trade.quantity.raw : .max
    self.init(
      time: trade.time, bid: trade.price, ask: trade.price, askSize: size, bidSize: size,
      sharesSize: true, fillsOnTouch: rules.fillsOnTouch && rules.queue == .none,
      buyVolume: trade.quantity.raw,
      sellVolume: trade.quantity.raw)
  }

  /// A trade as it meets the queues at its price.
  init(queueOf trade: Trade) {
    self.init(
      time: trade.time, bid: trade.price, ask: trade.price, askSize: trade.quantity.raw,
      bidSize: trade.quantity.raw, sharesSize: true, fillsOnTouch: true)
  }

  init(
    onPathOf bar: Bar, bid: Price, ask: Price, at time: Timestamp, _ rules: MatchingRules
  ) {
    self.init(
      time: time, bid: bid, ask: ask, fillsOnTouch: rules.fillsOnTouch, isOnPath: true,
      buyVolume: bar.volume.raw, sellVolume: bar.volume.raw)
  }
}
