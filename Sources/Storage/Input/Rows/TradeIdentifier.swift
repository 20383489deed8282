import Hashing

/// Trade ids as integers.
///
/// An id of up to 18 digits is its own number. Others (GUIDs, for example) are replaced by the
/// lower 63 bits of their hash: two of a million such ids collide with a probability of 10^-7.
package enum TradeIdentifier {
  /// The integer for an id's text, which is not empty.
  package static func value(of text: ArraySlice<UInt8>) -> Int64 {
    if text.count <= 18, let number = Int64(decimalDigits: text) { return number }
    return Int64(XXHash64.hash(Array(text)).rawValue & UInt64(Int64.max))
  }
}

extension Int64 {
  /// The number that `digits`, at most 18 of them, write; nil if there is any other byte, or none.
  init?(decimalDigits digits: ArraySlice<UInt8>) {
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    self = value
  }
}
