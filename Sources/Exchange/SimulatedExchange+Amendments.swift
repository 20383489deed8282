import Market

extension SimulatedExchange {
  mutating func amend(
    _ id: OrderID, _ number: Int, arriving moment: Moment
  ) throws(ExchangeError) {
    guard let amendment = amendments.removeValue(forKey: number) else {
      preconditionFailure("an amendment arrives once")
    }
    switch try amended(orders[id.number], by: amendment, at: moment.time) {
    case .failure(let refusal): report(id, .amendRefused(refusal), at: moment.time)
    case .success(let request):
      let order = orders[id.number]
      let index = request.listing.index
      books[index].market.amend(
        id, request.type == order.request.type ? nil : request.type,
        remaining: request.quantity.raw - order.filledQuantity.raw, arriving: moment)
      change(id, .amended(amendment), at: moment.time) {
        $0.amend(request.type, request.quantity)
      }
    }
  }

  /// The request as it would be, or why it cannot be that.
  private mutating func amended(
    _ order: Order, by amendment: OrderAmendment, at time: Timestamp
  ) throws(ExchangeError) -> Result<OrderRequest, AmendRefusal> {
    guard order.status.isWorking else { return .failure(.notWorking(order.status)) }
    var request = order.request
    let type = request.type.amended(limit: amendment.limitPrice, trigger: amendment.triggerPrice)
    let index = request.listing.index
    let hasTriggered =
      request.type.waitsForTrigger
      && books[index].market.orders[order.id].map { !$0.type.waitsForTrigger } ?? false
    guard let type, amendment.triggerPrice == nil || !hasTriggered else {
      return .failure(.noSuchPrice)
    }
    request.type = type
    if let quantity = amendment.quantity {
      if books[index].market.orders[order.id]?.group != nil {
        return .failure(.quantityOfLinkedOrder)
      }
      if quantity <= order.filledQuantity { return .failure(.alreadyFilled(order.filledQuantity)) }
      request.quantity = quantity
    }
    // What is held is asked for its price and its money when it is let loose.
    let isHeld = books[index].market.orders[order.id]?.place == .held
    let takesMore =
      !isHeld && (request.type != order.request.type || request.quantity > order.request.quantity)
    try syncUnallocated()
    let margin =
      takesMore && rules.marginCurrency != nil ? try initialMargin(of: index, with: nil) : nil
    let open = books[index].market.open
    books[index].market.open = books[index].market.open(
      amending: order.id, to: request.type,
      remaining: request.quantity.raw - order.filledQuantity.raw)
    defer { books[index].market.open = open }
    let rejection = try rejection(
      of: request, arriving: time, filled: order.filledQuantity, reducesLater: true,
      isHeld: isHeld, takesMore: takesMore, marginBefore: margin)
    return rejection.map { .failure(.rule($0)) } ?? .success(request)
  }
}
