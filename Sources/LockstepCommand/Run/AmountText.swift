import Market

/// Amounts of money as people read them.
enum AmountText {
  /// `12345.678` as `12,345.68`.
  static func text(_ amount: Double) -> String {
    let hundredths = (abs(amount) * 100).rounded()
    guard hundredths < 1e18 else { return "\(amount)" }
    let number = Int64(hundredths)
    let sign = amount < 0 && number > 0 ? "-" : ""
    return "\(sign)\(NumberText.grouped(number / 100))."
      + String(100 + number % 100).dropFirst()
  }

  static func text(_ money: Money) -> String {
    "\(text(Double(money.units) / 1e8)) \(money.currency)"
  }
}
