import Market
import Sessions
import Testing

@testable import Storage

/// The fast path and the careful path must agree on every row that both can read, and the fast
/// path must leave alone what it cannot.
@Suite struct InputParserPropertyTests {
  private static let layouts: [(name: String, layout: RowLayout)] = {
    typealias Column = RowLayout.Column
    let newYork = LocalZone(table: try! TimeZoneTable(identifier: "America/New_York"))
    let day = CalendarDate(year: 2024, month: 3, day: 10)!
    func layout(
      _ kind: RecordKind, _ columns: [Column], _ change: (inout RowLayout) -> Void = { _ in }
    ) -> RowLayout {
      var layout = RowLayout(kind: kind, columns: columns)
      change(&layout)
      return layout
    }
    let quote = [
      Column("bid", .bid), Column("bid_size", .bidSize), Column("ask", .ask),
      Column("ask_size", .askSize),
    ]
    return [
      ("epoch", layout(.quote, [Column("t", .time, time: .epoch(.milliseconds))] + quote)),
      ("text", layout(.quote, [Column("t", .time, time: .text)] + quote) { $0.zone = newYork }),
      (
        "one side",
        layout(.quote, [Column("t", .time, time: .millisecondsOfDay(date: day))] + quote) {
          $0.zone = newYork
          $0.updatesOneSide = true
          $0.allowsMoreFields = true
          $0.priceExponent = -4
        }
      ),
      (
        "trade",
        layout(
          .trade,
          [
            Column("id", .id), Column("s", .symbol), Column("p", .price), Column("q", .quantity),
            Column("side", .side), Column("maker", .buyerIsMaker), Column("x"),
            Column("t", .time, time: .epoch(.microseconds)),
            Column("r", .receiveTime, time: .epoch(.seconds)),
          ])
      ),
      (
        "bar",
        layout(
          .bar,
          [
            Column("t", .time, time: .epoch(.nanoseconds)), Column("o", .open),
            Column("h", .high), Column("l", .low), Column("c", .close), Column("v", .volume),
            Column("n", .ticks),
          ]
        ) { $0.delimiter = UInt8(ascii: ";") }
      ),
    ]
  }()

  /// Text for a field: mostly what belongs there, sometimes something strange.
  private func field(_ column: RowLayout.Column, _ generator: inout SeededGenerator) -> String {
    let strange = [
      "", " ", "0", "00", "-1", "+1", ".5", "5.", "1e3", "1E-2", "1.5e1", "nan", "1,5", "\"7\"",
      " 8 ", "9\t", "123456789012345678", "1234567890123456789", "99999999999999999999999",
      "0.000000000", "1.10000", "1.123456789012", "-0.5", "0x1", "1_0", "é", "\u{0}", "\r", "\"",
      "5629499534.21312", "5629499534.21313", "90071992547409.91", "90071992547409.92",
      "1.00000000000000000000", "000000000000000000001.5",
    ]
    if generator.below(40) == 0 { return strange[generator.below(strange.count)] }
    switch column.role {
    case .time, .receiveTime: return time(column, &generator)
    case .side: return ["buy", "sell", "Buy", "s", "unknown", "", "b", "x"][generator.below(8)]
    case .buyerIsMaker: return ["true", "False", "1", "0", "", "t"][generator.below(6)]
    case .symbol: return ["TEST", "te/st", "TEST", "TEST", "TES", "TESTS"][generator.below(6)]
    case .id: return ["\(generator.below(1 << 40))", "guid-1", ""][generator.below(3)]
    case .ignored: return ["", "anything", "1.5"][generator.below(3)]
    default:
      let whole = generator.below(generator.below(3) == 0 ? 2 : 1_000_000)
      let decimals = generator.below(generator.below(12) == 0 ? 7 : 2)
      guard decimals > 0 else { return "\(whole)" }
      let digits = (0..<decimals).map { _ in "\(generator.below(10))" }.joined()
      return "\(whole).\(digits)"
    }
  }

  private func time(_ column: RowLayout.Column, _ generator: inout SeededGenerator) -> String {
    // Around the change of clocks of 2024-03-10 in New York.
    let start = InputSupport.nanoseconds("2024-03-10T05:00:00Z")
    let time = start + generator.within(0...(4 * 3600)) * nanosecondsPerSecond
    switch column.time {
    case .epoch(let unit):
      let scale = Precision.powersOfTen[unit.decimals]
      let fraction = generator.below(3) == 0 && unit.decimals > 0 ? ".\(generator.below(10))" : ""
      return "\(time / scale)" + fraction
    case .millisecondsOfDay:
      let fraction = generator.below(3) == 0 ? ".367" : ""
      return "\(generator.below(90_000_000))" + fraction
    default:
      let text = "\(Timestamp(unchecked: time))".dropLast()
      return text
        + ["", "Z", "+00:00", "-05:00", ".5", ".123456789", ".1234567890"][
          generator.below(7)]
    }
  }

  @Test(arguments: 0..<5, [21, 22, 23, 24] as [UInt64])
  func bothPathsAgree(layout index: Int, seed: UInt64) throws {
    let (name, layout) = InputParserPropertyTests.layouts[index]
    var generator = SeededGenerator(seed: seed)
    var text: [UInt8] = []
    let delimiter = String(UnicodeScalar(layout.delimiter))
    for _ in 0..<1500 {
      var fields = layout.columns.map { field($0, &generator) }
      switch generator.below(40) {
      case 0: fields.removeLast()
      case 1: fields.append("more")
      default: break
      }
      text += Array((fields.joined(separator: delimiter)).utf8)
      text += generator.below(20) == 0 ? [13, 10] : [10]
    }
    let instrument = InputSupport.instrument(allowsNonPositivePrices: seed % 2 == 0)
    var fast = RowParser(layout: layout, instrument: instrument)
    var careful = fast
    let (both, rejects) = parse(text, &fast)
    var batch = RowBatch()
    var log = RejectLog()
    for line in text.dropLast().split(separator: 10, omittingEmptySubsequences: false) {
      careful.parseCarefully(line, into: &batch, rejects: &log)
    }
    #expect(both.count > 300, "\(name), seed \(seed)")
    #expect(rejects.count > 50, "\(name), seed \(seed)")
    #expect(both == columns(batch), "\(name), seed \(seed)")
    #expect(rejects.first == log.first && rejects.count == log.count, "\(name), seed \(seed)")
    #expect(fast.nextLine == careful.nextLine)
  }

  @Test(arguments: [31, 32, 33] as [UInt64])
  func numbersAreThoseOfPrecision(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let column = RowLayout.Column("v", .volume)
    for digits in 0...9 {
      let precision = try Precision(digits)
      let instrument = Instrument(
        symbol: "X", pricePrecision: precision, quantityPrecision: precision)
      var parser = RowParser(
        layout: RowLayout(kind: .bar, columns: [column]), instrument: instrument)
      let texts = (0..<400).map { _ in field(column, &generator) }
        .filter { !$0.contains("\"") && !$0.contains("\0") && !$0.contains(",") }
      let (rows, _) = parse(Array((texts.joined(separator: "\n") + "\n").utf8), &parser)
      let expected = texts.compactMap { text -> Int64? in
        let trimmed = Array(text.utf8)[...].trimmed
        guard !trimmed.isEmpty,
          case .success(let value) = precision.parse(String(decoding: trimmed, as: UTF8.self)),
          (0..<Quantity.limit).contains(value)
        else { return nil }
        return value
      }
      #expect(rows.map { $0[RowBatch.Slot.volume.rawValue] } == expected, "\(digits), seed \(seed)")
    }
  }

  /// The rows of all batches, each as the values of all slots.
  private func parse(
    _ text: [UInt8], _ parser: inout RowParser
  ) -> (rows: [[Int64]], rejects: RejectLog) {
    let padded = text + [UInt8](repeating: 255, count: RowParser.slack)
    var rows: [[Int64]] = []
    var rejects = RejectLog()
    unsafe padded.withUnsafeBufferPointer { bytes in
      var rest = unsafe UnsafeBufferPointer(rebasing: bytes[..<text.count])
      while !rest.isEmpty {
        var batch = RowBatch()
        let count = unsafe parser.parse(
          rest, isPlain: RowParser.isPlain(rest), into: &batch, rejects: &rejects)
        rows += columns(batch)
        unsafe rest = UnsafeBufferPointer(rebasing: rest[count...])
      }
    }
    return (rows, rejects)
  }

  private func columns(_ batch: RowBatch) -> [[Int64]] {
    (0..<batch.count).map { row in RowBatch.Slot.allCases.map { batch[$0, row] } }
  }
}
