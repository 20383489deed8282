import Hashing
import Market

/// Turns columns into the bytes of a chunk. The same records give the same bytes (for one version
/// of zstd): a column in which every value is absent is left out, whether the columns had it or
/// not.
///
/// One value is made once and used for any number of chunks; its memory is reused.
public struct ChunkEncoder: ~Copyable {
  private var columnEncoder = ColumnEncoder()
  private var head: [UInt8] = []
  private var payload: [UInt8] = []
  private var bounds: [ColumnBounds?] = []

  /// The rows that the choice between predictions is tried on.
  private static let trialRowCount = 4096

  public init() {}

  /// Encodes the trades in `rows`: at least one, at most `ChunkFormat.maximumCount`.
  public mutating func encode(_ columns: TradeColumns, rows: Range<Int>) -> [UInt8] {
    encodeColumns(columns, rows: rows)
  }

  /// Encodes the quotes in `rows`: at least one, at most `ChunkFormat.maximumCount`.
  public mutating func encode(_ columns: QuoteColumns, rows: Range<Int>) -> [UInt8] {
    encodeColumns(columns, rows: rows)
  }

  mutating func encodeColumns<Columns: TickColumns>(
    _ columns: Columns, rows: Range<Int>
  ) -> [UInt8] {
    precondition(
      (1...ChunkFormat.maximumCount).contains(rows.count), "a chunk of \(rows.count) records")
    head.removeAll(keepingCapacity: true)
    payload.removeAll(keepingCapacity: true)
    bounds.removeAll(keepingCapacity: true)
    var columnCount: UInt8 = 0
    for position in Columns.layout.indices {
      guard columns.isPresent(position, rows: rows) else {
        bounds.append(nil)
        continue
      }
      encodeColumn(columns, position, rows)
      columnCount += 1
    }
    var chunk: [UInt8] = []
    chunk.reserveCapacity(
      ChunkFormat.headerByteCount + head.count + payload.count + ChunkFormat.hashByteCount)
    chunk += ChunkFormat.magic
    chunk += [
      UInt8(ChunkFormat.version), ChunkFormat.code(of: Columns.kind), columnCount, 0,
    ]
    chunk.append(littleEndian: UInt32(rows.count))
    chunk += head
    chunk += payload
    chunk.append(littleEndian: XXHash64.hash(chunk).rawValue)
    return chunk
  }

  private mutating func encodeColumn<Columns: TickColumns>(
    _ columns: Columns, _ position: Int, _ rows: Range<Int>
  ) {
    let layout = Columns.layout[position]
    let values = columns.column(position).widened(rows)
    let companion = layout.companion.map { columns.column($0).widened(rows) } ?? []
    let prediction = choosePrediction(layout, values, companion)
    let column = columnEncoder.encode(values, prediction, companion: companion, into: &payload)
    let range = ColumnBounds(
      column.header, bits: column.bits, rows: rows.count,
      companion: layout.companion.flatMap { bounds[$0] })
    bounds.append(range)
    // What could not be read again must not be written.
    let fault = ColumnCheck.fault(in: values, layout, column.header, range)
    precondition(fault == nil, "\(fault!)")
    appendHeader(column, position)
  }

  /// The prediction that makes the first rows smallest; the first of equals.
  private mutating func choosePrediction(
    _ layout: ColumnLayout, _ values: ArraySlice<Int64>, _ companion: ArraySlice<Int64>
  ) -> Prediction {
    guard layout.predictions.count > 1 else { return layout.predictions[0] }
    let before = payload.count
    var best: (prediction: Prediction, size: Int)?
    for prediction in layout.predictions {
      let column = columnEncoder.encode(
        values.prefix(ChunkEncoder.trialRowCount), prediction,
        companion: companion.prefix(ChunkEncoder.trialRowCount), into: &payload)
      let size = payload.count - before + column.planes.count * ChunkFormat.planeHeaderByteCount
      if best == nil || size < best!.size { best = (prediction, size) }
      payload.removeLast(payload.count - before)
    }
    return best!.prediction
  }

  private mutating func appendHeader(_ column: EncodedColumn, _ position: Int) {
    let header = column.header
    head.append(UInt8(position))
    head.append(header.prediction.rawValue)
    head.append(header.isSigned ? 1 : 0)
    head.append(UInt8(column.planes.count))
    head.append(littleEndian: header.origin)
    head.append(littleEndian: header.base)
    head.append(littleEndian: header.scale)
    for plane in column.planes {
      head.append(UInt8(plane.width))
      head.append(littleEndian: UInt32(plane.storedByteCount))
    }
  }
}

extension [UInt8] {
  mutating func append(littleEndian value: some FixedWidthInteger) {
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
  }
}
