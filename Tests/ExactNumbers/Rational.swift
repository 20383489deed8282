/// A fraction of two whole numbers of any size; never rounded, never reduced.
public struct Rational: Sendable {
  public let numerator: BigInteger
  /// Above zero.
  public let denominator: BigInteger

  public init(_ numerator: BigInteger, over denominator: BigInteger = BigInteger(1)) {
    precondition(!denominator.isZero, "a denominator other than zero")
    self.numerator = denominator.signum < 0 ? -numerator : numerator
    self.denominator = denominator.magnitude
  }

  /// `units` of 10^-digits.
  public init(_ units: some BinaryInteger, digits: Int = 0) {
    self.init(BigInteger(units), over: .powerOfTen(digits))
  }

  public var isZero: Bool { numerator.isZero }

  /// The nearest whole number of 10^-digits, the even one of two that are as near.
  public func halfToEven(digits: Int) -> BigInteger {
    let scaled = numerator.magnitude * .powerOfTen(digits)
    let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: denominator)
    let twice = remainder + remainder
    let isAbove = twice > denominator || (twice == denominator && quotient.isOdd)
    let rounded = isAbove ? quotient + BigInteger(1) : quotient
    return numerator.signum < 0 ? -rounded : rounded
  }

  public static func + (left: Rational, right: Rational) -> Rational {
    left.denominator == right.denominator
      ? Rational(left.numerator + right.numerator, over: left.denominator)
      : Rational(
        left.numerator * right.denominator + right.numerator * left.denominator,
        over: left.denominator * right.denominator)
  }

  public static prefix func - (value: Rational) -> Rational {
    Rational(-value.numerator, over: value.denominator)
  }

  public static func - (left: Rational, right: Rational) -> Rational { left + -right }

  public static func * (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.numerator, over: left.denominator * right.denominator)
  }

  public static func / (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.denominator, over: left.denominator * right.numerator)
  }
}

extension Rational: Comparable {
  public static func == (left: Rational, right: Rational) -> Bool {
    left.numerator * right.denominator == right.numerator * left.denominator
  }

  public static func < (left: Rational, right: Rational) -> Bool {
    left.numerator * right.denominator < right.numerator * left.denominator
  }
}
