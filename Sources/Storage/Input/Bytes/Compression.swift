/// How a file is compressed, told from its first bytes; its name says nothing.
public enum Compression: String, CaseIterable, Sendable {
  case none, gzip, zstd, xz, zip

  /// How many bytes at the beginning of a file are looked at.
  static let signatureLength = 6

  init(signature: ArraySlice<UInt8>) {
    if signature.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if signature.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstd
    } else if signature.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
      self = .xz
    } else if signature.starts(with: [0x50, 0x4B, 0x03, 0x04])
      || signature.starts(with: [0x50, 0x4B, 0x05, 0x06])
    {
      self = .zip
    } else {
      self = .none
    }
  }
}
