/// A currency by its code, for example `USD`, `USDT` or `1000SATS`.
///
/// Up to 16 letters, digits, `.`, `-` and `_`; upper and lower case differ. The code itself is the
/// value, so that amounts carry it without a table.
public struct Currency: Hashable, Sendable {
  /// The code's bytes, the first one lowest.
  private let packed: UInt128

  /// - Throws: `MarketError.malformedCurrency`.
  public init(_ code: some StringProtocol) throws(MarketError) {
    var packed: UInt128 = 0
    var count = 0
    for byte in code.utf8 {
      guard count < 16, Currency.isAllowed(byte) else {
        throw .malformedCurrency(String(code))
      }
      packed |= UInt128(byte) << UInt128(8 * count)
      count += 1
    }
    guard count > 0 else { throw .malformedCurrency(String(code)) }
    self.packed = packed
  }

  public var code: String {
    var bytes: [UInt8] = []
    var rest = packed
    while rest > 0 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension Currency: CustomStringConvertible {
  public var description: String { code }
}
