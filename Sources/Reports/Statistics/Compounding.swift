import Foundation

/// `(1 + rate)^periods - 1`, good to the last digits for small rates too; `rate` is at least -1.
///
/// The only place where functions of the C library but the square root are used: their last bits
/// may differ between libraries. Metrics are not hashed.
func compounded(_ rate: Double, over periods: Double) -> Double {
  expm1(periods * log1p(rate))
}
