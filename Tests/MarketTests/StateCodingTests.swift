import Market
import Testing

@Suite struct StateCodingTests {
  private var written: StateWriter {
    var writer = StateWriter()
    writer.write(Int64.min)
    writer.write(UInt8(200))
    writer.write(Int32(-7))
    writer.write(UInt16(0xBEEF))
    writer.write(Double.nan)
    writer.write(-0.0)
    writer.write(true)
    writer.write(false)
    writer.write("Zürich 📈")
    writer.write("")
    return writer
  }

  private func readAll(_ reader: inout StateReader) throws {
    #expect(try reader.read(Int64.self) == .min)
    #expect(try reader.read(UInt8.self) == 200)
    #expect(try reader.read(Int32.self) == -7)
    #expect(try reader.read(UInt16.self) == 0xBEEF)
    #expect(try reader.readDouble().bitPattern == Double.nan.bitPattern)
    #expect(try reader.readDouble().bitPattern == (-0.0).bitPattern)
    #expect(try reader.readBool())
    #expect(try !reader.readBool())
    #expect(try reader.readString() == "Zürich 📈")
    #expect(try reader.readString() == "")
  }

  @Test func `what is written reads back`() throws {
    var reader = StateReader(written.bytes)
    #expect(!reader.isAtEnd)
    try readAll(&reader)
    #expect(reader.isAtEnd)
  }

  @Test func `random numbers of every width read back`() throws {
    var random = SeededGenerator(seed: 9)
    var writer = StateWriter()
    let numbers = (0..<500).map { _ in random.next() }
    for number in numbers {
      writer.write(number)
      writer.write(Int32(truncatingIfNeeded: number))
      writer.write(Int16(truncatingIfNeeded: number))
      writer.write(Double(bitPattern: number))
    }
    var reader = StateReader(writer.bytes)
    for number in numbers {
      #expect(try reader.read() == number)
      #expect(try reader.read() == Int32(truncatingIfNeeded: number))
      #expect(try reader.read() == Int16(truncatingIfNeeded: number))
      #expect(try reader.readDouble().bitPattern == number)
    }
    #expect(reader.isAtEnd)
  }

  @Test func `little-endian bytes, in the order written`() {
    var writer = StateWriter()
    writer.write(UInt32(0x0102_0304))
    writer.write("ab")
    #expect(writer.bytes == [4, 3, 2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 97, 98])
  }

  @Test func `bytes that end early are an error wherever they end`() {
    let bytes = written.bytes
    for count in bytes.indices {
      var reader = StateReader(Array(bytes[..<count]))
      let error = #expect(throws: MarketError.self) {
        // Only the reads, so that a wrong value before the end does not pass for the error.
        _ = try reader.read(Int64.self)
        _ = try reader.read(UInt8.self)
        _ = try reader.read(Int32.self)
        _ = try reader.read(UInt16.self)
        _ = try reader.readDouble()
        _ = try reader.readDouble()
        _ = try reader.readBool()
        _ = try reader.readBool()
        _ = try reader.readString()
        _ = try reader.readString()
      }
      guard case .malformedState? = error else {
        Issue.record("cut at \(count): \(String(describing: error))")
        return
      }
    }
  }

  @Test func `bytes that something else wrote are an error`() throws {
    var notBool = StateReader([2])
    #expect(throws: MarketError.malformedState("2 is not a truth value")) {
      try notBool.readBool()
    }
    var writer = StateWriter()
    writer.write(Int64(-1))
    var negative = StateReader(writer.bytes)
    #expect(throws: MarketError.self) { try negative.readString() }
    writer = StateWriter()
    writer.write(Int64.max)
    var huge = StateReader(writer.bytes)
    #expect(throws: MarketError.self) { try huge.readString() }
    writer = StateWriter()
    writer.write(Int64(2))
    var notText = StateReader(writer.bytes + [0xC3, 0x28])
    #expect(throws: MarketError.self) { try notText.readString() }
  }
}
