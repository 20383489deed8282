import Market
import Testing

@testable import Exchange

/// Changes of open orders, and what must come of them.
extension RandomMoneyRun {
  struct Amended {
    let order: OrderID
    let amendment: OrderAmendment
    /// As it was.
    let request: OrderRequest
    let filled: Quantity
  }

  /// Sends a change of an order that stands at the exchange, if there is one.
  mutating func amendOne(at moment: Moment) throws -> Amended? {
    let ids = reference.open.keys.sorted()
    guard !ids.isEmpty, random.below(2) == 0 else { return nil }
    let order = exchange.orders[ids[random.below(ids.count)].number]
    let index = order.request.listing.index
    var amendment = OrderAmendment()
    if order.request.type.limitPrice != nil, random.below(2) == 0 {
      amendment.limitPrice = price(max(1, middles[index] + random.within(-60...60)))
    }
    if amendment.limitPrice == nil || random.below(2) == 0 {
      let isInverse = reference.listings[index].contract.settlement == .inverse
      amendment.quantity = quantity(random.within(1...60) * (isInverse ? 100 : 1))
    }
    try exchange.amend(order.id, amendment, at: moment)
    return Amended(
      order: order.id, amendment: amendment, request: order.request, filled: order.filledQuantity)
  }

  /// Whether it was changed, or refused with the numbers of an order that arrives with what is left.
  mutating func expectAmendment(_ amended: Amended) {
    guard let old = reference.open[amended.order] else { return }
    let (request, index) = (amended.request, old.listing)
    let whole = amended.amendment.quantity ?? request.quantity
    let limit = amended.amendment.limitPrice ?? request.type.limitPrice
    let isMoved = limit != request.type.limitPrice
    // What is held takes nothing yet, or what it has counted for from the start.
    let isHeld = old.dormant == old.left
    let takesMore = !isHeld && (isMoved || whole > request.quantity)
    var changed = old
    changed.left = whole.raw - amended.filled.raw
    let now = old.side == .buy ? reference.prices[index]?.ask : reference.prices[index]?.bid
    changed.price = limit.map { reference.exact($0, of: index) } ?? (isHeld ? old.price : now)
    reference.open[amended.order] = nil
    var expected = OrderEvent.amended(amended.amendment)
    if amended.amendment.quantity != nil, old.group != nil {
      expected = .amendRefused(.quantityOfLinkedOrder)
    } else if whole <= amended.filled {
      expected = .amendRefused(.alreadyFilled(amended.filled))
    } else if takesMore, let rejection = reference.rejection(of: changed, replacing: old) {
      expected = .amendRefused(.rule(rejection))
    }
    let found = exchange.outbox.waiting.last { $0.order == amended.order }?.event
    #expect(found == expected, "seed \(seed), amendment of order \(amended.order.number)")
    guard case .amended = found else {
      reference.open[amended.order] = old
      refusals.insert("an amendment")
      return
    }
    amendments += 1
    // What is asked for anew meets its first price anew; a market order counts at its old one.
    if takesMore { changed.rests = false }
    if !isMoved { changed.price = old.price }
    reference.open[amended.order] = changed
  }
}
