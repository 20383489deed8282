/// What is wrong with a market value, with the value and the range it was held against.
public enum MarketError: Error, Hashable, Sendable {
  case timestampOutOfRange(nanoseconds: Int64)
  /// Text that is not a date and time, with what was expected.
  case malformedTimestamp(String)
  case malformedTimeframe(String)
  case precisionOutOfRange(Int)
  case priceOutOfRange(raw: Int64)
  case priceNotPositive(raw: Int64)
  case quantityOutOfRange(raw: Int64)
  /// A record's time lies before that of the record in front of it.
  case outOfOrder(previous: Timestamp, found: Timestamp)
  case malformedDecimal(String, DecimalFault)
  case malformedCurrency(String)
  /// A sum grew past what its field can hold.
  case overflow(symbol: String, field: String)
  /// Saved state that ends early or was written by something else.
  case malformedState(String)
}

extension MarketError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .timestampOutOfRange(let nanoseconds):
      "time \(nanoseconds) ns since 1970 lies outside the years 1900 to 2200"
    case .malformedTimestamp(let text):
      "'\(text)' is not a time: expected ISO 8601, for example 2024-03-10T09:30:00Z or 2024-03-10"
    case .malformedTimeframe(let text):
      "'\(text)' is not a timeframe: expected a number and a unit s, m, H, D, W or M, "
        + "for example 30s, 5m, 4H, 1D, 1W or 1M; lengths in s, m and H reach 24 hours"
    case .precisionOutOfRange(let digits):
      "a precision of \(digits) digits: expected 0 to 9"
    case .priceOutOfRange(let raw):
      "a price of \(raw) units of its last digit lies beyond ±2^49"
    case .priceNotPositive(let raw):
      "a price of \(raw) units of its last digit: expected above zero"
    case .quantityOutOfRange(let raw):
      "a quantity of \(raw) units of its last digit: expected 0 to 2^53 - 1"
    case .outOfOrder(let previous, let found):
      "a record of \(found) comes after one of \(previous): expected times that never go back"
    case .malformedDecimal(let text, let fault):
      "'\(text)': \(fault)"
    case .malformedCurrency(let code):
      "'\(code)' is not a currency: expected 1 to 16 letters, digits, '.', '-' or '_', "
        + "for example USD"
    case .overflow(let symbol, let field):
      "\(symbol): the sum in '\(field)' exceeds 64 bits"
    case .malformedState(let what):
      "saved state cannot be read: \(what)"
    }
  }
}
