import CXXHash

/// The 64-bit xxHash of a sequence of bytes, fed piece by piece or at once.
///
/// It finds accidental change (a flipped bit, a truncated file), at memory speed. It is not
/// cryptographic: somebody who wants two inputs with one hash can make them.
///
/// Source: the xxHash specification, XXH64, seed 0.
@safe public struct XXHash64: ~Copyable {
  private let state: OpaquePointer

  /// A hash of nothing yet.
  public init() {
    guard let state = unsafe XXH64_createState() else { fatalError("out of memory") }
    unsafe self.state = state
    _ = unsafe XXH64_reset(state, 0)
  }

  deinit { _ = unsafe XXH64_freeState(state) }

  /// Adds `bytes` to what has been hashed so far.
  public mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  /// Adds `bytes` to what has been hashed so far.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    _ = unsafe XXH64_update(state, start, bytes.count)
  }

  /// The hash of everything added so far; more may be added afterwards.
  public var digest: Digest { Digest(rawValue: unsafe XXH64_digest(state)) }

  /// The hash of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest {
    unsafe bytes.withUnsafeBytes { unsafe hash($0) }
  }

  /// The hash of `bytes`.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
    Digest(rawValue: unsafe XXH64(bytes.baseAddress, bytes.count, 0))
  }
}

extension XXHash64 {
  /// A hash, shown as 16 hexadecimal digits, the most significant first.
  public struct Digest: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Nil unless `hex` is exactly 16 hexadecimal digits.
    public init?(hex: some StringProtocol) {
      guard hex.utf8.count == 16, hex.allSatisfy(\.isHexDigit), let value = UInt64(hex, radix: 16)
      else { return nil }
      rawValue = value
    }

    public var description: String {
      let digits = String(rawValue, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
  }
}
