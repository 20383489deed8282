import Backtest
import Exchange
import MultiTimeframe

extension RuntimeSnapshot {
  /// Whether no order of the symbol is on its way or waits for a fill. A close may come before the fill of
  /// what was ordered at the one before: with a latency, or when trades are few.
  var isIdle: Bool {
    !openOrders.contains { $0.request.listing.index == symbol.index }
  }
}
