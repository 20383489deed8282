import Market

@testable import Exchange

/// Amendments, and what orders mean for each other.
extension ReferenceExchange {
  mutating func amend(_ index: Int, _ amendment: OrderAmendment, _ moment: Moment) {
    let order = orders[index]
    if let refusal = refusal(index, amendment, moment.time) {
      return report(index, .amendRefused(refusal), moment.time)
    }
    let hasTriggered = !order.type.waitsForTrigger && order.request.type.waitsForTrigger
    let old = order.request
    orders[index].request = amended(order.request, amendment)
    let new = orders[index].request
    let grows = new.quantity > old.quantity
    orders[index].remaining = new.quantity.raw - order.filled
    if new.type != old.type {
      orders[index].type = new.type
      if hasTriggered, let limit = new.type.limitPrice { orders[index].type = .limit(limit) }
    }
    if (new.type != old.type || grows) && order.place != .held {
      orders[index].arrival = moment
      orders[index].priority = nextPriority()
      startAnew(index, inForce)
      if case .trailingStop = order.type, let best = order.best { orders[index].best = best }
    }
    report(index, .amended(amendment), moment.time)
  }

  private func amended(_ request: OrderRequest, _ amendment: OrderAmendment) -> OrderRequest {
    var request = request
    let (limit, trigger) = (amendment.limitPrice, amendment.triggerPrice)
    switch request.type {
    case .limit(let old, let postOnly): request.type = .limit(limit ?? old, postOnly: postOnly)
    case .stop(let old): request.type = .stop(trigger ?? old)
    case .stopLimit(let oldTrigger, let old):
      request.type = .stopLimit(stop: trigger ?? oldTrigger, limit: limit ?? old)
    case .marketIfTouched(let old): request.type = .marketIfTouched(trigger ?? old)
    case .limitIfTouched(let oldTrigger, let old):
      request.type = .limitIfTouched(trigger: trigger ?? oldTrigger, limit: limit ?? old)
    case .market, .trailingStop: break
    }
    if let quantity = amendment.quantity { request.quantity = quantity }
    return request
  }

  private func refusal(
    _ index: Int, _ amendment: OrderAmendment, _ time: Timestamp
  ) -> AmendRefusal? {
    let order = orders[index]
    if !order.status.isWorking { return .notWorking(order.status) }
    if amendment.limitPrice != nil && order.request.type.limitPrice == nil { return .noSuchPrice }
    if amendment.triggerPrice != nil && order.type.triggerPrice == nil { return .noSuchPrice }
    if let quantity = amendment.quantity {
      if groups.contains(where: { $0.members.contains(index) }) { return .quantityOfLinkedOrder }
      if quantity.raw <= order.filled {
        return .alreadyFilled(Quantity(unchecked: order.filled))
      }
    }
    return rejection(of: amended(order.request, amendment), at: time, replacing: index)
      .map { .rule($0) }
  }

  private func group(of index: Int) -> Group? { groups.first { $0.members.contains(index) } }

  /// After a fill: the others are cancelled, let loose or made smaller.
  mutating func fillLinked(_ index: Int, _ quantity: Int64, _ offer: Offer) {
    guard let group = group(of: index) else { return }
    let isFirst = index == group.members[0]
    for other in group.members where other != index && orders[other].status.isWorking {
      switch group.link {
      case .oneCancelsOther:
        end(other, .cancelled(.otherFilled(orders[index].id)), offer.time)
      case .oneTriggersOther:
        if isFirst && orders[index].remaining == 0 {
          release(other, orders[other].dormant, offer)
        }
      case .bracket:
        if isFirst {
          release(other, quantity, offer)
        } else if other != group.members[0] {
          shrink(other, quantity, index, offer)
        }
      }
    }
  }

  private mutating func release(_ index: Int, _ quantity: Int64, _ offer: Offer) {
    orders[index].dormant -= quantity
    if orders[index].status == .held { orders[index].status = .accepted }
    report(index, .released(Quantity(unchecked: quantity)), offer.time)
    guard orders[index].place == .held else { return }
    let price = offer.price(orders[index].request.side)
    if case .limit(_, postOnly: true) = orders[index].type, orders[index].allows(price) {
      return end(index, .cancelled(.postOnlyWouldTake(price)), offer.time)
    }
    orders[index].priority = nextPriority()
    orders[index].arrival = Moment(offer.time, .records)
    startAnew(index, (offer.bid, offer.ask))
    if offer.isOnPath { orders[index].place = admission(orders[index], offer) }
  }

  private mutating func shrink(
    _ index: Int, _ quantity: Int64, _ other: Int, _ offer: Offer
  ) {
    if orders[index].remaining <= quantity {
      return end(index, .cancelled(.otherFilled(orders[other].id)), offer.time)
    }
    orders[index].remaining -= quantity
    resized(index, offer.time)
    if orders[index].active == 0 { orders[index].place = .held }
  }

  private mutating func resized(_ index: Int, _ time: Timestamp) {
    let whole = Quantity(unchecked: orders[index].filled + orders[index].remaining)
    if orders[index].remaining == 0 { orders[index].status = .filled }
    orders[index].request.quantity = whole
    report(index, .resized(whole), time)
  }

  /// After the end of an order: whoever waited for it waits no more.
  mutating func endLinked(_ index: Int, _ time: Timestamp) {
    guard let group = group(of: index), group.link != .oneCancelsOther, group.members[0] == index
    else { return }
    for other in group.members.dropFirst() where orders[other].status.isWorking {
      guard orders[other].dormant > 0 else { continue }
      if orders[other].active == 0 && orders[other].filled == 0 {
        end(other, .cancelled(.entryEnded(orders[index].id)), time)
      } else {
        orders[other].remaining = orders[other].active
        orders[other].dormant = 0
        resized(other, time)
      }
    }
  }
}
