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

  /// Gives each half byte of a plane a byte of its own; writes an even number of them.
  static func widen(
    _ plane: UnsafePointer<UInt8>, into bytes: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    for pair in 0..<(count + 1) / 2 {
      let both = unsafe plane[pair]
      unsafe bytes[2 * pair] = both & 15
      unsafe bytes[2 * pair + 1] = both >> 4
    }
  }

  /// Sets `numbers` from the bytes of their lowest plane.
  static func spread<Number: FixedWidthInteger & UnsignedInteger>(
    _ bytes: UnsafePointer<UInt8>, into numbers: UnsafeMutablePointer<Number>, count: Int
  ) {
    for row in 0..<count { unsafe numbers[row] = Number(truncatingIfNeeded: bytes[row]) }
  }

  /// Adds the bytes of a higher plane to `numbers`. Such planes are often nearly empty, so a
  /// stretch of zeros is passed over at once.
  static func add<Number: FixedWidthInteger & UnsignedInteger>(
    _ bytes: UnsafePointer<UInt8>, shift: Int, to numbers: UnsafeMutablePointer<Number>,
    count: Int
  ) {
    for start in stride(from: 0, to: count, by: stretchRowCount) {
      let length = min(stretchRowCount, count - start)
      let stretch = unsafe bytes + start
      let target = unsafe numbers + start
      var bits: UInt8 = 0
      for row in 0..<length { unsafe bits |= stretch[row] }
      if bits == 0 { continue }
      for row in 0..<length {
        unsafe target[row] |= Number(truncatingIfNeeded: stretch[row]) &<< Number(shift)
      }
    }
  }

  private static let stretchRowCount = 64

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
