/// The first index of `range` whose time is `horizon` or later; the range's end where there is none.
///
/// - Parameter times: never decreasing.
/// - Complexity: O(log n).
@inlinable
package func firstIndex(
  in times: Span<Int64>, _ range: Range<Int>, notBefore horizon: Int64
) -> Int {
  var start = range.lowerBound
  var end = range.upperBound
  while start < end {
    let middle = start + (end - start) / 2
    if times[middle] < horizon { start = middle + 1 } else { end = middle }
  }
  return start
}
