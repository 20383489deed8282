import Market

/// How a file is to be read, as far as the user said.
public struct FormatOptions: Sendable {
  /// The format; nil to tell it from the content.
  public var format: InputFormat?
  /// Which columns hold what, for `InputFormat.csv` and `bars`.
  public var columns: ColumnMapping?
  /// The unit of times that are numbers, for `csv` and `bars`; nil to tell it from their size.
  public var timeUnit: TimeUnit?

  public init(
    format: InputFormat? = nil, columns: ColumnMapping? = nil, timeUnit: TimeUnit? = nil
  ) {
    self.format = format
    self.columns = columns
    self.timeUnit = timeUnit
  }
}

/// What a text was recognised as.
package struct RecognizedTape: Sendable {
  package let format: InputFormat
  package var layout: RowLayout
  /// Where the first row begins.
  package let body: TapePosition
}

extension FormatOptions {
  /// Tells how to read the text that begins with `block`.
  ///
  /// - Throws: `InputError.unknownFormat` if no format fits, `.wrongFormat` if the one that was
  ///   asked for does not.
  package func recognize(
    _ block: UnsafeBufferPointer<UInt8>, path: String, member: String? = nil
  ) throws(InputError) -> RecognizedTape {
    let sample = unsafe TapeSample(block, path: path, member: member)
    let (format, layout) = try recognize(sample)
    return RecognizedTape(
      format: format, layout: layout, body: layout.hasHeader ? sample.body : sample.start)
  }

  private func recognize(_ sample: TapeSample) throws(InputError) -> (InputFormat, RowLayout) {
    if let columns {
      let format = format ?? columns.kind.genericFormat
      return (format, try columns.layout(of: sample, timeUnit: timeUnit))
    }
    if let format {
      if let layout = format.layout(of: sample, timeUnit: timeUnit) { return (format, layout) }
      throw .wrongFormat(
        path: sample.place, format: format.rawValue, found: "'\(sample.firstLine)'",
        expected: format.expectation)
    }
    for format in InputFormat.allCases {
      if let layout = format.layout(of: sample, timeUnit: timeUnit) { return (format, layout) }
    }
    let names = InputFormat.allCases.map(\.rawValue).joined(separator: ", ")
    throw .unknownFormat(
      path: sample.place, line: sample.firstLine,
      expected: "one of \(names), or a mapping of columns")
  }
}

extension RecordKind {
  /// The format of files whose columns are named by a mapping.
  fileprivate var genericFormat: InputFormat {
    switch self {
    case .trade, .quote: .csv
    case .bar: .bars
    case .fundingRate: .fundingRates
    case .markPrice: .markPrices
    }
  }
}
