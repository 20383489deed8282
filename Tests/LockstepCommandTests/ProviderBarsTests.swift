import Foundation
import TestSupport
import Testing

@testable import LockstepCommand

/// What providers made of their own ticks, and what they deliver as bars, row by row.
///
/// Prices are compared. The volumes of Dukascopy's bars sum the sizes of the bids, and those of
/// Oanda's are 0, while a bar of quotes counts its ticks.
@Suite(.enabled(if: RealData.isThere, "the real market data is not there: set LOCKSTEP_DATA"))
struct ProviderBarsTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// The rows of a provider's file, each split into its fields.
  private func rows(_ path: String) throws -> [[String]] {
    try providerTexts(in: path).joined().split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// A bar's begin in milliseconds and its prices, as printed by `bars`.
  private func bars(_ options: String) throws -> [String] {
    let csv = try TestConsole.output(
      of: "bars --store \(folder.file("market.db")) \(options) --anchor utc --partial "
        + "--output csv --times ns")
    return KnownAnswer.rows(csv: csv).map { row in
      row.split(separator: ",").prefix(5).joined(separator: ",")
    }
  }

  private func importFiles(_ files: [String], _ options: String) throws {
    _ = try TestConsole.output(
      of: "import \(files.joined(separator: " ")) --store \(folder.file("market.db")) \(options)")
  }

  @Test func `Dukascopy's bars equal those of its ticks, and those of its minutes`() throws {
    let path = RealData.folder + "/dukascopy_csv/EURUSD_"
    try importFiles([path + "ticks_20190204_20190205.csv.gz"], "--symbol TICKS")
    try importFiles(
      [path + "bid_m1.csv.gz"],
      "--symbol MINUTES --format bars --timeframe 1m --label start --price bid --calendar 24x7 "
        + "--price-precision 5 --quantity-precision 2")
    // The files of hours and days reach further than the two days of ticks.
    let days = 1_549_238_400_000..<1_549_411_200_000 as Range<Int64>
    for (name, timeframe, count) in [("m1", "1m", 2_880), ("h1", "1H", 48), ("d1", "1D", 2)] {
      let provided = try rows(path + "bid_\(name).csv.gz").dropFirst()
        .filter { days.contains(try #require(Int64($0[0]))) }
        .map { $0.prefix(5).joined(separator: ",") }
      #expect(provided.count == count)
      for symbol in ["TICKS", "MINUTES"] {
        let formed = try bars("--symbol \(symbol) --price bid --timeframe \(timeframe)")
        #expect(formed == provided, "\(timeframe) from \(symbol)")
      }
    }
  }

  @Test func `Oanda's minutes of bid and ask equal those of its ticks`() throws {
    let ticks = try RealData.files("lean/forex/oanda/tick/eurusd", suffix: "_quote.zip")
    try importFiles(ticks, "--symbol EURUSD")
    // Two more files hold minutes of 2018, of which there are no ticks.
    let minutes = ticks.map { $0.replacing("/tick/", with: "/minute/") }
    #expect(minutes.count == 13)
    var bids: [String] = []
    var asks: [String] = []
    for path in minutes {
      let name = try #require(path.split(separator: "/").last)
      let midnight = try Date(
        "\(name.prefix(8))", strategy: .iso8601.year().month().day().dateSeparator(.omitted))
      for row in try rows(path) {
        try #require(row.count == 11 && row[5] == "0" && row[10] == "0")
        let time = Int64(midnight.timeIntervalSince1970) * 1_000 + (try #require(Int64(row[0])))
        bids.append((["\(time)"] + row[1...4]).joined(separator: ","))
        asks.append((["\(time)"] + row[6...9]).joined(separator: ","))
      }
    }
    #expect(bids.count == 15_366)
    #expect(try bars("--symbol EURUSD --price bid --timeframe 1m") == bids)
    #expect(try bars("--symbol EURUSD --price ask --timeframe 1m") == asks)
  }

  @Test(arguments: ["bid", "ask"])
  func `FXCM's minutes come out as they went in`(price: String) throws {
    let path = RealData.folder + "/fxcm_m1/usdjpy-m1-\(price)-2013.csv.gz"
    try importFiles([path], "--symbol USDJPY --price \(price) --quantity-precision 0")
    let csv = try TestConsole.output(
      of: "bars --store \(folder.file("market.db")) --symbol USDJPY --price \(price) "
        + "--timeframe 1m --partial --output csv")
    let printed = csv.split(separator: "\n").dropFirst()
    let provided = try rows(path).dropFirst()
    #expect(printed.count == 366_456 && provided.count == 366_456)
    // A source bar without volume and count has volume 0 and counts 1.
    let differing = zip(printed, provided).first { printed, provided in
      let begin = provided[0].replacing(" ", with: "T").replacing("+00:00", with: "Z")
      let fields = printed.split(separator: ",").map(String.init)
      return fields[0] != begin || fields[2...] != provided[1...] + ["0", "1"]
    }
    #expect(differing == nil)
  }
}
