import Market

// What follows from the orders, the ladders and the sums over open orders, is made anew.

extension ListingMarket {
  func encode(into writer: inout StateWriter) {
    assert(events.isEmpty, "what has happened is settled")
    writer.write(Int64(nextPriority))
    writer.write(bid) { $0.write($1) }
    writer.write(ask) { $0.write($1) }
    writer.write(quote) {
      $0.write($1.time)
      $0.write($1.bid)
      $0.write($1.ask)
      $0.write($1.bidSize)
      $0.write($1.askSize)
    }
    let working = orders.ids
    writer.write(working) { writer, id in
      guard var order = orders[id] else { preconditionFailure("\(id) works") }
      order.best = best(of: order) ?? order.best
      order.encode(into: &writer)
    }
    for turns in [newcomers, takers, waitingBuys, waitingSells] {
      writer.write(turns) {
        $0.write($1.order)
        $0.write(Int64($1.priority))
      }
    }
    writer.write(groups.sorted { $0.key < $1.key }) {
      $0.write($1.value.link.rawValue)
      $0.write($1.value.members) { $0.write($1) }
    }
  }

  /// Takes back what `encode` wrote into a market that no order has reached yet.
  /// - Parameter log: all orders, taken back already.
  mutating func decode(
    from reader: inout StateReader, of listing: ListingID, _ log: AppendOnlyLog<Order>,
    _ limits: StateLimits
  ) throws(MarketError) {
    nextPriority = try reader.readCount()
    bid = try reader.readOptional { reader throws(MarketError) in try reader.readPrice() }
    ask = try reader.readOptional { reader throws(MarketError) in try reader.readPrice() }
    quote = try reader.readOptional { reader throws(MarketError) in
      Quote(
        time: try reader.readTime(), bid: try reader.readPrice(), ask: try reader.readPrice(),
        bidSize: try reader.readQuantity(), askSize: try reader.readQuantity())
    }
    let working = try reader.readArray { reader throws(MarketError) in
      try WorkingOrder(from: &reader, log, limits)
    }
    try take(in: working, of: listing, log)
    newcomers = try readTurns(&reader, limits)
    takers = try readTurns(&reader, limits)
    waitingBuys = try readTurns(&reader, limits)
    waitingSells = try readTurns(&reader, limits)
    try decodeGroups(from: &reader, limits)
  }

  private mutating func take(
    in working: [WorkingOrder], of listing: ListingID, _ log: AppendOnlyLog<Order>
  ) throws(MarketError) {
    guard zip(working, working.dropFirst()).allSatisfy({ $0.id < $1.id }),
      Set(working.map(\.priority)).count == working.count
    else { throw .malformedState("orders that work twice, or at one turn") }
    for order in working {
      guard log[order.id.number].request.listing == listing, order.priority < nextPriority else {
        throw .malformedState("order \(order.id.number) does not work here")
      }
      addOpen(order.remaining, orders.insert(order))
      if order.place == .limits || order.place == .triggers {
        changeLadder(of: order, remove: false)
      }
    }
  }

  private func readTurns(
    _ reader: inout StateReader, _ limits: StateLimits
  ) throws(MarketError) -> [Turn] {
    try reader.readArray { reader throws(MarketError) in
      let order = try limits.order(&reader)
      let slot = orders.place(of: order) ?? -1
      return Turn(order: order, slot: Int32(slot), priority: try reader.readCount())
    }
  }

  private mutating func decodeGroups(
    from reader: inout StateReader, _ limits: StateLimits
  ) throws(MarketError) {
    for _ in 0..<(try reader.readCount()) {
      let link = try reader.readCase(of: OrderLink.self)
      let members = try reader.readArray { reader throws(MarketError) in
        try limits.order(&reader)
      }
      let standing = members.filter { orders[$0]?.group == members[0] }.count
      guard standing > 0, groups[members[0]] == nil, Set(members).count == members.count else {
        throw .malformedState("a group of which nobody stands")
      }
      groups[members[0]] = OrderGroup(link: link, members: members, standing: standing)
      recount(members[0])
    }
    for id in orders.ids {
      guard let first = orders[id]?.group else { continue }
      guard groups[first]?.members.contains(id) ?? false else {
        throw .malformedState("order \(id.number) stands in no group")
      }
    }
  }
}

extension WorkingOrder {
  fileprivate func encode(into writer: inout StateWriter) {
    writer.write(id)
    writer.write(arrival)
    writer.write(type)
    writer.write(dormant)
    writer.write(Int64(priority))
    writer.write(couldTake) { $0.write($1) }
    writer.write(reservePrice) { $0.write($1) }
    writer.write(place.rawValue)
    writer.write(best) { $0.write($1) }
    writer.write(ahead)
    writer.write(group) { $0.write($1) }
  }

  /// What its order says stands in the log.
  fileprivate init(
    from reader: inout StateReader, _ log: AppendOnlyLog<Order>, _ limits: StateLimits
  ) throws(MarketError) {
    guard !log.isEmpty else { throw .malformedState("a working order, and no orders") }
    let id = try limits.order(&reader)
    let order = log[id.number]
    guard order.status.isWorking else {
      throw .malformedState("order \(id.number) works and is \(order.status)")
    }
    self.init(
      id: id, side: order.request.side, timeInForce: order.request.timeInForce,
      isReduceOnly: order.request.isReduceOnly, arrival: try reader.readMoment(),
      type: try reader.readOrderType(), remaining: order.remainingQuantity.raw, priority: 0)
    filled = order.filledQuantity.raw
    dormant = try reader.read(in: 0...remaining)
    priority = try reader.readCount()
    couldTake = try reader.readOptional { reader throws(MarketError) in try reader.readBool() }
    reservePrice = try reader.readOptional { reader throws(MarketError) in
      try reader.readPrice()
    }
    place = try reader.readCase()
    best = try reader.readOptional { reader throws(MarketError) in try reader.readPrice() }
    ahead = try reader.read(in: 0...Int64.max)
    group = try reader.readOptional { reader throws(MarketError) in try limits.order(&reader) }
    if case .trailingStop(let offset) = type, !offset.isValid {
      throw .malformedState("order \(id.number) trails by \(offset)")
    }
    let waits = place == .limits ? type.limitPrice != nil : place != .triggers || hasTrigger
    guard waits else { throw .malformedState("order \(id.number) waits for no price") }
  }

  private var hasTrigger: Bool { type.waitsForTrigger && triggerLevel != nil }
}
