import Market
import Testing

@testable import Storage

/// A chunk made by hand, so that its header can say anything.
struct HandMadeChunk {
  struct Column {
    var position: UInt8
    var prediction: UInt8 = 0
    var sign: UInt8 = 0
    var origin: Int64 = 0
    var base: Int64 = 0
    var scale: Int64 = 1
    var planes: [(width: UInt8, bytes: [UInt8])] = []
  }

  var version: UInt8 = 1
  var kind: UInt8 = 1
  var columnCount: UInt8?
  var count: UInt32 = 1
  var columns = [Column(position: 0), Column(position: 1), Column(position: 2)]
  var claimedPlaneSize: UInt32?
  var trailing: [UInt8] = []

  var bytes: [UInt8] {
    var head: [UInt8] = []
    var payload: [UInt8] = []
    for column in columns {
      head += [column.position, column.prediction, column.sign, UInt8(column.planes.count)]
      for number in [column.origin, column.base, column.scale] { head.append(littleEndian: number) }
      for plane in column.planes {
        head.append(plane.width)
        head.append(littleEndian: claimedPlaneSize ?? UInt32(plane.bytes.count))
        payload += plane.bytes
      }
    }
    var body = ChunkFormat.magic
    body += [version, kind, columnCount ?? UInt8(columns.count), 0]
    body.append(littleEndian: count)
    return ChunkFormat.sealed(body + head + payload + trailing)
  }
}

/// Each claim that a header can make wrongly is refused by name.
@Suite struct ChunkHeaderTests {
  @Test func theSmallestChunk() throws {
    let columns = try decodeTrades(HandMadeChunk())
    #expect(columns.rows == [Trade(time: time(0), price: price(0), quantity: .zero)])
  }

  @Test func theBytesOfASmallChunk() {
    let columns = TradeColumns([
      Trade(time: time(1_000), price: price(10), quantity: try! Quantity(raw: 5)),
      Trade(time: time(4_000), price: price(8), quantity: try! Quantity(raw: 5)),
      Trade(time: time(6_000), price: price(12), quantity: try! Quantity(raw: 5)),
    ])
    var chunk = HandMadeChunk()
    chunk.count = 3
    chunk.columns = [
      // From 1,000: nothing, 3,000, 2,000 ns, all beyond 2,000 by 0 or 1,000.
      .init(
        position: 0, prediction: 1, origin: -1_000, base: 2_000, scale: 1_000,
        planes: [(4, [0x10, 0])]),
      // From 10: -2 and +4 are -1 and +2 twos, and zigzag makes them 1 and 4.
      .init(position: 1, prediction: 1, sign: 1, origin: 10, scale: 2, planes: [(4, [0x10, 4])]),
      .init(position: 2, base: 5),
    ]
    var encoder = ChunkEncoder()
    #expect(encoder.encode(columns, rows: 0..<3) == chunk.bytes)
  }

  @Test func versionKindAndCount() {
    expectFault(.unknownVersion(9)) { $0.version = 9 }
    expectFault(.unknownKind(3)) { $0.kind = 3 }
    expectFault(.wrongKind(found: .quote, expected: .trade)) { $0.kind = 2 }
    expectFault(.countOutOfRange(0)) { $0.count = 0 }
    expectFault(.countOutOfRange(131_073)) { $0.count = 131_073 }
    expectFault(.countOutOfRange(4_294_967_295)) { $0.count = .max }
  }

  @Test func columnsInTheirPlaces() {
    expectFault(.malformed(column: "quantity", "it is missing")) { $0.columns.removeLast() }
    expectFault(.malformed(column: "price", "it is missing")) {
      $0.columns.remove(at: 1)
    }
    expectFault(.malformed(column: "time", "it is not in its place")) {
      $0.columns[1].position = 0
    }
    expectFault(.malformed(column: "price", "it is not in its place")) {
      $0.columns[2].position = 1
    }
    expectFault(.malformed(column: "6", "there is no such")) {
      $0.columns.append(.init(position: 6))
    }
    expectFault(.tooShort(byteCount: 96)) { $0.columnCount = 4 }
  }

  @Test func sizesComeTogether() {
    var chunk = HandMadeChunk()
    chunk.kind = 2
    chunk.columns.append(.init(position: 4, base: 7))
    var decoder = ChunkDecoder()
    var columns = QuoteColumns()
    #expect(
      throws: ChunkFault.malformed(column: "bid size", "it and ask size come together")
    ) { try decoder.decode(chunk.bytes, into: &columns) }
    chunk.columns.insert(.init(position: 3, base: 6), at: 3)
    #expect(throws: Never.self) { try decoder.decode(chunk.bytes, into: &columns) }
    #expect(columns.bidSizes == [6])
  }

  @Test func predictionsAndSigns() {
    expectFault(.malformed(column: "time", "unknown prediction")) { $0.columns[0].prediction = 3 }
    expectFault(.malformed(column: "price", "unknown prediction")) { $0.columns[1].prediction = 2 }
    expectFault(.malformed(column: "price", "2 is not a truth value")) { $0.columns[1].sign = 2 }
    let asBytes = "its bytes are stored as they are, in 8 bits at most"
    for change in [
      { $0.prediction = 1 }, { $0.sign = 1 }, { $0.planes = [(8, [0]), (4, [0])] },
    ] as [(inout HandMadeChunk.Column) -> Void] {
      expectFault(.malformed(column: "aggressor", asBytes)) {
        var column = HandMadeChunk.Column(position: 3)
        change(&column)
        $0.columns.append(column)
      }
    }
  }

  @Test func planes() {
    expectFault(.malformed(column: "price", "a plane of 5 bits above 0")) {
      $0.columns[1].planes = [(5, [0])]
    }
    expectFault(.malformed(column: "price", "a plane of 8 bits above 60")) {
      $0.columns[1].planes = [(4, [0])] + Array(repeating: (8, [0]), count: 8)
    }
    expectFault(.malformed(column: "quantity", "the planes claim 1 bytes, 2 follow")) {
      $0.columns[2].planes = [(8, [1])]
      $0.trailing = [1]
    }
    expectFault(.malformed(column: "time", "a plane of 4294967295 bytes reaches past the end")) {
      $0.columns[0].planes = [(8, [])]
      $0.claimedPlaneSize = .max
    }
  }

  @Test func compressedPlanes() throws {
    // 1,000 equal bytes as zstd writes them.
    var compressor = PlaneCompressor()
    var frame = [UInt8](repeating: 0, count: 100)
    let plane = [UInt8](repeating: 7, count: 1000)
    let size = unsafe plane.withUnsafeBytes { source in
      unsafe frame.withUnsafeMutableBytes { unsafe compressor.compress(source, into: $0)! }
    }
    frame.removeLast(100 - size)
    var chunk = HandMadeChunk()
    chunk.count = 1000
    chunk.columns[2].planes = [(8, frame)]
    #expect(try decodeTrades(chunk).quantities == Array(repeating: 7, count: 1000))
    expectFault(.notDecompressible(column: "quantity", "1000 bytes instead of 1001")) {
      $0.count = 1001
      $0.columns[2].planes = [(8, frame)]
    }
    expectFault(.notDecompressible(column: "quantity", "Destination buffer is too small")) {
      $0.count = 999
      $0.columns[2].planes = [(8, frame)]
    }
    expectFault(.notDecompressible(column: "quantity", "Unknown frame descriptor")) {
      $0.count = 1000
      $0.columns[2].planes = [(8, Array(repeating: 1, count: frame.count))]
    }
  }

  @Test func valuesOutOfRange() {
    expectFault(.valueOutOfRange(column: "time")) { $0.columns[0].base = .max }
    expectFault(.valueOutOfRange(column: "price")) { $0.columns[1].base = Price.limit + 1 }
    expectFault(.valueOutOfRange(column: "price")) { $0.columns[1].base = -Price.limit - 1 }
    expectFault(.valueOutOfRange(column: "quantity")) { $0.columns[2].base = -1 }
    expectFault(.valueOutOfRange(column: "quantity")) { $0.columns[2].base = Quantity.limit }
    expectFault(.valueOutOfRange(column: "aggressor")) {
      $0.columns.append(.init(position: 3, base: 3))
    }
    expectFault(.valueOutOfRange(column: "receive time")) {
      $0.columns.append(.init(position: 5, base: .max))
    }
  }

  @Test func timesThatGoBack() {
    expectFault(.timesGoBack(row: 1)) {
      $0.count = 2
      $0.columns[0].planes = [(8, [5, 4])]
    }
    // Steps that wrap around: from 0 up by 2^63 is far in the past.
    expectFault(.timesGoBack(row: 1)) {
      $0.count = 2
      $0.columns[0].prediction = 1
      $0.columns[0].scale = .min
      $0.columns[0].planes = [(4, [0x10])]
    }
  }

  private func expectFault(
    _ expected: ChunkFault, location: SourceLocation = #_sourceLocation,
    _ change: (inout HandMadeChunk) -> Void
  ) {
    var chunk = HandMadeChunk()
    change(&chunk)
    #expect(throws: expected, sourceLocation: location) { try decodeTrades(chunk) }
  }

  @discardableResult
  private func decodeTrades(_ chunk: HandMadeChunk) throws -> TradeColumns {
    var decoder = ChunkDecoder()
    var columns = TradeColumns()
    try decoder.decode(chunk.bytes, into: &columns)
    return columns
  }

  private func time(_ nanoseconds: Int64) -> Timestamp { try! Timestamp(nanoseconds: nanoseconds) }
  private func price(_ raw: Int64) -> Price { try! Price(raw: raw) }
}
