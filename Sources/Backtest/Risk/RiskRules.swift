public import Market

/// How much an order is for that leaves its size open.
public enum SizingRule: Hashable, Sendable {
  /// The same quantity of every symbol, in units of the precision's last digit.
  case fixed(Quantity, Precision)
  /// A share of the equity's worth at the mark: 0.1 buys for a tenth of it.
  case equityShare(Double)
  /// So much that the way from the mark to the stop costs this share of the equity; of an inverse
  /// contract at the value that it has at the stop.
  case riskToStop(Double)
  /// So much that `multiple` times the ATR, a feature of the lowest role by its declaration, costs
  /// the share of the equity.
  case riskByATR(share: Double, atr: String, multiple: Double)
  /// So much that the position's yearly volatility is this share of the equity. The volatility of the price is the standard
  /// deviation of the last `bars` changes of the lowest role's closes, times the square root of how
  /// many such bars make a year.
  case targetVolatility(yearly: Double, bars: Int, barsPerYear: Double)
}

extension SizingRule {
  /// In the instrument's own units: nil for other rules, and for a quantity that it cannot have.
  func fixedQuantity(of instrument: Instrument) -> Quantity? {
    guard case .fixed(let quantity, let precision) = self else { return nil }
    return quantity.converted(from: precision, to: instrument.quantityPrecision)
  }
}

/// What the risk manager lets through. A limit that is nil does not hold; one below zero, or that is no
/// number, no plan takes.
public struct RiskRules: Hashable, Sendable {
  public var sizing = SizingRule.fixed(Quantity(unchecked: 1), .zero)
  /// The value of all positions together, over the equity.
  public var maximumLeverage: Double?
  /// The value of one symbol's position, over the equity.
  public var maximumPosition: Double?
  /// How many positions are open at a time.
  public var maximumOpenPositions: Int?
  /// The share of the equity at the beginning of a trading day that may be lost in it; then nothing
  /// is opened until the next, even if prices come back. Looked at at each close of the lowest role, and
  /// at each order that opens.
  public var dailyLoss: Double?
  /// The share of the equity's peak, the highest at the closes of the lowest role, that may be lost; then
  /// nothing is opened any more. Looked at as the day's loss is. Both count from where the first symbol is
  /// traded: what the warm-up did to what was deposited is no loss of trading.
  public var drawdown: Double?
  /// Whether what is open is closed at the close of the lowest role by which `dailyLoss` or `drawdown`
  /// has been reached: entries are cancelled, and positions are closed at the market.
  public var closesAtLimits = false
  /// Nanoseconds without an entry in a symbol after a trade that lost.
  public var cooldown: Int64 = 0

  public init() {}
}

/// Why an order was not sent, with the numbers: it makes no sense, or a risk rule does not let it through.
public enum RiskRefusal: Hashable, Sendable {
  /// A stop-loss that is a market or a limit order.
  case stopLossWithoutTrigger
  /// Exits of an order that only closes, so that they would have nothing to close.
  case exitsOfExit
  /// The sizing comes to less than the smallest order: what the size would be, in units of the last
  /// quantity digit.
  case tooSmall(size: Double)
  /// The sizing needs a stop, and the order has none, or one on the wrong side of the mark.
  case noStop
  /// The sizing needs a value that is not there yet.
  case notReady(String)
  /// Without a price the order cannot be valued.
  case noMark
  /// So many units of the last quantity digit are worth more than money counts.
  case valueTooLarge(units: Int64)
  /// There is no equity left to size by.
  case noEquity(Money)
  /// There is no position to close.
  case nothingToClose
  case leverage(reached: Double, limit: Double)
  case position(reached: Double, limit: Double)
  case openPositions(limit: Int)
  case dailyLoss(lost: Double, limit: Double)
  case drawdown(lost: Double, limit: Double)
  case cooldown(until: Timestamp)
  /// The symbol is not traded yet: its roles are not ready, or the window has not begun.
  case notTrading
}

extension RiskRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .stopLossWithoutTrigger:
      "the stop-loss is a market or a limit order: expected one that waits for its trigger"
    case .exitsOfExit:
      "the order only closes, and has exits of its own: expected a take-profit and a stop-loss with "
        + "orders that open"
    case .tooSmall(let size):
      "sizing comes to \(size) units, which is less than the smallest order"
    case .noStop: "sizing needs a stop on the losing side of the mark"
    case .notReady(let what): "sizing needs \(what), which has no value yet"
    case .noMark: "there is no price yet"
    case .valueTooLarge(let units): "\(units) units are worth too much to be counted"
    case .noEquity(let equity): "the equity is \(equity)"
    case .nothingToClose: "there is no position to close"
    case .leverage(let reached, let limit):
      "all positions would come to \(reached) times the equity: at most \(limit)"
    case .position(let reached, let limit):
      "the position would come to \(reached) times the equity: at most \(limit)"
    case .openPositions(let limit): "\(limit) positions are open, which is the limit"
    case .dailyLoss(let lost, let limit):
      "the day has lost \(lost) of its equity: at most \(limit)"
    case .drawdown(let lost, let limit):
      "the equity has lost \(lost) of its peak: at most \(limit)"
    case .cooldown(let time): "after a loss nothing is opened until \(time)"
    case .notTrading: "the symbol is not traded yet"
    }
  }
}
