import Backtest
import Exchange
import MultiTimeframe

extension StrategyContext {
  /// Gives up what is left of an entry, and closes the position; nothing where a close is on its way.
  func leave(
    _ side: OrderSide, _ snapshot: borrowing RuntimeSnapshot, reason: String
  ) throws(BacktestError) {
    let symbol = snapshot.symbol
    let isLeaving = snapshot.openOrders.contains {
      $0.request.listing.index == symbol.index && $0.request.isReduceOnly
    }
    guard !isLeaving else { return }
    try cancelAll(of: symbol)
    try submit(OrderIntent(side, of: symbol, .wholePosition, reason: reason))
  }
}
