public import Exchange
public import Market
public import MultiTimeframe

/// How much an order is for.
public enum OrderSize: Hashable, Sendable {
  /// So much, in the instrument's last quantity digit.
  case quantity(Quantity)
  /// As the run's sizing rule says. Rules that risk a share of the equity need the price at which
  /// the trade will be given up, and refuse without it.
  case bySizing(stop: Price? = nil)
  /// All that is held on the other side, to close it; no more than one order may be for.
  case wholePosition
}

/// What a strategy wants to order. The risk rules look at it first.
public struct OrderIntent: Hashable, Sendable {
  public var symbol: SymbolID
  public var side: OrderSide
  public var size: OrderSize
  public var type: OrderType
  public var timeInForce: TimeInForce
  public var isReduceOnly: Bool
  /// Exits that the entry's fills let work: at a limit, and at an order that waits for its trigger. An
  /// order that only closes has none.
  public var takeProfit: Price?
  public var stopLoss: OrderType?
  /// Why: a word or a few, which stand beside the trade in the list of trades.
  public var reason: String

  public init(
    _ side: OrderSide, of symbol: SymbolID, _ size: OrderSize = .bySizing(),
    _ type: OrderType = .market, _ timeInForce: TimeInForce = .goodTillCancelled,
    reduceOnly: Bool = false, takeProfit: Price? = nil, stopLoss: OrderType? = nil,
    reason: String = ""
  ) {
    self.symbol = symbol
    self.side = side
    self.size = size
    self.type = type
    self.timeInForce = timeInForce
    isReduceOnly = reduceOnly
    self.takeProfit = takeProfit
    self.stopLoss = stopLoss
    self.reason = reason
  }
}

extension OrderIntent {
  /// Why no exchange could take it, whatever else holds; what depends on its listing the exchange says.
  var fault: RiskRefusal? {
    if let stopLoss, !stopLoss.waitsForTrigger { return .stopLossWithoutTrigger }
    let hasExits = takeProfit != nil || stopLoss != nil
    return hasExits && (isReduceOnly || size == .wholePosition) ? .exitsOfExit : nil
  }
}
