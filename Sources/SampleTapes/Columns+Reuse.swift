import Market

extension TradeColumns {
  mutating func removeAllKeepingCapacity() {
    times.removeAll(keepingCapacity: true)
    prices.removeAll(keepingCapacity: true)
    quantities.removeAll(keepingCapacity: true)
    aggressors.removeAll(keepingCapacity: true)
    sequences.removeAll(keepingCapacity: true)
    receiveTimes.removeAll(keepingCapacity: true)
  }
}

extension QuoteColumns {
  mutating func removeAllKeepingCapacity() {
    times.removeAll(keepingCapacity: true)
    bids.removeAll(keepingCapacity: true)
    asks.removeAll(keepingCapacity: true)
    bidSizes.removeAll(keepingCapacity: true)
    askSizes.removeAll(keepingCapacity: true)
    sequences.removeAll(keepingCapacity: true)
    receiveTimes.removeAll(keepingCapacity: true)
  }
}
