import Foundation
import Hashing
import Market
import MultiTimeframe
import Sessions

@testable import Backtest
@testable import Exchange
@testable import Reports
@testable import Streams

/// A folder of its own for one test, removed when the value goes.
final class ArtifactFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "lockstep-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: file(name)).sorted()
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: file(name), encoding: .utf8)
  }

  func lines(_ name: String) throws -> [String] {
    try text(name).split(separator: "\n").map(String.init)
  }

  /// Changes the bytes of a file.
  func change(_ name: String, _ body: (inout Data) -> Void) throws {
    var data = try Data(contentsOf: URL(filePath: file(name)))
    body(&data)
    try data.write(to: URL(filePath: file(name)))
  }
}

func money(_ text: String, _ code: String = "USDT") -> Money {
  try! Money(parsing: text, currency(code))
}

/// A contract settled in `code`, with two decimals of price and three of quantity.
func listing(_ symbol: String, in code: String = "USDT") -> Listing {
  try! Listing(
    Instrument(
      symbol: symbol, pricePrecision: Precision(2), quantityPrecision: Precision(3)),
    calendar: .named("24x7"), contract: ContractSpecification(currency: currency(code)),
    matching: MatchingRules(.trade))
}

/// A run of BTCUSDT and a contract that settles in bitcoin, traded from the beginning of 2024.
func identity(seed: UInt64 = 7) -> RunIdentity {
  RunIdentity(
    version: "0.1.0", commit: "0123abc", toolchain: "Swift 6.3", strategy: "sma-cross",
    parameters: [("fast", "10"), ("slow", "30")], configuration: #"{"seed":7}"#,
    dataHash: .init(rawValue: 1), calendarHash: .init(rawValue: 2), seed: seed, start: hour(0),
    end: hour(48), loadFrom: hour(-24), currency: currency("USDT"),
    symbols: [listing("BTCUSDT"), listing("ETHBTC", in: "BTC")],
    metricParameters: try! MetricParameters(daysPerYear: 365))
}

func sample(
  _ hours: Int, _ occasion: EquitySample.Occasion, _ equity: String, day: String,
  open: Int = 0, records: Int? = nil
) -> EquitySample {
  EquitySample(
    time: hour(hours), occasion: occasion, equity: money(equity), balance: money("1000"),
    tradingDay: date(day), openPositions: open, recordCount: records ?? 1_000 + hours)
}

func roundTrip(
  _ profit: String, from opened: Int, to closed: Int, listing: Int = 0, in code: String = "USDT",
  side: OrderSide = .buy
) -> RoundTrip {
  RoundTrip(
    listing: ListingID(index: listing), side: side, opened: hour(opened), closed: hour(closed),
    end: .fill, largestQuantity: 500, quantity: 750, entryPrice: 42000.1, exitPrice: 42100,
    amounts: RoundTripAmounts(
      profit: money(profit).units, fees: money("0.5").units, funding: money("-0.25").units,
      dividends: 0, best: money("12").units, worst: money("-3.5").units),
    currency: currency(code))
}

func summary(_ ending: RunSummary.Ending = .completed, end: EquitySample) -> RunSummary {
  RunSummary(
    ending: ending, start: sample(-24, .start, "1000", day: "2023-12-31"), end: end,
    recordCount: 100, eventCount: 7, orderCount: 3, fillCount: 2, pathDependentFillCount: 1,
    refusalCount: 1, tradedValue: money("42050.05"), fees: money("0.5"),
    funding: money("-0.25"), openSince: [],
    drawdown: TickDrawdown(largest: 0.05, peak: hour(2), trough: hour(3)),
    stateHash: .init(rawValue: 0xabc))
}

let market = OrderRequest(.buy, Quantity(unchecked: 500), of: ListingID(index: 0))

func fill(_ number: Int, _ side: OrderSide, at hours: Int) -> Fill {
  Fill(
    number: number, order: OrderID(number: 0), listing: ListingID(index: 0), side: side,
    price: Price(unchecked: 4_200_010), quantity: Quantity(unchecked: 500), time: hour(hours),
    liquidity: .taker, fee: money("0.25"), realizedProfit: money("0"), isPathDependent: false)
}

func report(_ event: OrderEvent, _ status: OrderStatus, at hours: Int = 0) -> OrderReport {
  OrderReport(order: OrderID(number: 0), time: hour(hours), event: event, status: status)
}

let bitcoin = SymbolID(index: 0)

/// Two days of which the second ends at noon, one trade, one of another currency, one note.
func play(into journal: any RunJournal, note: String = "done") throws {
  try journal.append(sample(-24, .start, "1000", day: "2023-12-31"))
  try journal.append(.roleReady(bitcoin, .ltf, .minute1), number: 0, at: hour(-1))
  try journal.append(sample(0, .day, "1000", day: "2023-12-31"))
  try journal.append(.tradingBegan(bitcoin), number: 1, at: hour(1))
  try journal.append(sample(1, .decision, "1000", day: "2024-01-01"))
  try journal.append(.order(report(.submitted, .submitted, at: 1), market), number: 2, at: hour(1))
  try journal.append(1.5, to: "fast, slow", at: hour(1))
  try journal.append(.nan, to: "spread", at: hour(2))
  try journal.append(
    .order(report(.filled(fill(0, .buy, at: 2)), .filled, at: 2), market), number: 3, at: hour(2))
  try journal.append(sample(2, .decision, "1010.5", day: "2024-01-01", open: 1))
  try journal.append(
    .roundTrip(roundTrip("10.75", from: 2, to: 4), reason: "cross, up"), number: 4, at: hour(4))
  try journal.append(sample(24, .day, "1010", day: "2024-01-01"))
  try journal.append(
    .roundTrip(roundTrip("0.1", from: 25, to: 26, listing: 1, in: "BTC"), reason: ""), number: 5,
    at: hour(26))
  try journal.append(.note(note), number: 6, at: hour(30))
  try journal.append(sample(30, .decision, "1020", day: "2024-01-02"))
  let end = sample(36, .end, "1021", day: "2024-01-02")
  try journal.append(end)
  try journal.end(summary(end: end))
}

func quality() -> StreamQuality {
  var quality = StreamQuality(StreamKey("BTCUSDT", .trades), interval: 60 * nanosecondsPerSecond)
  (quality.deliveredCount, quality.droppedCount, quality.staleCount) = (90, 4, 6)
  (quality.expectedIntervals, quality.receivedIntervals) = (8, 7)
  quality.add(StreamGap(start: hour(1), end: hour(2), intervals: 1))
  return quality
}
