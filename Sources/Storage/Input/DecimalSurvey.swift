import Market

/// Finds out with how many decimals the numbers of a text are written, zeros at their ends left
/// aside, to choose an instrument's precision by.
package struct DecimalSurvey: Hashable, Sendable {
  /// The most decimals of a price and of a quantity so far; at most 9, which is all there are.
  package private(set) var priceDecimals = 0
  package private(set) var quantityDecimals = 0

  package init() {}

  /// Looks at all rows of a text.
  ///
  /// - Parameter progress: called now and then; what it throws ends the work.
  package mutating func survey(
    _ source: any ByteSource, _ tape: RecognizedTape, path: String,
    progress: () throws -> Void = {}
  ) throws {
    var lines = LineReader(source, path: path)
    var skipped = tape.body.offset
    while let block = unsafe try lines.next() {
      unsafe survey(UnsafeBufferPointer(rebasing: block.dropFirst(skipped)), tape.layout)
      skipped = 0
      try progress()
    }
  }

  private mutating func survey(_ lines: UnsafeBufferPointer<UInt8>, _ layout: RowLayout) {
    var column = 0
    var start = 0
    var index = 0
    let columns = layout.columns.map { column in
      column.role.isPrice ? 1 : column.role.isQuantity ? 2 : 0
    }
    while index < lines.count {
      let byte = unsafe lines[index]
      let isLineEnd = byte == UInt8(ascii: "\n")
      if isLineEnd || byte == layout.delimiter {
        if column < columns.count, columns[column] != 0 {
          let field = unsafe UnsafeBufferPointer(rebasing: lines[start..<index])
          unsafe add(field, isPrice: columns[column] == 1, layout.priceExponent)
        }
        column = isLineEnd ? 0 : column + 1
        start = index + 1
      }
      index += 1
    }
  }

  /// Counts the decimals of one field; anything that is no number is left to the parser to reject.
  private mutating func add(
    _ field: UnsafeBufferPointer<UInt8>, isPrice: Bool, _ priceExponent: Int
  ) {
    let decimals =
      unsafe DecimalSurvey.plainDecimals(field, exponent: isPrice ? priceExponent : 0)
      ?? DecimalSurvey.decimals(Array(field)[...].trimmed, exponent: isPrice ? priceExponent : 0)
    guard let decimals else { return }
    if isPrice {
      priceDecimals = max(priceDecimals, min(9, decimals))
    } else {
      quantityDecimals = max(quantityDecimals, min(9, decimals))
    }
  }

  /// The decimals of digits with or without a point; nil for any other text.
  private static func plainDecimals(_ field: UnsafeBufferPointer<UInt8>, exponent: Int) -> Int? {
    var places = -exponent
    var point: Int?
    var lastDigit: Int?
    for index in field.indices {
      let byte = unsafe field[index]
      if byte == UInt8(ascii: "."), point == nil {
        point = index
      } else if byte == UInt8(ascii: "0") {
        continue
      } else if byte > UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        lastDigit = index
      } else {
        return nil
      }
    }
    guard let lastDigit else { return 0 }
    let end = point ?? field.count
    places += lastDigit < end ? lastDigit + 1 - end : lastDigit - end
    return max(0, places)
  }

  /// The same for any decimal text, by shifting the exponent into it.
  private static func decimals(_ field: ArraySlice<UInt8>, exponent: Int) -> Int? {
    let text = String(decoding: field, as: UTF8.self).lowercased()
    let unsigned = text.drop { $0 == "\"" || $0 == "-" || $0 == "+" }.prefix { $0 != "\"" }
    let parts = unsigned.split(separator: "e", maxSplits: 1)
    guard let mantissa = parts.first else { return nil }
    let written = parts.count == 2 ? Int(parts[1]) : 0
    guard let written, abs(written) <= 30 else { return nil }
    var digits = Array(mantissa.utf8)
    return unsafe digits.withUnsafeMutableBufferPointer {
      unsafe plainDecimals(UnsafeBufferPointer($0), exponent: exponent + written)
    }
  }
}
