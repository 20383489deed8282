import Market
import Testing

@testable import Storage

@Suite struct InputLineReaderTests {
  private static let blockSize = 70_000

  /// The lines that come out, without their line feeds, cut behind the longest one allowed.
  private func lines(
    _ bytes: [UInt8], largestRead: Int = .max, blockSize: Int = blockSize
  ) throws -> [[UInt8]] {
    var reader = LineReader(
      MemoryBytes(bytes, largestRead: largestRead), path: "tape", blockSize: blockSize)
    var lines: [[UInt8]] = []
    while let block = unsafe try reader.next() {
      let bytes = unsafe Array(block)
      #expect(bytes.last == UInt8(ascii: "\n"))
      // Whether a line that is too long was cut shows only behind what the parser accepts.
      lines += bytes.dropLast().split(separator: 10, omittingEmptySubsequences: false)
        .map { Array($0.prefix(RowParser.lineLimit + 1)) }
    }
    #expect(reader.storedBytesRead == Int64(bytes.count))
    return lines
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func cutsAsSplittingDoes(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var text: [UInt8] = []
    while text.count < 300_000 {
      let length = generator.below(generator.below(50) == 0 ? 66_000 : 120)
      text += (0..<length).map { _ in UInt8(32 + generator.below(90)) }
      text.append(10)
    }
    if seed % 2 == 0 { text.removeLast() }
    var expected = text.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
    if text.last == 10 { expected.removeLast() }
    expected = expected.map { Array($0.prefix(RowParser.lineLimit + 1)) }
    #expect(try lines(text) == expected, "seed \(seed)")
    let largestRead = 1 + generator.below(5000)
    #expect(try lines(text, largestRead: largestRead) == expected, "seed \(seed)")
    #expect(try lines(text, blockSize: 1 << 18) == expected, "seed \(seed)")
  }

  @Test func leavesTheByteOrderMarkOut() throws {
    #expect(try lines([0xEF, 0xBB, 0xBF, 65, 10, 66]) == [[65], [66]])
    #expect(try lines([0xEF, 0xBB, 0xBF, 65], largestRead: 1) == [[65]])
    #expect(try lines([0xEF, 0xBB, 0xBF]) == [])
    #expect(try lines([0xEF, 0xBB]) == [[0xEF, 0xBB]])
  }

  @Test func refusesTextInSixteenBits() {
    for mark in [[0xFF, 0xFE, 65, 0], [0xFE, 0xFF, 0, 65]] as [[UInt8]] {
      #expect(throws: InputError.notText(path: "tape", found: "text in UTF-16")) {
        try lines(mark)
      }
    }
  }

  @Test func emptyTextHasNoLines() throws {
    #expect(try lines([]) == [])
    #expect(try lines([10]) == [[]])
    #expect(try lines([10, 10]) == [[], []])
  }

  @Test func cutsALineThatIsLongerThanABlock() throws {
    let limit = RowParser.lineLimit
    for length in [limit, limit + 1, limit + 2, 69_998, 69_999, 70_000, 70_001, 200_000, 500_000] {
      let long = [UInt8](repeating: 65, count: length)
      let kept = Array(long.prefix(limit + 1))
      #expect(try lines([66, 10] + long + [10, 67]) == [[66], kept, [67]], "\(length)")
      #expect(try lines(long) == [kept], "\(length)")
      #expect(try lines(long + [10]) == [kept], "\(length)")
      #expect(try lines([0xEF, 0xBB, 0xBF] + long + [10, 67, 10]) == [kept, [67]], "\(length)")
    }
  }
}
