/// The CRC-32 of gzip and zip.
///
/// Source: RFC 1952, section 8; eight bytes a step ("slicing by 8", Kounavis and Berry, 2005).
struct Checksum32: Hashable, Sendable {
  private var register: UInt32 = 0xFFFF_FFFF

  var value: UInt32 { ~register }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var register = self.register
    unsafe Checksum32.tables.withUnsafeBufferPointer { table in
      var position = 0
      while position + 8 <= bytes.count {
        let word = unsafe UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        let mixed = word ^ UInt64(register)
        var next: UInt32 = 0
        for byte in 0..<8 {
          let index = Int(truncatingIfNeeded: mixed >> UInt64(8 * byte)) & 0xFF
          next ^= unsafe table[(7 - byte) * 256 + index]
        }
        register = next
        position += 8
      }
      while position < bytes.count {
        let index = unsafe Int((register ^ UInt32(bytes[position])) & 0xFF)
        register = unsafe (register >> 8) ^ table[index]
        position += 1
      }
    }
    self.register = register
  }

  /// `tables[256 * k + b]` is the effect of byte `b` followed by `k` zero bytes.
  private static let tables: [UInt32] = {
    let polynomial: UInt32 = 0xEDB8_8320
    var tables = (0..<256).map { (byte: UInt32) -> UInt32 in
      (0..<8).reduce(byte) { value, _ in
        value & 1 == 1 ? polynomial ^ (value >> 1) : value >> 1
      }
    }
    for index in 256..<2048 {
      let previous = tables[index - 256]
      tables.append((previous >> 8) ^ tables[Int(previous & 0xFF)])
    }
    return tables
  }()
}
