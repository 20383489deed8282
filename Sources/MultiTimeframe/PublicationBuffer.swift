import Synchronization

/// Words that one thread writes again and again and any thread reads, with a number that tells a
/// reader whether what it read belongs together, and to which writing.
///
/// The number is odd while the words are being written, and grows by two a writing. Words are stored
/// releasing and loaded acquiring: a reader that has seen a new word has also seen that its buffer
/// was being written.
@safe final class PublicationBuffer: @unchecked Sendable {
  private let sequence = Atomic<UInt64>(0)
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let count: Int

  init(count: Int) {
    self.count = count
    unsafe words = .allocate(capacity: count)
    for index in 0..<count { unsafe (words + index).initialize(to: Atomic(0)) }
  }

  deinit {
    unsafe words.deinitialize(count: count)
    unsafe words.deallocate()
  }

  /// Called by the one writer.
  func beginWriting() { advance() }

  @inline(__always)
  func store(_ word: UInt64, at index: Int) {
    precondition(index < count)
    unsafe words[index].store(word, ordering: .releasing)
  }

  func endWriting() { advance() }

  /// There is one writer, so nothing can come between the two steps; an addition in one step would
  /// make the processor wait for all its stores.
  private func advance() {
    sequence.store(sequence.load(ordering: .relaxed) &+ 1, ordering: .releasing)
  }

  /// Hands out all words in turn, and says whether they were those of one writing, counted from 0.
  @inline(__always)
  func read(writing: UInt64, _ take: (_ word: UInt64, _ index: Int) -> Void) -> Bool {
    let written = 2 * (writing + 1)
    guard sequence.load(ordering: .acquiring) == written else { return false }
    for index in 0..<count { unsafe take(words[index].load(ordering: .acquiring), index) }
    return sequence.load(ordering: .relaxed) == written
  }
}
