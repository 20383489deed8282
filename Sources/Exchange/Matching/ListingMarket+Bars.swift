import Market

/// How far a bar's price has come along its path.
struct BarWalk: Sendable {
  let bar: Bar
  let lowFirst: Bool
  let vertices: [(price: Price, time: Timestamp)]
  /// The vertex that comes next; behind the last at the end.
  fileprivate(set) var next = 0
  /// Where the price stopped last; nil before the open.
  fileprivate(set) var price: Price?
  /// What the other way brings, where it is known already.
  fileprivate(set) var others: Set<PathFill>?

  init(_ bar: Bar, lowFirst: Bool) {
    self.bar = bar
    self.lowFirst = lowFirst
    vertices = bar.path(lowFirst: lowFirst)
  }

  /// The price one unit before `stop`; nil at the open, and where the price has not moved since the last stop.
  func price(shortOf stop: PathStop) -> Price? {
    guard let price, price != stop.price else { return nil }
    return Price(unchecked: stop.price.raw + (price > stop.price ? 1 : -1))
  }
}

/// A price on a bar's path at which something may happen.
struct PathStop: Hashable, Sendable {
  fileprivate enum Kind: Hashable, Sendable {
    case vertex
    /// The level of orders: of a resting one, or of triggers, where it is nil.
    case level(OrderID?)
    /// Where the price is when an order arrives: between two that it can have, sells get the lower and
    /// buys pay the higher one.
    case arrival(bid: Price, ask: Price)
  }

  /// The last that the price has come to.
  let price: Price
  let time: Timestamp
  fileprivate let kind: Kind

  var isVertex: Bool { kind == .vertex }
}

/// What one way along a bar gives an order.
struct PathFill: Hashable, Sendable {
  let order: OrderID
  let price: Price
  let quantity: Int64

  init(_ execution: Execution) {
    (order, price, quantity) = (execution.order, execution.price, execution.quantity)
  }
}

extension ListingMarket {
  /// Whether a bar leaves everything as it is, but the price in force.
  func isQuiet(along bar: Bar) -> Bool {
    isQuiet(bids: bar.low...bar.high, asks: bar.low...bar.high)
  }

  /// The path that is chosen for a bar, at its beginning.
  func walk(along bar: Bar) -> BarWalk {
    let lowFirst = isLowFirst(bar)
    guard rules.barPath == .worstCase else { return BarWalk(bar, lowFirst: lowFirst) }
    let (own, other) = (after(bar, lowFirst: lowFirst), after(bar, lowFirst: !lowFirst))
    let isOther = other.gain(by: bar.close) < own.gain(by: bar.close)
    var walk = BarWalk(bar, lowFirst: lowFirst != isOther)
    walk.others = isOther ? own.fills : other.fills
    return walk
  }

  /// What the way that was not chosen brings to a market as it was at the bar's beginning.
  func fills(besides walk: BarWalk) -> Set<PathFill> {
    walk.others ?? after(walk.bar, lowFirst: !walk.lowFirst).fills
  }

  func isLowFirst(_ bar: Bar) -> Bool {
    switch rules.barPath {
    case .openHighLowClose: false
    case .openLowHighClose: true
    case .byDirection, .worstCase: bar.close >= bar.open
    }
  }

  /// The market at the end of a bar's path.
  private func after(_ bar: Bar, lowFirst: Bool) -> ListingMarket {
    var market = self
    var walk = BarWalk(bar, lowFirst: lowFirst)
    while let stop = market.nextStop(on: walk) {
      market.move(to: stop, on: &walk)
      while market.follow(stop, on: walk) {}
    }
    return market
  }

  /// What has been filled and is not settled yet.
  private var fills: Set<PathFill> {
    var fills: Set<PathFill> = []
    for case .executed(let execution) in events { fills.insert(PathFill(execution)) }
    return fills
  }

  /// What this bar's fills have gained by its close, in price × quantity. The position before them
  /// gains the same on either path.
  private func gain(by close: Price) -> Int128 {
    events.reduce(0) { sum, event in
      guard case .executed(let execution) = event else { return sum }
      let signed = Int128(execution.side.sign * execution.quantity)
      return sum + signed * Int128(close.raw - execution.price.raw)
    }
  }

  /// Where the price stops next: at the nearest order that it reaches on the way, or where it is when an
  /// order arrives, else at the next vertex.
  func nextStop(on walk: BarWalk) -> PathStop? {
    guard walk.next < walk.vertices.count else { return nil }
    let end = walk.vertices[walk.next]
    let vertex = PathStop(price: end.price, time: end.time, kind: .vertex)
    guard walk.next > 0 else { return vertex }
    let start = walk.vertices[walk.next - 1]
    let next = stop(from: start, to: end) ?? vertex
    // Of one instant arrivals come before what the price does. One that is still there at the start has been
    // let loose by a record of that very instant, after the open.
    guard let arrival = nextArrival, arrival >= start.time, arrival < end.time,
      arrival <= next.time
    else { return next }
    return stop(at: arrival, from: start, to: end)
  }

  /// When the first order arrived that no record has met yet.
  private var nextArrival: Timestamp? {
    newcomers.lazy.compactMap { slot(of: $0, in: .newcomers) }.first.map { orders[$0].arrival.time }
  }

  /// Lets happen what happens at a stop, the next one, but for what follows from its fills.
  mutating func move(to stop: PathStop, on walk: inout BarWalk) {
    var point = point(at: stop, on: walk)
    point.isBehindOpen = walk.price != nil
    walk.price = stop.price
    switch stop.kind {
    case .vertex:
      walk.next += 1
      match(&point, joinedBy: Moment(stop.time, .arrivals))
    case .level(let resting): reach(resting, &point)
    case .arrival: match(&point, joinedBy: Moment(stop.time, .records))
    }
  }

  /// Lets those act at a stop that have been let loose there.
  /// - Returns: Whether there were any; they may have let loose more.
  mutating func follow(_ stop: PathStop, on walk: BarWalk) -> Bool {
    var point = point(at: stop, on: walk)
    return follow(&point)
  }

  /// What the price offers at a stop.
  private func point(at stop: PathStop, on walk: BarWalk) -> PricePoint {
    guard case .arrival(let lower, let higher) = stop.kind else {
      return PricePoint(onPathOf: walk.bar, bid: stop.price, ask: stop.price, at: stop.time, rules)
    }
    var point = PricePoint(onPathOf: walk.bar, bid: lower, ask: higher, at: stop.time, rules)
    let start = walk.vertices[walk.next - 1]
    point.isInterpolated = stop.time > start.time && start.price != walk.vertices[walk.next].price
    return point
  }

  /// Marks the fills that another way would not have given; `others` are those that it gives. Those at a price
  /// between two of the tape are marked already.
  mutating func markPathDependent(besides others: Set<PathFill>) {
    for index in events.indices {
      guard case .executed(var execution) = events[index] else { continue }
      if !others.contains(PathFill(execution)) { execution.isPathDependent = true }
      events[index] = .executed(execution)
    }
  }

  /// Whether something was filled that is not settled yet.
  var hasFills: Bool {
    events.contains { if case .executed = $0 { true } else { false } }
  }
}

extension ListingMarket {
  /// The nearest order that a price reaches which moves through every value between two vertices: orders
  /// fire at their own level; of one level all triggers come before resting orders.
  private func stop(
    from start: (price: Price, time: Timestamp), to end: (price: Price, time: Timestamp)
  ) -> PathStop? {
    guard start.price != end.price else { return nil }
    let isRising = end.price > start.price
    let stop = (isRising ? buyStops : sellStops).nearest(firingAt: end.price)
    let touch = (isRising ? sellTouches : buyTouches).nearest(firingAt: end.price)
    let trigger = nearer(stop, touch, isRising)
    let limit = (isRising ? sellLimits : buyLimits)
      .nearest(firingAt: end.price, strictly: !rules.fillsOnTouch)
    guard let entry = nearer(trigger, limit, isRising) else { return nil }
    let length = Int128(end.time.nanoseconds - start.time.nanoseconds)
    let way = Int128(abs(entry.level.raw - start.price.raw))
    // At an even pace.
    let elapsed = length * way / Int128(abs(end.price.raw - start.price.raw))
    return PathStop(
      price: entry.level, time: Timestamp(unchecked: start.time.nanoseconds + Int64(elapsed)),
      kind: .level(entry.order == limit?.order ? entry.order : nil))
  }

  /// Where the price is at a time between two vertices, at an even pace; between two prices that orders
  /// may have the one behind it and the one before it, but none beyond the vertices.
  private func stop(
    at time: Timestamp, from start: (price: Price, time: Timestamp),
    to end: (price: Price, time: Timestamp)
  ) -> PathStop {
    let length = Int128(end.time.nanoseconds - start.time.nanoseconds)
    let elapsed = Int128(time.nanoseconds - start.time.nanoseconds)
    let (way, rest) = (Int128(abs(end.price.raw - start.price.raw)) * elapsed)
      .quotientAndRemainder(dividingBy: length)
    let isRising = end.price > start.price
    let near = start.price.raw + (isRising ? Int64(way) : -Int64(way))
    let far = rest == 0 ? near : near + (isRising ? 1 : -1)
    let (low, high) = (min(start.price, end.price), max(start.price, end.price))
    let lower = min(near, far).flooredDivision(by: priceIncrement) * priceIncrement
    let higher = -((-max(near, far)).flooredDivision(by: priceIncrement)) * priceIncrement
    let (bid, ask) = (max(Price(unchecked: lower), low), min(Price(unchecked: higher), high))
    return PathStop(
      price: isRising ? bid : ask, time: time, kind: .arrival(bid: bid, ask: ask))
  }

  /// The one whose level is reached first; the first of two at one level.
  private func nearer(
    _ first: TriggerLadder.Entry?, _ second: TriggerLadder.Entry?, _ isRising: Bool
  ) -> TriggerLadder.Entry? {
    guard let first, let second else { return first ?? second }
    if first.level == second.level { return first }
    return (first.level < second.level) == isRising ? first : second
  }

  /// At the level of an order on the way: it fills where it rests there, else all triggers fire.
  private mutating func reach(_ resting: OrderID?, _ point: inout PricePoint) {
    if let resting, let slot = orders.place(of: resting) {
      fill(slot, at: point.opposite(orders[slot].side), .maker, &point)
    } else {
      _ = follow(&point)
    }
  }
}

extension Bar {
  /// The vertices of the path that its price is taken to have gone.
  func path(lowFirst: Bool) -> [(price: Price, time: Timestamp)] {
    let length = tsClose.nanoseconds - tsOpen.nanoseconds
    let prices = [open, lowFirst ? low : high, lowFirst ? high : low, close]
    let offsets = [0, length / 3, length / 3 * 2, length - 1]
    return zip(prices, offsets).map { ($0, Timestamp(unchecked: tsOpen.nanoseconds + $1)) }
  }
}
