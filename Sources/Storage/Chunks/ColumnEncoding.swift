/// The inner loops of encoding: values to residuals, residuals to numbers, numbers to planes.
///
/// The pointers are valid for `count` rows.
enum ColumnEncoding {
  /// What is left of `values` after the prediction; the first row of `.previous` is left at zero,
  /// for it has no row before it.
  static func predict(
    _ values: UnsafePointer<Int64>, _ prediction: Prediction, companion: UnsafePointer<Int64>?,
    count: Int, into residuals: UnsafeMutablePointer<Int64>
  ) {
    switch prediction {
    case .none:
      unsafe residuals.update(from: values, count: count)
    case .previous:
      unsafe residuals[0] = 0
      for row in 1..<max(1, count) {
        unsafe residuals[row] = values[row] &- values[row - 1]
      }
    case .companion:
      let companion = unsafe companion!
      for row in 0..<count { unsafe residuals[row] = values[row] &- companion[row] }
    }
  }

  /// The lowest and highest residual; zeros if there is none.
  static func extent(
    _ residuals: UnsafePointer<Int64>, count: Int
  ) -> (lowest: Int64, highest: Int64) {
    if count == 0 { return (0, 0) }
    var lowest = Int64.max
    var highest = Int64.min
    for row in 0..<count {
      unsafe lowest = min(lowest, residuals[row])
      unsafe highest = max(highest, residuals[row])
    }
    return (lowest, highest)
  }

  /// Whether zigzag coding suits residuals of this extent better than their distance from the
  /// lowest: small ones of both signs stay small, whatever a few outliers do. Where all lie far on
  /// one side, the distance is shorter.
  static func isBetterSigned(lowest: Int64, highest: Int64) -> Bool {
    guard lowest < 0 else { return false }
    let distance = UInt64(bitPattern: highest &- lowest)
    let largest = max(zigzag(lowest), zigzag(highest))
    return largest.leadingZeroBitCount + 1 >= distance.leadingZeroBitCount
  }

  /// 0, -1, 1, -2, 2, ... become 0, 1, 2, 3, 4, ...
  @inline(__always)
  private static func zigzag(_ number: Int64) -> UInt64 {
    UInt64(bitPattern: (number << 1) ^ (number >> 63))
  }

  /// Turns residuals into how far they lie above `base`.
  static func subtract(_ base: Int64, from residuals: UnsafeMutablePointer<Int64>, count: Int) {
    for row in 0..<count { unsafe residuals[row] &-= base }
  }

  /// The largest number that divides all residuals, taken as unsigned, or as signed if `isSigned`;
  /// 1 if they are all zero.
  static func commonDivisor(
    _ residuals: UnsafePointer<Int64>, count: Int, isSigned: Bool
  ) -> ExactDivisor {
    var divisor: ExactDivisor?
    for row in 0..<count {
      let residual = unsafe residuals[row]
      let size = isSigned ? residual.magnitude : UInt64(bitPattern: residual)
      guard let current = divisor else {
        if size != 0 { divisor = ExactDivisor(size) }
        continue
      }
      if current.quotient(size) == nil {
        divisor = ExactDivisor(greatestCommonDivisor(current.divisor, size))
      }
      if current.divisor == 1 { break }
    }
    return divisor ?? ExactDivisor(1)
  }

  /// Turns residuals into the numbers that the planes spell, in place, and counts how many have
  /// each bit width.
  static func number(
    _ residuals: UnsafeMutablePointer<Int64>, count: Int, divisor: ExactDivisor, isSigned: Bool
  ) -> BitWidthCounts {
    var counts = BitWidthCounts(repeating: 0)
    for row in 0..<count {
      let residual = unsafe residuals[row]
      let number: UInt64
      if isSigned {
        let quotient = Int64(bitPattern: divisor.exactQuotient(residual.magnitude))
        let signed = residual < 0 ? 0 &- quotient : quotient
        number = zigzag(signed)
      } else {
        number = divisor.exactQuotient(UInt64(bitPattern: residual))
      }
      unsafe residuals[row] = Int64(bitPattern: number)
      counts[64 - number.leadingZeroBitCount] += 1
    }
    return counts
  }

  /// How the bits of the numbers are cut into planes, from the lowest up: 4 bits where only few
  /// numbers reach beyond them, else 8. So what most rows need fills dense planes, and what few
  /// need leaves the planes above nearly empty.
  static func planeWidths(_ counts: BitWidthCounts, count: Int) -> [Int] {
    var widths: [Int] = []
    var shift = 0
    while (shift + 1..<65).contains(where: { counts[$0] > 0 }) {
      let beyond = (min(shift + 5, 65)..<65).reduce(0) { $0 + counts[$1] }
      let width = beyond * rareFraction <= count ? 4 : 8
      widths.append(width)
      shift += width
    }
    return widths
  }

  /// One row in this many is few.
  private static let rareFraction = 32

  /// Takes 8 bits of every number, from `shift` on.
  static func takeBytes(
    _ numbers: UnsafePointer<UInt64>, shift: UInt64, count: Int,
    into plane: UnsafeMutablePointer<UInt8>
  ) {
    for row in 0..<count {
      unsafe plane[row] = UInt8(truncatingIfNeeded: numbers[row] &>> shift)
    }
  }

  /// Takes 4 bits of every number, from `shift` on, two rows a byte.
  static func takeHalfBytes(
    _ numbers: UnsafePointer<UInt64>, shift: UInt64, count: Int,
    into plane: UnsafeMutablePointer<UInt8>
  ) {
    for pair in 0..<count / 2 {
      let low = unsafe (numbers[2 * pair] &>> shift) & 15
      let high = unsafe (numbers[2 * pair + 1] &>> shift) & 15
      unsafe plane[pair] = UInt8(truncatingIfNeeded: low | high << 4)
    }
    if count % 2 == 1 {
      unsafe plane[count / 2] = UInt8(truncatingIfNeeded: numbers[count - 1] &>> shift) & 15
    }
  }

  private static func greatestCommonDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
    var (larger, smaller) = (left, right)
    while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
    return larger
  }
}

/// How many numbers need 0, 1, 2, ... 64 bits.
typealias BitWidthCounts = InlineArray<65, Int>

/// Divides by a number that goes in exactly, without a division.
///
/// Source: an odd number has an inverse modulo 2^64, so an exact quotient is a product; and what
/// is not a multiple gives a product beyond the largest quotient (Granlund and Montgomery, 1994).
struct ExactDivisor {
  let divisor: UInt64
  private let inverse: UInt64
  private let shift: UInt64
  private let largestQuotient: UInt64

  /// - Parameter divisor: at least 1.
  init(_ divisor: UInt64) {
    self.divisor = divisor
    shift = UInt64(divisor.trailingZeroBitCount)
    let odd = divisor >> shift
    // Newton's iteration doubles the correct bits, of which the first guess has 5.
    var inverse = (3 &* odd) ^ 2
    for _ in 0..<4 { inverse = inverse &* (2 &- odd &* inverse) }
    self.inverse = inverse
    largestQuotient = UInt64.max / divisor
  }

  /// Nil if `dividend` is not a multiple.
  @inline(__always)
  func quotient(_ dividend: UInt64) -> UInt64? {
    let product = dividend &* inverse
    let rotated = product &>> shift | product &<< ((64 &- shift) & 63)
    return rotated <= largestQuotient ? rotated : nil
  }

  /// For a `dividend` that is a multiple.
  @inline(__always)
  func exactQuotient(_ dividend: UInt64) -> UInt64 { (dividend &>> shift) &* inverse }
}
