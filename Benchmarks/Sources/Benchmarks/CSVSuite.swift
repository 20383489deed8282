import Foundation
import Lockstep
import SampleTapes

/// Two million quotes as text: parsed, and imported.
enum CSVSuite {
  /// How the rows write their times.
  enum Style: String, CaseIterable {
    case epoch, iso
  }

  static func run(_ bench: Bench) throws {
    for style in Style.allCases {
      let file = try QuoteText(style, count: bench.size(2_000_000, quick: 200_000), bench)
      if bench.wants("csv.parse.\(style)") { try parse(file, bench) }
      if bench.wants("csv.import.\(style)") { try importFile(file, bench) }
      if bench.wants("csv.polars.\(style)") {
        bench.attempt("csv.polars.\(style)") { try polars(file, bench) }
      }
    }
  }

  /// The library beside C on the same bytes in memory, in turn.
  private static func parse(_ file: QuoteText, _ bench: Bench) throws {
    let programs = try CReference.flavours.map { try CParser(file.style, flavour: $0, bench) }
    let times = try interleave(
      rounds: bench.size(9, quick: 3),
      programs.map { program in { try program.run(file, bench) } } + [
        {
          try bench.stopwatch.time {
            let summary = try TapeSummary(
              of: file.text, name: file.path, instrument: file.instrument, options: file.format)
            try file.check(rows: Int(summary.rows), summary.timeRange)
            return UInt64(summary.rows)
          }
        }
      ])
    let perRow = times.map { $0.map { $0 / Double(file.count) } }
    let name = "csv.parse.\(file.style)"
    bench.report(
      Figure(
        name, unit: "ns/row", samples: perRow[2], reference: perRow[0].median, limit: .atMost(2)))
    bench.report(
      Figure(name + ".native", unit: "ns/row", samples: perRow[2], reference: perRow[1].median))
  }

  /// From the file to a store that is on the disk, with the precision given and found out.
  private static func importFile(_ file: QuoteText, _ bench: Bench) throws {
    let variants: [(suffix: String, isGiven: Bool, limit: Limit?)] = [
      ("", true, .atLeast(8e6)), (".precision-inferred", false, nil),
    ]
    for (suffix, isGiven, limit) in variants {
      var options = ImportOptions(symbol: file.instrument.symbol)
      options.format = file.format
      if isGiven { options.instrument = file.instrument }
      let times = try interleave(rounds: bench.size(7, quick: 3)) {
        let path = try bench.scratchPath("import.db")
        return try bench.stopwatch.elapsedTime {
          let store = try MarketStore(path: path, mode: .create)
          let report = try Importer(options).run([file.path], into: store)
          try file.check(rows: Int(report.counts.accepted), report.files[0].timeRange)
          return UInt64(report.counts.accepted)
        }
      }
      bench.report(
        Figure(
          "csv.import.\(file.style)\(suffix)", unit: "rows/s",
          samples: times.map { Double(file.count) / $0 * 1e9 }, limit: limit))
    }
  }

  private static func polars(_ file: QuoteText, _ bench: Bench) throws {
    let rounds = bench.size(5, quick: 2)
    let readings = try Python(bench).run("polars_csv.py", ["\(rounds)", file.path])
    bench.report(
      Figure(
        "csv.polars.\(file.style)", unit: "rows/s",
        samples: readings[0].seconds.map { Double(readings[0].rows) / $0 }))
  }
}

/// Quotes as a CSV file, in memory and on the disk: time, bid, ask and both sizes.
struct QuoteText {
  let style: CSVSuite.Style
  let count: Int
  let text: [UInt8]
  let path: String
  let instrument: Instrument
  private let timeRange: ClosedRange<Timestamp>

  init(_ style: CSVSuite.Style, count: Int, _ bench: Bench) throws {
    self.style = style
    self.count = count
    var tape = try Tapes.forex(count: count)
    instrument = tape.configuration.instrument
    var text = Array("ts_ms,bid,ask,bid_vol_mio,ask_vol_mio\n".utf8)
    if style == .iso { text = Array("time,bid,ask,bid_size,ask_size\n".utf8) }
    var batch = QuoteColumns()
    while tape.next(into: &batch) {
      for row in 0..<batch.count { text.append(row: batch[row], style, instrument) }
    }
    guard let timeRange = tape.timeRange else {
      throw BenchmarkError.unavailable("a tape without quotes")
    }
    self.text = text
    self.timeRange = timeRange
    path = try bench.scratchPath("quotes-\(style).csv")
    try Data(text).write(to: URL(fileURLWithPath: path))
  }

  /// Epoch times are recognised with the whole format; for the others the columns are named.
  var format: FormatOptions {
    guard style == .iso else { return FormatOptions() }
    let mapping = "time=time,bid=bid,ask=ask,bid_size=bid_size,ask_size=ask_size"
    return FormatOptions(columns: try? ColumnMapping(parsing: mapping))
  }

  /// - Throws: `BenchmarkError.differentResults` if a reader saw other rows.
  func check(rows: Int, _ range: ClosedRange<Timestamp>?) throws(BenchmarkError) {
    guard rows == count, range == timeRange else {
      throw .differentResults("\(path): \(rows) of \(count) rows were read")
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(
    row quote: Quote, _ style: CSVSuite.Style, _ instrument: Instrument
  ) {
    let milliseconds = quote.time.nanoseconds / nanosecondsPerMillisecond
    switch style {
    case .epoch: Precision.zero.append(milliseconds, to: &self)
    case .iso:
      // Always with three decimals, as a tape is written.
      self += quote.time.description.utf8.prefix(19)
      append(UInt8(ascii: "."))
      appendDecimal(UInt64(milliseconds % 1000), minimumDigits: 3)
      append(UInt8(ascii: "Z"))
    }
    for (precision, value) in [
      (instrument.pricePrecision, quote.bid.raw), (instrument.pricePrecision, quote.ask.raw),
      (instrument.quantityPrecision, quote.bidSize.raw),
      (instrument.quantityPrecision, quote.askSize.raw),
    ] {
      append(UInt8(ascii: ","))
      precision.append(value, to: &self)
    }
    append(UInt8(ascii: "\n"))
  }
}

/// The C program that parses the same rows.
@safe struct CParser {
  /// `csv_result` of the C program.
  private struct Result {
    var rows: Int64 = 0
    var firstTime: Int64 = 0
    var lastTime: Int64 = 0
    var sum: UInt64 = 0
  }

  private typealias Parse =
    @convention(c) (UnsafeRawPointer, Int64, UnsafeMutableRawPointer) -> Void

  private let parse: Parse

  init(_ style: CSVSuite.Style, flavour: String, _ bench: Bench) throws(BenchmarkError) {
    let reference = try CReference("csv", flavour: flavour, bench)
    unsafe parse = unsafe try reference.function("csv_\(style)")
  }

  func run(_ file: QuoteText, _ bench: Bench) throws -> Double {
    var result = Result()
    let time = unsafe file.text.withUnsafeBytes { text in
      unsafe withUnsafeMutableBytes(of: &result) { result in
        bench.stopwatch.time {
          unsafe parse(text.baseAddress!, Int64(text.count), result.baseAddress!)
          return 0
        }
      }
    }
    bench.stopwatch.keep(result.sum)
    let first = try Timestamp(nanoseconds: result.firstTime)
    let last = try Timestamp(nanoseconds: result.lastTime)
    try file.check(rows: Int(result.rows), first...last)
    return time
  }
}
