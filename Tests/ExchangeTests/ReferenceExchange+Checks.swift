import ExactNumbers
import Market

@testable import Exchange

/// What an order is held against when it arrives.
extension ReferenceExchange {
  /// - Parameters:
  ///   - besides: orders of its group that come with it.
  ///   - link: that of its group, if it is to be held.
  func rejection(
    of request: OrderRequest, at time: Timestamp, besides: [WorkingOrder] = [],
    heldBy link: OrderLink? = nil, replacing: Int? = nil
  ) -> Rejection? {
    let contract = listing.contract
    if case .goodTill(let expiry) = request.timeInForce, expiry <= time {
      return .expiredBeforeArrival(expiry: expiry, arrival: time)
    }
    switch request.type {
    case .trailingStop(.price(let distance)):
      if distance <= 0 { return .trailingOffset(.price(distance)) }
      if distance % contract.priceIncrement > 0 {
        return .priceIncrement(
          price: Price(unchecked: distance), increment: contract.priceIncrement)
      }
    case .trailingStop(.share(let rate)):
      if rate <= .zero || rate >= .one { return .trailingOffset(.share(rate)) }
    default: break
    }
    for price in [request.type.triggerPrice, request.type.limitPrice].compactMap({ $0 }) {
      if price.raw <= 0 { return .priceNotPositive(price) }
      if price.raw % contract.priceIncrement > 0 {
        return .priceIncrement(price: price, increment: contract.priceIncrement)
      }
    }
    let quantity = request.quantity
    let closesAll = closesAll(request, replacing)
    if !closesAll, quantity < contract.minimumQuantity {
      return .minimumQuantity(quantity: quantity, minimum: contract.minimumQuantity)
    }
    if quantity > contract.maximumQuantity {
      return .maximumQuantity(quantity: quantity, maximum: contract.maximumQuantity)
    }
    if !closesAll, quantity.raw % contract.quantityIncrement > 0 {
      return .quantityIncrement(quantity: quantity, increment: contract.quantityIncrement)
    }
    let isHeld = link != nil || replacing.map { orders[$0].place == .held } ?? false
    if !closesAll, let rejection = notionalRejection(of: request) { return rejection }
    if let rejection = postOnlyRejection(of: request, isHeld) { return rejection }
    let position = account.quantity
    let (sign, order): (Int64, WorkingOrder) = replaced(request, replacing, at: time)
    if request.isReduceOnly && !isHeld && replacing == nil && sign * position >= 0 {
      return .nothingToReduce(position: position)
    }
    // What an exit closes its entry has opened.
    if request.isReduceOnly && (link == .bracket || link == nil && isHeld) { return nil }
    let others =
      orders.indices.filter { orders[$0].status.isWorking && $0 != replacing }.map { orders[$0] }
      + besides
    let (before, reached) = (reach(sign, others), reach(sign, others + [order]))
    guard reached > contract.positionLimit, !request.isReduceOnly || reached > before else {
      return nil
    }
    return .positionLimit(reached: sign * reached, limit: contract.positionLimit)
  }

  /// All of the position that there is can be closed, however little it is.
  private func closesAll(_ request: OrderRequest, _ replacing: Int?) -> Bool {
    let position = account.quantity
    let filled = replacing.map { orders[$0].filled } ?? 0
    return request.isReduceOnly && (position > 0) == (request.side == .sell) && position != 0
      && request.quantity.raw - filled >= abs(position)
  }

  private func notionalRejection(of request: OrderRequest) -> Rejection? {
    guard let minimum = listing.contract.minimumNotional,
      let price = request.type.limitPrice ?? request.type.triggerPrice ?? opposite(request.side)
    else { return nil }
    let value = Money(
      units: ReferenceAccount.units(account.value(request.quantity.raw, at: price)),
      minimum.currency)
    return value < minimum ? .minimumNotional(notional: value, minimum: minimum) : nil
  }

  private func postOnlyRejection(
    of request: OrderRequest, _ isHeld: Bool
  ) -> Rejection? {
    guard case .limit(let limit, postOnly: true) = request.type else { return nil }
    if [.immediateOrCancel, .fillOrKill].contains(request.timeInForce) {
      return .postOnlyImmediate
    }
    // What is held meets another price.
    guard let opposite = opposite(request.side), !isHeld else { return nil }
    let wouldTake = request.side == .buy ? opposite <= limit : opposite >= limit
    return wouldTake ? .postOnlyWouldTake(limit: limit, opposite: opposite) : nil
  }

  /// The order as it would stand.
  private func replaced(
    _ request: OrderRequest, _ replacing: Int?, at time: Timestamp
  ) -> (Int64, WorkingOrder) {
    var order = WorkingOrder(
      id: OrderID(number: orders.count), request: request, arrival: Moment(time, .arrivals),
      type: request.type, remaining: request.quantity.raw)
    if let replacing {
      order = orders[replacing]
      order.remaining = request.quantity.raw - order.filled
    }
    return (order.sign, order)
  }

  /// Where the position comes to on one side when all orders of it fill, first those that only reduce:
  /// they bring it to zero and no further.
  private func reach(_ sign: Int64, _ all: [WorkingOrder]) -> Int64 {
    func sum(reduceOnly: Bool) -> Int64 {
      var largest: [Int: Int64] = [:]
      var sum: Int64 = 0
      for order in all where order.sign == sign && order.request.isReduceOnly == reduceOnly {
        let group = groups.firstIndex { $0.members.contains(order.id.number) }
        switch group.map({ groups[$0].link }) {
        case .oneCancelsOther:
          largest[group ?? 0] = max(largest[group ?? 0] ?? 0, order.remaining)
        case .bracket where groups[group ?? 0].members[0] != order.id.number:
          largest[group ?? 0] = max(largest[group ?? 0] ?? 0, order.active)
        default: sum += order.remaining
        }
      }
      return sum + largest.values.reduce(0, +)
    }
    var position = sign * account.quantity
    if position < 0 { position = min(0, position + sum(reduceOnly: true)) }
    return max(0, position + sum(reduceOnly: false))
  }

  private func opposite(_ side: OrderSide) -> Price? {
    side == .buy ? inForce?.ask : inForce?.bid
  }
}
