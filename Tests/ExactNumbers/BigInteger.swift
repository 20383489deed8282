/// A whole number of any size, by the methods of school: slow, and obviously right.
public struct BigInteger: Hashable, Sendable {
  private var isNegative: Bool
  /// 32 bits each, lowest first, without zeros at the end; empty for 0.
  private var limbs: [UInt32]

  private init(isNegative: Bool, limbs: [UInt32]) {
    self.limbs = limbs
    while self.limbs.last == 0 { self.limbs.removeLast() }
    self.isNegative = isNegative && !self.limbs.isEmpty
  }

  public init(_ value: some BinaryInteger) {
    var limbs: [UInt32] = []
    var rest = value.magnitude
    while rest > 0 {
      limbs.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    }
    self.init(isNegative: value < 0, limbs: limbs)
  }

  public static func powerOfTen(_ exponent: Int) -> BigInteger {
    (0..<exponent).reduce(BigInteger(1)) { power, _ in power * BigInteger(10) }
  }

  public var isZero: Bool { limbs.isEmpty }
  public var isOdd: Bool { limbs.first.map { $0 & 1 == 1 } ?? false }
  public var magnitude: BigInteger { BigInteger(isNegative: false, limbs: limbs) }
  public var signum: Int { limbs.isEmpty ? 0 : isNegative ? -1 : 1 }

  /// Nil when it does not fit.
  public var int128: Int128? {
    guard limbs.count <= 4 else { return nil }
    let value = limbs.reversed().reduce(UInt128(0)) { $0 << 32 | UInt128($1) }
    guard value <= Int128.max.magnitude else { return nil }
    return isNegative ? -Int128(value) : Int128(value)
  }

  public static prefix func - (value: BigInteger) -> BigInteger {
    BigInteger(isNegative: !value.isNegative, limbs: value.limbs)
  }

  public static func + (left: BigInteger, right: BigInteger) -> BigInteger {
    if left.isNegative == right.isNegative {
      return BigInteger(isNegative: left.isNegative, limbs: sum(left.limbs, right.limbs))
    }
    return isBelow(left.limbs, right.limbs)
      ? BigInteger(isNegative: right.isNegative, limbs: difference(right.limbs, left.limbs))
      : BigInteger(isNegative: left.isNegative, limbs: difference(left.limbs, right.limbs))
  }

  public static func - (left: BigInteger, right: BigInteger) -> BigInteger { left + -right }

  public static func * (left: BigInteger, right: BigInteger) -> BigInteger {
    var product = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (place, limb) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (offset, other) in right.limbs.enumerated() {
        carry += UInt64(limb) * UInt64(other) + UInt64(product[place + offset])
        product[place + offset] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      product[place + right.limbs.count] = UInt32(carry)
    }
    return BigInteger(isNegative: left.isNegative != right.isNegative, limbs: product)
  }

  /// The quotient towards zero and the remainder of two numbers that are not negative, bit by bit.
  public func quotientAndRemainder(
    dividingBy divisor: BigInteger
  ) -> (quotient: BigInteger, remainder: BigInteger) {
    precondition(!isNegative && divisor.signum > 0, "numbers that are not negative")
    var quotient = [UInt32](repeating: 0, count: limbs.count)
    var remainder: [UInt32] = []
    for place in (0..<limbs.count * 32).reversed() {
      remainder = BigInteger.doubled(remainder, adding: limbs[place / 32] >> (place % 32) & 1)
      if !BigInteger.isBelow(remainder, divisor.limbs) {
        remainder = BigInteger.difference(remainder, divisor.limbs)
        quotient[place / 32] |= 1 << (place % 32)
      }
    }
    return (
      BigInteger(isNegative: false, limbs: quotient),
      BigInteger(isNegative: false, limbs: remainder)
    )
  }

  private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var carry: UInt64 = 0
    for place in 0..<max(left.count, right.count) {
      carry += UInt64(place < left.count ? left[place] : 0)
      carry += UInt64(place < right.count ? right[place] : 0)
      result.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    return carry > 0 ? result + [UInt32(carry)] : result
  }

  /// `left` is not below `right`.
  private static func difference(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var result = left
    var borrow: Int64 = 0
    for place in left.indices {
      let rest = Int64(left[place]) - Int64(place < right.count ? right[place] : 0) - borrow
      borrow = rest < 0 ? 1 : 0
      result[place] = UInt32(truncatingIfNeeded: rest)
    }
    while result.last == 0 { result.removeLast() }
    return result
  }

  private static func doubled(_ limbs: [UInt32], adding bit: UInt32) -> [UInt32] {
    var result = limbs
    var carry = bit
    for place in result.indices {
      let limb = result[place]
      result[place] = limb << 1 | carry
      carry = limb >> 31
    }
    return carry > 0 ? result + [carry] : result
  }

  /// Both without zeros at the end.
  private static func isBelow(_ left: [UInt32], _ right: [UInt32]) -> Bool {
    guard left.count == right.count else { return left.count < right.count }
    for place in left.indices.reversed() where left[place] != right[place] {
      return left[place] < right[place]
    }
    return false
  }
}

extension BigInteger: Comparable {
  public static func < (left: BigInteger, right: BigInteger) -> Bool {
    (left - right).isNegative
  }
}
