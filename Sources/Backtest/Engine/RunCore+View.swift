import Exchange
import Market

/// What the trader can know of orders and positions.
///
/// Without a latency of reports he has been told of everything that the exchange has done, and its own
/// figures are shown. With one he knows less: what has come back.
extension RunCore {
  /// The sum of long and short as far as it has been told, in units of the last quantity digit.
  func knownPosition(of symbol: Int) -> Int64 {
    hasLateReports && !sellsFromHoldings(symbol)
      ? book.toldPositions[symbol] : position(of: symbol)
  }

  /// Whether sales of a symbol may deliver what was deposited, or came as money: how much of a fill that
  /// is, and so the position behind it, its report does not say.
  private func sellsFromHoldings(_ symbol: Int) -> Bool {
    guard let asset = symbols[symbol].listing.contract.kind.asset else { return false }
    return plan.configuration.deposits.contains { $0.currency == asset }
      || symbols.contains { $0.listing.contract.currency == asset }
  }

  /// An order as its reports have told it.
  func knownOrder(_ id: OrderID) -> Order {
    // At its end the exchange has nothing that has not been told.
    (hasLateReports ? book.toldOrders[id] : nil) ?? exchange.orders[id.number]
  }

  /// The orders whose end has not been told, in the order of sending.
  func openOrders() -> [Order] { book.open.map(knownOrder) }
}

extension OrderBookkeeping {
  /// Takes in a report, as the trader does.
  mutating func note(_ report: OrderReport) {
    if report.status.isFinal {
      toldOrders[report.order] = nil
    } else {
      toldOrders[report.order]?.apply(report)
    }
  }
}
