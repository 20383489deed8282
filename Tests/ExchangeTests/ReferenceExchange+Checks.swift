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
    if quantity < contract.minimumQuantity {
      return .minimumQuantity(quantity: quantity, minimum: contract.minimumQuantity)
    }
    if quantity > contract.maximumQuantity {
      return .maximumQuantity(quantity: quantity, maximum: contract.maximumQuantity)
    }
    if quantity.raw % contract.quantityIncrement > 0 {
      return .quantityIncrement(quantity: quantity, increment: contract.quantityIncrement)
    }
    let isHeld = link != nil || replacing.map { orders[$0].place == .held } ?? false
    if let rejection = notionalRejection(of: request) ?? postOnlyRejection(of: request, isHeld) {
      return rejection
    }
    if request.isReduceOnly && (isHeld || replacing != nil) { return nil }
    return positionRejection(of: request, besides, replacing)
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

  private func positionRejection(
    of request: OrderRequest, _ besides: [WorkingOrder], _ replacing: Int?
  ) -> Rejection? {
    let position = account.quantity
    let sign: Int64 = request.side == .buy ? 1 : -1
    if request.isReduceOnly {
      return sign * position < 0 ? nil : .nothingToReduce(position: position)
    }
    var reached = max(0, sign * position) + request.quantity.raw
    if let replacing { reached -= orders[replacing].filled }
    let counted = orders.indices.filter {
      orders[$0].status.isWorking && orders[$0].sign == sign && !orders[$0].request.isReduceOnly
    }
    for index in counted where index != replacing {
      let group = groups.first {
        $0.link == .oneCancelsOther && $0.members.contains(index)
      }
      // Of alternatives the largest, of these the first.
      let larger = (group?.members ?? []).filter { other in
        counted.contains(other) && other != index
          && (orders[other].remaining, -other) > (orders[index].remaining, -index)
      }
      guard larger.isEmpty else { continue }
      reached += orders[index].remaining
      if let replacing, group?.members.contains(replacing) ?? false {
        reached -= orders[replacing].remaining
      }
    }
    for other in besides where other.sign == sign && !other.request.isReduceOnly {
      reached += other.remaining
    }
    guard reached > listing.contract.positionLimit else { return nil }
    return .positionLimit(reached: sign * reached, limit: listing.contract.positionLimit)
  }

  private func opposite(_ side: OrderSide) -> Price? {
    side == .buy ? inForce?.ask : inForce?.bid
  }
}
