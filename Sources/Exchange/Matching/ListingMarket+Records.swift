import Market

extension ListingMarket {
  mutating func apply(_ quote: Quote) {
    if !isQuiet(bids: quote.bid...quote.bid, asks: quote.ask...quote.ask) {
      var point = PricePoint(quote)
      match(&point, joinedBy: Moment(quote.time, .arrivals))
    }
    noteQueues(of: quote)
    finish(bid: quote.bid, ask: quote.ask)
  }

  mutating func apply(_ trade: Trade) {
    if !isQuiet(bids: trade.price...trade.price, asks: trade.price...trade.price) {
      var point = PricePoint(trade, rules)
      match(&point, joinedBy: Moment(trade.time, .arrivals))
      // Whoever waits in a queue draws on what is left of the same trade.
      var queues = PricePoint(queueOf: trade)
      queues.askSize = min(queues.askSize, point.askSize)
      queues.bidSize = queues.askSize
      fillQueues(trade, &queues)
    }
    finish(bid: trade.price, ask: trade.price)
  }

  /// A trade beside the quotes that fill orders: it only moves the queues.
  mutating func applyToQueues(_ trade: Trade) {
    var point = PricePoint(queueOf: trade)
    fillQueues(trade, &point)
  }
}
