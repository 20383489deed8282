import Market

extension StreamSlot {
  /// Takes the next batch from the source.
  ///
  /// - Returns: its order keys; nil at the end of the stream.
  mutating func takeBatch() throws(StreamError) -> [Int64]? {
    guard let source else { throw .sourceMissing(key) }
    do {
      return try take(from: source)
    } catch is SourceInterrupted {
      throw .sourceInterrupted(key)
    } catch {
      throw .sourceFailed(key, error)
    }
  }

  /// How many of the next `count` records an earlier run has had.
  mutating func passOver(_ count: Int) -> Int {
    let known = min(knownCount, count)
    knownCount -= known
    return known
  }

  /// Takes in how far the source has come without a record; false where that is nothing new.
  ///
  /// What it gives before that is refused, or left out as out of order.
  mutating func takeHorizon() -> Bool {
    guard let horizon = source?.horizon else { return false }
    let key = isBar ? horizon.nanoseconds - 1 : horizon.nanoseconds
    guard key > horizonKey else { return false }
    horizonKey = max(lastKey, key)
    return true
  }

  /// The first record of a new batch that does not come too late.
  ///
  /// - Parameter start: where the records begin that are new.
  /// - Throws: `StreamError.outOfOrder` or `.stale` where such a record is to be refused.
  mutating func admit(
    _ keys: [Int64], from start: Int, _ position: MergePosition
  ) throws(StreamError) -> Int {
    guard start < keys.count else { return start }
    let first = keys[start]
    let floor = isBar ? position.key : position.clock
    let expected = max(lastKey, horizonKey)
    guard first < expected || first < floor else { return start }
    guard latePolicy == .dropAndCount else { throw refusal(of: first, position) }
    let all = start..<keys.count
    let outOfOrder = OrderSearch.end(of: all, before: expected, in: keys)
    let late = OrderSearch.end(of: all, before: max(expected, floor), in: keys)
    outOfOrderCount += outOfOrder - start
    staleCount += late - outOfOrder
    return late
  }

  private func refusal(of first: Int64, _ position: MergePosition) -> StreamError {
    let found = time(ofKey: first)
    if first < lastKey { return .outOfOrder(key, previous: time(ofKey: lastKey), found: found) }
    if first < horizonKey {
      return .behindHorizon(key, horizon: time(ofKey: horizonKey), found: found)
    }
    return .stale(key, found: found, clock: Timestamp(unchecked: position.clock))
  }
}
