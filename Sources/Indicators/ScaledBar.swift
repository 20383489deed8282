import Market

/// What one unit of a series' prices and volumes is worth.
public struct BarScale: Hashable, Sendable {
  /// How many raw units make 1, for each `BarField` in the order of its places. The raw median is
  /// a sum of two prices, the typical of three, the weighted of four.
  let unitsPerOne: SIMD8<Double>

  /// A unit is 1, for prices and volumes.
  static var one: BarScale { BarScale(price: .zero, quantity: .zero) }

  /// - Parameters:
  ///   - price: the precision of the series' prices.
  ///   - quantity: the precision of its volumes.
  public init(price: Precision, quantity: Precision) {
    let price = Double(price.scale)
    unitsPerOne = SIMD8(
      price, price, price, price, Double(quantity.scale), 2 * price, 3 * price, 4 * price)
  }

  /// How many raw units of `field` make 1.
  public func unitsPerOne(_ field: BarField) -> Double { unitsPerOne[field.place] }
}

/// A bar's numbers as indicators take them: exact in raw units, and as `Double`s.
///
/// |price| ≤ 2^49, so raw prices and sums of up to four convert to `Double` exactly (with a mid's
/// digit more, sums at the very limit are rounded), and one division by a power of ten gives the
/// `Double` nearest to the decimal price. All fields are
/// converted at once, for all indicators, four divisions of two: that takes less time than to
/// find out which are needed. Only where no indicator reads a number none is made.
public struct ScaledBar: Hashable, Sendable {
  // In the order of the fields' places.
  let raw: SIMD8<Int64>
  let values: SIMD8<Double>
  public let tradingDay: CalendarDate

  @inline(__always)
  public init(_ bar: Bar, _ scale: BarScale) {
    self.init(bar, scale, hasNumbers: true)
  }

  /// - Parameter hasNumbers: whether somebody reads numbers; without, they are 0.
  @inline(__always)
  init(_ bar: Bar, _ scale: BarScale, hasNumbers: Bool) {
    let (open, high, low, close) = (bar.open.raw, bar.high.raw, bar.low.raw, bar.close.raw)
    let volume = bar.volume.raw
    let median = high &+ low
    let typical = median &+ close
    let weighted = typical &+ close
    raw = SIMD8(open, high, low, close, volume, median, typical, weighted)
    values =
      hasNumbers
      ? SIMD8(
        Double(open), Double(high), Double(low), Double(close), Double(volume), Double(median),
        Double(typical), Double(weighted)) / scale.unitsPerOne
      : SIMD8()
    tradingDay = bar.tradingDay
  }

  /// A field in raw units: of the median twice, of the typical thrice, of the weighted four times
  /// the value.
  public func raw(_ field: BarField) -> Int64 { raw[field.place] }

  /// A field's value.
  public subscript(field: BarField) -> Double { values[field.place] }

  @inline(__always) var high: Double { values[1] }
  @inline(__always) var low: Double { values[2] }
  @inline(__always) var close: Double { values[3] }
  @inline(__always) var median: Double { values[5] }
  @inline(__always) var rawHigh: Int64 { raw[1] }
  @inline(__always) var rawLow: Int64 { raw[2] }
  @inline(__always) var rawClose: Int64 { raw[3] }
  @inline(__always) var rawVolume: Int64 { raw[4] }
  @inline(__always) var rawTypical: Int64 { raw[6] }
}
