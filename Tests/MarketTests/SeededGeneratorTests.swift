import Market
import Testing

/// A seed means the same tape for ever, so its numbers are pinned.
@Suite struct SeededGeneratorTests {
  @Test func `the numbers of seed 1 never change`() {
    var random = SeededGenerator(seed: 1)
    let numbers = (0..<1_000).map { _ in random.next() }
    // Computed apart, from the published algorithms.
    #expect(
      numbers[..<4] == [
        0xB3F2_AF6D_0FC7_10C5, 0x853B_5596_4736_4CEA, 0x92F8_9756_082A_4514,
        0x642E_1C7B_C266_A3A7,
      ])
    #expect(numbers[999] == 0xB851_7C33_C344_D153)
    #expect((0..<4).map { _ in random.below(1_000) } == [804, 879, 784, 863])
    #expect((0..<4).map { _ in random.within(-500...500) } == [220, -294, -346, 373])
  }

  @Test func `the state follows from the published algorithms`() {
    // SplitMix64 of seed 0 begins with these numbers; they are the state xoshiro256** starts from.
    let state: (UInt64, UInt64, UInt64, UInt64) = (
      0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F, 0xF88B_B8A8_724C_81EC
    )
    var random = SeededGenerator(seed: 0)
    let product = state.1 &* 5
    #expect(random.next() == ((product << 7) | (product >> 57)) &* 9)
  }

  @Test func `numbers stay within their range and reach both ends`() {
    var random = SeededGenerator(seed: 7)
    var seen: Set<Int> = []
    var seenWithin: Set<Int64> = []
    for _ in 0..<1_000 {
      seen.insert(random.below(6))
      seenWithin.insert(random.within(-2...3))
    }
    #expect(seen == Set(0..<6))
    #expect(seenWithin == Set(-2...3))
    #expect(random.below(1) == 0)
    #expect(random.within(5...5) == 5)
  }

  @Test func `the widest ranges work too`() {
    var random = SeededGenerator(seed: 3)
    var negatives = 0
    for _ in 0..<100 { negatives += random.within(.min ... .max) < 0 ? 1 : 0 }
    #expect((20...80).contains(negatives))
    #expect(random.within(.min...0) <= 0)
  }

  @Test func `another seed gives other numbers, a copy the same`() {
    var one = SeededGenerator(seed: 1)
    var two = SeededGenerator(seed: 2)
    var copy = one
    let numbers = (0..<8).map { _ in one.next() }
    #expect(numbers != (0..<8).map { _ in two.next() })
    #expect(numbers == (0..<8).map { _ in copy.next() })
  }
}
