import Market

/// Turns the bytes of chunks back into columns.
///
/// The bytes may be anything: their hash is checked before a single one is decompressed, no size
/// they claim is believed beyond `ChunkFormat.maximumCount`, and what comes out is held against
/// what columns promise (times in order, every value within its range).
///
/// One value is made once and used for any number of chunks: its memory is reused, and so is that
/// of the columns decoded into, so that no chunk after the first allocates.
public struct ChunkDecoder: ~Copyable {
  private var columnDecoder = ColumnDecoder()
  private var stored: [StoredColumn] = []
  private var planes: [Plane] = []
  private var bounds: [ColumnBounds?] = []

  public init() {}

  /// Replaces `columns` by the trades in `chunk`.
  /// - Throws: what is wrong with the chunk; `columns` is then empty.
  public mutating func decode(
    _ chunk: [UInt8], into columns: inout TradeColumns
  ) throws(ChunkFault) {
    try decodeColumns(chunk, into: &columns)
  }

  /// Replaces `columns` by the quotes in `chunk`.
  /// - Throws: what is wrong with the chunk; `columns` is then empty.
  public mutating func decode(
    _ chunk: [UInt8], into columns: inout QuoteColumns
  ) throws(ChunkFault) {
    try decodeColumns(chunk, into: &columns)
  }

  private mutating func decodeColumns<Columns: TickColumns>(
    _ chunk: [UInt8], into columns: inout Columns
  ) throws(ChunkFault) {
    try unsafe chunk.withUnsafeBufferPointer { bytes throws(ChunkFault) in
      try unsafe decodeColumns(UnsafeRawBufferPointer(bytes), into: &columns)
    }
  }

  mutating func decodeColumns<Columns: TickColumns>(
    _ chunk: UnsafeRawBufferPointer, into columns: inout Columns
  ) throws(ChunkFault) {
    do {
      var reader = try unsafe ChunkReader(chunk, expecting: Columns.kind)
      let payload = try reader.readHeaders(Columns.layout, columns: &stored, planes: &planes)
      bounds.removeAll(keepingCapacity: true)
      var next = 0
      for position in Columns.layout.indices {
        if next < stored.count, stored[next].position == position {
          let source = unsafe UnsafeRawBufferPointer(rebasing: chunk[payload])
          try unsafe decodeColumn(stored[next], from: source, rows: reader.count, into: &columns)
          next += 1
        } else {
          columns.clear(position)
          bounds.append(nil)
        }
      }
    } catch {
      columns = Columns()
      throw error
    }
  }

  private mutating func decodeColumn<Columns: TickColumns>(
    _ column: StoredColumn, from payload: UnsafeRawBufferPointer, rows: Int,
    into columns: inout Columns
  ) throws(ChunkFault) {
    let layout = Columns.layout[column.position]
    let header = column.header
    let planes = planes[column.planes]
    if let problem = unsafe columnDecoder.decompress(planes, from: payload, rows: rows) {
      throw .notDecompressible(column: layout.name, problem)
    }
    var companion: [Int64] = []
    if header.prediction == .companion, let position = layout.companion {
      companion = columns.wholeNumbers(position)
    }
    let range = ColumnBounds(
      header, bits: planes.reduce(0) { $0 + $1.width }, rows: rows,
      companion: layout.companion.flatMap { bounds[$0] })
    bounds.append(range)
    let fault = columns.update(column.position) { values in
      columnDecoder.restore(header, planes, rows: rows, companion: companion, into: &values)
      return ColumnCheck.fault(in: values, layout, header, range)
    } narrow: { values in
      columnDecoder.restore(header, planes, rows: rows, into: &values)
      return ColumnCheck.fault(in: values, layout)
    }
    if let fault { throw fault }
  }
}
