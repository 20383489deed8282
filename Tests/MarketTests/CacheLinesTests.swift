import Market
import Testing

@Suite struct CacheLinesTests {
  /// Among pieces of any size, of their own kind and of the ordinary one.
  @Test func piecesShareNoLine() {
    var random = SeededGenerator(seed: 1)
    var taken: Set<UInt> = []
    var others: Set<UInt> = []
    var pieces: [UnsafeMutablePointer<Int64>] = unsafe []
    for _ in 0..<500 {
      let count = random.below(40)
      let isOther = random.below(2) == 0
      let piece: UnsafeMutablePointer<Int64> =
        unsafe isOther ? .allocate(capacity: count + 1) : .allocateCacheLines(capacity: count)
      unsafe pieces.append(piece)
      let start = UInt(bitPattern: piece)
      let lines = start / 64...(start + UInt(max(1, count)) * 8 - 1) / 64
      for line in lines {
        if isOther { others.insert(line) } else { #expect(taken.insert(line).inserted) }
      }
    }
    #expect(taken.isDisjoint(with: others))
    #expect(!taken.isEmpty && !others.isEmpty)
    for index in unsafe pieces.indices { unsafe pieces[index].deallocate() }
  }
}
