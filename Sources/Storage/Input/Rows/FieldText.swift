extension ArraySlice<UInt8> {
  /// The fields of a line: cut at each `delimiter` outside of quotation marks, without the blanks
  /// and the quotation marks around them.
  func fields(separatedBy delimiter: UInt8) -> [ArraySlice<UInt8>] {
    var fields: [ArraySlice<UInt8>] = []
    var start = startIndex
    var isQuoted = false
    for (index, byte) in zip(indices, self) {
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if byte == delimiter, !isQuoted {
        fields.append(self[start..<index].unwrapped)
        start = index + 1
      }
    }
    fields.append(self[start...].unwrapped)
    return fields
  }

  private var unwrapped: ArraySlice<UInt8> {
    let text = trimmed
    let mark = UInt8(ascii: "\"")
    guard text.count >= 2, text.first == mark, text.last == mark else { return text }
    return text.dropFirst().dropLast().trimmed
  }

  /// Without the blanks at both ends.
  var trimmed: ArraySlice<UInt8> {
    guard let first = firstIndex(where: { !$0.isBlank }),
      let last = lastIndex(where: { !$0.isBlank })
    else { return [] }
    return self[first...last]
  }

  /// The text for a message: at most 40 characters, none of them invisible.
  var shown: String {
    let text = String(decoding: prefix(40), as: UTF8.self)
    let visible = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : "\(scalar)"
    }
    return visible.joined() + (count > 40 ? "…" : "")
  }
}

extension UInt8 {
  /// A space, a tab or a carriage return.
  var isBlank: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
  }
}
