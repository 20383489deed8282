public import Market

/// Why a record of a run, or the parameters of its metrics, cannot be used.
public enum ReportError: Error, Hashable, Sendable {
  /// An amount in another currency than the starting equity; `field` says where.
  case mixedCurrencies(field: String, expected: Currency, found: Currency)
  /// An element of `field`, counted from 0, lies before the one in front of it.
  case outOfOrder(field: String, place: Int)
  /// A trade, counted from 0, that ends before it begins.
  case endsBeforeItBegins(trade: Int)
  case negativeTradedValue(Money)
  case benchmarkNotPositive(date: CalendarDate, raw: Int64)
  /// A sum that does not fit into 128 bits.
  case overflow(field: String)
  case badParameter(name: String, found: Double, expected: String)
}

extension ReportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .mixedCurrencies(let field, let expected, let found):
      "\(field) is in \(found): expected \(expected), as the starting equity"
    case .outOfOrder(let field, let place):
      "\(field)[\(place)] lies before the one in front of it: expected times that never go back, "
        + "and each date once"
    case .endsBeforeItBegins(let trade):
      "trades[\(trade)] ends before it begins"
    case .negativeTradedValue(let found):
      "a traded value of \(found): expected zero or more"
    case .benchmarkNotPositive(let date, let raw):
      "the benchmark's close of \(date) is \(raw) units of its last digit: expected above zero"
    case .overflow(let field):
      "the sum of \(field) exceeds 128 bits"
    case .badParameter(let name, let found, let expected):
      "'\(name)' is \(found): expected \(expected)"
    }
  }
}
