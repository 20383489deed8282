/// A column as it goes into a chunk: how its values follow from its planes, and what these take.
struct EncodedColumn {
  var header: ColumnHeader
  var planes: [(width: Int, storedByteCount: Int)] = []

  var bits: Int { planes.reduce(0) { $0 + $1.width } }
}

/// Encodes one column after the other, with memory that it keeps.
struct ColumnEncoder: ~Copyable {
  private var compressor = PlaneCompressor()
  private var numbers = ScratchMemory()
  private var plane = ScratchMemory()
  private var frame = ScratchMemory()

  /// Appends the planes of `values` to `payload`.
  mutating func encode(
    _ values: ArraySlice<Int64>, _ prediction: Prediction, companion: ArraySlice<Int64>,
    into payload: inout [UInt8]
  ) -> EncodedColumn {
    let count = values.count
    numbers.reserve(count * MemoryLayout<Int64>.stride)
    let residuals = unsafe numbers.start.assumingMemoryBound(to: Int64.self)
    unsafe values.withUnsafeBufferPointer { values in
      unsafe companion.withUnsafeBufferPointer { companion in
        unsafe ColumnEncoding.predict(
          values.baseAddress!, prediction, companion: companion.baseAddress, count: count,
          into: residuals)
      }
    }
    var header = ColumnHeader(prediction: prediction)
    // The first row of `.previous` has the origin before it, and its number is zero.
    let skipped = prediction == .previous ? 1 : 0
    let (rest, restCount) = unsafe (residuals + skipped, count - skipped)
    let (lowest, highest) = unsafe ColumnEncoding.extent(rest, count: restCount)
    header.isSigned = ColumnEncoding.isBetterSigned(lowest: lowest, highest: highest)
    if !header.isSigned {
      header.base = lowest
      unsafe ColumnEncoding.subtract(lowest, from: rest, count: restCount)
    }
    if prediction == .previous { header.origin = values.first! &- header.base }
    let divisor = unsafe ColumnEncoding.commonDivisor(
      rest, count: restCount, isSigned: header.isSigned)
    header.scale = Int64(bitPattern: divisor.divisor)
    let bitWidths = unsafe ColumnEncoding.number(
      residuals, count: count, divisor: divisor, isSigned: header.isSigned)
    var encoded = EncodedColumn(header: header)
    for width in ColumnEncoding.planeWidths(bitWidths, count: count) {
      let size = appendPlane(width: width, shift: encoded.bits, count: count, to: &payload)
      encoded.planes.append((width, size))
    }
    return encoded
  }

  /// Appends one plane to `payload`, compressed if that is worth the time of decompressing it.
  /// - Returns: the bytes appended.
  private mutating func appendPlane(
    width: Int, shift: Int, count: Int, to payload: inout [UInt8]
  ) -> Int {
    let size = width == 8 ? count : (count + 1) / 2
    plane.reserve(size)
    frame.reserve(size)
    let bytes = unsafe plane.start.assumingMemoryBound(to: UInt8.self)
    let source = unsafe UnsafePointer(numbers.start.assumingMemoryBound(to: UInt64.self))
    if width == 8 {
      unsafe ColumnEncoding.takeBytes(source, shift: UInt64(shift), count: count, into: bytes)
    } else {
      unsafe ColumnEncoding.takeHalfBytes(source, shift: UInt64(shift), count: count, into: bytes)
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
