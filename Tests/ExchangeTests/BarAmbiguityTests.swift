import Foundation
import Market
import TestSupport
import Testing

@testable import Exchange

/// The same orders on Oanda's EURUSD by its ticks, and by its own minutes along both paths.
@Suite(.enabled(if: OandaTape.isThere, "no real market data here: see LOCKSTEP_DATA"))
struct BarAmbiguityTests {
  /// What became of the orders of one minute.
  struct Outcome: Equatable {
    /// What the fills have gained by the minute's close.
    var gain: Int64 = 0
    var quantity: Int64 = 0
    var fills: [Int64] = []
  }

  private enum Kind: CaseIterable {
    case market, limit, stop, stopLimit, marketIfTouched, limitIfTouched, bracket
  }

  // A path runs through every price; ticks jump. So a stop fills by ticks up to one jump worse than
  // on both paths, an if-touched order up to one jump better, and a stop-limit may be jumped over.
  // A resting order that the first tick of a minute jumps over gets its own price by ticks, and the
  // better open by bars. Everything else lies between the two paths.

  /// How an order fared, over all minutes.
  private struct Tally {
    var filled = 0
    var differing = 0
    /// Outside of what the two paths give, by no more than a tick jumped.
    var outside = 0
    var missed = 0
  }

  @Test func `by ticks an order fares no better and no worse than on the two paths`() throws {
    let minutes = try OandaTape.minutes()
    #expect(minutes.count == 15_366)
    var random = SeededGenerator(seed: 1)
    var tallies: [Kind: Tally] = [:]
    for (before, minute) in zip(minutes, minutes.dropFirst()) {
      let side = OrderSide.allCases[random.below(2)]
      // A buy sees the asks and a sell the bids; a bracket stays on one of them.
      let (last, now) = (before.bar(side), minute.bar(side))
      for kind in Kind.allCases {
        let orders = Self.orders(
          kind, side, near: kind == .bracket ? now.open : last.close, &random)
        let byTicks = try outcome(of: orders, after: last, now) { exchange, listing in
          for trade in minute.ticks(side) { try exchange.apply(trade, to: listing) }
        }
        let byBars = try [BarPath.openHighLowClose, .openLowHighClose].map { path in
          try outcome(of: orders, after: last, now, path) { exchange, listing in
            try exchange.apply(now, to: listing)
          }
        }
        let (low, high) = (
          min(byBars[0].gain, byBars[1].gain), max(byBars[0].gain, byBars[1].gain)
        )
        var tally = tallies[kind] ?? Tally()
        defer { tallies[kind] = tally }
        if byTicks.quantity > 0 { tally.filled += 1 }
        if byBars[0] != byBars[1] { tally.differing += 1 }
        if (low...high).contains(byTicks.gain) { continue }
        let place = "\(kind) \(side) at \(now.tsOpen): \(byTicks), \(byBars)"
        let jump = minute.longestJump(side, from: last.close)
        let (worse, better) = (low - byTicks.gain, byTicks.gain - high)
        if kind == .stopLimit && byTicks.quantity == 0 {
          // The tick that fired it jumped over its limit, and the price never came back.
          tally.missed += 1
          continue
        }
        #expect(max(worse, better) <= jump, "\(place)")
        switch kind {
        case .market: Issue.record("\(place)")
        case .limit, .stop, .stopLimit, .bracket: #expect(worse > 0, "\(place)")
        case .marketIfTouched, .limitIfTouched: #expect(better > 0, "\(place)")
        }
        tally.outside += 1
      }
    }
    for (kind, tally) in tallies { #expect(tally.filled > 1000, "\(kind)") }
    #expect(tallies[.market]?.outside == 0)
    #expect((tallies[.bracket]?.differing ?? 0) > 500)
    #expect((1...200).contains(tallies[.stopLimit]?.missed ?? 0))
  }

  private static func orders(
    _ kind: Kind, _ side: OrderSide, near last: Price, _ random: inout SeededGenerator
  ) -> [OrderRequest] {
    let better = price(last.raw - side.sign * random.within(1...15))
    let worse = price(last.raw + side.sign * random.within(1...15))
    let beyond = price(worse.raw + side.sign * random.within(-5...10))
    func order(_ type: OrderType) -> OrderRequest {
      OrderRequest(side, quantity(1), of: ListingID(index: 0), type)
    }
    switch kind {
    case .market: return [order(.market)]
    case .limit: return [order(.limit(better))]
    case .stop: return [order(.stop(worse))]
    case .stopLimit: return [order(.stopLimit(stop: worse, limit: beyond))]
    case .marketIfTouched: return [order(.marketIfTouched(better))]
    case .limitIfTouched: return [order(.limitIfTouched(trigger: better, limit: beyond))]
    case .bracket:
      func exit(_ type: OrderType) -> OrderRequest {
        OrderRequest(
          side.other, quantity(1), of: ListingID(index: 0), type, reduceOnly: true)
      }
      return [order(.market), exit(.limit(worse)), exit(.stop(better))]
    }
  }

  /// Sends the orders at the minute's open, after the minute before it, and runs the minute.
  private func outcome(
    of orders: [OrderRequest], after last: Bar, _ now: Bar, _ path: BarPath = .byDirection,
    _ run: (inout SimulatedExchange, ListingID) throws -> Void
  ) throws -> Outcome {
    var rules = MatchingRules(.trade)
    rules.fillsOnTouch = true
    rules.barPath = path
    var exchange = SimulatedExchange([try listing(rules, digits: 5)])
    let listing = ListingID(index: 0)
    try exchange.apply(last, to: listing)
    let moment = Moment(now.tsOpen, .events)
    if orders.count > 1 {
      _ = try exchange.submit(orders, linked: .bracket, at: moment)
    } else {
      _ = try exchange.submit(orders[0], at: moment)
    }
    try run(&exchange, listing)
    var outcome = Outcome()
    for case .filled(let fill) in exchange.takeReports().map(\.event) {
      outcome.gain += fill.side.sign * (now.close.raw - fill.price.raw)
      outcome.quantity += fill.quantity.raw
      outcome.fills.append(fill.price.raw)
    }
    return outcome
  }
}

/// Oanda's quotes of 2014-05-01 to 15, and its minutes.
struct OandaTape {
  struct Minute {
    var bid: Bar
    var ask: Bar
    var quotes: [(time: Int64, bid: Int64, ask: Int64)]

    func bar(_ side: OrderSide) -> Bar { side == .buy ? ask : bid }

    func ticks(_ side: OrderSide) -> [Trade] {
      quotes.map {
        Trade(
          time: Timestamp(unchecked: $0.time), price: price(side == .buy ? $0.ask : $0.bid),
          quantity: quantity(1))
      }
    }

    /// The most that the price moved between two ticks, the one before the minute included.
    func longestJump(_ side: OrderSide, from last: Price) -> Int64 {
      let prices = [last.raw] + ticks(side).map(\.price.raw)
      return zip(prices, prices.dropFirst()).map { abs($1 - $0) }.max() ?? 0
    }
  }

  private static let folder: String = {
    let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data").path
    let data = ProcessInfo.processInfo.environment["LOCKSTEP_DATA"] ?? beside
    return data + "/lean/forex/oanda"
  }()

  static let isThere = FileManager.default.fileExists(atPath: folder)

  static func minutes() throws -> [Minute] {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/tick/eurusd")
      .filter { $0.hasSuffix("_quote.zip") }.sorted()
    return try files.flatMap { file -> [Minute] in
      let date = "\(file.prefix(4))-\(file.dropFirst(4).prefix(2))-\(file.dropFirst(6).prefix(2))"
      let midnight = try time(date).nanoseconds
      var quotes = try rows("tick/eurusd/\(file)").map { row in
        (time: midnight + row[0] * 1_000_000, bid: row[1], ask: row[2])
      }[...]
      return try rows("minute/eurusd/\(file)").map { row in
        let begin = midnight + row[0] * 1_000_000
        let inside = quotes.prefix { $0.time < begin + minute }
        quotes = quotes.dropFirst(inside.count)
        return Minute(
          bid: bar(begin, row[1...4]), ask: bar(begin, row[6...9]), quotes: Array(inside))
      }
    }
  }

  private static func bar(_ begin: Int64, _ prices: ArraySlice<Int64>) -> Bar {
    let raw = Array(prices)
    let tsOpen = Timestamp(unchecked: begin)
    return Bar(
      tsOpen: tsOpen, tsClose: Timestamp(unchecked: begin + minute), open: price(raw[0]),
      high: price(raw[1]), low: price(raw[2]), close: price(raw[3]), volume: quantity(1),
      tickCount: 1, tradingDay: tsOpen.utcDate)
  }

  /// Milliseconds in the first column, and prices of five digits in the others.
  private static func rows(_ file: String) throws -> [[Int64]] {
    let precision = try Precision(5)
    return try providerTexts(in: "\(folder)/\(file)").joined().split(whereSeparator: \.isNewline)
      .map { line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        let milliseconds = try #require(Int64(fields[0]))
        return try [milliseconds] + fields.dropFirst().map { try precision.parse(String($0)).get() }
      }
  }
}
