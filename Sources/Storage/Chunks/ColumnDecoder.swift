/// Decodes one column after the other, with memory that it keeps.
struct ColumnDecoder: ~Copyable {
  private var decompressor = PlaneDecompressor()
  private var planeBytes = ScratchMemory()
  /// The numbers of one block, and the bytes that a plane of 4 bits becomes.
  private let numbers = ScratchMemory(byteCount: ColumnDecoding.blockRowCount * 8)
  private let halves = ScratchMemory(byteCount: ColumnDecoding.blockRowCount)

  /// Brings the planes of a column into the scratch memory, one after the other.
  /// - Returns: what is wrong with them; nil if nothing is.
  mutating func decompress(
    _ planes: ArraySlice<Plane>, from payload: UnsafeRawBufferPointer, rows: Int
  ) -> String? {
    planeBytes.reserve(planes.reduce(0) { $0 + $1.byteCount(rows: rows) })
    var offset = 0
    for plane in planes {
      let size = plane.byteCount(rows: rows)
      let stored = unsafe UnsafeRawBufferPointer(
        rebasing: payload[plane.offset..<plane.offset + plane.storedByteCount])
      let target = unsafe UnsafeMutableRawBufferPointer(
        start: planeBytes.start + offset, count: size)
      if plane.storedByteCount == size {
        unsafe target.copyMemory(from: stored)
      } else if let problem = unsafe decompressor.decompress(stored, into: target) {
        return problem
      }
      offset += size
    }
    return nil
  }

  /// Replaces `values` by what the planes in the scratch memory spell.
  mutating func restore(
    _ header: ColumnHeader, _ planes: ArraySlice<Plane>, rows: Int, companion: [Int64],
    into values: inout [Int64]
  ) {
    values.resize(to: rows)
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe companion.withUnsafeBufferPointer { companion in
        let target = values.baseAddress!
        let other = companion.baseAddress
        let bits = planes.reduce(0) { $0 + $1.width }
        switch (bits, header.isSigned) {
        case (...16, false):
          unsafe restore(header, planes, rows, other, as: UInt16.self, into: target)
        case (...16, true):
          unsafe restore(header, planes, rows, other, as: Int16.self, into: target)
        case (...32, false):
          unsafe restore(header, planes, rows, other, as: UInt32.self, into: target)
        case (...32, true):
          unsafe restore(header, planes, rows, other, as: Int32.self, into: target)
        default:
          unsafe restore(header, planes, rows, other, as: Int64.self, into: target)
        }
      }
    }
  }

  private func restore<Residual: FixedWidthInteger>(
    _ header: ColumnHeader, _ planes: ArraySlice<Plane>, _ rows: Int,
    _ companion: UnsafePointer<Int64>?, as _: Residual.Type,
    into values: UnsafeMutablePointer<Int64>
  ) where Residual.Magnitude: FixedWidthInteger {
    let (base, scale) = (header.base, header.scale)
    let residuals = unsafe UnsafePointer(numbers.start.assumingMemoryBound(to: Residual.self))
    var previous = header.origin
    for start in stride(from: 0, to: rows, by: ColumnDecoding.blockRowCount) {
      let count = min(ColumnDecoding.blockRowCount, rows - start)
      let target = unsafe values + start
      let numbers = unsafe join(
        planes, rows: rows, from: start, count: count, as: Residual.Magnitude.self)
      if header.isSigned { unsafe ColumnDecoding.unzigzag(numbers, count: count) }
      switch header.prediction {
      case .none:
        unsafe ColumnDecoding.restore(
          residuals, base: base, scale: scale, into: target, count: count)
      case .companion:
        unsafe ColumnDecoding.restore(
          residuals, beside: companion! + start, base: base, scale: scale, into: target,
          count: count)
      case .previous:
        previous = unsafe ColumnDecoding.accumulate(
          residuals, from: previous, base: base, scale: scale, into: target, count: count)
      }
    }
  }

  /// The same for a column of single bytes, whose header has no prediction and no sign.
  mutating func restore(
    _ header: ColumnHeader, _ planes: ArraySlice<Plane>, rows: Int, into values: inout [UInt8]
  ) {
    values.resize(to: rows)
    unsafe values.withUnsafeMutableBufferPointer { values in
      let base = UInt8(truncatingIfNeeded: header.base)
      let scale = UInt8(truncatingIfNeeded: header.scale)
      for start in stride(from: 0, to: rows, by: ColumnDecoding.blockRowCount) {
        let count = min(ColumnDecoding.blockRowCount, rows - start)
        let numbers = unsafe join(planes, rows: rows, from: start, count: count, as: UInt8.self)
        let target = unsafe values.baseAddress! + start
        for row in 0..<count { unsafe target[row] = base &+ scale &* numbers[row] }
      }
    }
  }

  /// Puts the numbers of one block together.
  @inline(__always)
  private func join<Number: FixedWidthInteger & UnsignedInteger>(
    _ planes: ArraySlice<Plane>, rows: Int, from row: Int, count: Int, as _: Number.Type
  ) -> UnsafeMutablePointer<Number> {
    let numbers = unsafe numbers.start.assumingMemoryBound(to: Number.self)
    if planes.isEmpty { unsafe numbers.update(repeating: 0, count: count) }
    var bytes = unsafe UnsafePointer(planeBytes.start.assumingMemoryBound(to: UInt8.self))
    for plane in planes {
      var block = unsafe bytes + row
      if plane.width == 4 {
        let halves = unsafe halves.start.assumingMemoryBound(to: UInt8.self)
        unsafe ColumnDecoding.widen(bytes + row / 2, into: halves, count: count)
        unsafe block = UnsafePointer(halves)
      }
      if plane.shift == 0 {
        unsafe ColumnDecoding.spread(block, into: numbers, count: count)
      } else {
        unsafe ColumnDecoding.add(block, shift: plane.shift, to: numbers, count: count)
      }
      unsafe bytes += plane.byteCount(rows: rows)
    }
    return unsafe numbers
  }
}
