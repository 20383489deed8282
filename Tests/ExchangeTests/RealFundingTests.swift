import Foundation
import Market
import Testing

@testable import Exchange

/// The real market data, where it is: `LOCKSTEP_DATA`, or `../shared/data` beside the package.
private let data: String? = {
  let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data").path
  let path = ProcessInfo.processInfo.environment["LOCKSTEP_DATA"] ?? beside
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()

/// The fields of a compressed file's rows, without its header.
private func rows(_ file: String) throws -> [[String]] {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["gzip", "-dc", "\(data!)/\(file)"]
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(file) cannot be read")
  return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst()
    .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
}

private func milliseconds(_ text: String) throws -> Timestamp {
  Timestamp(unchecked: try #require(Int64(text)) * nanosecondsPerMillisecond)
}

/// Real funding on real mark prices.
@Suite(.enabled(if: data != nil, "no real market data here: see LOCKSTEP_DATA"))
struct RealFundingTests {
  private let id = ListingID(index: 0)

  /// BTCUSDT as its tape has it: prices of 2 decimals, quantities of 3, marks of 8.
  private func exchange() throws -> SimulatedExchange {
    let listing = try contract(
      "BTCUSDT", currency: "USDT", digits: 2, quantityDigits: 3, mark: .stream(try Precision(8)))
    var exchange = SimulatedExchange([listing])
    try exchange.deposit(try money("100000", "USDT"), at: .earliest)
    return exchange
  }

  /// Interval of the contract: eight hours, from which the recorder strays by milliseconds.
  private func funding(_ row: [String]) throws -> FundingRate {
    let raw = try milliseconds(row[0])
    let interval = 8 * 3600 * nanosecondsPerSecond
    let snapped = (raw.nanoseconds + interval / 2).flooredDivision(by: interval) * interval
    return FundingRate(
      time: Timestamp(unchecked: snapped), rawTime: raw, rate: try Rate(parsing: row[1]))
  }

  @Test func `three years of funding on a fixed position come to Python's decimal sum`() throws {
    var exchange = try exchange()
    let start = try time("2021-01-01T00:00:00Z")
    _ = try exchange.submit(
      OrderRequest(.buy, quantity(1537), of: id),
      at: Moment(Timestamp(unchecked: start.nanoseconds - 2), .events))
    try exchange.apply(
      Trade(
        time: Timestamp(unchecked: start.nanoseconds - 1), price: price(2_987_654),
        quantity: quantity(1)), to: id)
    try exchange.apply(
      MarkPrice(
        time: Timestamp(unchecked: start.nanoseconds - 1), price: price(2_987_654_321_098)),
      to: id)
    let end = try time("2024-01-01T00:00:00Z")
    for row in try rows("funding_utc/binance_BTCUSDT_funding.csv.gz") {
      let funding = try funding(row)
      if funding.time >= start && funding.time < end { try exchange.apply(funding, to: id) }
    }
    let payments = exchange.takeStep().funding
    // The figures of `Scripts/reference/funding_sum.py`, on the same file.
    #expect(payments.count == 3285)
    let sum = payments.map(\.amount).reduce(.zero(try Currency("USDT")), +)
    #expect(short(sum) == "-19579.96163243 USDT")
    #expect(exchange.ledger.walletChange(by: .funding, in: sum.currency) == sum)
    #expect(exchange.ledger.audit())
  }

  @Test func `across a funding time, with the stream of marks`() throws {
    var exchange = try exchange()
    let midnight = try time("2023-04-05T00:00:00Z")
    let marks = try rows("binance_stream/usdm_btcusdt_20230405_markprice.csv.gz").map {
      MarkPrice(
        time: try milliseconds($0[1]), price: price(try #require(Int64($0[2].filter { $0 != "." })))
      )
    }
    let trade = try #require(try rows("binance_stream/usdm_btcusdt_20230404_trades.csv.gz").first)
    let traded = try milliseconds(trade[1])
    _ = try exchange.submit(
      OrderRequest(.buy, quantity(1500), of: id),
      at: Moment(Timestamp(unchecked: traded.nanoseconds - 1), .events))
    try exchange.apply(
      Trade(
        time: traded, price: price(try #require(Int64(trade[3].filter { $0 != "." }))),
        quantity: quantity(2)), to: id)
    // 28,145.10, bought as a taker.
    #expect(exchange.takeStep().fills.map(\.price.raw) == [2_814_510])
    let rates = try rows("funding_utc/binance_BTCUSDT_funding.csv.gz").map(funding)
    let rate = try #require(rates.first { $0.time == midnight })
    for mark in marks where mark.time < midnight { try exchange.apply(mark, to: id) }
    try exchange.apply(rate, to: id)
    // The mark of 23:59:59.001, not that of 00:00:00.010: 1.5 × 28,157.10 × 0.0000276.
    let payment = try #require(exchange.takeStep().funding.first)
    #expect(payment.mark.price.raw == 2_815_710_000_000)
    #expect(payment.mark.time == (try time("2023-04-04T23:59:59.001Z")))
    #expect(short(payment.amount) == "-1.16570394 USDT")
    for mark in marks where mark.time >= midnight { try exchange.apply(mark, to: id) }
    let last = try #require(marks.last)
    // 1.5 × (mark - 28,145.10), by whole numbers of 10^-11, of which all end in zeros here.
    let exact = (Int128(last.price.raw) - 2_814_510_000_000) * 15 / 10
    #expect(try exchange.unrealizedProfit(in: id)?.units == exact)
    #expect(
      try exchange.equity(in: payment.amount.currency)
        == Money(units: 100_000 * Money.unitsPerOne + exact, payment.amount.currency)
        + payment.amount)
  }
}
