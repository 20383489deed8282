import ExactNumbers
import Market
import Testing

@testable import Exchange

/// The exchange as `docs/exchange.md` describes it, by looking at every order at every step. One
/// listing that trades around the clock.
struct ReferenceExchange {
  struct WorkingOrder {
    enum Place { case newcomer, taker, limit, trigger, held }
    let id: OrderID
    var request: OrderRequest
    var arrival: Moment
    var place = Place.newcomer
    var status = OrderStatus.submitted
    /// Without its trigger, once that was reached.
    var type: OrderType
    var remaining: Int64
    /// The lower goes first.
    var priority = 0
    var couldTake: Bool?
    /// Of what remains, what its group does not let work yet.
    var dormant: Int64 = 0
    var filled: Int64 = 0
    var best: Price?
    /// Nil where nothing says what is ahead.
    var ahead: Int64?

    var active: Int64 { remaining - dormant }
    /// Where it fires now.
    var level: Price? {
      guard case .trailingStop(let offset) = type, let best else { return type.triggerPrice }
      switch offset {
      case .price(let distance): return Price(unchecked: best.raw + sign * distance)
      case .share(let rate):
        // A share is counted in 10^-12; what is left of a unit takes a whole one.
        let (whole, rest) = (Int128(best.raw) * Int128(rate.units))
          .quotientAndRemainder(dividingBy: 1_000_000_000_000)
        return Price(unchecked: best.raw + sign * (Int64(whole) + (rest > 0 ? 1 : 0)))
      }
    }

    var sign: Int64 { request.side == .buy ? 1 : -1 }
    var isImmediate: Bool { [.immediateOrCancel, .fillOrKill].contains(request.timeInForce) }

    func allows(_ price: Price) -> Bool {
      guard let limit = type.limitPrice else { return true }
      return request.side == .buy ? price <= limit : price >= limit
    }
  }

  enum Action {
    case arrive([Int], OrderLink?)
    case amend(OrderAmendment)
    case cancel
    case expire
  }

  struct Group {
    let link: OrderLink
    let members: [Int]
  }

  let listing: Listing
  let fees: FeeRates
  let latency: Latency
  var jitter: SeededGenerator
  var lastArrival = Moment(.earliest, .sourceBars)
  var groups: [Group] = []
  var quote: Quote?
  /// When records filled orders.
  var fillingTimes: [Timestamp] = []
  var account: ReferenceAccount
  var orders: [WorkingOrder] = []
  var due: [(moment: Moment, action: Action, order: Int)] = []
  var reports: [OrderReport] = []
  var inForce: (bid: Price, ask: Price)?
  var priorities = 0
  var fills = 0

  init(_ listing: Listing, latency: Latency) {
    self.listing = listing
    fees = listing.fees as? FeeRates ?? FeeRates()
    self.latency = latency
    jitter = SeededGenerator(seed: latency.seed)
    account = ReferenceAccount(listing)
  }

  mutating func submit(
    _ requests: [OrderRequest], _ link: OrderLink? = nil, at moment: Moment
  ) {
    let arrival = arrivalTime(moment)
    var indices: [Int] = []
    for request in requests {
      indices.append(orders.count)
      orders.append(
        WorkingOrder(
          id: OrderID(number: orders.count), request: request, arrival: arrival,
          type: request.type, remaining: request.quantity.raw))
      report(orders.count - 1, .submitted, moment.time)
    }
    due.append((arrival, .arrive(indices, link), indices[0]))
  }

  mutating func amend(_ id: OrderID, _ amendment: OrderAmendment, at moment: Moment) {
    due.append((arrivalTime(moment), .amend(amendment), id.number))
  }

  mutating func cancel(_ id: OrderID, at moment: Moment) {
    due.append((arrivalTime(moment), .cancel, id.number))
  }

  private mutating func arrivalTime(_ moment: Moment) -> Moment {
    let missed = moment.phase == .arrivals || moment.phase == .records
    let wait: Int64 =
      switch latency.orders {
      case .none: 0
      case .fixed(let time): time
      case .jittered(let base, let spread): base + jitter.within(0...spread)
      }
    let late = wait > 0 ? wait : missed ? 1 : 0
    let arrival = Moment(Timestamp(unchecked: moment.time.nanoseconds + late), .arrivals)
    if arrival > lastArrival { lastArrival = arrival }
    return lastArrival
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
      case .arrive(let indices, let link): arrive(indices, link)
      case .amend(let amendment): amend(item.order, amendment, item.moment)
      case .cancel: cancel(item.order, item.moment.time)
      case .expire:
        if orders[item.order].status.isWorking { end(item.order, .expired, item.moment.time) }
      }
    }
  }

  private mutating func arrive(_ indices: [Int], _ link: OrderLink?) {
    let time = orders[indices[0]].arrival.time
    for (place, index) in indices.enumerated() {
      // Of alternatives only one comes to trade.
      let besides = link == .oneCancelsOther ? [] : indices.prefix(place).map { orders[$0] }
      guard
        let rejection = rejection(
          of: orders[index].request, at: time, besides: besides,
          heldBy: place == 0 || link == .oneCancelsOther ? nil : link)
      else { continue }
      for other in indices {
        let why = other == index ? rejection : .linkedOrderRefused(orders[index].id)
        end(other, .rejected(why), time)
      }
      return
    }
    if let link { groups.append(Group(link: link, members: indices)) }
    for (place, index) in indices.enumerated() {
      orders[index].priority = nextPriority()
      startAnew(index, inForce)
      if link != nil && link != .oneCancelsOther && place > 0 {
        orders[index].status = .held
        orders[index].place = .held
        orders[index].dormant = orders[index].remaining
      } else {
        orders[index].status = .accepted
      }
      report(index, orders[index].status == .held ? .held : .accepted, time)
      switch orders[index].request.timeInForce {
      case .goodTill(let expiry): due.append((Moment(expiry, .exchange), .expire, index))
      case .day:
        let midnight = (time.nanoseconds / nanosecondsPerDay + 1) * nanosecondsPerDay
        due.append((Moment(Timestamp(unchecked: midnight), .exchange), .expire, index))
      default: break
      }
    }
  }

  /// Lets an order wait for the next record, with these prices in force.
  mutating func startAnew(_ index: Int, _ prices: (bid: Price, ask: Price)?) {
    let order = orders[index]
    let price = prices.map { order.request.side == .buy ? $0.ask : $0.bid }
    orders[index].couldTake = price.map(order.allows)
    orders[index].best = price
    orders[index].place = .newcomer
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
    defer { endLinked(index, time) }
    switch event {
    case .rejected: orders[index].status = .rejected
    case .expired: orders[index].status = .expired
    default: orders[index].status = .cancelled
    }
    report(index, event, time)
  }
}
