import Hashing
import Market
import Testing

@testable import Storage

/// Bytes that are not what the encoder made are refused, with the reason, and never trusted.
@Suite struct ChunkDamageTests {
  @Test func anyFlippedBitIsSeen() {
    let chunk = sample(rows: 40)
    for index in chunk.indices {
      for bit in [0, 3, 7] {
        var damaged = chunk
        damaged[index] ^= 1 << bit
        guard let fault = fault(of: damaged) else {
          Issue.record("byte \(index) bit \(bit) was not missed")
          continue
        }
        switch fault {
        case .notAChunk: #expect(index < 4)
        case .hashMismatch: #expect(index >= 4)
        default: Issue.record("byte \(index): \(fault)")
        }
      }
    }
  }

  @Test func flippedBitsInALargeChunkAreSeen() {
    let chunk = sample(rows: 20_000)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      var damaged = chunk
      let index = random.below(chunk.count)
      damaged[index] ^= 1 << UInt8(random.below(8))
      #expect(fault(of: damaged) != nil, "byte \(index)")
    }
  }

  @Test func anyTruncationIsSeen() {
    let chunk = sample(rows: 40)
    for length in chunk.indices {
      #expect(fault(of: Array(chunk[..<length])) != nil, "\(length) bytes")
      // The same with a hash that fits what is left.
      let body = Array(chunk[..<min(length, chunk.count - 8)])
      if body.count < chunk.count - 8 {
        #expect(fault(of: ChunkFormat.sealed(body)) != nil, "\(length) bytes, sealed")
      }
    }
    #expect(fault(of: ChunkFormat.sealed(Array(chunk.dropLast(8)) + [0])) != nil)
  }

  @Test func aFaultLeavesTheColumnsEmpty() throws {
    var decoder = ChunkDecoder()
    var columns = TradeColumns()
    try decoder.decode(sample(rows: 40), into: &columns)
    #expect(columns.count == 40)
    #expect(throws: ChunkFault.tooShort(byteCount: 3)) {
      try decoder.decode([1, 2, 3], into: &columns)
    }
    #expect(columns == TradeColumns())
    try decoder.decode(sample(rows: 40), into: &columns)
    #expect(columns.count == 40)
  }

  /// Whoever can compute a hash can make any bytes pass it. What is decoded from them must still
  /// be columns as they promise to be.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func sealedDamageGivesAFaultOrSoundColumns(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let body = Array(sample(rows: 1 + random.below(90), seed: seed).dropLast(8))
    var decoder = ChunkDecoder()
    var columns = TradeColumns()
    var decodedCount = 0
    for round in 0..<600 {
      var damaged = body
      for _ in 0...random.below(4) {
        // Mostly in the headers, where it hurts.
        let index = random.below(random.below(3) == 0 ? damaged.count : min(200, damaged.count))
        damaged[index] = [0, 1, 0xFF, UInt8(random.below(256))][random.below(4)]
      }
      do throws(ChunkFault) {
        try decoder.decode(ChunkFormat.sealed(damaged), into: &columns)
      } catch {
        #expect(!error.description.isEmpty)
        continue
      }
      decodedCount += 1
      expectSound(columns, "seed \(seed), round \(round)")
    }
    #expect(decodedCount > 0, "seed \(seed): every change was refused")
  }

  private func expectSound(_ columns: TradeColumns, _ place: Comment) {
    let rows = columns.rows
    #expect(!rows.isEmpty, place)
    #expect(zip(columns.times, columns.times.dropFirst()).allSatisfy { $0 <= $1 }, place)
    #expect(
      rows.allSatisfy {
        Timestamp.isValid($0.time.nanoseconds) && abs($0.price.raw) <= Price.limit
          && (0..<Quantity.limit).contains($0.quantity.raw)
          && Timestamp.isValid($0.receiveTime?.nanoseconds ?? 0)
      }, place)
  }

  private func sample(rows: Int, seed: UInt64 = 1) -> [UInt8] {
    var tape = RandomTape(seed: seed)
    tape.presence = 80
    var encoder = ChunkEncoder()
    return encoder.encode(TradeColumns(tape.trades(rows)), rows: 0..<rows)
  }

  private func fault(of chunk: [UInt8]) -> ChunkFault? {
    var decoder = ChunkDecoder()
    var columns = TradeColumns()
    do throws(ChunkFault) {
      try decoder.decode(chunk, into: &columns)
      return nil
    } catch {
      return error
    }
  }
}
