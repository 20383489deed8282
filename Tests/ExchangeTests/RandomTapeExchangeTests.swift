import Market
import TestSupport
import Testing

@testable import Exchange

/// Random orders on random tapes, against the reference and against what must always hold.
@Suite struct RandomTapeExchangeTests {
  @Test func `the same reports, ledger and position as the reference`() throws {
    var seen = Set<String>()
    for seed in randomSeeds(400) {
      var run = try RandomRun(seed: seed)
      for step in 0..<60 {
        try run.step()
        guard agree(run, "seed \(seed), step \(step)") else { return }
      }
      var position: Int64 = 0
      for report in run.reports {
        note(report, in: run, &seen)
        guard case .filled(let fill) = report.event else { continue }
        let before = position
        position += fill.side.sign * fill.quantity.raw
        if before.signum() * position.signum() < 0 { seen.insert("reversal") }
      }
      seen.formUnion(run.situations)
      guard ordersAreTold(by: run) else { return }
    }
    // What a few hundred seeds meet; less would be a generator that tests nothing.
    let missing = Self.situations.subtracting(seen)
    #expect(missing.isEmpty || randomSeeds(400).count < 100, "never seen: \(missing)")
  }

  @Test(.enabled(if: OandaTape.isThere, "no real market data here: see LOCKSTEP_DATA"))
  func `the same on Oanda's EURUSD, its quotes, its asks as trades, and its minutes`() throws {
    let minutes = try OandaTape.minutes()
    var fills: [FillingRecord: Int] = [:]
    for seed in randomSeeds(30) {
      var run = try RandomRun(seed: seed, on: minutes)
      for step in 0..<120 {
        try run.step()
        guard agree(run, "seed \(seed), step \(step) of a real tape") else { return }
      }
      #expect(run.strays.isEmpty, "seed \(seed)")
      fills[run.listing.matching.records, default: 0] += run.exchange.fillCount
      guard ordersAreTold(by: run) else { return }
    }
    for kind in FillingRecord.allCases {
      #expect(fills[kind, default: 0] > 30 || randomSeeds(30).count < 30, "\(fills)")
    }
  }

  /// An order as it was sent, with all its reports, is the order that the exchange has.
  private func ordersAreTold(by run: borrowing RandomRun) -> Bool {
    var told = run.sent
    for report in run.reports { told[report.order.number].apply(report) }
    for (order, other) in zip(told, run.exchange.orders) where order != other {
      Issue.record("seed \(run.seed): \(order) told, \(other) found")
      return false
    }
    return told.count == run.exchange.orders.count
  }

  private func agree(_ run: borrowing RandomRun, _ place: String) -> Bool {
    // What the wallet lacks is borrowed; the reference of money alone looks at that.
    let own = run.exchange.ledger.entries.filter { ![.borrowing, .repayment].contains($0.cause) }
    let entries = own.map { entry -> ReferenceAccount.Entry? in
      guard case .fill(let fill) = entry.reference else { return nil }
      return ReferenceAccount.Entry(cause: entry.cause, units: entry.walletChange.units, fill: fill)
    }
    if run.reports != run.reference.reports {
      let both = zip(run.reports, run.reference.reports)
      let index = both.prefix { $0 == $1 }.count
      func text(_ reports: [OrderReport]) -> String {
        reports.indices.contains(index) ? "\(reports[index])" : "nothing"
      }
      func order(_ reports: [OrderReport]) -> String? {
        guard reports.indices.contains(index) else { return nil }
        let order = reports[index].order
        let history = run.reference.reports.filter { $0.order == order }.map { "\($0.event)" }
        return "\(run.reference.orders[order.number]), so far \(history)"
      }
      Issue.record(
        """
        \(place), report \(index), \(run.listing.matching)
        found    \(text(run.reports))
        expected \(text(run.reference.reports))
        order    \(order(run.reports) ?? order(run.reference.reports) ?? "none")
        """)
      return false
    }
    let position = run.exchange.position(in: ListingID(index: 0))
    guard entries == run.reference.account.entries.map(Optional.some),
      position.quantity == run.reference.account.quantity,
      run.exchange.orders.map(\.status) == run.reference.orders.map(\.status)
    else {
      Issue.record("\(place): the ledger, the position or the orders differ")
      return false
    }
    return true
  }

  private static let situations: Set<String> = [
    "maker", "taker", "path", "profit", "rebate", "reversal", "partial fill", "triggered",
    "expired", "requested", "notFilledAtOnce", "notFilledWhole", "nothingToReduce",
    "cancel refused", "rejected priceIncrement", "rejected quantityIncrement",
    "rejected minimumQuantity", "rejected maximumQuantity", "rejected minimumNotional",
    "rejected positionLimit", "rejected nothingToReduce", "rejected postOnlyWouldTake",
    "rejected postOnlyImmediate", "rejected expiredBeforeArrival", "rejected trailingOffset",
    "rejected linkedOrderRefused", "otherFilled", "entryEnded", "postOnlyWouldTake", "released",
    "resized",
    "amended", "not amended notWorking", "not amended noSuchPrice",
    "not amended alreadyFilled", "not amended quantityOfLinkedOrder", "not amended rule",
    "trailing stop", "queue", "slippage", "entry and exit in one bar", "bar among ticks",
  ]

  private func note(_ report: OrderReport, in run: borrowing RandomRun, _ seen: inout Set<String>) {
    func name(_ value: some Any) -> String { String("\(value)".prefix { $0 != "(" }) }
    switch report.event {
    case .submitted, .accepted, .held: break
    case .released: seen.insert("released")
    case .resized: seen.insert("resized")
    case .amended: seen.insert("amended")
    case .amendRefused(let refusal): seen.insert("not amended \(name(refusal))")
    case .rejected(let rejection): seen.insert("rejected \(name(rejection))")
    case .triggered:
      seen.insert("triggered")
      if case .trailingStop = run.exchange.orders[report.order.number].request.type {
        seen.insert("trailing stop")
      }
    case .filled(let fill):
      seen.insert("\(fill.liquidity)")
      if fill.isPathDependent { seen.insert("path") }
      if fill.isPathDependent && run.listing.matching.records != .bar {
        seen.insert("bar among ticks")
      }
      let rules = run.listing.matching
      if rules.slippage != .none && fill.liquidity == .taker { seen.insert("slippage") }
      if fill.fee.units < 0 { seen.insert("rebate") }
      if fill.realizedProfit.units != 0 { seen.insert("profit") }
      if report.status == .partiallyFilled { seen.insert("partial fill") }
    case .cancelled(let reason): seen.insert(name(reason))
    case .expired: seen.insert("expired")
    case .cancelRefused: seen.insert("cancel refused")
    }
  }

  @Test func `what must always hold`() throws {
    for seed in randomSeeds(200) {
      var run = try RandomRun(seed: seed)
      let currency = run.listing.contract.currency
      try run.exchange.deposit(Money(units: 1_000_000_007, currency), at: .earliest)
      var checked = 0
      var position: Int64 = 0
      var fillOrKills: [OrderID: Int64] = [:]
      for _ in 0..<60 {
        try run.step()
        for report in run.reports[checked...] {
          guard case .filled(let fill) = report.event else { continue }
          let order = run.exchange.orders[fill.order.number]
          let before = position
          position += fill.side.sign * fill.quantity.raw
          let place = "seed \(seed), fill \(fill.number)"
          #expect(Moment(fill.time, .records) > order.arrival, "\(place): before its arrival")
          if order.request.isReduceOnly {
            #expect(abs(position) < abs(before), "\(place): a reduce-only fill")
            #expect(position.signum() * before.signum() >= 0, "\(place): a reversal")
          }
          if order.request.type.isPostOnly { #expect(fill.liquidity == .maker, "\(place)") }
          if let limit = order.request.type.limitPrice {
            #expect(fill.side == .buy ? fill.price <= limit : fill.price >= limit, "\(place)")
          }
          if order.request.timeInForce == .fillOrKill {
            fillOrKills[fill.order, default: 0] += fill.quantity.raw
          }
        }
        checked = run.reports.count
        guard run.strays.isEmpty else {
          Issue.record("seed \(seed): filled where the tape was not: \(run.strays)")
          return
        }
        #expect(run.exchange.position(in: ListingID(index: 0)).quantity == position)
        #expect(abs(position) <= run.listing.contract.positionLimit)
        let ledger = run.exchange.ledger
        #expect(ledger.audit(), "seed \(seed)")
        let deposits = ledger.walletChange(by: .deposit, in: currency)
        let changes = ledger.entries.filter { $0.cause != .deposit }.map(\.walletChange)
        #expect(ledger.balance(in: currency) == changes.reduce(deposits, +), "seed \(seed)")
        #expect(
          LedgerAccount.allCases.map { ledger.balance(of: $0, in: currency).units }.reduce(0, +)
            == 0)
      }
      for (id, filled) in fillOrKills {
        #expect(filled == run.exchange.orders[id.number].request.quantity.raw, "seed \(seed)")
      }
      for order in run.exchange.orders where order.request.timeInForce.isImmediate {
        let place = run.exchange.books[0].market.orders[order.id]?.place
        #expect(place != .limits, "seed \(seed): an immediate order rests")
      }
    }
  }
}
