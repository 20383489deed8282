import Market

/// The ids of a stream, to find duplicates by: those stored, and those inserted since.
///
/// Stored ids are read only where an id is asked for that some chunk may hold, so that a tape that
/// goes on where the stored one ends costs nothing. Kept as ranges, because ids mostly count up.
public final class SequenceSet {
  private var ranges = SequenceRanges()
  /// Chunks whose ids have not been read.
  private var unread: [ChunkEntry]
  /// No unread chunk holds an id within these bounds; nil as long as nobody asked.
  private var clear: ClosedRange<Int64>?
  private let read: (ChunkEntry) throws(StoreError) -> [Int64]

  init(
    _ entries: [ChunkEntry], read: @escaping (ChunkEntry) throws(StoreError) -> [Int64]
  ) {
    unread = entries
    self.read = read
  }

  /// Puts `id` into the set.
  ///
  /// - Returns: whether it is new. `TradeColumns.absentSequence` always is.
  /// - Throws: `StoreError.damagedChunk` where stored ids cannot be read.
  /// - Complexity: O(1) for an id above all before; else a search, and now and then a chunk is
  ///   read.
  public func insert(_ id: Int64) throws(StoreError) -> Bool {
    if id == TradeColumns.absentSequence { return true }
    if clear?.contains(id) != true { try makeClear(around: id) }
    return ranges.insert(id)
  }

  /// Puts `ids` into the set, in their order, up to the first that is there already.
  ///
  /// - Returns: how many were put in.
  /// - Throws: `StoreError.damagedChunk` where stored ids cannot be read.
  public func insert(contentsOf ids: ArraySlice<Int64>) throws(StoreError) -> Int {
    var position = ids.startIndex
    while position < ids.endIndex {
      if let clear { position += ranges.extend(with: ids[position...], within: clear) }
      guard position < ids.endIndex, try insert(ids[position]) else { break }
      position += 1
    }
    return position - ids.startIndex
  }

  /// Takes the ids of a chunk that somebody else has read.
  func absorb(_ ids: [Int64], of entry: ChunkEntry) {
    guard let index = unread.firstIndex(of: entry) else { return }
    unread.remove(at: index)
    ranges.insert(ids)
  }

  private func makeClear(around id: Int64) throws(StoreError) {
    for entry in unread where entry.sequences?.contains(id) == true {
      absorb(try read(entry), of: entry)
    }
    var low = Int64.min
    var high = Int64.max
    for case let sequences? in unread.map(\.sequences) {
      if sequences.upperBound < id {
        low = max(low, sequences.upperBound + 1)
      } else if sequences.lowerBound > id {
        high = min(high, sequences.lowerBound - 1)
      }
    }
    clear = low...high
  }
}

/// A set of ids that mostly count up: ranges in order, and apart from them the ids that came late.
struct SequenceRanges {
  private var ranges: [ClosedRange<Int64>] = []
  private var scattered: Set<Int64> = []

  /// - Returns: whether `id` is new.
  mutating func insert(_ id: Int64) -> Bool {
    guard let last = ranges.last, id <= last.upperBound else {
      extend(with: id)
      return true
    }
    let index = firstIndex(endingAtOrAfter: id)
    if ranges[index].contains(id) { return false }
    guard scattered.isEmpty || !scattered.contains(id) else { return false }
    if index > 0, ranges[index - 1].upperBound == id - 1 {
      ranges[index - 1] = ranges[index - 1].lowerBound...id
    } else {
      scattered.insert(id)
    }
    return true
  }

  /// Appends ids from the beginning of `ids`, as long as each is above all before and within
  /// `bounds`.
  ///
  /// - Returns: how many.
  mutating func extend(with ids: ArraySlice<Int64>, within bounds: ClosedRange<Int64>) -> Int {
    guard let first = ids.first, first > (ranges.last?.upperBound ?? Int64.min) else { return 0 }
    var taken = 0
    var start = first
    var last = first
    for id in ids {
      guard bounds.contains(id), taken == 0 || id > last else { break }
      if taken > 0, id - 1 > last {
        extend(with: start...last)
        start = id
      }
      last = id
      taken += 1
    }
    if taken > 0 { extend(with: start...last) }
    return taken
  }

  /// Inserts the ids of a chunk, in any order; absent ones are left out.
  mutating func insert(_ ids: [Int64]) {
    let ordered = zip(ids, ids.dropFirst()).allSatisfy { $0 <= $1 } ? ids : ids.sorted()
    var merged = SequenceRanges()
    merged.ranges.reserveCapacity(ranges.count + 1)
    var rest = ranges[...]
    for id in ordered where id != TradeColumns.absentSequence {
      while let next = rest.first, next.lowerBound <= id {
        merged.extend(with: next)
        rest.removeFirst()
      }
      merged.extend(with: id...id)
    }
    for next in rest { merged.extend(with: next) }
    ranges = merged.ranges
  }

  /// Appends an id above all ranges.
  private mutating func extend(with id: Int64) {
    if let last = ranges.last, last.upperBound == id - 1 {
      ranges[ranges.count - 1] = last.lowerBound...id
    } else {
      ranges.append(id...id)
    }
  }

  /// Appends a range that begins at or after the beginning of the last one.
  private mutating func extend(with range: ClosedRange<Int64>) {
    guard let last = ranges.last, range.lowerBound - 1 <= last.upperBound else {
      return ranges.append(range)
    }
    ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
  }

  private func firstIndex(endingAtOrAfter id: Int64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound >= id { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
