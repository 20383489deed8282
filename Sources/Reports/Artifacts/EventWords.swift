import Backtest
import Exchange
import Market

// The words that stand in the files for what the engine has types for. They are part of the format:
// a case that is renamed keeps its word.

extension OrderSide {
  var word: String { self == .buy ? "buy" : "sell" }
  /// The direction of a position that begins with this side.
  var direction: String { self == .buy ? "long" : "short" }
}

extension OrderStatus {
  var word: String {
    switch self {
    case .submitted: "submitted"
    case .held: "held"
    case .accepted: "accepted"
    case .triggered: "triggered"
    case .partiallyFilled: "partially_filled"
    case .filled: "filled"
    case .cancelled: "cancelled"
    case .expired: "expired"
    case .rejected: "rejected"
    }
  }
}

extension OrderEvent {
  /// The kind of its line.
  var word: String {
    switch self {
    case .submitted: "order_submitted"
    case .accepted: "order_accepted"
    case .held: "order_held"
    case .released: "order_released"
    case .resized: "order_resized"
    case .amended: "order_amended"
    case .amendRefused: "amend_refused"
    case .rejected: "order_rejected"
    case .triggered: "order_triggered"
    case .filled: "order_filled"
    case .cancelled: "order_cancelled"
    case .expired: "order_expired"
    case .cancelRefused: "cancel_refused"
    }
  }
}

extension OrderType {
  var word: String {
    switch self {
    case .market: "market"
    case .limit: "limit"
    case .stop: "stop"
    case .stopLimit: "stop_limit"
    case .marketIfTouched: "market_if_touched"
    case .limitIfTouched: "limit_if_touched"
    case .trailingStop: "trailing_stop"
    }
  }
}

extension TimeInForce {
  var word: String {
    switch self {
    case .goodTillCancelled: "good_till_cancelled"
    case .immediateOrCancel: "immediate_or_cancel"
    case .fillOrKill: "fill_or_kill"
    case .day: "day"
    case .goodTill: "good_till"
    }
  }
}

extension CancelReason {
  var word: String {
    switch self {
    case .requested: "requested"
    case .notFilledAtOnce: "not_filled_at_once"
    case .notFilledWhole: "not_filled_whole"
    case .nothingToReduce: "nothing_to_reduce"
    case .liquidation: "liquidation"
    case .corporateAction: "corporate_action"
    case .contractExpired: "contract_expired"
    case .postOnlyWouldTake: "post_only_would_take"
    case .otherFilled: "other_filled"
    case .entryEnded: "entry_ended"
    case .insufficientBalance: "insufficient_balance"
    }
  }
}

extension Rejection {
  var word: String {
    switch self {
    case .priceIncrement: "price_increment"
    case .priceNotPositive: "price_not_positive"
    case .trailingOffset: "trailing_offset"
    case .quantityIncrement: "quantity_increment"
    case .minimumQuantity: "minimum_quantity"
    case .maximumQuantity: "maximum_quantity"
    case .minimumNotional: "minimum_notional"
    case .positionLimit: "position_limit"
    case .nothingToReduce: "nothing_to_reduce"
    case .postOnlyWouldTake: "post_only_would_take"
    case .postOnlyImmediate: "post_only_immediate"
    case .expiredBeforeArrival: "expired_before_arrival"
    case .marketClosed: "market_closed"
    case .contractExpired: "contract_expired"
    case .needsMarginAccount: "needs_margin_account"
    case .liquidating: "liquidating"
    case .noPrice: "no_price"
    case .accountWithoutPrice: "account_without_price"
    case .insufficientBalance: "insufficient_balance"
    case .insufficientMargin: "insufficient_margin"
    case .valueTooLarge: "value_too_large"
    case .corporateAction: "corporate_action"
    case .linkedOrderRefused: "linked_order_refused"
    }
  }
}

extension RiskRefusal {
  var word: String {
    switch self {
    case .stopLossWithoutTrigger: "stop_loss_without_trigger"
    case .exitsOfExit: "exits_of_exit"
    case .tooSmall: "too_small"
    case .noStop: "no_stop"
    case .notReady: "not_ready"
    case .noMark: "no_mark"
    case .valueTooLarge: "value_too_large"
    case .noEquity: "no_equity"
    case .nothingToClose: "nothing_to_close"
    case .leverage: "leverage"
    case .position: "position"
    case .openPositions: "open_positions"
    case .dailyLoss: "daily_loss"
    case .drawdown: "drawdown"
    case .cooldown: "cooldown"
    case .notTrading: "not_trading"
    }
  }
}

extension RoundTripEnd {
  var word: String {
    switch self {
    case .fill: "fill"
    case .liquidation: "liquidation"
    case .settlement: "settlement"
    case .split: "split"
    case .transfer: "transfer"
    }
  }
}

extension MarkSource {
  var word: String {
    switch self {
    case .last: "last"
    case .mid: "mid"
    case .bid: "bid"
    case .ask: "ask"
    case .stream: "stream"
    }
  }
}

extension EquitySample.Occasion {
  var word: String {
    switch self {
    case .start: "start"
    case .decision: "decision"
    case .day: "day"
    case .end: "end"
    }
  }
}
