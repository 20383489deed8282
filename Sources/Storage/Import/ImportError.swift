public import Market

/// Why an import was refused; the store is as it was before.
///
/// Files that cannot be read throw `InputError`, the store throws `StoreError`.
public enum ImportError: Error, Hashable, Sendable {
  /// More than one row in a hundred of a file could not be read.
  case tooManyRejected(FileReport)
  /// In a strict import, a row that lies before one in front of it.
  case outOfOrder(place: String, line: Int, previous: Timestamp, found: Timestamp)
  /// An option that the files' format needs and that was not given.
  case missingOption(name: String, path: String, expected: String)
  /// An option that has no effect, so something else was meant.
  case unusedOption(name: String, place: String, reason: String)
  /// A definition of another instrument than the one the files belong to.
  case symbolDiffers(given: String, defined: String)
}

extension ImportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooManyRejected(let report):
      "\(report.path): \(report.counts.rejected) of \(report.counts.read) rows were rejected, "
        + "more than 1 in 100\n"
        + report.firstRejected.map { "  \($0)" }.joined(separator: "\n")
    case .outOfOrder(let place, let line, let previous, let found):
      "\(place):\(line): a row of \(found) comes after one of \(previous): "
        + "expected times that never go back, as the import is strict"
    case .missingOption(let name, let path, let expected):
      "\(path): '\(name)' is missing: expected \(expected)"
    case .unusedOption(let name, let place, let reason):
      "\(place): '\(name)' has no effect: \(reason)"
    case .symbolDiffers(let given, let defined):
      "the instrument is defined as '\(defined)': expected '\(given)'"
    }
  }
}
