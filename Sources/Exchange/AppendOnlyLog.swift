/// All orders that were ever sent to an exchange, by their number.
///
/// They stand in blocks, so that a million of them are never moved as a whole.
public struct OrderLog: RandomAccessCollection, Sendable {
  private static let blockLength = 1024

  private var blocks: [[Order]] = []
  public private(set) var endIndex = 0
  public var startIndex: Int { 0 }

  init() {}

  /// - Complexity: O(1).
  public internal(set) subscript(number: Int) -> Order {
    get { blocks[number / OrderLog.blockLength][number % OrderLog.blockLength] }
    _modify { yield &blocks[number / OrderLog.blockLength][number % OrderLog.blockLength] }
  }

  mutating func append(_ order: Order) {
    if endIndex % OrderLog.blockLength == 0 {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(OrderLog.blockLength)
    }
    blocks[blocks.count - 1].append(order)
    endIndex += 1
  }
}
