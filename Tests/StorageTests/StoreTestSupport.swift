import Foundation
import Market
import Testing

@testable import Storage

/// A folder that lives as long as the value; in memory where the system has such a place, because
/// stores wait for the disk at every write.
final class TemporaryFolder {
  let path: String

  init() {
    let files = FileManager.default
    let parent =
      files.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : files.temporaryDirectory.path
    path = parent + "/lockstep-\(UUID().uuidString)"
    try! files.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Copies a file and fills some of its bytes with noise.
  func copy(_ path: String, to copy: String, overwriting range: Range<Int>) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var random = SeededGenerator(seed: UInt64(range.lowerBound))
    for index in range { bytes[index] = UInt8(random.below(256)) }
    try bytes.write(to: URL(fileURLWithPath: copy))
  }

  /// Runs `body` as a user who may read the folder, and nothing else. For root only.
  func asNobody(_ body: () throws -> Void) throws {
    try setPermissions(folder: 0o555, files: 0o444)
    seteuid(65_534)
    defer { seteuid(0) }
    try body()
    seteuid(0)
    try setPermissions(folder: 0o755, files: 0o644)
  }

  private func setPermissions(folder: Int, files mode: Int) throws {
    for file in files {
      try FileManager.default.setAttributes(
        [.posixPermissions: mode], ofItemAtPath: self.file(file))
    }
    try FileManager.default.setAttributes([.posixPermissions: folder], ofItemAtPath: path)
  }

  /// The names of the files in it, in order.
  var files: [String] { try! FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

extension Instrument {
  static func sample(
    _ symbol: String = "S", prices: Int = 5, quantities: Int = 2, calendar: String = "24x7",
    anyPrice: Bool = false
  ) -> Instrument {
    Instrument(
      symbol: symbol, pricePrecision: try! Precision(prices),
      quantityPrecision: try! Precision(quantities), calendarName: calendar,
      allowsNonPositivePrices: anyPrice)
  }
}

extension TradeColumns {
  init(_ trades: [Trade]) {
    self.init()
    for trade in trades { try! append(trade) }
  }

  var rows: [Trade] { indices.map { self[$0] } }
}

extension QuoteColumns {
  init(_ quotes: [Quote]) {
    self.init()
    for quote in quotes { try! append(quote) }
  }

  var rows: [Quote] { indices.map { self[$0] } }
}

extension TickColumns {
  var indices: Range<Int> { 0..<count }
}

extension MarketStore {
  func allTrades(
    _ symbol: String = "S", from: Timestamp? = nil, to: Timestamp? = nil
  ) throws -> [Trade] {
    let reader = try trades(symbol: symbol, from: from, to: to)
    var columns = TradeColumns()
    var rows: [Trade] = []
    while try reader.next(into: &columns) { rows += columns.rows }
    return rows
  }

  func allQuotes(
    _ symbol: String = "S", from: Timestamp? = nil, to: Timestamp? = nil
  ) throws -> [Quote] {
    let reader = try quotes(symbol: symbol, from: from, to: to)
    var columns = QuoteColumns()
    var rows: [Quote] = []
    while try reader.next(into: &columns) { rows += columns.rows }
    return rows
  }

  func allBars(_ series: BarSeries, from: Timestamp? = nil, to: Timestamp? = nil) throws -> [Bar] {
    let reader = try bars(symbol: "S", series: series, from: from, to: to)
    var bars: [Bar] = []
    while let bar = try reader.next() { bars.append(bar) }
    return bars
  }
}

/// Random records, all from one seed.
struct RandomTape {
  var random: SeededGenerator
  /// The times may repeat; 1 in this many does not go forward.
  var tiesOneIn = 3
  var stepNanoseconds: ClosedRange<Int64> = 1...2_000_000_000
  var prices: ClosedRange<Int64> = 100_000...120_000
  var quantities: ClosedRange<Int64> = 1...50_000
  /// Percent of the records that have the optional fields.
  var presence = 0

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func trades(_ count: Int, from start: Int64 = 1_549_238_400_000_000_000) -> [Trade] {
    var time = start
    return (0..<count).map { index in
      step(&time)
      return Trade(
        time: try! Timestamp(nanoseconds: time),
        price: try! Price(raw: random.within(prices)),
        quantity: try! Quantity(raw: random.within(quantities)),
        aggressor: isPresent ? Aggressor(rawValue: UInt8(random.below(3)))! : .unknown,
        sequence: isPresent ? Int64(index) * 3 : nil,
        receiveTime: isPresent ? try! Timestamp(nanoseconds: time + random.within(0...9_999)) : nil)
    }
  }

  mutating func quotes(_ count: Int, from start: Int64 = 1_549_238_400_000_000_000) -> [Quote] {
    var time = start
    return (0..<count).map { index in
      step(&time)
      let bid = random.within(prices)
      return Quote(
        time: try! Timestamp(nanoseconds: time), bid: try! Price(raw: bid),
        ask: try! Price(raw: min(max(bid + random.within(-2...30), -Price.limit), Price.limit)),
        bidSize: isPresent ? try! Quantity(raw: random.within(quantities)) : .zero,
        askSize: isPresent ? try! Quantity(raw: random.within(quantities)) : .zero,
        sequence: isPresent ? Int64(index) : nil,
        receiveTime: isPresent ? try! Timestamp(nanoseconds: time - random.within(0...9_999)) : nil)
    }
  }

  private var isPresent: Bool {
    mutating get { random.below(100) < presence }
  }

  private mutating func step(_ time: inout Int64) {
    if random.below(tiesOneIn) != 0 {
      time = min(time + random.within(stepNanoseconds), Timestamp.latest.nanoseconds - 10_000)
    }
  }
}
