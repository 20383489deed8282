import Market

/// Room for a fixed number of elements, filled from the front, with one owner.
@safe struct OwnedBuffer<Element: ~Copyable>: ~Copyable {
  /// The first element.
  let base: UnsafeMutablePointer<Element>
  private let capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = .allocateCacheLines(capacity: capacity)
  }

  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  mutating func append(_ element: consuming Element) {
    precondition(count < capacity, "the buffer is full")
    unsafe (base + count).initialize(to: element)
    count += 1
  }
}

// One owner and no other way in, so it moves between threads as its elements do.
extension OwnedBuffer: @unchecked Sendable where Element: Sendable & ~Copyable {}
