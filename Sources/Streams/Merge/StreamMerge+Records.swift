import Market

extension StreamMerge {
  // Field by field and by address, since whoever touches the columns as a whole counts the
  // references of all of them.

  /// Time, price and quantity.
  @inline(__always)
  func bareTrade(at index: Int, of stream: Int) -> Trade {
    let slot = unsafe slots.address(of: stream)
    return Trade(
      time: Timestamp(unchecked: unsafe slot.pointee.trades.times[index]),
      price: Price(unchecked: unsafe slot.pointee.trades.prices[index]),
      quantity: Quantity(unchecked: unsafe slot.pointee.trades.quantities[index]))
  }

  @inline(__always)
  func trade(at index: Int, of stream: Int) -> Trade {
    let slot = unsafe slots.address(of: stream)
    var trade = bareTrade(at: index, of: stream)
    if unsafe !slot.pointee.trades.aggressors.isEmpty {
      trade.aggressor = unsafe Aggressor(rawValue: slot.pointee.trades.aggressors[index])!
    }
    if unsafe !slot.pointee.trades.sequences.isEmpty {
      let sequence = unsafe slot.pointee.trades.sequences[index]
      if sequence != TradeColumns.absentSequence { trade.sequence = sequence }
    }
    if unsafe !slot.pointee.trades.receiveTimes.isEmpty {
      let time = unsafe slot.pointee.trades.receiveTimes[index]
      if time != TradeColumns.absentTime { trade.receiveTime = Timestamp(unchecked: time) }
    }
    return trade
  }

  @inline(__always)
  func quote(at index: Int, of stream: Int) -> Quote {
    let slot = unsafe slots.address(of: stream)
    var quote = Quote(
      time: Timestamp(unchecked: unsafe slot.pointee.quotes.times[index]),
      bid: Price(unchecked: unsafe slot.pointee.quotes.bids[index]),
      ask: Price(unchecked: unsafe slot.pointee.quotes.asks[index]))
    if unsafe !slot.pointee.quotes.bidSizes.isEmpty {
      quote.bidSize = Quantity(unchecked: unsafe slot.pointee.quotes.bidSizes[index])
      quote.askSize = Quantity(unchecked: unsafe slot.pointee.quotes.askSizes[index])
    }
    if unsafe !slot.pointee.quotes.sequences.isEmpty {
      let sequence = unsafe slot.pointee.quotes.sequences[index]
      if sequence != TradeColumns.absentSequence { quote.sequence = sequence }
    }
    if unsafe !slot.pointee.quotes.receiveTimes.isEmpty {
      let time = unsafe slot.pointee.quotes.receiveTimes[index]
      if time != TradeColumns.absentTime { quote.receiveTime = Timestamp(unchecked: time) }
    }
    return quote
  }
}
