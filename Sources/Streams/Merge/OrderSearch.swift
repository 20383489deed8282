import Market

/// Searches in columns of order keys, which never decrease.
enum OrderSearch {
  /// How far is looked line by line, in keys.
  private static let reach = 2048
  /// How many keys a line of the processor's cache holds.
  private static let line = 8

  /// The first index of `range` whose key is `limit` or more; the range's end where there is none.
  ///
  /// Looks at the last key first, since runs mostly take all there is, then one key further at a time
  /// up to four, since those that do not are mostly short. Then line by line: a tape does not
  /// fit into the processor's caches, and memory that is walked through comes by itself, while
  /// each leap waits for it. Only what is far is leapt to.
  /// - Complexity: O(n) of the answer's distance from the start while it is near, then O(log n).
  @inline(__always)
  static func end(of range: Range<Int>, before limit: Int64, in column: [Int64]) -> Int {
    let keys = column.span
    guard range.lowerBound < range.upperBound else { return range.upperBound }
    let last = range.upperBound &- 1
    if keys[last] < limit { return range.upperBound }
    var low = range.lowerBound
    let near = min(low &+ 4, last)
    while low < near {
      if keys[low] >= limit { return low }
      low &+= 1
    }
    let far = min(low &+ reach, last)
    var high = low
    // All up to `far` are within the column.
    while high < far, unsafe keys[unchecked: high] < limit {
      low = high &+ 1
      high &+= line
    }
    if high >= far {
      var step = line
      high = far
      while keys[high] < limit {
        low = high &+ 1
        high = min(high &+ step, last)
        step &*= 2
      }
    }
    // Every key before `low` lies below the limit, the one at `high` does not.
    return firstIndex(in: keys, low..<high, notBefore: limit)
  }
}
