/// What has happened and is never taken back, in its order and counted from 0.
///
/// It stands in blocks, so that a million elements are never moved as a whole.
public struct AppendOnlyLog<Element: Sendable>: RandomAccessCollection, Sendable {
  private static var blockLength: Int { 1024 }

  private var blocks: [[Element]] = []
  public private(set) var endIndex = 0
  public var startIndex: Int { 0 }

  init() {}

  /// - Complexity: O(1).
  public internal(set) subscript(number: Int) -> Element {
    get { blocks[number / Self.blockLength][number % Self.blockLength] }
    _modify { yield &blocks[number / Self.blockLength][number % Self.blockLength] }
  }

  mutating func append(_ element: Element) {
    if endIndex % Self.blockLength == 0 {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(Self.blockLength)
    }
    blocks[blocks.count - 1].append(element)
    endIndex += 1
  }
}

extension AppendOnlyLog: Equatable where Element: Equatable {}
