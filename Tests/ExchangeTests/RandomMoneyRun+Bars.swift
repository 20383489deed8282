import ExactNumbers
import Market

@testable import Exchange

/// Bars of a random run, and what falls due inside them. The reference goes along the path by single prices
/// and asks at each of them who is there.
extension RandomMoneyRun {
  /// Funding and dividends between the bar's ends, each paid on what is known to be held there.
  mutating func payInside(_ index: Int, from previous: Int64) throws {
    var last = previous
    let end = now
    for _ in 0..<max(0, random.below(5) - 2) where end - last > 1000 {
      let time = random.within(last + 1...end - 1)
      try passDue(from: last, to: time)
      last = time
      if case .equity = reference.listings[index].contract.kind, random.below(2) == 0 {
        let perShare = Money(
          units: Int128(random.within(1...50_000_001)), reference.currency(index))
        try exchange.apply(
          CorporateAction(
            time: Timestamp(unchecked: time), kind: .cashDividend(perShare: perShare)),
          to: ListingID(index: index))
        reference.act(.cashDividend(perShare: perShare), index, marksAfter: marks(index))
      } else {
        try fund(index, at: time)
      }
    }
    try passDue(from: last, to: end)
  }

  mutating func bar(_ index: Int, since previous: Int64) throws {
    let (time, id) = (Timestamp(unchecked: now), ListingID(index: index))
    let close = middles[index]
    let open = max(60, close + random.within(-50...50))
    let (low, high) = (
      min(open, close) - random.within(0...9), max(open, close) + random.within(0...9)
    )
    let told = exchange.outbox.waiting.count
    try exchange.apply(
      Bar(
        tsOpen: Timestamp(unchecked: previous), tsClose: time, open: price(open), high: price(high),
        low: price(low), close: price(close), volume: .zero, tickCount: 1,
        tradingDay: time.utcDate), to: id)
    known[index].last = price(close)
    if reference.listings[index].matching.records == .quote {
      (known[index].bid, known[index].ask) = (price(close), price(close))
    }
    let length = now - previous
    let path = [open] + (close >= open ? [low, high] : [high, low]) + [close]
    let times = [0, length / 3, length / 3 * 2, length - 1].map { previous + $0 }
    // Nobody but liquidations cancels at the bar's end.
    var reports = Array(exchange.outbox.waiting.dropFirst(told)).filter {
      if case .cancelled(.liquidation) = $0.event { false } else { true }
    }[...]
    reference.payments[index].removeAll { $0.time <= previous || $0.time >= now }
    var lastPrice: Int64?
    for (vertex, (end, endTime)) in zip(path, times).enumerated() {
      if let start = lastPrice {
        let side: OrderSide = end > start ? .sell : .buy
        var raw = start
        while raw != end {
          // Who rests at a price is gone through by the step that leaves it; who waits to be triggered there
          // is on the other side.
          let isThere = reference.open.contains { id, order in
            let isStop = exchange.orders[id.number].request.type.waitsForTrigger
            return order.listing == index && order.side == (isStop ? side.other : side)
              && order.rests && order.price == reference.exact(price(raw), of: index)
          }
          if isThere {
            let startTime = times[vertex - 1]
            let way = Int128(endTime - startTime) * Int128(abs(raw - start))
            let at = startTime + Int64(way / Int128(abs(end - start)))
            stop(index, raw, at, from: &lastPrice, &reports)
          }
          raw += end > start ? 1 : -1
        }
      }
      stop(index, end, endTime, from: &lastPrice, &reports, isVertex: true)
    }
    reference.payAgain(index, until: .max)
    reference.prices[index] = (
      reference.exact(price(close), of: index), reference.exact(price(close), of: index)
    )
    reference.mark(index, marks(index))
  }

  /// A price on the path at which something may happen.
  private mutating func stop(
    _ index: Int, _ raw: Int64, _ time: Int64, from last: inout Int64?,
    _ reports: inout ArraySlice<OrderReport>, isVertex: Bool = false
  ) {
    reference.payAgain(index, until: time)
    if let from = last, from != raw {
      pass(index, raw + (from > raw ? 1 : -1))
    }
    if !isVertex, !reference.open.values.contains(where: { $0.listing == index }) { return }
    last = raw
    if isVertex {
      // What is closed by force now pays nothing that came later.
      if reference.legs[index].contains(where: { $0.pendingFrom.map { $0 <= time } ?? false }) {
        if reference.payments[index].contains(where: { $0.time > time }) { paidOnClosed += 1 }
        reference.takeBack(index, after: time)
      }
      reference.closePending(index, bid: raw, ask: raw, at: time)
    }
    point = (reference.exact(price(raw), of: index), reference.exact(price(raw), of: index))
    while let next = reports.first, next.time.nanoseconds <= time {
      if case .filled(let fill) = next.event {
        // What was let loose here pays before it fills here, and before the next that rests here is reached.
        let isNext = !isVertex && fill.liquidity == .maker
        if isNext || released.contains(next.order) { askReleased() }
        reference.takeBack(index, after: time)
      }
      take(reports.removeFirst())
    }
    askReleased()
    rest(index)
    pass(index, raw)
  }

  /// Without a position the mark waits for the close.
  private mutating func pass(_ index: Int, _ raw: Int64) {
    guard reference.legs[index].contains(where: { $0.quantity != 0 }) else { return }
    if case .stream = reference.listings[index].mark { return }
    let mark = reference.exact(price(raw), of: index)
    let waits = reference.open.values.contains { $0.listing == index }
    defer {
      if waits, !reference.open.values.contains(where: { $0.listing == index }) {
        liquidatedInside += 1
        if reference.listings[index].matching.records == .quote { liquidatedForQuotes += 1 }
      }
    }
    reference.mark(index, ReferenceMoney.Marks(long: mark, short: mark))
  }
}
