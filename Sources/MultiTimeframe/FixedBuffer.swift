import Indicators

/// A fixed number of elements in one owned piece of memory.
///
/// An array would check for shared storage at every write and count references at every read; on
/// the path of a tick that costs more than the work itself. This has one owner, so there is
/// nothing to check but the bounds.
@safe struct FixedBuffer<Element: ~Copyable>: ~Copyable {
  private let elements: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, _ element: (Int) -> Element) {
    self.count = count
    unsafe elements = .allocateCacheLines(capacity: count)
    for index in 0..<count { unsafe (elements + index).initialize(to: element(index)) }
  }

  deinit {
    unsafe elements.deinitialize(count: count)
    unsafe elements.deallocate()
  }

  @inline(__always)
  var indices: Range<Int> { 0..<count }

  /// The memory of one element, which lives as long as the buffer.
  mutating func pointer(to index: Int) -> UnsafeMutablePointer<Element> {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
    return unsafe elements + index
  }

  /// The memory of all elements, to read, while the buffer lives.
  @inline(__always)
  var address: UnsafePointer<Element> { unsafe UnsafePointer(elements) }

  @inline(__always)
  subscript(index: Int) -> Element {
    _read {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
      yield unsafe elements[index]
    }
    _modify {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
      yield unsafe &elements[index]
    }
  }
}
