public import Market

/// A group of orders on its way.
struct LinkedArrival: Sendable {
  let link: OrderLink
  let count: Int
}

/// What the trader sends. It arrives after its latency, and nothing overtakes what was sent before.
extension SimulatedExchange {
  /// Sends an order; the reports tell what becomes of it.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func submit(
    _ request: OrderRequest, at moment: Moment
  ) throws(ExchangeError) -> OrderID {
    try requireNotBeforeClock(moment)
    let arrival = line.arrival(of: moment)
    let id = send(request, at: moment, arriving: arrival)
    due.send(.arrive(id), arriving: arrival)
    return id
  }

  /// Sends orders that depend on each other, in the order that `link` describes.
  ///
  /// - Precondition: at least two orders of one listing; the exits of a bracket are reduce-only, on
  ///   the other side, of the entry's quantity, and neither immediate-or-cancel nor fill-or-kill.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func submit(
    _ requests: [OrderRequest], linked link: OrderLink, at moment: Moment
  ) throws(ExchangeError) -> [OrderID] {
    try requireNotBeforeClock(moment)
    precondition(requests.count > 1, "a group of \(requests.count) orders: expected at least 2")
    for request in requests.dropFirst() {
      precondition(request.listing == requests[0].listing, "a group over several listings")
      guard link == .bracket else { continue }
      precondition(
        request.side != requests[0].side && request.isReduceOnly
          && request.quantity == requests[0].quantity && !request.timeInForce.isImmediate,
        "an exit is on the other side, reduce-only, of the entry's quantity, and can rest")
    }
    let arrival = line.arrival(of: moment)
    let ids = requests.map { send($0, at: moment, arriving: arrival) }
    linked[ids[0]] = LinkedArrival(link: link, count: ids.count)
    due.send(.arriveLinked(ids[0]), arriving: arrival)
    return ids
  }

  /// Sends an entry with the exits that its fills let work: a take-profit at its limit, a stop-loss
  /// that is a stop or a trailing stop. The exits stay until they are cancelled.
  ///
  /// - Precondition: there is at least one exit; a stop-loss is no market or limit order.
  /// - Throws: `ExchangeError.beforeClock`.
  /// - Returns: The entry, then the take-profit, then the stop-loss, as far as asked for.
  public mutating func submit(
    _ entry: OrderRequest, takeProfit: Price? = nil, stopLoss: OrderType? = nil, at moment: Moment
  ) throws(ExchangeError) -> [OrderID] {
    precondition(stopLoss?.waitsForTrigger ?? true, "a stop-loss waits for its trigger")
    let types = [takeProfit.map { OrderType.limit($0) }, stopLoss].compactMap { $0 }
    let exits = types.map { type in
      OrderRequest(
        entry.side.other, entry.quantity, of: entry.listing, type, reduceOnly: true)
    }
    return try submit([entry] + exits, linked: .bracket, at: moment)
  }

  /// Sends a change of an order. An order that only becomes smaller keeps its turn; with another
  /// price, or with a larger quantity, it stands behind all others and meets its first record anew.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func amend(
    _ id: OrderID, _ amendment: OrderAmendment, at moment: Moment
  ) throws(ExchangeError) {
    try requireNotBeforeClock(moment)
    precondition(orders.indices.contains(id.number), "an order of another exchange")
    amendments[amendmentCount] = amendment
    due.send(.amend(id, amendmentCount), arriving: line.arrival(of: moment))
    amendmentCount += 1
  }

  /// Sends a cancel.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func cancel(_ id: OrderID, at moment: Moment) throws(ExchangeError) {
    try requireNotBeforeClock(moment)
    precondition(orders.indices.contains(id.number), "an order of another exchange")
    due.send(.cancel(id), arriving: line.arrival(of: moment))
  }

  private mutating func send(
    _ request: OrderRequest, at moment: Moment, arriving arrival: Moment
  ) -> OrderID {
    precondition(books.indices.contains(request.listing.index), "a listing of another exchange")
    let id = OrderID(number: orders.count)
    orders.append(Order(id: id, request: request, sent: moment, arrival: arrival))
    outbox.addOwn(
      OrderReport(order: id, time: moment.time, event: .submitted, status: .submitted))
    return id
  }
}
