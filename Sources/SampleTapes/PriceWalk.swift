import Market

/// A price that wanders by parts of itself, in integers, so that every machine sees the same walk.
struct PriceWalk: Sendable {
  /// Units of the last digit, times 2^12.
  private var position: Int64
  private let bounds: ClosedRange<Int64>
  /// What turns `bell` into a step of a usual market: 2^-40 of the price, times 2^16.
  private let step: Int64

  private static let fractionBits: Int64 = 12

  /// - Parameters:
  ///   - dailyVolatility: parts per million.
  ///   - stepsPerDay: at least 1.
  init(start: Int64, dailyVolatility: Int64, stepsPerDay: Int64) {
    position = start << PriceWalk.fractionBits
    // A tape of years must neither reach zero nor leave the range of a price.
    bounds = position / 16...position * 16
    let daily = (UInt128(dailyVolatility) << 40) / 1_000_000
    let variance = daily * daily / UInt128(stepsPerDay)
    step = Int64(squareRoot(of: variance)) * 65_536 / PriceWalk.bellDeviation
  }

  /// The price, in units of the last digit, rounded down.
  var price: Int64 { position >> PriceWalk.fractionBits }

  /// One step.
  /// - Parameters:
  ///   - bits: 64 random bits.
  ///   - volatility: 1,024 for a step of the usual size.
  mutating func move(bits: UInt64, volatility: Int64) {
    let usual = (step &* PriceWalk.bell(bits)) >> 16
    // No step is longer than a sixteenth of the price, so that the way back stays in bounds.
    let limit: Int64 = 1 << 36
    let size = max(-limit, min(limit, (usual &* volatility) >> 10))
    let product = position.multipliedFullWidth(by: size)
    let change = product.high << 24 | Int64(truncatingIfNeeded: product.low >> 40)
    let moved = position + change
    position = bounds.contains(moved) ? moved : position - change
  }

  /// Four dice of 65,536 sides, their mean taken off: near enough to a normal distribution.
  private static func bell(_ bits: UInt64) -> Int64 {
    let pairs = (bits & 0x0000_FFFF_0000_FFFF) + (bits >> 16 & 0x0000_FFFF_0000_FFFF)
    return Int64((pairs & 0xFFFF_FFFF) + pairs >> 32) - 131_070
  }

  /// The standard deviation of `bell`: 65,536 / √3.
  private static let bellDeviation: Int64 = 37_837
}

/// The largest integer whose square is not above `value`.
///
/// Source: Newton's iteration from above.
func squareRoot(of value: UInt128) -> UInt64 {
  guard value > 0 else { return 0 }
  var guess = UInt128(1) << ((128 - value.leadingZeroBitCount + 1) / 2)
  while true {
    let next = (guess + value / guess) / 2
    if next >= guess { return UInt64(guess) }
    guess = next
  }
}
