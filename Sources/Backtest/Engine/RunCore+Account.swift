import Exchange
import Hashing
import Market
import MultiTimeframe

extension RunCore {
  /// What the account is worth in the run's currency; nil while something has no price.
  @inline(__always)
  func knownEquity() -> Money? {
    if symbols.count == 1 {
      findWorth(by: 0)
      if valuation.isLine {
        return valuation.line.worth(at: exchange.markPrice(in: symbols[0].listingID)?.raw ?? 0)
      }
    }
    return (try? exchange.worth(in: plan.configuration.currency)) ?? nil
  }

  /// Brings `valuation` up to date, by the price of a symbol.
  @inline(__always)
  func findWorth(by symbol: Int) {
    // With one symbol only that changes the equity besides its price.
    if symbols.count == 1, exchange.changeCount == valuation.changeCount { return }
    lookUpWorth(by: symbol)
  }

  @inline(never)
  private func lookUpWorth(by symbol: Int) {
    valuation.changeCount = exchange.changeCount
    valuation.number &+= 1
    let line =
      (try? exchange.worthLine(
        in: plan.configuration.currency, of: symbols[symbol].listingID)) ?? nil
    valuation.isLine = line != nil
    if let line { valuation.line = line }
  }

  func unrealizedProfit(of symbol: Int) -> Money? {
    (try? exchange.unrealizedProfit(in: symbols[symbol].listingID)) ?? nil
  }

  /// The sum of long and short, in units of the last quantity digit.
  @inline(__always)
  func position(of symbol: Int) -> Int64 {
    exchange.netPosition(in: symbols[symbol].listingID)
  }

  /// After each record that was applied by itself.
  func noteEquity() {
    let isHeld = symbols.indices.contains { position(of: $0) != 0 }
    guard isHeld || exchange.changeCount != valuedChangeCount, let equity = knownEquity() else {
      return
    }
    valuedChangeCount = exchange.changeCount
    meter.note(equity, at: now.time)
  }

  /// Takes down what the account is worth now.
  func sample(
    _ occasion: EquitySample.Occasion, tradingDay: CalendarDate
  ) throws(BacktestError) {
    // Where something has no price yet, the last known worth stands.
    let equity = knownEquity() ?? meter.equity
    meter.note(equity, at: now.time)
    let sample = EquitySample(
      time: now.time, occasion: occasion, equity: equity,
      balance: exchange.ledger.netBalance(in: plan.configuration.currency),
      tradingDay: tradingDay, openPositions: openPositions, recordCount: recordCount)
    risk.note(equity)
    monitor?.show(
      equity: equity.units.nearestDouble / 1e8, openPositions: sample.openPositions)
    if occasion == .start { start = sample }
    if occasion == .end { end = sample }
    do { try journal.append(sample) } catch { throw .journal(error) }
  }

  private var openPositions: Int {
    var count = 0
    for symbol in symbols.indices where position(of: symbol) != 0 { count += 1 }
    return count
  }

  // MARK: Features

  /// Not a number where there is none.
  @inline(__always)
  func confirmed(_ indicator: IndicatorID) -> Double {
    if pending.start < pending.end { _ = caughtUp() }
    return features.value(of: indicator, in: &state)
  }

  func roleState(_ role: Role, of symbol: Int) -> RoleState {
    _ = caughtUp()
    let series = symbols[symbol].roleSeries[role.place]
    let completed = state.series(series).completedOrNone
    let count = state.completedCount(of: series)
    return RoleState(
      timeframe: plan.configuration.roles[role],
      isReady: count > symbols[symbol].roleLookbacks[role.place], bar: completed,
      age: now.time.nanoseconds - completed.tsClose.nanoseconds)
  }

  // MARK: The end

  func summary(isStopped: Bool) throws(BacktestError) -> RunSummary {
    guard let start, let end else { preconditionFailure("a run has a start and an end") }
    return RunSummary(
      ending: isStopped ? .stopped : .completed, start: start, end: end,
      recordCount: recordCount, eventCount: eventCount, orderCount: exchange.orders.count,
      fillCount: exchange.fillCount, pathDependentFillCount: exchange.pathDependentFillCount,
      refusalCount: book.refusalCount,
      tradedValue: Money(units: book.tradedValue, plan.configuration.currency),
      fees: total(.fee, .liquidationFee), funding: -total(.funding),
      openSince: exchange.openSince, drawdown: meter.drawdown, stateHash: stateDigest())
  }

  /// What left the wallet for these causes, in the run's currency as far as it can be converted.
  private func total(_ causes: LedgerCause...) -> Money {
    let currency = plan.configuration.currency
    var sum = Money.zero(currency)
    for other in exchange.ledger.currencies {
      for cause in causes {
        let amount = -exchange.ledger.walletChange(by: cause, in: other)
        if let converted = (try? exchange.converted(amount, to: currency)) ?? nil {
          sum = sum + converted
        }
      }
    }
    return sum
  }

  /// The hash of what the future of the run depends on: timeframes, indicators, exchange, strategy,
  /// timers, random numbers.
  func stateDigest() -> XXHash64.Digest {
    var writer = StateWriter()
    writer.write(now.time.nanoseconds)
    writer.write(now.phase.rawValue)
    let snapshot = state.snapshot()
    for index in snapshot.series.indices {
      let series = snapshot.series[index]
      writer.write(Int64(series.completedCount))
      writer.write(series.completedOrNone)
      writer.write(series.partialOrNone)
      for reading in snapshot.indicators(of: SeriesID(index: index)) {
        writer.write(reading.confirmed ?? 0)
        writer.write(reading.provisional ?? 0)
      }
    }
    writer.write(exchangeDigest.value(of: exchange).rawValue)
    // Which of the open orders the strategy has been told of.
    for order in book.open { writer.write(Int64(order.number)) }
    for (order, quantities) in book.amendments.sorted(by: { $0.key.number < $1.key.number }) {
      writer.write(Int64(order.number))
      writer.write(Int64(quantities.count))
      for quantity in quantities { writer.write(quantity?.raw ?? -1) }
    }
    risk.save(into: &writer)
    strategy.save(into: &writer)
    timers.save(into: &writer)
    var copy = random
    writer.write(copy.next())
    return XXHash64.hash(writer.bytes)
  }
}

extension StateWriter {
  fileprivate mutating func write(_ bar: Bar) {
    write(bar.tsOpen.nanoseconds)
    write(bar.tsClose.nanoseconds)
    for price in [bar.open, bar.high, bar.low, bar.close] { write(price.raw) }
    write(bar.volume.raw)
    write(bar.tickCount)
  }
}
