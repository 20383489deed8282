import Market
import TestSupport
import Testing

@testable import Exchange

/// Random accounts on random tapes, against the reference of their money and against what must
/// always hold of it.
@Suite struct RandomTapeMoneyTests {
  @Test func `the same ledger, positions and liquidations as the reference`() throws {
    var seen = Set<String>()
    for seed in randomSeeds(300) {
      var run = try RandomMoneyRun(seed: seed)
      for step in 0..<60 {
        try run.step()
        guard agrees(run, "seed \(seed), step \(step)") else { return }
        conserves(run.exchange, "seed \(seed), step \(step)")
      }
      note(run, &seen)
    }
    // What a few hundred seeds meet; less would be a generator that tests nothing.
    let missing = Self.situations.subtracting(seen)
    #expect(missing.isEmpty || randomSeeds(300).count < 100, "never seen: \(missing)")
  }

  private func agrees(_ run: borrowing RandomMoneyRun, _ place: String) -> Bool {
    let reference = run.reference
    let entries = run.exchange.ledger.entries.map {
      ReferenceMoney.Entry(
        cause: $0.cause, units: $0.walletChange.units, currency: $0.amount.currency,
        reference: $0.reference)
    }
    if entries != reference.entries {
      let first = zip(entries, reference.entries).enumerated().first { $1.0 != $1.1 }?.offset
      let index = first ?? min(entries.count, reference.entries.count)
      Issue.record(
        """
        \(place), entry \(index)
        found    \(index < entries.count ? "\(entries[index])" : "none")
        expected \(index < reference.entries.count ? "\(reference.entries[index])" : "none")
        """)
      return false
    }
    let legs = run.exchange.books.map {
      $0.holding.legs.map { [Int128($0.quantity), $0.margin.units] }
    }
    let trips = run.roundTrips.map {
      [$0.profit, $0.fees, $0.funding, $0.dividends, $0.best, $0.worst].map(\.units)
    }
    let same = [
      "positions": legs == reference.legs.map { $0.map { [Int128($0.quantity), $0.margin] } },
      "matching": run.exchange.books.allSatisfy {
        $0.holding.quantities == ($0.market.held.long, $0.market.held.short)
      },
      "equity": (try? run.exchange.marginEquity()?.units) == reference.equity(),
      "orders": openOrders(run.exchange)
        == reference.open.mapValues { [$0.left, $0.dormant] },
      "liquidations": run.liquidations.map {
        [Int64($0.listing.index), $0.price.raw, $0.quantity.raw]
      }
        == reference.liquidations.map { [Int64($0.listing), $0.price, $0.quantity] },
      "round trips": trips
        == reference.trips.map {
          [$0.profit, $0.fees, $0.funding, $0.dividends, $0.best, $0.worst]
        },
    ]
    for (name, isSame) in same where !isSame {
      Issue.record("\(place): the \(name) differ")
      return false
    }
    return true
  }

  /// What is left of the open orders, and what of that waits for a group.
  private func openOrders(_ exchange: borrowing SimulatedExchange) -> [OrderID: [Int64]] {
    var found: [OrderID: [Int64]] = [:]
    for order in exchange.books.map({ book in
      book.market.orders.ids.compactMap { book.market.orders[$0] }
    })
    .joined() { found[order.id] = [order.remaining, order.dormant] }
    return found
  }

  /// Nothing is made and nothing lost, and no wallet is below zero.
  private func conserves(_ exchange: borrowing SimulatedExchange, _ place: String) {
    let ledger = exchange.ledger
    #expect(ledger.audit(), "\(place)")
    for currency in ledger.currencies {
      let balances = LedgerAccount.allCases.map { ledger.balance(of: $0, in: currency).units }
      #expect(balances.reduce(0, +) == 0, "\(place): money in \(currency)")
      #expect(ledger.balance(in: currency).units >= 0, "\(place): \(currency) below zero")
      let deposits = ledger.walletChange(by: .deposit, in: currency)
      let changes = ledger.entries.filter { $0.amount.currency == currency && $0.cause != .deposit }
        .map(\.walletChange)
      #expect(ledger.balance(in: currency) == changes.reduce(deposits, +), "\(place)")
    }
  }

  /// Conversions of what is there into what is owed are too rare here; `LiquidationTests` has them.
  private static let situations: Set<String> =
    Set(LedgerCause.allCases.filter { $0 != .conversion }.map { "\($0)" })
    .union([
      "trip fill", "trip liquidation", "trip settlement", "trip split", "trip transfer",
      "liquidation fee",
      "sold from holdings", "liquidated in part", "paid on what a bar filled",
      "liquidated before a fill of its bar", "liquidated on a bar in place of quotes",
      "paid on what is closed by force",
      "positions that deliver each other", "amended", "refused an amendment",
      "refused needsMarginAccount", "refused liquidating", "refused noPrice",
      "refused accountWithoutPrice", "refused insufficientBalance", "refused insufficientMargin",
      "refused contractExpired", "refused nothingToReduce",
      "group bracket", "group oneCancelsOther", "group oneTriggersOther", "group a refused group",
      "group released", "group resized", "group another filled", "group an entry ended",
      "group not paid when let loose",
    ])

  private func note(_ run: borrowing RandomMoneyRun, _ seen: inout Set<String>) {
    for entry in run.exchange.ledger.entries { seen.insert("\(entry.cause)") }
    if run.reference.soldFromHoldings > 0 { seen.insert("sold from holdings") }
    if run.reference.paymentsMoved > 0 { seen.insert("paid on what a bar filled") }
    if run.reference.partialLiquidations > 0 { seen.insert("liquidated in part") }
    if run.liquidatedInside > 0 { seen.insert("liquidated before a fill of its bar") }
    if run.liquidatedForQuotes > 0 { seen.insert("liquidated on a bar in place of quotes") }
    if run.paidOnClosed > 0 { seen.insert("paid on what is closed by force") }
    if run.coveredSteps > 0 { seen.insert("positions that deliver each other") }
    if run.amendments > 0 { seen.insert("amended") }
    for event in run.groupEvents { seen.insert("group \(event)") }
    for trip in run.roundTrips { seen.insert("trip \(trip.end)") }
    for liquidation in run.liquidations where liquidation.fee.units > 0 {
      seen.insert("liquidation fee")
    }
    for refusal in run.refusals { seen.insert("refused \(refusal)") }
  }
}
