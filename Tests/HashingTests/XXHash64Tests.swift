import Hashing
import Testing

@Suite struct XXHash64Tests {
  /// From the reference implementation, `xxhsum -H1`.
  @Test(arguments: [
    ("", "ef46db3751d8e999"),
    ("a", "d24ec4f1a98c6e5b"),
    ("abc", "44bc2cf5ad770999"),
    ("Nobody inspects the spammish repetition", "fbcea83c8a378bf1"),
  ])
  func knownHashes(text: String, hex: String) {
    let bytes = Array(text.utf8)
    #expect(XXHash64.hash(bytes).description == hex)
    #expect(XXHash64.Digest(hex: hex) == XXHash64.hash(bytes))
  }

  @Test func piecesHashAsTheWhole() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 / 7) }
    for size in [1, 3, 31, 32, 33, 500, 1000] {
      var hasher = XXHash64()
      hasher.update([])
      for start in stride(from: 0, to: bytes.count, by: size) {
        hasher.update(Array(bytes[start..<min(start + size, bytes.count)]))
        let sofar = Array(bytes[..<min(start + size, bytes.count)])
        #expect(hasher.digest == XXHash64.hash(sofar), "pieces of \(size)")
      }
    }
  }

  @Test func hexIsSixteenDigits() {
    #expect(XXHash64.Digest(rawValue: 0xAB).description == "00000000000000ab")
    #expect(XXHash64.Digest(hex: "00000000000000AB")?.rawValue == 0xAB)
    for text in ["", "ab", "00000000000000abc", "+0000000000000ab", "000000000000 0ab", "xyz"] {
      #expect(XXHash64.Digest(hex: text) == nil, "\(text)")
    }
  }
}
