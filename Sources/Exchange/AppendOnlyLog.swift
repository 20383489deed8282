/// What has happened and is never taken back, in its order and counted from 0.
///
/// It stands in blocks, so that a million elements are never moved as a whole.
public struct AppendOnlyLog<Element: Sendable>: RandomAccessCollection, Sendable {
  /// The most elements, a power of two, that fit into 32 MB: of a block its two ends stand on small pages,
  /// so that few long ones have less of them than many short ones.
  @inlinable static var bits: Int {
    @inline(__always) get {
      let most = (32 << 20) / MemoryLayout<Element>.stride
      return Int.bitWidth - 1 - most.leadingZeroBitCount
    }
  }
  @inlinable static var blockLength: Int { @inline(__always) get { 1 << bits } }
  /// Of which length on a block gets all of its room at once.
  private static var smallLength: Int { 1024 }

  /// Full ones.
  @usableFromInline var blocks: [[Element]] = []
  /// The last one, which is not full.
  @usableFromInline var tail: [Element] = []

  public var startIndex: Int { 0 }
  public var endIndex: Int { blocks.count * Self.blockLength + tail.count }

  init() {}

  /// - Complexity: O(1).
  @inlinable @inline(__always)
  public subscript(number: Int) -> Element {
    let (block, place) = (number >> Self.bits, number & (Self.blockLength - 1))
    return block == blocks.count ? tail[place] : blocks[block][place]
  }

  /// Changes an element where it stands.
  @inline(__always)
  mutating func change<Result>(
    at number: Int, _ change: (inout Element) -> Result
  ) -> Result {
    let (block, place) = (number >> Self.bits, number & (Self.blockLength - 1))
    return block == blocks.count ? change(&tail[place]) : change(&blocks[block][place])
  }

  mutating func append(_ element: Element) {
    if tail.count == tail.capacity { grow() }
    tail.append(element)
    if tail.count == Self.blockLength {
      blocks.append(tail)
      tail = []
    }
  }

  /// Makes room: short logs grow as arrays do.
  @inline(never)
  private mutating func grow() {
    if !blocks.isEmpty || tail.count >= Self.smallLength { tail.reserveLarge(Self.blockLength) }
  }
}

extension AppendOnlyLog: Equatable where Element: Equatable {}
extension AppendOnlyLog: Hashable where Element: Hashable {}
