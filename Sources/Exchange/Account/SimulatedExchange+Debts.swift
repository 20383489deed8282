import Market

extension SimulatedExchange {
  /// Sells all that is there for what is owed, at the marks, and has the insurance pay the rest in the
  /// currencies in which it is owed: nothing is left that could rise or fall.
  ///
  /// - Complexity: O(currencies²) conversions.
  mutating func payDebts(at time: Timestamp) throws(ExchangeError) {
    // What a liquidation has just left, or what came to be owed without a position.
    let reference =
      lastLiquidation == clock ? LedgerReference.liquidation(liquidationCount - 1) : .loan
    for owed in ledger.currencies {
      for had in ledger.currencies where ledger.netBalance(in: owed).units < 0 {
        try sell(had, for: owed, reference, at: time)
      }
      let debt = ledger.netBalance(in: owed)
      guard debt.units < 0 else { continue }
      try book(-debt, .shortfall, reference, at: time, symbol: "\(owed)")
    }
    marginIsStale = true
  }

  /// All there is of `had`, or as much of it as pays the debt.
  private mutating func sell(
    _ had: Currency, for owed: Currency, _ reference: LedgerReference, at time: Timestamp
  ) throws(ExchangeError) {
    let (balance, debt) = (ledger.netBalance(in: had), ledger.netBalance(in: owed))
    guard balance.units > 0, debt.units < 0, let worth = try converted(balance, to: owed) else {
      return
    }
    var (sold, paid) = (balance, worth)
    if worth > -debt {
      guard let cost = try converted(debt, to: had) else { return }
      (sold, paid) = (min(-cost, balance), -debt)
    }
    try book(-sold, .conversion, reference, at: time, symbol: "\(had)")
    try book(paid, .conversion, reference, at: time, symbol: "\(owed)")
  }
}
