import Foundation
import Indicators
import Market

/// A series of bars, and what its units are worth.
struct TestBars {
  let bars: [Bar]
  let scale: BarScale

  init(bars: [Bar], scale: BarScale) {
    self.bars = bars
    self.scale = scale
  }

  /// From rows of raw open, high, low, close and volume; `barsADay` bars make a trading day.
  init(
    _ rows: [[Int64]], priceDigits: Int, volumeDigits: Int, barsADay: Int
  ) throws {
    scale = BarScale(
      price: try Precision(priceDigits), quantity: try Precision(volumeDigits))
    bars = try rows.enumerated().map { index, row in
      let open = Int64(index) * 60 * nanosecondsPerSecond
      return Bar(
        tsOpen: try Timestamp(nanoseconds: open),
        tsClose: try Timestamp(nanoseconds: open + 60 * nanosecondsPerSecond),
        open: try Price(raw: row[0]), high: try Price(raw: row[1]), low: try Price(raw: row[2]),
        close: try Price(raw: row[3]), volume: try Quantity(raw: row[4]), tickCount: 1,
        tradingDay: CalendarDate(daysSinceEpoch: Int32(index / barsADay)))
    }
  }

  /// 600 bars with gaps, flat stretches and bars without volume; 3 and 2 decimals. The script
  /// Scripts/reference/talib_reference.py makes the same.
  static func synthetic() throws -> TestBars {
    var random = SeededGenerator(seed: 20_240_229)
    var rows: [[Int64]] = []
    var close: Int64 = 100_000
    for index in 0..<600 {
      var open = close
      if random.within(0...9) == 0 { open += random.within(-400...400) }
      close = open + random.within(-60...60)
      var high = max(open, close) + random.within(0...30)
      var low = min(open, close) - random.within(0...30)
      var volume = 25 * random.within(1...40_000)
      if random.within(0...5) == 0 { (open, high, low) = (close, close, close) }
      if random.within(0...7) == 0 { volume = 0 }
      if (200..<260).contains(index) {
        close = rows[199][3]
        (open, high, low) = (close, close, close)
        if index >= 220 { volume = 0 }
      }
      rows.append([open, high, low, close, volume])
    }
    return try TestBars(rows, priceDigits: 3, volumeDigits: 2, barsADay: 48)
  }

  /// `count` bars of a random walk, all prices positive; every tenth bar or so is flat, every
  /// eighth without volume.
  static func random(
    seed: UInt64, count: Int, start: Int64 = 100_000, step: Int64 = 60, priceDigits: Int = 3,
    volume: Int64 = 1_000_000
  ) throws -> TestBars {
    var random = SeededGenerator(seed: seed)
    var close = start
    let rows = (0..<count).map { _ -> [Int64] in
      let open = max(1, close + (random.below(10) == 0 ? random.within(-3 * step...3 * step) : 0))
      close = max(1, open + random.within(-step...step))
      let isFlat = random.below(10) == 0
      if isFlat { close = open }
      let high = max(open, close) + (isFlat ? 0 : random.within(0...step / 2))
      let low = max(1, min(open, close) - (isFlat ? 0 : random.within(0...step / 2)))
      return [open, high, low, close, random.below(8) == 0 ? 0 : random.within(1...volume)]
    }
    return try TestBars(rows, priceDigits: priceDigits, volumeDigits: 2, barsADay: 37)
  }
}

/// Files of numbers that others made.
enum TestFiles {
  /// The folder of real data, if it is there: `LOCKSTEP_DATA`, or `../shared/data`.
  static let sharedData: URL? = {
    let environment = ProcessInfo.processInfo.environment
    let folder =
      environment["LOCKSTEP_DATA"].map { URL(filePath: $0, directoryHint: .isDirectory) }
      ?? root.appending(path: "../shared/data")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  /// A Python interpreter that has TA-Lib, if one is named.
  static let talibPython = ProcessInfo.processInfo.environment["LOCKSTEP_TALIB_PYTHON"]

  /// The package's own folder.
  static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  /// The numbers that TA-Lib makes of the synthetic bars.
  static func talibNumbers() throws -> String {
    let file = URL(filePath: #filePath).appending(path: "../Reference/talib.tsv").standardized
    return try String(contentsOf: file, encoding: .utf8)
  }

  /// What a gzip file of the real data holds.
  static func unzipped(_ path: String) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", sharedData!.appending(path: path).path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }

  /// The bars of a CSV file whose rows are `time,open,high,low,close[,volume]`; rows that cannot be
  /// represented are left out.
  static func bars(
    _ path: String, priceDigits: Int, volumeDigits: Int = 0, barsADay: Int
  ) throws -> TestBars {
    let text = String(decoding: try unzipped(path), as: UTF8.self)
    let prices = try Precision(priceDigits)
    let volumes = try Precision(volumeDigits)
    let rows = text.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).dropFirst()
      let raw = fields.prefix(4).compactMap { try? prices.parse($0).get() }
      let volume = fields.count > 4 ? try? volumes.parse(fields.last!).get() : 1
      guard raw.count == 4, raw.allSatisfy({ abs($0) <= Price.limit }),
        let volume, (0..<Quantity.limit).contains(volume)
      else { return nil as [Int64]? }
      return raw + [volume]
    }
    return try TestBars(
      rows, priceDigits: priceDigits, volumeDigits: volumeDigits, barsADay: barsADay)
  }
}
