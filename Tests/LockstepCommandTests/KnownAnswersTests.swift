import Foundation
import TestSupport
import Testing

@testable import LockstepCommand

/// Real tapes, from the provider's file through the command line to the bars.
@Suite(.enabled(if: RealData.isThere, "the real market data is not there: set LOCKSTEP_DATA"))
struct KnownAnswersTests {
  private let folder: TestFolder
  private static let timeframes = ["1m", "5m", "15m", "1H", "4H", "1D"]

  init() throws {
    folder = try TestFolder()
    try folder.write(
      #"{"name": "ny17", "zone": "America/New_York", "alwaysOpen": {"dayStart": "17:00"}}"#,
      to: "ny17.json")
  }

  /// One file that one set of answers is about, and how it is imported.
  struct Tape: Sendable, CustomTestStringConvertible {
    let answer: String
    let folder: String
    let suffix: String
    var options = ""
    var testDescription: String { answer }
  }

  static let tapes = [
    Tape(answer: "duka_eurusd_bid", folder: "dukascopy_csv", suffix: "_20190205.csv.gz"),
    Tape(answer: "duka_eurusd_mid", folder: "dukascopy_csv", suffix: "_20190205.csv.gz"),
    Tape(
      answer: "tardis_btcusdt", folder: "tardis_full", suffix: ".csv.gz",
      options: "--source-symbol BTCUSDT"),
    Tape(
      answer: "lean_oanda_eurusd_bid", folder: "lean/forex/oanda/tick/eurusd", suffix: "_quote.zip"),
    Tape(
      answer: "lean_oanda_eurusd_mid", folder: "lean/forex/oanda/tick/eurusd", suffix: "_quote.zip"),
    Tape(answer: "lean_ibm_trades", folder: "lean/equity/usa/tick/ibm", suffix: "_trade.zip"),
    Tape(
      answer: "freqtrade_xrp_eth", folder: "freqtrade", suffix: "-trades.json.gz",
      options: "--columns time=ms,id=id,side=side,price=price,quantity=amount"),
    Tape(
      answer: "bn_spot_btcusdt", folder: "binance_stream", suffix: "_trades.csv.gz",
      options: "--columns time=trade_ts_ms,price=price,quantity=qty,id=trade_id,"
        + "buyer_is_maker=buyer_is_maker,receive=local_ts_ns"),
    Tape(
      answer: "bn_usdm_btcusdt_2023", folder: "binance_stream", suffix: "_trades.csv.gz",
      options: "--columns time=trade_ts_ms,price=price,quantity=qty,id=trade_id,"
        + "buyer_is_maker=buyer_is_maker"),
  ]

  /// The files of a tape, those in a format of others' own as CSV.
  private func files(of tape: Tape) throws -> [String] {
    let files = try RealData.files(tape.folder, suffix: tape.suffix)
    switch tape.folder {
    case "binance_stream":
      let prefix = tape.answer.hasPrefix("bn_spot") ? "spot_" : "usdm_"
      return files.filter { $0.split(separator: "/").last!.hasPrefix(prefix) }
    case "freqtrade":
      try folder.write(freqtradeCSV(json: providerTexts(in: files[0]).joined()), to: "trades.csv")
      return [folder.file("trades.csv")]
    default: return files
    }
  }

  @Test(arguments: tapes)
  func `bars of ticks equal the known answers`(tape: Tape) throws {
    let answer = try KnownAnswer.load(tape.answer)
    let files = try files(of: tape)
    let price = tape.answer.hasSuffix("mid") ? "mid" : tape.answer.hasSuffix("bid") ? "bid" : "last"
    let decimals = price == "mid" ? answer.priceDecimals - 1 : answer.priceDecimals
    let volume = price == "last" ? answer.volumeDecimals : 2
    let store = folder.file("market.db")
    for calendar in ["", " --calendar \(folder.file("ny17.json"))"] {
      let symbol = calendar.isEmpty ? "X" : "NY"
      _ = try TestConsole.output(
        of: "import \(files.joined(separator: " ")) --store \(store) --symbol \(symbol) "
          + "--price-precision \(decimals) --quantity-precision \(volume) "
          + tape.options + calendar)
    }
    let bars = "bars --store \(store) --price \(price) --partial --output csv --times ns "
    for timeframe in KnownAnswersTests.timeframes {
      let csv = try TestConsole.output(
        of: bars + "--symbol X --anchor utc --timeframe \(timeframe)")
      try answer.check(timeframe, csv: csv)
    }
    try answer.check("NY17", csv: try TestConsole.output(of: bars + "--symbol NY --timeframe 1D"))
  }

  @Test(arguments: ["bid", "ask"])
  func `bars of bars equal the known answers, through both changes of the clock`(
    price: String
  ) throws {
    let answer = try KnownAnswer.load("fxcm_usdjpy-m1-\(price)-2013")
    let file = RealData.folder + "/fxcm_m1/usdjpy-m1-\(price)-2013.csv.gz"
    let store = folder.file("market.db")
    for (symbol, calendar) in [("X", "fx-ny"), ("NY", folder.file("ny17.json"))] {
      _ = try TestConsole.output(
        of:
          "import \(file) --store \(store) --symbol \(symbol) --price \(price) --price-precision 3 "
          + "--quantity-precision 0 --calendar \(calendar)")
    }
    let bars = "bars --store \(store) --price \(price) --partial --output csv --times ns "
    for timeframe in KnownAnswersTests.timeframes.dropFirst() {
      let csv = try TestConsole.output(
        of: bars + "--symbol X --anchor utc --timeframe \(timeframe)")
      try answer.check(timeframe, csv: csv)
    }
    try answer.check("NY17", csv: try TestConsole.output(of: bars + "--symbol NY --timeframe 1D"))
  }
}
