import Hashing
import Market

/// Turns columns into the bytes of a chunk. The same records give the same bytes (for one version
/// of zstd): a column in which every value is absent is left out, whether the columns had it or
/// not.
///
/// One value is made once and used for any number of chunks; its memory is reused.
public struct ChunkEncoder: ~Copyable {
  private var compressor = PlaneCompressor()
  private var numbers = ScratchMemory()
  private var plane = ScratchMemory()
  private var frame = ScratchMemory()
  private var head: [UInt8] = []
  private var payload: [UInt8] = []

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
    var columnCount: UInt8 = 0
    for (position, layout) in Columns.layout.enumerated() {
      guard let values = columns.present(position, rows: rows) else { continue }
      let companion = layout.companion.map { columns.column($0).widened(rows) } ?? []
      encodeColumn(position, layout, values, companion: companion)
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

  private mutating func encodeColumn(
    _ position: Int, _ layout: ColumnLayout, _ values: ArraySlice<Int64>,
    companion: ArraySlice<Int64>
  ) {
    let prediction = choosePrediction(layout, values, companion)
    head.append(UInt8(position))
    head.append(prediction.rawValue)
    encode(values, companion, prediction)
  }

  /// The prediction that makes the first rows smallest; the first of equals.
  private mutating func choosePrediction(
    _ layout: ColumnLayout, _ values: ArraySlice<Int64>, _ companion: ArraySlice<Int64>
  ) -> Prediction {
    guard layout.predictions.count > 1 else { return layout.predictions[0] }
    let (headCount, payloadCount) = (head.count, payload.count)
    var best: (prediction: Prediction, size: Int)?
    for prediction in layout.predictions {
      encode(
        values.prefix(ChunkEncoder.trialRowCount), companion.prefix(ChunkEncoder.trialRowCount),
        prediction)
      let size = head.count + payload.count
      if best == nil || size < best!.size { best = (prediction, size) }
      head.removeLast(head.count - headCount)
      payload.removeLast(payload.count - payloadCount)
    }
    return best!.prediction
  }

  /// Appends the rest of the column's header to `head`, and its planes to `payload`.
  private mutating func encode(
    _ values: ArraySlice<Int64>, _ companion: ArraySlice<Int64>, _ prediction: Prediction
  ) {
    let count = values.count
    numbers.reserve(count * 8)
    let residuals = unsafe numbers.start.assumingMemoryBound(to: Int64.self)
    unsafe values.withUnsafeBufferPointer { values in
      unsafe companion.withUnsafeBufferPointer { companion in
        unsafe ColumnEncoding.predict(
          values.baseAddress!, prediction, companion: companion.baseAddress, count: count,
          into: residuals)
      }
    }
    // The first row of `.previous` is the origin, and its number is zero.
    let skipped = prediction == .previous ? 1 : 0
    let (rest, restCount) = unsafe (residuals + skipped, count - skipped)
    var header = ColumnHeader(
      position: 0, prediction: prediction, isSigned: false, origin: 0, base: 0, scale: 1,
      planes: 0..<0)
    if restCount > 0 {
      let (lowest, highest) = unsafe ColumnEncoding.extent(rest, count: restCount)
      header.isSigned = ColumnEncoding.isBetterSigned(lowest: lowest, highest: highest)
      if !header.isSigned {
        header.base = lowest
        unsafe ColumnEncoding.subtract(lowest, from: rest, count: restCount)
      }
    }
    if prediction == .previous { header.origin = values.first! &- header.base }
    let divisor = unsafe ColumnEncoding.commonDivisor(
      rest, count: restCount, isSigned: header.isSigned)
    header.scale = Int64(bitPattern: divisor.divisor)
    let bitWidths = unsafe ColumnEncoding.number(
      residuals, count: count, divisor: divisor, isSigned: header.isSigned)
    append(header, planeWidths: ColumnEncoding.planeWidths(bitWidths, count: count), count: count)
  }

  private mutating func append(_ header: ColumnHeader, planeWidths: [Int], count: Int) {
    head.append(header.isSigned ? 1 : 0)
    head.append(UInt8(planeWidths.count))
    head.append(littleEndian: header.origin)
    head.append(littleEndian: header.base)
    head.append(littleEndian: header.scale)
    var shift: UInt64 = 0
    for width in planeWidths {
      head.append(UInt8(width))
      head.append(littleEndian: UInt32(appendPlane(width: width, shift: shift, count: count)))
      shift += UInt64(width)
    }
  }

  /// Appends one plane to `payload`, compressed if that is worth the time of decompressing it.
  /// - Returns: the bytes appended.
  private mutating func appendPlane(width: Int, shift: UInt64, count: Int) -> Int {
    let size = width == 8 ? count : (count + 1) / 2
    plane.reserve(size)
    frame.reserve(size)
    let bytes = unsafe plane.start.assumingMemoryBound(to: UInt8.self)
    let source = unsafe UnsafePointer(numbers.start.assumingMemoryBound(to: UInt64.self))
    if width == 8 {
      unsafe ColumnEncoding.takeBytes(source, shift: shift, count: count, into: bytes)
    } else {
      unsafe ColumnEncoding.takeHalfBytes(source, shift: shift, count: count, into: bytes)
    }
    let raw = unsafe UnsafeRawBufferPointer(start: bytes, count: size)
    let target = unsafe UnsafeMutableRawBufferPointer(
      start: frame.start, count: size - size / ChunkFormat.worthwhileFraction - 1)
    if let compressed = unsafe compressor.compress(raw, into: target) {
      unsafe payload.append(contentsOf: target[..<compressed])
      return compressed
    }
    unsafe payload.append(contentsOf: raw)
    return size
  }
}

extension [UInt8] {
  mutating func append(littleEndian value: some FixedWidthInteger) {
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
  }
}
