public import Market

/// Why an import was refused; the store is as it was before.
///
/// Files that cannot be read throw `InputError`, the store throws `StoreError`.
public enum ImportError: Error, Hashable, Sendable {
  /// More than one row in a hundred of a file could not be read.
  case tooManyRejected(FileReport)
  /// The same, and some of them have more decimals than the instrument.
  case tooManyDecimals(FileReport, Instrument, origin: PrecisionOrigin)
  /// In a strict import, a row that lies before one in front of it.
  case outOfOrder(place: String, line: Int, previous: Timestamp, found: Timestamp)
  /// An option that the files' format needs and that was not given.
  case missingOption(name: String, path: String, expected: String)
  /// An option that has no effect, so something else was meant.
  case unusedOption(name: String, place: String, reason: String)
  /// A symbol that is empty or has control characters.
  case malformedSymbol(String)
  /// A definition of another instrument than the one the files belong to.
  case symbolDiffers(given: String, defined: String)
}

extension ImportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooManyRejected(let report):
      ImportError.rejected(report)
    case .tooManyDecimals(let report, let instrument, let origin):
      ImportError.rejected(report) + "\n" + ImportError.decimals(of: instrument, origin)
    case .outOfOrder(let place, let line, let previous, let found):
      "\(place):\(line): a row of \(found) comes after one of \(previous): "
        + "expected times that never go back, as the import is strict"
    case .missingOption(let name, let path, let expected):
      "\(path): '\(name)' is missing: expected \(expected)"
    case .unusedOption(let name, let place, let reason):
      "\(place): '\(name)' has no effect: \(reason)"
    case .malformedSymbol(let found):
      "the symbol is \(found.debugDescription): expected a name without control characters"
    case .symbolDiffers(let given, let defined):
      "the instrument is defined as '\(defined)': expected '\(given)'"
    }
  }

  private static func rejected(_ report: FileReport) -> String {
    "\(report.path): \(report.counts.rejected) of \(report.counts.read) rows were rejected, "
      + "more than 1 in 100\n" + report.firstRejected.map { "  \($0)" }.joined(separator: "\n")
  }

  private static func decimals(of instrument: Instrument, _ origin: PrecisionOrigin) -> String {
    let terms =
      "\(instrument.pricePrecision.digits) price decimals and "
      + "\(instrument.quantityPrecision.digits) quantity decimals"
    return switch origin {
    case .given: "\(terms) were given: give as many as the files have"
    case .inferred: "\(terms) were found in the files: more than 9 cannot be kept"
    case .stored:
      "\(instrument.symbol) is stored with \(terms), since its first import, and stays so: "
        + "import all its files into another store, the first one with 'price-precision' and "
        + "'quantity-precision' as high as any of them needs"
    }
  }
}
