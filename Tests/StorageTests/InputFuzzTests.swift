import Market
import Testing

@testable import Storage

/// Arbitrary bytes may be refused or rejected, but they never trap, and what is read adds up.
@Suite struct InputFuzzTests {
  private static let seeds: [(name: String, text: String)] = [
    ("a.csv", "ts_ms,bid,ask,bid_vol_mio,ask_vol_mio\n1549238400994,1.14543,1.14545,2.06,1\n"),
    (
      "b.csv",
      "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
        + "binance-futures,TEST,1582329602111000,1582329602418379,42377944,buy,9682,0.132\n"
    ),
    ("c.csv", "28457,4.00000100,12.0,48.0,1499865549590,true\n"),
    ("d.csv", "26129,0.016,4.7,27781,27790,1498793709153,true\n"),
    ("e.csv", "EUR/USD,20160101 17:00:00.123,1.08601,1.08605\n"),
    ("f.csv", "timestamp,open,high,low,close\n2013-01-02 04:07:00+00:00,86.6,87.1,86.6,87.1\n"),
    ("20131007_trade.zip", "14430270,1815200,283,P,20002020,0\n"),
    ("20131007_quote.zip", "14400054,0,0,1836300,100,Q,1,0\n14400241,1800100,300,0,0,P,1,0\n"),
    ("20140501_quote.zip", "292,1.38676,1.38686\n"),
    ("g.csv", "time;open;high;low;close;volume;ticks\n1549238400;1.1;1.3;1.0;1.2;5;3\n"),
  ]

  @Test(arguments: 0..<seeds.count, [101, 102, 103] as [UInt64])
  func mutatedFilesNeverTrap(index: Int, seed: UInt64) throws {
    let (name, text) = InputFuzzTests.seeds[index]
    var generator = SeededGenerator(seed: seed)
    let instrument = InputSupport.instrument(
      generator.below(10), generator.below(10), allowsNonPositivePrices: generator.below(2) == 0)
    var readable = 0
    for _ in 0..<150 {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let body = (0..<10).map { _ in lines[lines.count - 2] }.joined(separator: "\n")
      var bytes = Array((lines.dropLast(2) + [Substring(body), ""]).joined(separator: "\n").utf8)
      for _ in 0..<(1 + generator.below(8)) { mutate(&bytes, &generator) }
      let lineCount = bytes.split(separator: 10).count
      do {
        let summary = try TapeSummary(of: bytes, name: name, instrument: instrument)
        readable += 1
        #expect(Int(summary.rows + summary.rejected) <= lineCount, "seed \(seed)")
        #expect(summary.firstRejected.count == min(10, Int(summary.rejected)), "seed \(seed)")
        #expect((summary.timeRange == nil) == (summary.rows == 0), "seed \(seed)")
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
    #expect(readable > 30, "seed \(seed)")
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let tokens = [
      "\n", "\r\n", ",", ";", "\"", "\0", "-", "+", ".", "e9", "e-30", "nan", "9999999999999999999",
      "0000000000000000000000", "2200-01-01", "9999-12-31", "0000-00-00", "\u{FEFF}", "1e99", " ",
    ]
    guard !bytes.isEmpty else {
      bytes = [UInt8(truncatingIfNeeded: generator.next())]
      return
    }
    let position = generator.below(bytes.count)
    switch generator.below(6) {
    case 0: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
    case 1: bytes.remove(at: position)
    case 2: bytes.insert(contentsOf: tokens[generator.below(tokens.count)].utf8, at: position)
    case 3: bytes.removeSubrange(position..<min(bytes.count, position + generator.below(20)))
    case 4: bytes.insert(contentsOf: bytes[position...].prefix(generator.below(60)), at: position)
    default: bytes[position] ^= UInt8(1 << generator.below(8))
    }
  }

  @Test(arguments: [201, 202] as [UInt64])
  func noiseNeverTraps(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("0123456789.,-:TZ eE\n\r\"/+".utf8)
    for _ in 0..<500 {
      let bytes = (0..<generator.below(400)).map { _ in
        generator.below(30) == 0
          ? UInt8(truncatingIfNeeded: generator.next()) : alphabet[generator.below(alphabet.count)]
      }
      for columns in ["time=1,bid=2,ask=3", "time=1:s,price=2,quantity=3,id=4,side=5"] {
        let summary = try? TapeSummary(
          of: bytes, name: "noise", instrument: InputSupport.instrument(),
          options: InputSupport.mapping(columns))
        #expect((summary?.rows ?? 0) >= 0)
      }
      _ = TextTime(bytes[...])
    }
  }
}
