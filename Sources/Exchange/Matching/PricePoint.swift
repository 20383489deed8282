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
  /// Whether resting orders that lie beyond fill at this price instead of their own.
  var jumps = false

  func opposite(_ side: OrderSide) -> Price { side == .buy ? ask : bid }

  func size(_ side: OrderSide) -> Int64 { side == .buy ? askSize : bidSize }

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
      bidSize: quote.bidSize.raw > 0 ? quote.bidSize.raw : .max, fillsOnTouch: true)
  }

  init(_ trade: Trade, _ rules: MatchingRules) {
    let isLimited = rules.limitsToTradedVolume && trade.quantity.raw > 0
    let size = isLimited ? trade.quantity.raw : .max
    self.init(
      time: trade.time, bid: trade.price, ask: trade.price, askSize: size, bidSize: size,
      sharesSize: true, fillsOnTouch: rules.fillsOnTouch)
  }

  init(vertex price: Price, at time: Timestamp, _ rules: MatchingRules) {
    self.init(
      time: time, bid: price, ask: price, fillsOnTouch: rules.fillsOnTouch, jumps: true)
  }
}
