import Market

/// Net profits of trades, apart by their sign. Exact: the sums of a record fit.
struct TradeSums {
  private(set) var wins = 0
  private(set) var losses = 0
  /// What the winning trades brought together, in units of 10^-8.
  private(set) var won: Int128 = 0
  /// What the losing trades cost together, in units of 10^-8; zero or above.
  private(set) var lost: Int128 = 0
  let count: Int

  init(_ netProfits: [Money]) {
    count = netProfits.count
    for profit in netProfits {
      if profit.units > 0 {
        wins += 1
        won += profit.units
      } else if profit.units < 0 {
        losses += 1
        lost -= profit.units
      }
    }
  }
}
