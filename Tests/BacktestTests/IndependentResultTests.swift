import Backtest
import Exchange
import Foundation
import Market
import MultiTimeframe
import Sessions
import Storage
import Testing

/// Fills, trades and equity against what pandas and whole numbers make of the same files, to the last
/// unit. The rules stand in `Scripts/reference/sma_cross_reference.py`. The trades on bars stand beside
/// those of backtesting.py too, where a rule has to explain each that differs.
///
/// Both run in a Python environment, which `Scripts/test` makes.
@Suite(
  "Trades and equity, against an independent computation",
  .enabled(
    if: ReferenceRun.python != nil,
    "needs LOCKSTEP_METRICS_PYTHON, an interpreter that has pandas and backtesting.py"),
  .enabled(if: ReferenceRun.data != nil, "no real market data here: see LOCKSTEP_DATA"))
struct IndependentResultTests {
  @Test("a cross on the minutes of EURUSD, turning from long to short")
  func pair() throws {
    let configuration = try configuration(
      "EURUSD", .forex(base: try Currency("EUR")), "USD", digits: (5, 4), fee: "0.00002",
      calendar: "fx-ny", bars: .bid, roles: RoleMap(.minute1), deposit: "10000")
    let path = "dukascopy_csv/EURUSD_bid_m1.csv.gz"
    let tape = try bars(path, configuration) {
      $0.timeframe = .minute1
      $0.barLabel = .start
    }
    let lines = try expectSame(
      "eurusd", path, configuration, MovingAverageCross(quantity: 123_456_789), [tape])
    try expectExplained("eurusd", path, lines)
  }

  @Test("a cross on the minutes of USDJPY, in the direction of quarters and of four hours")
  func pairWithThreeRoles() throws {
    let roles = try RoleMap(ltf: .minute1, mtf: .minutes15, htf: .hours4)
    let configuration = try configuration(
      "USDJPY", .forex(base: try Currency("USD")), "JPY", digits: (3, 0), fee: "0.000023",
      calendar: "fx-ny", bars: .bid, roles: roles, deposit: "1000000")
    let path = "fxcm_m1/usdjpy-m1-bid-2013.csv.gz"
    let lines = try expectSame(
      "usdjpy", path, configuration, MovingAverageCross(quantity: 10_000, isFiltered: true),
      [try bars(path, configuration)])
    try expectExplained("usdjpy", path, lines)
  }

  @Test(
    "a cross on minutes of BTCUSDT's trades, filled on the next trade", arguments: [false, true])
  func coin(isPlain: Bool) throws {
    var configuration = try configuration(
      "BTCUSDT", .perpetual, "USDT", digits: (2, 3), fee: "0.0004", calendar: "24x7",
      roles: RoleMap(.minute1), deposit: "10000")
    configuration.isPlain = isPlain
    let path = "tardis_full/binance-futures_BTCUSDT_trades_2020-02-22.csv.gz"
    let trades = try FileSource(
      trades: ReferenceRun.file(path), of: configuration.symbols[0].listing.instrument,
      ImportOptions(symbol: "BTCUSDT"))
    try expectSame(
      "btcusdt", path, configuration, MovingAverageCross(quantity: 123),
      [TapeStream(trades, of: "BTCUSDT")])
    #expect(trades.rejectedCount == 0)
  }

  /// A symbol traded without limits of money, filled on bars of a source, or else on trades.
  private func configuration(
    _ symbol: String, _ kind: ContractKind, _ currency: String,
    digits: (price: Int, quantity: Int), fee: String, calendar: String, bars: PriceSource? = nil,
    roles: RoleMap, deposit: String
  ) throws -> BacktestConfiguration {
    let currency = try Currency(currency)
    var contract = ContractSpecification(currency: currency)
    contract.kind = kind
    let listing = try Listing(
      Instrument(
        symbol: symbol, pricePrecision: try Precision(digits.price),
        quantityPrecision: try Precision(digits.quantity)),
      calendar: .named(calendar), contract: contract,
      matching: MatchingRules(bars == nil ? .trade : .bar),
      fees: FeeRates(taker: try Rate(parsing: fee)))
    let traded = TradedSymbol(listing, priceSource: bars ?? .last, isFormedByBars: bars != nil)
    return BacktestConfiguration(
      symbols: [traded], roles: roles, deposits: [try Money(parsing: deposit, currency)])
  }

  /// The minutes of a provider's file.
  private func bars(
    _ path: String, _ configuration: BacktestConfiguration,
    _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> TapeStream {
    let listing = configuration.symbols[0].listing
    var options = ImportOptions(symbol: listing.instrument.symbol)
    change(&options)
    let source = try FileSource(
      bars: ReferenceRun.file(path), of: listing.instrument, calendar: listing.calendar, options)
    return TapeStream(source, .bid, .minute1, of: listing.instrument.symbol)
  }

  /// - Returns: The run's lines.
  @discardableResult
  private func expectSame(
    _ name: String, _ path: String, _ configuration: BacktestConfiguration,
    _ strategy: MovingAverageCross, _ tape: [TapeStream]
  ) throws -> [String] {
    let journal = try run(configuration, strategy, tape)
    let mine = lines(of: journal, configuration.symbols[0].listing.instrument)
    let theirs = try ReferenceRun.lines(name, path)
    for kind in ["fill", "trade", "equity", "end"] {
      let mine = mine.filter { $0.hasPrefix("\(kind),") }
      let theirs = theirs.filter { $0.hasPrefix("\(kind),") }
      #expect(mine.count == theirs.count && !theirs.isEmpty, "\(name): \(kind)")
      let apart = zip(mine, theirs).filter { $0 != $1 }
      let first = apart.first.map { "first \($0.0), pandas \($0.1)" }
      #expect(
        apart.count == 0, "\(name): \(apart.count) of \(theirs.count) differ, \(first ?? "")")
      print("\(name): \(theirs.count - apart.count) of \(theirs.count) lines '\(kind)' are equal")
    }
    #expect(mine.count == theirs.count)
    #expect(journal.summary?.refusalCount == 0 && journal.summary?.pathDependentFillCount == 0)
    return mine
  }

  /// Holds the run's trades against those of backtesting.py.
  private func expectExplained(_ name: String, _ path: String, _ lines: [String]) throws {
    let trades = lines.filter { $0.hasPrefix("trade,") }
    let comparison = try ReferenceRun.run("compare_backtesting.py", name, path, input: trades)
    let unexplained = comparison.lines.filter { $0.contains("UNEXPLAINED") }
    #expect(comparison.status == 0, "\(name): \(unexplained.joined(separator: "\n"))")
    let row = comparison.lines.first { $0.hasPrefix("| \(name) | \(trades.count) |") }
    print("\(name), beside backtesting.py: \(try #require(row, "not all trades were compared"))")
  }

  /// What the reference prints.
  private func lines(of journal: KeptJournal, _ instrument: Instrument) -> [String] {
    let scale = Double(instrument.pricePrecision.scale)
    // Averages of prices; each trade has one of each.
    func raw(_ price: Double) -> Int64 { Int64((price * scale).rounded()) }
    let fills = journal.fills.map { fill in
      "fill,\(fill.time.nanoseconds),\(fill.side),\(fill.quantity.raw),\(fill.price.raw),"
        + "\(fill.fee.units),\(fill.realizedProfit.units)"
    }
    let trades = journal.events.compactMap { entry -> String? in
      guard case .roundTrip(let trip, _) = entry.event else { return nil }
      return
        "trade,\(trip.side),\(trip.opened.nanoseconds),\(trip.closed.nanoseconds),"
        + "\(trip.quantity),\(raw(trip.entryPrice)),\(raw(trip.exitPrice)),"
        + "\(trip.profit.units),\(trip.fees.units)"
    }
    let samples = journal.samples.filter { $0.occasion == .decision }.map { sample in
      "equity,\(sample.time.nanoseconds),\(sample.equity.units),\(sample.balance.units)"
    }
    let end = journal.summary.map { "end,\($0.end.equity.units)" }
    return fills + trades + samples + [end].compactMap { $0 }
  }
}

/// Long above the slow average and short below it; filtered, only where the longer roles agree.
private final class MovingAverageCross: Strategy {
  private let quantity: Int64
  private let isFiltered: Bool
  /// Pairs of features: a price or a fast average, and what it has to lie above.
  private var pairs: [(upper: Feature, lower: Feature)] = []

  init(quantity: Int64, isFiltered: Bool = false) {
    self.quantity = quantity
    self.isFiltered = isFiltered
  }

  var needs: StrategyNeeds {
    let close = isFiltered ? ["sma(1)", "sma(20)"] : []
    return StrategyNeeds(
      indicators: isFiltered
        ? [.ltf: ["sma(10)", "sma(30)"], .mtf: close, .htf: close]
        : [.ltf: ["sma(10)", "sma(30)"]])
  }

  func onStart(_ context: borrowing StrategyContext) throws {
    let symbol = context.symbols[0]
    pairs = [
      (
        try context.feature("sma(10)", of: symbol), try context.feature("sma(30)", of: symbol)
      )
    ]
    guard isFiltered else { return }
    for role in [Role.mtf, .htf] {
      pairs.append(
        (
          try context.feature("sma(1)", role, of: symbol),
          try context.feature("sma(20)", role, of: symbol)
        ))
    }
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    var target: Int64?
    if pairs.allSatisfy({ snapshot[$0.upper].value > snapshot[$0.lower].value }) {
      target = quantity
    } else if pairs.allSatisfy({ snapshot[$0.upper].value < snapshot[$0.lower].value }) {
      target = -quantity
    } else if isFiltered {
      target = 0
    }
    guard let target, target != snapshot.position else { return }
    let change = target - snapshot.position
    try context.submit(
      OrderIntent(
        change > 0 ? .buy : .sell, of: snapshot.symbol,
        target == 0 ? .wholePosition : .quantity(try Quantity(raw: abs(change)))))
  }
}

/// The script that the runs are held against, and the files that both read.
private enum ReferenceRun {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  /// A Python interpreter that has pandas, if one is named.
  static let python = ProcessInfo.processInfo.environment["LOCKSTEP_METRICS_PYTHON"]

  /// The folder of real data, if it is there: `LOCKSTEP_DATA`, or `../shared/data`.
  static let data: URL? = {
    let folder =
      ProcessInfo.processInfo.environment["LOCKSTEP_DATA"]
      .map { URL(filePath: $0, directoryHint: .isDirectory) }
      ?? root.appending(path: "../shared/data")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  static func file(_ path: String) -> String { data!.appending(path: path).path }

  /// What the reference makes of a case.
  static func lines(_ name: String, _ path: String) throws -> [String] {
    let reference = try run("sma_cross_reference.py", name, path)
    try #require(reference.status == 0, "the reference of \(name) failed")
    return reference.lines
  }

  /// What a script says of a case.
  static func run(
    _ script: String, _ name: String, _ path: String, input: [String] = []
  ) throws -> (status: Int32, lines: [String]) {
    let process = Process()
    process.executableURL = URL(filePath: python!)
    process.arguments = [
      root.appending(path: "Scripts/reference/\(script)").path, name, self.file(path),
    ]
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(input.joined(separator: "\n").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    return (process.terminationStatus, lines)
  }
}
