import Hashing
import Market
import MultiTimeframe
import Sessions
import Testing

@testable import Backtest
@testable import Exchange
@testable import Reports

/// The members of each kind of event, written out.
@Suite struct EventLineTests {
  /// What stands in an event's line behind its time and before its hash.
  private func text(_ event: RunEvent) -> String {
    var encoder = EventEncoder(identity().symbols)
    let line = String(decoding: encoder.encode(event, number: 0, at: hour(0)), as: UTF8.self)
    let before = #"{"seq":0,"time":"2024-01-01T00:00:00Z","event":"#
    #expect(line.hasPrefix(before))
    #expect(line.suffix(28).hasPrefix(#","hash":""#) && line.hasSuffix("\"}\n"))
    return String(line.dropFirst(before.count).dropLast(28))
  }

  private func text(
    _ event: OrderEvent, _ status: OrderStatus, _ request: OrderRequest = market
  ) -> String {
    let text = text(.order(report(event, status), request))
    let symbol = request.listing.index == 0 ? "BTCUSDT" : "ETHBTC"
    let common = #","symbol":"\#(symbol)","order":0,"happened":"2024-01-01T00:00:00Z","status":"#
    #expect(text.contains(common))
    return text.replacing(common, with: " ")
  }

  @Test func `readiness, sessions, notes and hashes`() {
    #expect(
      text(.roleReady(bitcoin, .htf, .hours4))
        == #""role_ready","symbol":"BTCUSDT","role":"htf","timeframe":"4H""#)
    #expect(text(.tradingBegan(SymbolID(index: 1))) == #""trading_began","symbol":"ETHBTC""#)
    for (kind, word) in [(SessionBoundary.Kind.opened, "opened"), (.closed, "closed")] {
      let boundary = SessionBoundary(kind: kind, time: hour(0), tradingDay: date("2023-12-31"))
      #expect(
        text(.session(bitcoin, boundary))
          == #""session_\#(word)","symbol":"BTCUSDT","trading_day":"2023-12-31""#)
    }
    #expect(text(.note("a \"b\"\n\u{1}ü")) == #""note","text":"a \"b\"\u000a\u0001ü""#)
    #expect(
      text(.stateHash(.init(rawValue: 0xabc)))
        == #""state_hash","state_hash":"0000000000000abc""#)
  }

  @Test func `what is ordered`() {
    func submitted(_ type: OrderType, _ life: TimeInForce = .day) -> String {
      text(
        .submitted, .submitted,
        OrderRequest(
          .sell, Quantity(unchecked: 1), of: ListingID(index: 1), type, life, reduceOnly: true)
      ).replacing(#""order_submitted" "submitted","side":"sell","quantity":0.001,"#, with: "")
    }
    let life = #","time_in_force":"day","reduce_only":true"#
    let (low, high) = (Price(unchecked: 1), Price(unchecked: 250))
    #expect(submitted(.market) == #""type":"market""# + life)
    #expect(
      submitted(.limit(high, postOnly: true))
        == #""type":"limit","limit_price":2.50,"post_only":true"# + life)
    #expect(submitted(.stop(low)) == #""type":"stop","trigger_price":0.01"# + life)
    #expect(
      submitted(.stopLimit(stop: low, limit: high))
        == #""type":"stop_limit","trigger_price":0.01,"limit_price":2.50"# + life)
    #expect(
      submitted(.marketIfTouched(low)) == #""type":"market_if_touched","trigger_price":0.01"# + life
    )
    #expect(
      submitted(.limitIfTouched(trigger: low, limit: high))
        == #""type":"limit_if_touched","trigger_price":0.01,"limit_price":2.50"# + life)
    #expect(
      submitted(.trailingStop(.price(150)))
        == #""type":"trailing_stop","trailing_offset":1.50"# + life)
    #expect(
      submitted(.trailingStop(.share(Rate(units: 10_000_000_000))))
        == #""type":"trailing_stop","trailing_share":0.010000000000"# + life)
    let lives: [(TimeInForce, String)] = [
      (.goodTillCancelled, #""good_till_cancelled""#),
      (.immediateOrCancel, #""immediate_or_cancel""#), (.fillOrKill, #""fill_or_kill""#),
      (.goodTill(hour(1)), #""good_till","good_till":"2024-01-01T01:00:00Z""#),
    ]
    for (life, text) in lives {
      #expect(submitted(.market, life).contains(#""time_in_force":\#(text),"#))
    }
  }

  @Test func `what becomes of an order`() {
    #expect(text(.accepted, .accepted) == #""order_accepted" "accepted""#)
    #expect(text(.held, .held) == #""order_held" "held""#)
    #expect(text(.expired, .expired) == #""order_expired" "expired""#)
    let half = Quantity(unchecked: 500)
    #expect(text(.released(half), .accepted) == #""order_released" "accepted","quantity":0.500"#)
    #expect(
      text(.resized(half), .partiallyFilled)
        == #""order_resized" "partially_filled","quantity":0.500"#)
    #expect(
      text(.triggered(Price(unchecked: 123)), .triggered)
        == #""order_triggered" "triggered","price":1.23"#)
    #expect(
      text(
        .amended(
          OrderAmendment(
            limitPrice: Price(unchecked: 100), triggerPrice: Price(unchecked: 99), quantity: half)),
        .accepted)
        == #""order_amended" "accepted","limit_price":1.00,"trigger_price":0.99,"quantity":0.500"#)
    #expect(
      text(.cancelRefused(.filled), .filled) == #""cancel_refused" "filled","found":"filled""#)
    #expect(
      text(.filled(fill(3, .sell, at: 0)), .filled)
        == #""order_filled" "filled","fill":3,"side":"sell","quantity":0.500,"price":42000.10,"#
        + #""liquidity":"taker","fee_usdt":0.25000000,"realized_profit_usdt":0.00000000,"#
        + #""path_dependent":false"#)
  }

  @Test func `what an order is refused for`() {
    #expect(
      text(
        .rejected(.quantityIncrement(quantity: Quantity(unchecked: 5), increment: 10)), .rejected)
        == #""order_rejected" "rejected","rule":"quantity_increment","#
        + #""reason":"a quantity of 0.005 is no multiple of the increment 0.010""#)
    let refusals: [(AmendRefusal, String)] = [
      (.notWorking(.filled), #""not_working","found":"filled""#),
      (.noSuchPrice, #""no_such_price""#),
      (.alreadyFilled(Quantity(unchecked: 5)), #""already_filled","filled":0.005"#),
      (.quantityOfLinkedOrder, #""quantity_of_linked_order""#),
      (
        .rule(.postOnlyImmediate),
        #""post_only_immediate","reason":"\#(Rejection.postOnlyImmediate.text(for: identity().symbols[0].instrument))""#
      ),
    ]
    for (refusal, expected) in refusals {
      #expect(
        text(.amendRefused(refusal), .accepted)
          == #""amend_refused" "accepted","rule":"# + expected)
    }
    let cancels: [(CancelReason, String)] = [
      (.requested, #""requested""#),
      (.notFilledWhole(available: 5), #""not_filled_whole","available":0.005"#),
      (.postOnlyWouldTake(Price(unchecked: 7)), #""post_only_would_take","price":0.07"#),
      (.otherFilled(OrderID(number: 2)), #""other_filled","other_order":2"#),
      (.entryEnded(OrderID(number: 3)), #""entry_ended","other_order":3"#),
    ]
    for (reason, expected) in cancels {
      #expect(
        text(.cancelled(reason), .cancelled)
          == #""order_cancelled" "cancelled","reason":"# + expected)
    }
  }

  @Test func `what the risk rules refuse`() {
    func refused(_ size: OrderSize, _ refusal: RiskRefusal, reason: String = "") -> String {
      text(.refused(OrderIntent(.buy, of: bitcoin, size, reason: reason), refusal)).replacing(
        #""order_refused","symbol":"BTCUSDT","side":"buy","size":"#, with: "")
    }
    let order = #""type":"market","time_in_force":"good_till_cancelled","reduce_only":false,"#
    #expect(
      refused(.quantity(Quantity(unchecked: 5)), .leverage(reached: 5.25, limit: 2), reason: "up")
        == #""quantity","quantity":0.005,"# + order
        + #""intent":"up","rule":"leverage","reached":5.25,"limit":2.0,"#
        + #""reason":"all positions would come to 5.25 times the equity: at most 2.0""#)
    #expect(
      refused(.bySizing(stop: Price(unchecked: 99)), .noStop).hasPrefix(
        #""by_sizing","stop":0.99,"# + order + #""rule":"no_stop","reason":"#))
    let numbers: [(RiskRefusal, String)] = [
      (.stopLossWithoutTrigger, #""stop_loss_without_trigger""#),
      (.exitsOfExit, #""exits_of_exit""#),
      (.valueTooLarge(units: 7), #""value_too_large","units":7"#),
      (.tooSmall(size: .infinity), #""too_small","sized_units":"inf""#),
      (.noEquity(money("-1")), #""no_equity","equity_usdt":-1.00000000"#),
      (.openPositions(limit: 3), #""open_positions","limit":3"#),
      (.dailyLoss(lost: 0.125, limit: 0.1), #""daily_loss","lost":0.125,"limit":0.1"#),
      (.drawdown(lost: 0.5, limit: 0.25), #""drawdown","lost":0.5,"limit":0.25"#),
      (.position(reached: 3, limit: 1), #""position","reached":3.0,"limit":1.0"#),
      (.cooldown(until: hour(1)), #""cooldown","until":"2024-01-01T01:00:00Z""#),
    ]
    for (refusal, expected) in numbers {
      #expect(
        refused(.wholePosition, refusal)
          == #""whole_position","# + order + #""rule":"# + expected
          + #","reason":"\#(refusal.description)""#)
    }
  }

  @Test func `why the run closes what is open`() {
    #expect(
      text(.closingAtLimit(.drawdown(lost: 0.5, limit: 0.25)))
        == #""closing_at_limit","rule":"drawdown","lost":0.5,"limit":0.25,"#
        + #""reason":"the equity has lost 0.5 of its peak: at most 0.25""#)
  }

  @Test func `money and trades`() {
    func paid(_ mark: Mark) -> String {
      text(
        .funding(
          FundingPayment(
            listing: ListingID(index: 0), time: hour(-1), rate: Rate(units: -100_000_000),
            mark: mark, quantity: -500, amount: money("-2.1"))))
    }
    func mark(_ source: MarkSource, digits: Int) -> Mark {
      Mark(price: Price(unchecked: 42_000_125), digits: digits, time: hour(0), source: source)
    }
    #expect(
      paid(mark(.stream, digits: 4))
        == #""funding","symbol":"BTCUSDT","happened":"2023-12-31T23:00:00Z","#
        + #""rate":-0.000100000000,"mark":4200.0125,"mark_source":"stream","quantity":-0.500,"#
        + #""amount_usdt":-2.10000000"#)
    #expect(paid(mark(.mid, digits: 3)).contains(#""mark":42000.125,"mark_source":"mid""#))
    let liquidation = Liquidation(
      number: 1, listing: ListingID(index: 1), time: hour(0), side: .sell,
      quantity: Quantity(unchecked: 1000), price: Price(unchecked: 5),
      profit: Money(units: .min, currency("BTC")), fee: money("0.00000001", "BTC"))
    #expect(
      text(.liquidation(liquidation))
        == #""liquidation","symbol":"ETHBTC","liquidation":1,"happened":"2024-01-01T00:00:00Z","#
        + #""side":"sell","quantity":1.000,"price":0.05,"#
        + #""profit_btc":-1701411834604692317316873037158.84105728,"fee_btc":0.00000001"#)
    #expect(
      text(.roundTrip(roundTrip("10", from: 0, to: 1, side: .sell), reason: "down"))
        == #""trade","symbol":"BTCUSDT","trade":0,"side":"short","#
        + #""entry_time":"2024-01-01T00:00:00Z","exit_time":"2024-01-01T01:00:00Z","end":"fill","#
        + #""quantity":0.750,"largest_quantity":0.500,"entry_price":42000.1,"exit_price":42100.0,"#
        + #""profit_usdt":10.00000000,"fees_usdt":0.50000000,"funding_usdt":-0.25000000,"#
        + #""dividends_usdt":0.00000000,"net_profit_usdt":9.25000000,"mae_usdt":-3.50000000,"#
        + #""mfe_usdt":12.00000000,"reason":"down""#)
  }
}
