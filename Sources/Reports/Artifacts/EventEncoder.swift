import Backtest
import Exchange
import Hashing
import Market
import MultiTimeframe
import Sessions

/// Turns the events of a run into the lines of its log.
struct EventEncoder {
  /// In the order of the run.
  let listings: [Listing]
  private(set) var line = EventLine()
  /// How many closed trades there were.
  private var tradeCount = 0

  init(_ listings: [Listing]) { self.listings = listings }

  /// The line of one event, with its line break.
  mutating func encode(_ event: RunEvent, number: Int, at time: Timestamp) -> ArraySlice<UInt8> {
    line.begin(number, time, EventEncoder.kind(of: event))
    switch event {
    case .roleReady(let symbol, let role, let timeframe):
      self.symbol(symbol.index)
      line.text("role", role.rawValue)
      line.text("timeframe", timeframe.description)
    case .tradingBegan(let symbol): self.symbol(symbol.index)
    case .session(let symbol, let boundary):
      self.symbol(symbol.index)
      line.text("trading_day", boundary.tradingDay.description)
    case .order(let report, let request): encode(report, request)
    case .refused(let intent, let refusal): encode(intent, refusal)
    case .closingAtLimit(let reason): encode(reason)
    case .funding(let payment): encode(payment)
    case .liquidation(let liquidation): encode(liquidation)
    case .roundTrip(let trip, let reason): encode(trip, reason)
    case .note(let text): line.text("text", text)
    case .stateHash(let hash): line.text("state_hash", hash.description)
    }
    line.end()
    return line.bytes
  }

  private static func kind(of event: RunEvent) -> String {
    switch event {
    case .roleReady: "role_ready"
    case .tradingBegan: "trading_began"
    case .session(_, let boundary):
      boundary.kind == .opened ? "session_opened" : "session_closed"
    case .order(let report, _): report.event.word
    case .refused: "order_refused"
    case .closingAtLimit: "closing_at_limit"
    case .funding: "funding"
    case .liquidation: "liquidation"
    case .roundTrip: "trade"
    case .note: "note"
    case .stateHash: "state_hash"
    }
  }

  private mutating func symbol(_ index: Int) {
    line.text("symbol", listings[index].instrument.symbol)
  }

  private func instrument(_ listing: ListingID) -> Instrument {
    listings[listing.index].instrument
  }

  // MARK: Orders

  private mutating func encode(_ report: OrderReport, _ request: OrderRequest) {
    let instrument = instrument(request.listing)
    line.text("symbol", instrument.symbol)
    line.number("order", report.order.number)
    line.time("happened", report.time)
    line.text("status", report.status.word)
    switch report.event {
    case .submitted: encode(request, instrument)
    case .accepted, .held, .expired: break
    case .released(let quantity), .resized(let quantity):
      line.decimal("quantity", quantity.raw, instrument.quantityPrecision)
    case .amended(let amendment):
      price("limit_price", amendment.limitPrice, instrument)
      price("trigger_price", amendment.triggerPrice, instrument)
      if let quantity = amendment.quantity {
        line.decimal("quantity", quantity.raw, instrument.quantityPrecision)
      }
    case .amendRefused(let refusal): encode(refusal, instrument)
    case .rejected(let rejection): encode(rejection, instrument)
    case .triggered(let price): self.price("price", price, instrument)
    case .filled(let fill): encode(fill, instrument)
    case .cancelled(let reason): encode(reason, instrument)
    case .cancelRefused(let status): line.text("found", status.word)
    }
  }

  private mutating func price(_ name: String, _ price: Price?, _ instrument: Instrument) {
    if let price { line.decimal(name, price.raw, instrument.pricePrecision) }
  }

  private mutating func encode(_ request: OrderRequest, _ instrument: Instrument) {
    line.text("side", request.side.word)
    line.decimal("quantity", request.quantity.raw, instrument.quantityPrecision)
    encode(request.type, instrument)
    encode(request.timeInForce)
    line.boolean("reduce_only", request.isReduceOnly)
  }

  private mutating func encode(_ type: OrderType, _ instrument: Instrument) {
    line.text("type", type.word)
    price("trigger_price", type.triggerPrice, instrument)
    price("limit_price", type.limitPrice, instrument)
    if case .limit = type { line.boolean("post_only", type.isPostOnly) }
    switch type {
    case .trailingStop(.price(let distance)):
      line.decimal("trailing_offset", distance, instrument.pricePrecision)
    case .trailingStop(.share(let rate)): line.rate("trailing_share", rate)
    default: break
    }
  }

  private mutating func encode(_ timeInForce: TimeInForce) {
    line.text("time_in_force", timeInForce.word)
    if case .goodTill(let time) = timeInForce { line.time("good_till", time) }
  }

  private mutating func encode(_ fill: Fill, _ instrument: Instrument) {
    line.number("fill", fill.number)
    line.text("side", fill.side.word)
    line.decimal("quantity", fill.quantity.raw, instrument.quantityPrecision)
    price("price", fill.price, instrument)
    line.text("liquidity", fill.liquidity == .maker ? "maker" : "taker")
    line.amount("fee", fill.fee)
    line.amount("realized_profit", fill.realizedProfit)
    line.boolean("path_dependent", fill.isPathDependent)
  }

  private mutating func encode(_ reason: CancelReason, _ instrument: Instrument) {
    line.text("reason", reason.word)
    switch reason {
    case .notFilledWhole(let available):
      line.decimal("available", available, instrument.quantityPrecision)
    case .postOnlyWouldTake(let price): self.price("price", price, instrument)
    case .otherFilled(let order), .entryEnded(let order):
      line.number("other_order", order.number)
    case .insufficientBalance(let needed, let available):
      line.amount("needed", needed)
      line.amount("available", available)
    default: break
    }
  }

  private mutating func encode(_ rejection: Rejection, _ instrument: Instrument) {
    line.text("rule", rejection.word)
    line.text("reason", rejection.text(for: instrument))
  }

  private mutating func encode(_ refusal: AmendRefusal, _ instrument: Instrument) {
    switch refusal {
    case .notWorking(let status):
      line.text("rule", "not_working")
      line.text("found", status.word)
    case .noSuchPrice: line.text("rule", "no_such_price")
    case .alreadyFilled(let quantity):
      line.text("rule", "already_filled")
      line.decimal("filled", quantity.raw, instrument.quantityPrecision)
    case .quantityOfLinkedOrder: line.text("rule", "quantity_of_linked_order")
    case .rule(let rejection): encode(rejection, instrument)
    }
  }

  // MARK: Refusals of the risk rules

  private mutating func encode(_ intent: OrderIntent, _ refusal: RiskRefusal) {
    let instrument = listings[intent.symbol.index].instrument
    line.text("symbol", instrument.symbol)
    line.text("side", intent.side.word)
    switch intent.size {
    case .quantity(let quantity):
      line.text("size", "quantity")
      line.decimal("quantity", quantity.raw, instrument.quantityPrecision)
    case .bySizing(let stop):
      line.text("size", "by_sizing")
      price("stop", stop, instrument)
    case .wholePosition: line.text("size", "whole_position")
    }
    encode(intent.type, instrument)
    encode(intent.timeInForce)
    line.boolean("reduce_only", intent.isReduceOnly)
    if !intent.reason.isEmpty { line.text("intent", intent.reason) }
    encode(refusal)
  }

  private mutating func encode(_ refusal: RiskRefusal) {
    line.text("rule", refusal.word)
    encodeNumbers(of: refusal)
    line.text("reason", refusal.description)
  }

  private mutating func encodeNumbers(of refusal: RiskRefusal) {
    switch refusal {
    case .tooSmall(let size): line.number("sized_units", size)
    case .noEquity(let equity): line.amount("equity", equity)
    case .valueTooLarge(let units): line.number("units", Int(units))
    case .leverage(let reached, let limit), .position(let reached, let limit):
      line.number("reached", reached)
      line.number("limit", limit)
    case .openPositions(let limit): line.number("limit", limit)
    case .dailyLoss(let lost, let limit), .drawdown(let lost, let limit):
      line.number("lost", lost)
      line.number("limit", limit)
    case .cooldown(let time): line.time("until", time)
    case .stopLossWithoutTrigger, .exitsOfExit, .noStop, .notReady, .noMark, .nothingToClose,
      .notTrading:
      break
    }
  }

  // MARK: Money and trades

  private mutating func encode(_ payment: FundingPayment) {
    let instrument = instrument(payment.listing)
    line.text("symbol", instrument.symbol)
    line.time("happened", payment.time)
    line.rate("rate", payment.rate)
    line.decimal("mark", payment.mark.price.raw, payment.mark.precision(of: instrument))
    line.text("mark_source", payment.mark.source.word)
    line.decimal("quantity", payment.quantity, instrument.quantityPrecision)
    line.amount("amount", payment.amount)
  }

  private mutating func encode(_ liquidation: Liquidation) {
    let instrument = instrument(liquidation.listing)
    line.text("symbol", instrument.symbol)
    line.number("liquidation", liquidation.number)
    line.time("happened", liquidation.time)
    line.text("side", liquidation.side.word)
    line.decimal("quantity", liquidation.quantity.raw, instrument.quantityPrecision)
    price("price", liquidation.price, instrument)
    line.amount("profit", liquidation.profit)
    line.amount("fee", liquidation.fee)
  }

  private mutating func encode(_ trip: RoundTrip, _ reason: String) {
    let instrument = instrument(trip.listing)
    line.text("symbol", instrument.symbol)
    line.number("trade", tradeCount)
    tradeCount += 1
    line.text("side", trip.side.direction)
    line.time("entry_time", trip.opened)
    line.time("exit_time", trip.closed)
    line.text("end", trip.end.word)
    line.decimal("quantity", trip.quantity, instrument.quantityPrecision)
    line.decimal("largest_quantity", trip.largestQuantity, instrument.quantityPrecision)
    line.number("entry_price", trip.entryPrice)
    line.number("exit_price", trip.exitPrice)
    for (name, amount) in trip.namedAmounts { line.amount(name, amount) }
    line.text("reason", reason)
  }
}

extension RoundTrip {
  /// Its amounts under the names that they have in files.
  var namedAmounts: [(name: String, amount: Money)] {
    [
      ("profit", profit), ("fees", fees), ("funding", funding), ("dividends", dividends),
      ("net_profit", netProfit), ("mae", worst), ("mfe", best),
    ]
  }
}

extension Mark {
  /// In which its price is counted: that of its stream, or of the instrument, or for the mid one
  /// digit more.
  fileprivate func precision(of instrument: Instrument) -> Precision {
    source == .mid
      ? instrument.pricePrecision.finer : (try? Precision(digits)) ?? instrument.pricePrecision
  }
}
