import ExactNumbers
import Market
import Testing

@testable import Exchange

/// The exchange as `docs/exchange.md` describes it, by looking at every order at every step. One
/// listing that trades around the clock.
struct ReferenceExchange {
  struct WorkingOrder {
    enum Place { case newcomer, taker, limit, trigger }
    let id: OrderID
    let request: OrderRequest
    let arrival: Moment
    var place = Place.newcomer
    var status = OrderStatus.submitted
    /// Without its trigger, once that was reached.
    var type: OrderType
    var remaining: Int64
    /// The lower goes first.
    var priority = 0
    var couldTake: Bool?

    var sign: Int64 { request.side == .buy ? 1 : -1 }
    var isImmediate: Bool { [.immediateOrCancel, .fillOrKill].contains(request.timeInForce) }

    func allows(_ price: Price) -> Bool {
      guard let limit = type.limitPrice else { return true }
      return request.side == .buy ? price <= limit : price >= limit
    }
  }

  enum Action { case arrive, cancel, expire }

  let listing: Listing
  let fees: FeeRates
  let latency: Int64
  var account: ReferenceAccount
  var orders: [WorkingOrder] = []
  var due: [(moment: Moment, action: Action, order: Int)] = []
  var reports: [OrderReport] = []
  var inForce: (bid: Price, ask: Price)?
  var priorities = 0
  var fills = 0

  init(_ listing: Listing, latency: Int64) {
    self.listing = listing
    fees = listing.fees as? FeeRates ?? FeeRates()
    self.latency = latency
    account = ReferenceAccount(listing)
  }

  mutating func submit(_ request: OrderRequest, at moment: Moment) {
    let arrival = arrivalTime(moment)
    orders.append(
      WorkingOrder(
        id: OrderID(number: orders.count), request: request, arrival: arrival, type: request.type,
        remaining: request.quantity.raw))
    due.append((arrival, .arrive, orders.count - 1))
    report(orders.count - 1, .submitted, moment.time)
  }

  mutating func cancel(_ id: OrderID, at moment: Moment) {
    due.append((arrivalTime(moment), .cancel, id.number))
  }

  private func arrivalTime(_ moment: Moment) -> Moment {
    let missed = moment.phase == .arrivals || moment.phase == .records
    let wait = latency > 0 ? latency : missed ? 1 : 0
    return Moment(Timestamp(unchecked: moment.time.nanoseconds + wait), .arrivals)
  }

  /// Does what is due, the earliest first, by looking for it anew each time.
  mutating func advance(to moment: Moment) {
    while true {
      var earliest: Int?
      for index in due.indices where due[index].moment <= moment {
        if earliest.map({ due[index].moment < due[$0].moment }) ?? true { earliest = index }
      }
      guard let earliest else { return }
      let item = due.remove(at: earliest)
      switch item.action {
      case .arrive: arrive(item.order)
      case .cancel: cancel(item.order, item.moment.time)
      case .expire:
        if orders[item.order].status.isWorking { end(item.order, .expired, item.moment.time) }
      }
    }
  }

  private mutating func arrive(_ index: Int) {
    let order = orders[index]
    let time = order.arrival.time
    if let rejection = rejection(of: order) {
      return end(index, .rejected(rejection), time)
    }
    orders[index].status = .accepted
    orders[index].priority = nextPriority()
    orders[index].couldTake = inForce.map {
      order.allows(order.request.side == .buy ? $0.ask : $0.bid)
    }
    report(index, .accepted, time)
    switch order.request.timeInForce {
    case .goodTill(let expiry): due.append((Moment(expiry, .exchange), .expire, index))
    case .day:
      let midnight = (time.nanoseconds / nanosecondsPerDay + 1) * nanosecondsPerDay
      due.append((Moment(Timestamp(unchecked: midnight), .exchange), .expire, index))
    default: break
    }
  }

  private mutating func cancel(_ index: Int, _ time: Timestamp) {
    if orders[index].status.isWorking {
      end(index, .cancelled(.requested), time)
    } else {
      report(index, .cancelRefused(orders[index].status), time)
    }
  }

  mutating func nextPriority() -> Int {
    priorities += 1
    return priorities
  }

  mutating func report(_ index: Int, _ event: OrderEvent, _ time: Timestamp) {
    reports.append(
      OrderReport(
        order: orders[index].id, time: time, event: event, status: orders[index].status))
  }

  /// Ends an order's life by an event that is no fill.
  mutating func end(_ index: Int, _ event: OrderEvent, _ time: Timestamp) {
    switch event {
    case .rejected: orders[index].status = .rejected
    case .expired: orders[index].status = .expired
    default: orders[index].status = .cancelled
    }
    report(index, event, time)
  }

  // MARK: Checks

  private func rejection(of order: WorkingOrder) -> Rejection? {
    let request = order.request
    let contract = listing.contract
    if case .goodTill(let expiry) = request.timeInForce, expiry <= order.arrival.time {
      return .expiredBeforeArrival(expiry: expiry, arrival: order.arrival.time)
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
    return notionalRejection(of: request) ?? postOnlyRejection(of: request)
      ?? positionRejection(of: order)
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

  private func postOnlyRejection(of request: OrderRequest) -> Rejection? {
    guard case .limit(let limit, postOnly: true) = request.type else { return nil }
    if [.immediateOrCancel, .fillOrKill].contains(request.timeInForce) {
      return .postOnlyImmediate
    }
    guard let opposite = opposite(request.side) else { return nil }
    let wouldTake = request.side == .buy ? opposite <= limit : opposite >= limit
    return wouldTake ? .postOnlyWouldTake(limit: limit, opposite: opposite) : nil
  }

  private func positionRejection(of order: WorkingOrder) -> Rejection? {
    let position = account.quantity
    if order.request.isReduceOnly {
      return order.sign * position < 0 ? nil : .nothingToReduce(position: position)
    }
    var reached = max(0, order.sign * position) + order.remaining
    for other in orders where other.status.isWorking && other.sign == order.sign {
      if !other.request.isReduceOnly { reached += other.remaining }
    }
    guard reached > listing.contract.positionLimit else { return nil }
    return .positionLimit(reached: order.sign * reached, limit: listing.contract.positionLimit)
  }

  private func opposite(_ side: OrderSide) -> Price? {
    side == .buy ? inForce?.ask : inForce?.bid
  }
}
