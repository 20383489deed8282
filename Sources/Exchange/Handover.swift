/// What is collected and handed over as a whole, again and again.
///
/// The memory of what was handed over last is used again, once nobody holds it any more: whoever asks
/// after each step allocates nothing.
struct Handover<Element: Sendable>: Sendable {
  /// Longer ones are not kept.
  private static var longestKept: Int { 16_384 }

  private(set) var waiting: [Element] = []
  private var handed: [Element] = []

  init(_ waiting: [Element] = []) { self.waiting = waiting }

  @inline(__always)
  mutating func append(_ element: consuming Element) { waiting.append(element) }

  /// Hands over into an array that has been handed before, whose memory takes what comes next.
  mutating func take(into taken: inout [Element]) {
    if taken.capacity > Self.longestKept {
      taken = []
    } else if !taken.isEmpty {
      taken.removeAll(keepingCapacity: true)
    }
    if !waiting.isEmpty { swap(&waiting, &taken) }
  }

  mutating func take() -> [Element] {
    if waiting.isEmpty { return [] }
    let taken = waiting
    swap(&waiting, &handed)
    if taken.count <= Self.longestKept {
      handed = taken
      waiting.removeAll(keepingCapacity: true)
    } else {
      (waiting, handed) = ([], [])
    }
    return taken
  }
}
