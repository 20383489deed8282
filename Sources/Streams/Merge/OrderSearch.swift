import Market

/// Searches in columns of order keys, which never decrease.
enum OrderSearch {
  /// The first index of `range` whose key is `limit` or more; the range's end where there is none.
  ///
  /// Looks at the last key first, since runs mostly take all there is, then nearby, since those that
  /// do not are mostly short.
  /// - Complexity: O(log n) of the answer's distance from the start.
  @inline(__always)
  static func end(of range: Range<Int>, before limit: Int64, in column: [Int64]) -> Int {
    let keys = column.span
    guard range.lowerBound < range.upperBound else { return range.upperBound }
    if keys[range.upperBound - 1] < limit { return range.upperBound }
    var low = range.lowerBound
    var step = 1
    var high = low
    while keys[high] < limit {
      low = high + 1
      high = min(high + step, range.upperBound - 1)
      step *= 2
    }
    // Every key before `low` lies below the limit, the one at `high` does not.
    return firstIndex(in: keys, low..<high, notBefore: limit)
  }
}
