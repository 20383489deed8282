package import Market

/// Writes one JSON value, its members in the order in which they are given, two spaces a level.
package struct JSONWriter {
  private var bytes: [UInt8] = []
  private var depth = 0
  private var isFirst = true
  private var follows = false

  package init() {}

  /// The text, with a line break at its end.
  package consuming func finish() -> [UInt8] {
    precondition(depth == 0, "an object or an array has not been ended")
    return bytes + [UInt8(ascii: "\n")]
  }

  package mutating func beginObject() { begin("{") }
  package mutating func endObject() { end("}") }
  package mutating func beginArray() { begin("[") }
  package mutating func endArray() { end("]") }

  /// The name of the member whose value comes next.
  package mutating func member(_ name: String) {
    startValue()
    JSONText.append(name, to: &bytes)
    bytes += Array(": ".utf8)
    follows = true
  }

  /// A string, or `null`.
  package mutating func text(_ text: String?) {
    startValue()
    if let text { JSONText.append(text, to: &bytes) } else { bytes += Array("null".utf8) }
  }

  package mutating func number(_ number: Int64) { raw(String(number)) }

  /// `raw` units of the last digit of `precision`, with all decimals.
  package mutating func decimal(_ raw: Int64, _ precision: Precision) {
    startValue()
    precision.append(raw, to: &bytes)
  }

  /// A number that is text already.
  package mutating func raw(_ text: String) {
    startValue()
    bytes += Array(text.utf8)
  }

  private mutating func begin(_ bracket: String) {
    startValue()
    bytes += Array(bracket.utf8)
    depth += 1
    isFirst = true
  }

  private mutating func end(_ bracket: String) {
    depth -= 1
    if !isFirst { newLine() }
    bytes += Array(bracket.utf8)
    isFirst = false
  }

  /// What stands before a value: nothing behind a member's name, else a comma and a new line.
  private mutating func startValue() {
    defer { isFirst = false }
    if follows {
      follows = false
      return
    }
    guard depth > 0 else { return }
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    newLine()
  }

  private mutating func newLine() {
    bytes.append(UInt8(ascii: "\n"))
    bytes += Array(repeating: UInt8(ascii: " "), count: 2 * depth)
  }
}
