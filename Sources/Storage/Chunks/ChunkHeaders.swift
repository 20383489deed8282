import Hashing
import Market

/// A column as it lies in a chunk.
struct StoredColumn {
  var position: Int
  /// Which of the chunk's planes are its own.
  var planes: Range<Int>
  var header: ColumnHeader
}

/// Reads the head of a chunk: everything before its planes.
///
/// Made from bytes whose hash has been checked; what they say is checked all the same, because a
/// hash shows that nothing changed, not that it was right.
@safe struct ChunkReader {
  let count: Int
  private let bytes: UnsafeRawBufferPointer
  private let columnCount: Int
  private var byteCount: Int { unsafe bytes.count }
  private var position = ChunkFormat.headerByteCount

  /// - Throws: `ChunkFault` unless the hash is right and the chunk holds records of `kind`.
  init(_ bytes: UnsafeRawBufferPointer, expecting kind: RecordKind) throws(ChunkFault) {
    guard bytes.count >= ChunkFormat.minimumByteCount else {
      throw .tooShort(byteCount: bytes.count)
    }
    guard unsafe bytes.prefix(ChunkFormat.magic.count).elementsEqual(ChunkFormat.magic) else {
      throw .notAChunk
    }
    let body = unsafe UnsafeRawBufferPointer(
      rebasing: bytes[..<(bytes.count - ChunkFormat.hashByteCount)])
    let computed = unsafe XXHash64.hash(body)
    let stored = unsafe ChunkFormat.storedHash(of: bytes)
    guard computed == stored else { throw .hashMismatch(computed: computed, stored: stored) }
    unsafe self.bytes = body
    let version = unsafe Int(body[4])
    guard version == ChunkFormat.version else { throw .unknownVersion(version) }
    let code = unsafe Int(body[5])
    guard let found = ChunkFormat.kind(ofCode: code) else { throw .unknownKind(code) }
    guard found == kind else { throw .wrongKind(found: found, expected: kind) }
    columnCount = unsafe Int(body[6])
    count = unsafe Int(UInt32(littleEndian: body.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
    guard (1...ChunkFormat.maximumCount).contains(count) else { throw .countOutOfRange(count) }
  }

  /// Reads the columns' headers into `columns` and `planes`.
  /// - Returns: where the planes' bytes are.
  mutating func readHeaders(
    _ layout: [ColumnLayout], columns: inout [StoredColumn], planes: inout [Plane]
  ) throws(ChunkFault) -> Range<Int> {
    columns.removeAll(keepingCapacity: true)
    planes.removeAll(keepingCapacity: true)
    var payloadByteCount = 0
    for _ in 0..<columnCount {
      let column = try readColumn(layout, &planes, &payloadByteCount)
      if let last = columns.last, column.position <= last.position {
        throw .malformed(column: layout[column.position].name, "it is not in its place")
      }
      columns.append(column)
    }
    for (position, column) in layout.enumerated() {
      let isThere = columns.contains { $0.position == position }
      if !isThere, column.absent == nil { throw .malformed(column: column.name, "it is missing") }
      if let partner = column.partner,
        isThere != columns.contains(where: { $0.position == partner })
      {
        throw .malformed(column: column.name, "it and \(layout[partner].name) come together")
      }
    }
    guard payloadByteCount == byteCount - position else {
      throw .malformed(
        column: layout[columns[columns.count - 1].position].name,
        "the planes claim \(payloadByteCount) bytes, \(byteCount - position) follow")
    }
    return position..<byteCount
  }

  private mutating func readColumn(
    _ layout: [ColumnLayout], _ planes: inout [Plane], _ payloadByteCount: inout Int
  ) throws(ChunkFault) -> StoredColumn {
    let index = Int(try read(UInt8.self))
    guard index < layout.count else { throw .malformed(column: "\(index)", "there is no such") }
    let name = layout[index].name
    guard let prediction = Prediction(rawValue: try read(UInt8.self)),
      prediction != .companion || layout[index].companion != nil
    else { throw .malformed(column: name, "unknown prediction") }
    let sign = try read(UInt8.self)
    guard sign <= 1 else { throw .malformed(column: name, "\(sign) is not a truth value") }
    let planeCount = Int(try read(UInt8.self))
    let origin = try read(Int64.self)
    let base = try read(Int64.self)
    let scale = try read(Int64.self)
    let first = planes.count
    var shift = 0
    for _ in 0..<planeCount {
      let width = Int(try read(UInt8.self))
      let storedByteCount = Int(try read(UInt32.self))
      guard width == 4 || width == 8, shift + width <= 64 else {
        throw .malformed(column: name, "a plane of \(width) bits above \(shift)")
      }
      planes.append(
        Plane(
          width: width, shift: shift, offset: payloadByteCount,
          storedByteCount: storedByteCount))
      shift += width
      payloadByteCount += storedByteCount
      guard payloadByteCount <= byteCount else {
        throw .malformed(column: name, "a plane of \(storedByteCount) bytes reaches past the end")
      }
    }
    if layout[index].meaning == .aggressor {
      guard prediction == .none, sign == 0, shift <= 8 else {
        throw .malformed(column: name, "its bytes are stored as they are, in 8 bits at most")
      }
    }
    return StoredColumn(
      position: index, planes: first..<planes.count,
      header: ColumnHeader(
        prediction: prediction, isSigned: sign == 1, origin: origin, base: base, scale: scale))
  }

  private mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
    _: Value.Type
  ) throws(ChunkFault) -> Value {
    guard byteCount - position >= MemoryLayout<Value>.size else {
      throw .tooShort(byteCount: byteCount)
    }
    defer { position += MemoryLayout<Value>.size }
    return unsafe Value(
      littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
  }
}
