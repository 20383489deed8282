/// A small, fast random source whose every number follows from its seed, on every machine.
///
/// Source: xoshiro256** by Blackman and Vigna, seeded through SplitMix64. Not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  public init(seed: UInt64) {
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var z = mixer
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    state = (next(), next(), next(), next())
  }

  public mutating func next() -> UInt64 {
    func rotate(_ value: UInt64, _ by: UInt64) -> UInt64 { (value << by) | (value >> (64 - by)) }
    let result = rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotate(state.3, 45)
    return result
  }

  /// A number from 0 up to, not including, `bound`.
  ///
  /// The standard library's `random(in:using:)` may change its algorithm between versions;
  /// this one stays, so that a seed means the same tape for ever.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "an empty range has no random number")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number within `range`, both ends included.
  public mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
    let width = UInt64(bitPattern: range.upperBound &- range.lowerBound)
    guard width < .max else { return Int64(bitPattern: next()) }
    let offset = next().multipliedFullWidth(by: width + 1).high
    return range.lowerBound &+ Int64(bitPattern: offset)
  }
}

extension SeededGenerator {
  /// Writes where it stands.
  public func encode(into writer: inout StateWriter) {
    for word in [state.0, state.1, state.2, state.3] { writer.write(word) }
  }

  /// Takes back what `encode` wrote.
  /// - Throws: `MarketError.malformedState`.
  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    state = (try reader.read(), try reader.read(), try reader.read(), try reader.read())
  }
}
