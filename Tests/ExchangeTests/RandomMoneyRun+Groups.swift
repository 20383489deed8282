import ExactNumbers
import Market
import Testing

@testable import Exchange

/// Orders that depend on each other, and what must come of them.
extension RandomMoneyRun {
  struct SentGroup {
    let ids: [OrderID]
    let requests: [OrderRequest]
    let link: OrderLink
  }

  /// Sends a group, or an entry with what is attached to it.
  mutating func sendGroup(at moment: Moment) throws -> SentGroup {
    let index = random.below(reference.listings.count)
    var entry = request(index)
    let link = [OrderLink.bracket, .bracket, .oneCancelsOther, .oneTriggersOther][random.below(4)]
    guard link == .bracket else {
      var requests = [entry]
      for _ in 0...random.below(2) {
        var other = request(index)
        if random.below(3) == 0 {
          other.type = .stop(near(index, other.side, random.within(1...60)))
        }
        requests.append(other)
      }
      let ids = try exchange.submit(requests, linked: link, at: moment)
      return SentGroup(ids: ids, requests: requests, link: link)
    }
    entry.isReduceOnly = random.below(8) == 0
    let target = near(index, entry.side.other, -random.within(-10...60))
    let stop = OrderType.stop(near(index, entry.side.other, random.within(-10...60)))
    let types = [
      [.limit(target), stop], [.limit(target)], [stop], [.limit(target), stop, .market],
    ]
    let exits = types[random.below(4)]
    let requests =
      [entry]
      + exits.map {
        OrderRequest(
          entry.side.other, entry.quantity, of: entry.listing, $0, reduceOnly: true)
      }
    let isAttached = exits.count < 3
    let ids =
      isAttached
      ? try exchange.submit(
        entry, takeProfit: exits[0].limitPrice, stopLoss: exits.last { $0.waitsForTrigger },
        at: moment)
      : try exchange.submit(requests, linked: .bracket, at: moment)
    return SentGroup(ids: ids, requests: requests, link: link)
  }

  /// So far behind the market of an order's side: where a stop waits, or a limit order takes.
  private func near(_ index: Int, _ side: OrderSide, _ distance: Int64) -> Price {
    price(max(1, middles[index] + side.sign * distance))
  }

  /// Whether the group was taken, or refused with the numbers of the first that breaks a rule.
  mutating func expectGroup(_ sent: SentGroup) {
    let group = ReferenceMoney.Group(first: sent.ids[0], link: sent.link)
    var members: [ReferenceMoney.OpenOrder] = []
    var refused: (place: Int, rejection: Rejection)?
    for (place, request) in sent.requests.enumerated() {
      let isHeld = place > 0 && sent.link != .oneCancelsOther
      var order = openOrder(request)
      if refused == nil,
        let rejection = rejection(of: order, request, isHeld: isHeld, in: sent.link)
      {
        refused = (place, rejection)
      }
      order.group = group
      order.isEntry = place == 0 && sent.link != .oneCancelsOther
      if isHeld { order.dormant = order.left }
      members.append(order)
      // Those that follow find it open; of alternatives only one comes to trade.
      if sent.link == .oneTriggersOther { reference.open[sent.ids[place]] = order }
    }
    for (place, id) in sent.ids.enumerated() {
      reference.open[id] = refused == nil ? members[place] : nil
      var expected: OrderEvent = members[place].dormant > 0 ? .held : .accepted
      if let refused {
        expected = .rejected(
          place == refused.place ? refused.rejection : .linkedOrderRefused(sent.ids[refused.place]))
      }
      let found = exchange.outbox.waiting.last { $0.order == id }?.event
      #expect(found == expected, "seed \(seed), order \(id.number) of a \(sent.link)")
    }
    groupEvents.insert(refused == nil ? "\(sent.link)" : "a refused group")
  }

  /// What is held for a fill takes nothing before, but counts for margin where it will open something.
  private func rejection(
    of order: ReferenceMoney.OpenOrder, _ request: OrderRequest, isHeld: Bool, in link: OrderLink
  ) -> Rejection? {
    if !isHeld { return rejection(of: order, request) }
    return link == .bracket || reference.rules.kind == .cash ? nil : reference.rejection(of: order)
  }

  /// Has what was let loose in a cash account pay for itself, when all fills before are paid: one after the
  /// other, and those behind do not count yet.
  mutating func askReleased() {
    let isCash = reference.rules.kind == .cash
    let asked = released.compactMap { id in reference.open[id].map { (id, $0) } }
      .filter { isCash && $0.1.group?.link == .oneTriggersOther }
    released = []
    for (id, _) in asked { reference.open[id] = nil }
    for (id, order) in asked {
      let events = exchange.outbox.waiting.filter { $0.order == id }.map(\.event)
      let found = events.first {
        if case .cancelled(.insufficientBalance) = $0 { true } else { false }
      }
      var expected: OrderEvent?
      if case .insufficientBalance(let needed, let available) = reference.rejection(of: order) {
        expected = .cancelled(.insufficientBalance(needed: needed, available: available))
        groupEvents.insert("not paid when let loose")
      } else {
        reference.open[id] = order
      }
      #expect(found == expected, "seed \(seed), order \(id.number), let loose")
    }
  }

  /// What a report says of a group.
  mutating func takeLinked(_ report: OrderReport) {
    switch report.event {
    case .released:
      groupEvents.insert("released")
      guard let order = reference.open[report.order] else { return }
      if exchange.orders[report.order.number].request.type == .market {
        // It takes what it costs now.
        reference.open[report.order]?.price = order.side == .buy ? point?.ask : point?.bid
      }
      released.append(report.order)
    case .resized: groupEvents.insert("resized")
    case .cancelled(.otherFilled): groupEvents.insert("another filled")
    case .cancelled(.entryEnded): groupEvents.insert("an entry ended")
    default: break
    }
  }
}
