import Foundation
import Lockstep

/// What the simulated exchange costs: a tick that reaches no order, orders that rest far away, and
/// orders from sending to fill.
enum ExchangeSuite {
  static func run(_ bench: Bench) throws {
    let trades = try Tapes.trades(count: bench.size(10_000_000, quick: 1_000_000), days: 30)
    if bench.wants("exchange.scan", "exchange.resting") { try passing(trades, bench) }
    if bench.wants("exchange.feed") { try feed(trades, bench) }
    if bench.wants("exchange.churn") { try churn(trades, bench) }
    if bench.wants("exchange.orders") { try orders(trades, bench) }
    if bench.wants("exchange.hftbacktest") {
      bench.attempt("exchange.hftbacktest") { try others(trades, bench) }
    }
  }

  private static func exchange() throws -> SimulatedExchange {
    let instrument = Instrument(
      symbol: Tapes.symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(3))
    let listing = try Listing(
      instrument, calendar: .named("24x7"),
      contract: ContractSpecification(currency: try Currency("USDT")),
      matching: MatchingRules(.trade),
      fees: FeeRates(maker: try Rate(parsing: "0.0002"), taker: try Rate(parsing: "0.0005")))
    return SimulatedExchange([listing])
  }

  /// An exchange with limit orders that no trade of the tape reaches, and the first trade behind it.
  private static func exchange(
    resting count: Int, _ trades: TradeColumns
  ) throws -> SimulatedExchange {
    var exchange = try exchange()
    let listing = try exchange.listing(Tapes.symbol)
    var random = SeededGenerator(seed: 3)
    let moment = Moment(try Timestamp(nanoseconds: trades.times[0]), .events)
    for _ in 0..<count {
      _ = try exchange.submit(farOrder(of: listing, trades, &random), at: moment)
    }
    try exchange.apply(trades, 0..<1, to: listing)
    _ = exchange.takeReports()
    return exchange
  }

  private static func farOrder(
    of listing: ListingID, _ trades: TradeColumns, _ random: inout SeededGenerator
  ) throws -> OrderRequest {
    let isBuy = random.below(2) == 0
    let first = trades.prices[0]
    let level =
      isBuy ? first / 4 - random.within(0...first / 8) : 4 * first + random.within(0...first)
    return OrderRequest(
      isBuy ? .buy : .sell, try Quantity(raw: 1), of: listing, .limit(try Price(raw: level)))
  }

  // MARK: Passing over trades

  /// All trades in slices, with nothing to fill, and with orders that stay away.
  private static func passing(_ trades: TradeColumns, _ bench: Bench) throws {
    let counts = [0, 1, 10, 100, 10_000]
    let scan = try CScan(bench)
    let times = try interleave(
      rounds: bench.size(9, quick: 3),
      counts.map { count in
        {
          var exchange = try exchange(resting: count, trades)
          let listing = try exchange.listing(Tapes.symbol)
          return try bench.stopwatch.time {
            for first in stride(from: 1, to: trades.count, by: 16_384) {
              try exchange.apply(trades, first..<min(first + 16_384, trades.count), to: listing)
            }
            return UInt64(exchange.fillCount)
          } / Double(trades.count)
        }
      } + [{ try scan.run(trades, bench) / Double(trades.count) }])
    bench.report(Figure("exchange.scan", unit: "ns/tick", samples: times[0], limit: .atMost(1)))
    bench.report(
      Figure(
        "exchange.scan.c", unit: "ns/tick", samples: times[0],
        reference: times[counts.count].median))
    for (index, count) in counts.enumerated().dropFirst() {
      bench.report(
        Figure(
          "exchange.resting.\(count)", unit: "ns/tick", samples: times[index],
          reference: times[0].median, limit: .atMost(1.5)))
    }
  }

  /// Trade by trade through the plain path.
  private static func feed(_ trades: TradeColumns, _ bench: Bench) throws {
    let times = try interleave(rounds: bench.size(5, quick: 2)) {
      var exchange = try exchange()
      let listing = try exchange.listing(Tapes.symbol)
      return try bench.stopwatch.time {
        for row in 0..<trades.count { try exchange.apply(trades[row], to: listing) }
        return UInt64(exchange.fillCount)
      } / Double(trades.count)
    }
    bench.report(Figure("exchange.feed", unit: "ns/tick", samples: times))
  }

  // MARK: Orders

  /// Orders that come and go somewhere among others.
  private static func churn(_ trades: TradeColumns, _ bench: Bench) throws {
    let count = bench.size(200_000, quick: 50_000)
    let times = try interleave(
      rounds: bench.size(7, quick: 3),
      [0, 10_000].map { resting in
        {
          var exchange = try exchange(resting: resting, trades)
          let listing = try exchange.listing(Tapes.symbol)
          var random = SeededGenerator(seed: 4)
          return try bench.stopwatch.time {
            for row in 1...count {
              let moment = Moment(try Timestamp(nanoseconds: trades.times[row]), .records)
              let order = try exchange.submit(farOrder(of: listing, trades, &random), at: moment)
              try exchange.apply(trades[row], to: listing)
              try exchange.cancel(order, at: moment)
              _ = exchange.takeReports()
            }
            return UInt64(exchange.orders.count)
          } / Double(count)
        }
      })
    bench.report(
      Figure(
        "exchange.churn.10000", unit: "ns/order", samples: times[1], reference: times[0].median,
        limit: .atMost(1.5)))
  }

  /// Market orders, each filled by the trade after it.
  private static func orders(_ trades: TradeColumns, _ bench: Bench) throws {
    let count = bench.size(1_000_000, quick: 100_000)
    let rates = try interleave(rounds: bench.size(7, quick: 3)) {
      var exchange = try exchange()
      let listing = try exchange.listing(Tapes.symbol)
      // Money to pay the fees from, so that none of it is borrowed and paid back.
      try exchange.deposit(
        try Money(parsing: "1000000", try Currency("USDT")),
        at: try Timestamp(nanoseconds: trades.times[0]))
      let quantity = try Quantity(raw: 1)
      let nanoseconds = try bench.stopwatch.time {
        var reports = 0
        for row in 0..<count {
          let moment = Moment(try Timestamp(nanoseconds: trades.times[row]), .events)
          _ = try exchange.submit(
            OrderRequest(row % 2 == 0 ? .buy : .sell, quantity, of: listing),
            at: max(moment, exchange.clock))
          try exchange.apply(trades[row], to: listing)
          if row % 1024 == 0 { reports += exchange.takeStep().reports.count }
        }
        return UInt64(reports + exchange.fillCount)
      }
      guard exchange.fillCount >= count - 1024 else {
        throw BenchmarkError.differentResults("\(exchange.fillCount) of \(count) orders filled")
      }
      return Double(count) / nanoseconds * 1000
    }
    bench.report(
      Figure("exchange.orders", unit: "million/s", samples: rates, limit: .atLeast(2)))
  }

  // MARK: hftbacktest

  /// The same trades through hftbacktest, in a process of its own.
  private static func others(_ trades: TradeColumns, _ bench: Bench) throws {
    struct Reading: Decodable {
      let trades: Int
      let orders: Int
      let feedSeconds: [Double]
      let elapseSeconds: [Double]
      let ordersSeconds: [Double]
      let ordersDone: Int
    }
    let path = try bench.scratchPath("trades.i64")
    var bytes = Data()
    for column in [trades.times, trades.prices, trades.quantities] {
      unsafe column.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    let reading = try Python(bench).run(
      "backtest.py",
      ["\(bench.size(5, quick: 2))", path, "\(bench.size(1_000_000, quick: 100_000))"],
      as: Reading.self)[0]
    guard reading.trades == trades.count, reading.ordersDone == reading.orders else {
      throw BenchmarkError.differentResults("hftbacktest filled \(reading.ordersDone) orders")
    }
    for (name, seconds) in [("feed", reading.feedSeconds), ("elapse", reading.elapseSeconds)] {
      bench.report(
        Figure(
          "exchange.hftbacktest.\(name)", unit: "ns/tick",
          samples: seconds.map { $0 / Double(reading.trades) * 1e9 }))
    }
    bench.report(
      Figure(
        "exchange.hftbacktest.orders", unit: "million/s",
        samples: reading.ordersSeconds.map { Double(reading.orders) / $0 / 1e6 }))
  }
}

/// The scan in C, over the prices alone.
@safe private struct CScan {
  private typealias Scan =
    @convention(c) (UnsafePointer<Int64>, Int64, Int64, Int64, Int64) -> Int64
  private let reference: CReference
  private let scan: Scan

  init(_ bench: Bench) throws {
    reference = try CReference("scan", flavour: "O3", bench)
    unsafe scan = try reference.function("scan_first_outside")
  }

  /// - Returns: the nanoseconds.
  func run(_ trades: TradeColumns, _ bench: Bench) throws -> Double {
    bench.stopwatch.time {
      unsafe trades.prices.withUnsafeBufferPointer { prices in
        guard let start = prices.baseAddress else { return 0 }
        return UInt64(unsafe scan(start, 0, Int64(prices.count), 0, 1 << 48))
      }
    }
  }
}
