import Exchange
import Market

/// What the risk rules do of themselves.
extension RunCore {
  /// Cancels all orders and closes what is open, once a limit of loss has been reached, if the rules say
  /// so. Exits go with their position: a stop that was left would close the next one. What is on its
  /// way already is not sent again.
  func closeAtLimits() throws(BacktestError) {
    guard let reason = risk.reachedLimit(RuntimeSnapshot(self)) else { return }
    let others = openOrders().filter { !isClosing($0) && !book.withdrawn.contains($0.id) }
    let closes = symbols.indices.compactMap { close(ofSymbol: $0) }
    if others.isEmpty && closes.isEmpty { return }
    try append(.closingAtLimit(reason))
    let moment = now
    for order in others {
      book.withdrawn.insert(order.id)
      try BacktestError.exchange { () throws(ExchangeError) in
        try exchange.cancel(order.id, at: moment)
      }
    }
    for request in closes {
      let order = try BacktestError.exchange { () throws(ExchangeError) in
        try exchange.submit(request, at: moment)
      }
      noteSent(order, reason: "")
    }
  }

  /// The order that closes what is held of a symbol, or as much of it as one order may; nil where
  /// nothing is, or where such an order is on its way.
  private func close(ofSymbol symbol: Int) -> OrderRequest? {
    let position = knownPosition(of: symbol)
    let side: OrderSide = position > 0 ? .sell : .buy
    let listing = symbols[symbol].listingID
    let isUnderWay = openOrders().contains { $0.request.listing == listing && isClosing($0) }
    guard position != 0, trading[symbol].isOpen, !isUnderWay else { return nil }
    let quantity = symbols[symbol].listing.closingQuantity(of: position)
    return OrderRequest(side, quantity, of: listing, .market, reduceOnly: true)
  }

  /// Whether an order closes a position at the market, and waits for nothing.
  private func isClosing(_ order: Order) -> Bool {
    let position = knownPosition(of: order.request.listing.index)
    return order.request.isReduceOnly && order.request.type == .market && order.status != .held
      && order.request.side.sign == -position.signum()
  }
}

extension Listing {
  /// How much of a position one order may close: all, or the largest order.
  func closingQuantity(of position: Int64) -> Quantity {
    let all = Quantity(unchecked: abs(position))
    return all <= contract.maximumQuantity ? all : contract.largestOrder
  }
}
