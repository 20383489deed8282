/// Which positions a strategy may take.
public enum TradeDirections: String, CaseIterable, Sendable {
  case long
  case short
  case both

  var allowsLong: Bool { self != .short }
  var allowsShort: Bool { self != .long }
}
