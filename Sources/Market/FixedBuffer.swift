/// A fixed number of elements in one owned piece of memory.
///
/// An array would check for shared storage at every write and count references at every read; on
/// the path of a tick that costs more than the work itself. This has one owner, so there is
/// nothing to check but the bounds.
@safe @frozen @usableFromInline package struct FixedBuffer<Element: ~Copyable>: ~Copyable {
  @usableFromInline package let elements: UnsafeMutablePointer<Element>
  @usableFromInline package let count: Int

  @inlinable
  package init(count: Int, _ element: (Int) -> Element) {
    self.count = count
    unsafe elements = .allocateCacheLines(capacity: count)
    for index in 0..<count { unsafe (elements + index).initialize(to: element(index)) }
  }

  /// Of one element.
  @inlinable
  package init(_ element: consuming Element) {
    count = 1
    unsafe elements = .allocateCacheLines(capacity: 1)
    unsafe elements.initialize(to: element)
  }

  deinit {
    unsafe elements.deinitialize(count: count)
    unsafe elements.deallocate()
  }

  @inlinable @inline(__always)
  package var indices: Range<Int> { 0..<count }

  /// The memory of one element, which lives as long as the buffer.
  @inlinable
  package mutating func pointer(to index: Int) -> UnsafeMutablePointer<Element> {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
    return unsafe elements + index
  }

  /// The memory of all elements, to read, while the buffer lives.
  @inlinable @inline(__always)
  package var address: UnsafePointer<Element> { unsafe UnsafePointer(elements) }

  @inlinable
  package subscript(index: Int) -> Element {
    @inline(__always) unsafeAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
      return unsafe UnsafePointer(elements + index)
    }
    @inline(__always) unsafeMutableAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
      return unsafe elements + index
    }
  }

  // MARK: All of them, in their order

  @inlinable
  package func map<Result>(_ transform: (borrowing Element) -> Result) -> [Result] {
    indices.map { transform(self[$0]) }
  }

  @inlinable
  package func contains(where isMeant: (borrowing Element) -> Bool) -> Bool {
    indices.contains { isMeant(self[$0]) }
  }

  @inlinable
  package func allSatisfy(_ holds: (borrowing Element) -> Bool) -> Bool {
    indices.allSatisfy { holds(self[$0]) }
  }
}

// The elements are reached through the buffer alone.
extension FixedBuffer: @unchecked Sendable where Element: Sendable & ~Copyable {}
