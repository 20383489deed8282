/// One plane of a column: some bits of every row's number, 4 (two rows a byte, the first in the
/// low half) or 8.
struct Plane {
  var width: Int
  /// How far its bits stand to the left in the number.
  var shift: Int
  /// Where its bytes begin: in the chunk's payload, and once decompressed in the scratch memory.
  var offset: Int
  /// The bytes that are stored for it: as many as `byteCount(rows:)` if it is not compressed.
  var storedByteCount: Int

  func byteCount(rows: Int) -> Int { width == 8 ? rows : (rows + 1) / 2 }
}

/// The inner loops of decoding: planes to numbers, numbers to values. Each works on one block of
/// rows, small enough to stay in the nearest cache between the loops, with numbers no wider than
/// the column needs.
///
/// The pointers are valid for the rows asked for: `ChunkDecoder` has checked every size. Overflow
/// wraps; what comes out is checked afterwards.
enum ColumnDecoding {
  /// A multiple of 16, so that blocks begin at whole bytes of every plane.
  static let blockRowCount = 1024

  /// Sets `numbers` from their lowest plane.
  static func spread<Number: FixedWidthInteger & UnsignedInteger>(
    _ plane: UnsafePointer<UInt8>, width: Int, into numbers: UnsafeMutablePointer<Number>,
    count: Int
  ) {
    if width == 8 {
      for row in 0..<count { unsafe numbers[row] = Number(truncatingIfNeeded: plane[row]) }
    } else {
      for pair in 0..<(count + 1) / 2 {
        let byte = unsafe plane[pair]
        unsafe numbers[2 * pair] = Number(truncatingIfNeeded: byte & 15)
        unsafe numbers[2 * pair + 1] = Number(truncatingIfNeeded: byte >> 4)
      }
    }
  }

  /// Adds the bits of a higher plane to `numbers`. Such planes are often nearly empty, so a
  /// stretch of zeros is passed over at once.
  static func add<Number: FixedWidthInteger & UnsignedInteger>(
    _ plane: UnsafePointer<UInt8>, width: Int, shift: Int,
    to numbers: UnsafeMutablePointer<Number>, count: Int
  ) {
    let byteCount = width == 8 ? count : (count + 1) / 2
    var start = 0
    while start < byteCount {
      let length = min(stretchByteCount, byteCount - start)
      let bytes = unsafe plane + start
      if unsafe !areZero(bytes, count: length) {
        if width == 8 {
          let target = unsafe numbers + start
          for row in 0..<length {
            unsafe target[row] |= Number(truncatingIfNeeded: bytes[row]) &<< Number(shift)
          }
        } else {
          let target = unsafe numbers + 2 * start
          for pair in 0..<length {
            let byte = unsafe Number(truncatingIfNeeded: bytes[pair])
            unsafe target[2 * pair] |= (byte & 15) &<< Number(shift)
            unsafe target[2 * pair + 1] |= (byte >> 4) &<< Number(shift)
          }
        }
      }
      start += length
    }
  }

  private static let stretchByteCount = 64

  @inline(__always)
  private static func areZero(_ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
    var bits: UInt8 = 0
    for index in 0..<count { unsafe bits |= bytes[index] }
    return bits == 0
  }

  /// Turns zigzag numbers (0, 1, 2, 3, 4, ...) into residuals (0, -1, 1, -2, 2, ...): the sign is
  /// in the lowest bit.
  static func unzigzag<Number: FixedWidthInteger & UnsignedInteger>(
    _ numbers: UnsafeMutablePointer<Number>, count: Int
  ) {
    for row in 0..<count {
      let number = unsafe numbers[row]
      unsafe numbers[row] = (number &>> 1) ^ (0 &- (number & 1))
    }
  }

  /// value = base + scale × residual.
  static func restore<Residual: FixedWidthInteger>(
    _ residuals: UnsafePointer<Residual>, base: Int64, scale: Int64,
    into values: UnsafeMutablePointer<Int64>, count: Int
  ) {
    if scale == 1 {  // 64-bit products are slow where there is no vector instruction for them
      for row in 0..<count {
        unsafe values[row] = base &+ Int64(truncatingIfNeeded: residuals[row])
      }
    } else {
      for row in 0..<count {
        unsafe values[row] = base &+ scale &* Int64(truncatingIfNeeded: residuals[row])
      }
    }
  }

  /// value = companion's value in the same row + base + scale × residual.
  static func restore<Residual: FixedWidthInteger>(
    _ residuals: UnsafePointer<Residual>, beside companion: UnsafePointer<Int64>, base: Int64,
    scale: Int64, into values: UnsafeMutablePointer<Int64>, count: Int
  ) {
    if scale == 1 {
      for row in 0..<count {
        unsafe values[row] = companion[row] &+ base &+ Int64(truncatingIfNeeded: residuals[row])
      }
    } else {
      for row in 0..<count {
        unsafe values[row] =
          companion[row] &+ base &+ scale &* Int64(truncatingIfNeeded: residuals[row])
      }
    }
  }

  /// value = value in the row before + base + scale × residual.
  /// - Returns: the last value.
  static func accumulate<Residual: FixedWidthInteger>(
    _ residuals: UnsafePointer<Residual>, from previous: Int64, base: Int64, scale: Int64,
    into values: UnsafeMutablePointer<Int64>, count: Int
  ) -> Int64 {
    var value = previous
    for row in 0..<count {
      unsafe value &+= base &+ scale &* Int64(truncatingIfNeeded: residuals[row])
      unsafe values[row] = value
    }
    return value
  }
}
