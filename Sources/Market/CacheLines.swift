extension UnsafeMutablePointer where Pointee: ~Copyable {
  /// Memory that shares no cache line with any other.
  ///
  /// Indicators are many small pieces, and those of several series lie between each other. Where two
  /// threads work, each on its own series, they would take a shared line from each other at every
  /// bar: that can cost more than the second thread brings.
  @usableFromInline
  package static func allocateCacheLines(
    capacity: Int
  ) -> UnsafeMutablePointer<Pointee> {
    // A pair of lines: processors fetch the neighbour of a line along with it.
    let line = 128
    let size = max(1, capacity * MemoryLayout<Pointee>.stride)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: (size + line - 1) / line * line,
      alignment: max(line, MemoryLayout<Pointee>.alignment))
    return unsafe memory.bindMemory(to: Pointee.self, capacity: capacity)
  }
}
