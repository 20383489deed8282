import Market
import Storage

/// A file of any text, read as the format that its first byte chooses, or as what it looks like:
/// accepted numbers lie within their ranges, and nothing depends on how many bytes a read returns.
public func fuzzRows(_ bytes: [UInt8]) {
  guard let choice = bytes.first, let precision = try? Precision(5) else { return }
  let text = Array(bytes.dropFirst())
  let formats = [nil] + InputFormat.allCases.map(Optional.some)
  let options = FormatOptions(format: formats[Int(choice) % formats.count])
  let instrument = Instrument(
    symbol: "TEST", pricePrecision: precision, quantityPrecision: precision)
  var lines = LineReader(MemoryBytes(text), path: name)
  guard let block = try? unsafe lines.next(),
    let tape = try? unsafe options.recognize(block, path: name)
  else { return }
  let whole = ParsedRows(MemoryBytes(text), tape, instrument)
  let pieces = ParsedRows(MemoryBytes(text, largestRead: 7), tape, instrument)
  precondition(whole == pieces, "other rows when the file is read in pieces")
}

/// A name from which every format that needs a day can tell it.
private let name = "20131007_trade.csv"

/// All rows of a text, and how many were rejected.
private struct ParsedRows: Equatable {
  private var columns = [[Int64]](repeating: [], count: RowBatch.Slot.allCases.count)
  private var rejected: Int64 = 0
  /// Whether the text ended where a file may end.
  private var isComplete = false

  init(_ source: MemoryBytes, _ tape: RecognizedTape, _ instrument: Instrument) {
    do {
      var rows = try TapeRows(source, tape, instrument: instrument, path: name, place: name)
      var batch = RowBatch()
      while try rows.next(into: &batch) {
        for slot in RowBatch.Slot.allCases { columns[slot.rawValue] += batch.column(slot) }
        ParsedRows.check(batch, tape.layout.kind)
      }
      rejected = rows.rejects.count
      isComplete = true
    } catch {
      // A file that is refused half-way must be refused at the same row in pieces.
      return
    }
  }

  private static func check(_ batch: RowBatch, _ kind: RecordKind) {
    precondition(batch.column(.time).allSatisfy(Timestamp.isValid), "a time out of range")
    let prices: [RowBatch.Slot]
    let sizes: [RowBatch.Slot]
    switch kind {
    case .trade: (prices, sizes) = ([.price], [.quantity])
    case .quote: (prices, sizes) = ([.bid, .ask], [.bidSize, .askSize])
    case .bar: (prices, sizes) = ([.open, .high, .low, .close], [.volume])
    case .fundingRate: (prices, sizes) = ([], [])
    case .markPrice: (prices, sizes) = ([.mark], [])
    }
    for slot in prices {
      precondition(
        batch.column(slot).allSatisfy { $0 > 0 && $0 <= Price.limit }, "a price out of range")
    }
    for slot in sizes {
      precondition(
        batch.column(slot).allSatisfy { (0..<Quantity.limit).contains($0) },
        "a size out of range")
    }
  }
}
