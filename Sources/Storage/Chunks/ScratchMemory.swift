/// Memory that is kept between uses and grows when more is asked for; its content does not last.
@safe struct ScratchMemory: ~Copyable {
  private var buffer: UnsafeMutableRawBufferPointer

  init(byteCount: Int = 64) {
    unsafe buffer = .allocate(byteCount: byteCount, alignment: 64)
  }

  deinit { unsafe buffer.deallocate() }

  /// Makes room for `byteCount` bytes.
  mutating func reserve(_ byteCount: Int) {
    guard unsafe byteCount > buffer.count else { return }
    unsafe buffer.deallocate()
    unsafe buffer = .allocate(byteCount: byteCount, alignment: 64)
  }

  /// Where it begins.
  @unsafe var start: UnsafeMutableRawPointer { unsafe buffer.baseAddress! }
}

extension Array where Element: FixedWidthInteger {
  /// Sets the count and leaves what is there; only new elements are written (zero).
  mutating func resize(to count: Int) {
    if count < self.count {
      removeLast(self.count - count)
    } else if count > self.count {
      append(contentsOf: repeatElement(0, count: count - self.count))
    }
  }
}
