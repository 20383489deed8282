/// A number of a bar that an indicator can be taken of.
public enum BarField: String, CaseIterable, Sendable {
  case open, high, low, close, volume
  /// (high + low) / 2.
  case median
  /// (high + low + close) / 3.
  case typical
  /// (high + low + 2 × close) / 4.
  case weighted

  /// Where the field stands in a `ScaledBar`: the number of its case.
  var place: Int {
    switch self {
    case .open: 0
    case .high: 1
    case .low: 2
    case .close: 3
    case .volume: 4
    case .median: 5
    case .typical: 6
    case .weighted: 7
    }
  }
}
