/// Elements in one owned piece of memory, to which more can be added.
///
/// As an array, but with one owner: reading an element counts no references.
@safe struct GrowingBuffer<Element>: ~Copyable {
  private var elements: UnsafeMutablePointer<Element>
  private(set) var count = 0
  private var capacity = 4

  init() { unsafe elements = .allocate(capacity: capacity) }

  deinit {
    unsafe elements.deinitialize(count: count)
    unsafe elements.deallocate()
  }

  mutating func append(_ element: Element) {
    if count == capacity {
      capacity *= 2
      let grown = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
      unsafe grown.moveInitialize(from: elements, count: count)
      unsafe elements.deallocate()
      unsafe elements = unsafe grown
    }
    unsafe (elements + count).initialize(to: element)
    count += 1
  }

  var indices: Range<Int> { 0..<count }

  /// - Precondition: an index of the buffer; not looked at in optimised code, since the numbers of
  ///   streams are made in one place, and never change.
  @inline(__always)
  subscript(index: Int) -> Element {
    _read {
      assert(indices.contains(index), "index out of range")
      yield unsafe elements[index]
    }
    _modify {
      assert(indices.contains(index), "index out of range")
      yield unsafe &elements[index]
    }
  }

  /// Where an element lies until the next one is appended.
  @inline(__always)
  func address(of index: Int) -> UnsafePointer<Element> {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
    return unsafe UnsafePointer(elements + index)
  }
}
