import Market

/// Puts ticks into the chunks of one stream, within a transaction.
///
/// Ticks at or after the last one gather in memory and leave it as full chunks; a short last chunk
/// is filled up first. Ticks that belong before the last one are merged into the chunks that they
/// fall into, and only those are written anew. Where chunks begin and end has no meaning.
final class TickStreamWriter<Columns: TickColumns> {
  var symbol: String { table.symbol }
  /// The ids of the stream, once somebody has asked for them.
  private var sequences: SequenceSet?
  private let table: ChunkTable<Columns>
  private let capacity: Int
  /// Ticks behind everything stored.
  private var pending = Columns()
  /// The short last chunk, whose ticks are the first of `pending`; it is deleted when they are
  /// stored again.
  private var reopened: ChunkEntry?
  /// The time of the last tick, stored or pending.
  private var lastTime: Int64?
  private var chunk = Columns()

  init(table: ChunkTable<Columns>, capacity: Int) throws(StoreError) {
    self.table = table
    self.capacity = capacity
    lastTime = try table.lastEntry(endingBy: .max)?.lastTime
  }

  /// Adds `ticks`; at equal times behind what is there.
  func add(_ ticks: Columns) throws(StoreError) {
    guard !ticks.isEmpty else { return }
    if let lastTime, ticks.times[0] < lastTime {
      try flush()
      try merge(ticks)
    } else {
      try appendInOrder(ticks, rows: 0..<ticks.count)
    }
  }

  /// The ids of the stream, with those of everything added so far.
  func sequenceSet() throws(StoreError) -> SequenceSet {
    if let sequences { return sequences }
    try flush()
    let table = table
    let set = SequenceSet(try table.entriesWithSequences()) { entry throws(StoreError) in
      var columns = Columns()
      try table.read(entry, into: &columns)
      return columns.sequences
    }
    sequences = set
    return set
  }

  /// Stores what is pending.
  func flush() throws(StoreError) {
    if !pending.isEmpty { try storePending() }
  }

  private func appendInOrder(_ ticks: Columns, rows: Range<Int>) throws(StoreError) {
    if pending.isEmpty { try reopenLastChunk() }
    var start = rows.lowerBound
    while pending.isEmpty, rows.upperBound - start >= capacity {
      try table.insert(ticks, rows: start..<start + capacity)
      start += capacity
    }
    while start < rows.upperBound {
      let end = min(rows.upperBound, start + capacity - pending.count)
      pending.append(ticks, rows: start..<end)
      if pending.count >= capacity { try storePending() }
      start = end
    }
    lastTime = ticks.times[rows.upperBound - 1]
  }

  private func reopenLastChunk() throws(StoreError) {
    guard let last = try table.lastEntry(endingBy: .max), last.tickCount < capacity else { return }
    try load(last, into: &pending)
    reopened = last
  }

  private func storePending() throws(StoreError) {
    if let reopened { try table.delete(reopened) }
    reopened = nil
    try table.insert(pending, rows: 0..<pending.count)
    pending.removeAll()
  }

  /// Merges ticks, of which some belong before the last one stored, group by group: a group are
  /// those that fall into, or before, the same chunk.
  private func merge(_ ticks: Columns) throws(StoreError) {
    var start = 0
    while start < ticks.count {
      guard let entry = try table.firstEntry(endingAfter: ticks.times[start]) else {
        return try appendInOrder(ticks, rows: start..<ticks.count)
      }
      let end = ticks.lowerBound(of: entry.lastTime, from: start)
      try merge(ticks, rows: start..<end, with: entry)
      start = end
    }
  }

  /// Merges `rows`, which all belong before the last tick of the chunk `next`, and behind all
  /// chunks before it.
  private func merge(
    _ ticks: Columns, rows: Range<Int>, with next: ChunkEntry
  ) throws(StoreError) {
    var replaced: [ChunkEntry] = []
    var count = Int64(rows.count)
    if let before = try table.lastEntry(endingBy: ticks.times[rows.lowerBound]),
      before.tickCount + count <= Int64(capacity)
    {
      replaced.append(before)
      count += before.tickCount
    }
    let overlaps = next.firstTime <= ticks.times[rows.upperBound - 1]
    if overlaps || next.tickCount + count <= Int64(capacity) {
      replaced.append(next)
      count += next.tickCount
      // New chunks sort behind old ones of exactly the same times, so such neighbours come along.
      for equal in try table.entries(allAt: next.lastTime) where equal != next {
        replaced.append(equal)
        count += equal.tickCount
      }
    }
    try rewrite(replaced, adding: ticks, rows: rows, count: Int(count))
  }

  /// Replaces chunks by new ones of about equal size, which hold their ticks and `rows`.
  private func rewrite(
    _ replaced: [ChunkEntry], adding ticks: Columns, rows: Range<Int>, count: Int
  ) throws(StoreError) {
    let chunkCount = (count + capacity - 1) / capacity
    let size = (count + chunkCount - 1) / chunkCount
    var merged = Columns()
    var start = rows.lowerBound
    for entry in replaced {
      try load(entry, into: &chunk)
      try table.delete(entry)
      let end = min(rows.upperBound, ticks.lowerBound(of: entry.lastTime, from: start))
      let part = chunk.merged(with: ticks, rows: start..<end)
      merged.append(part, rows: 0..<part.count)
      try storeFullChunks(of: &merged, size: size)
      start = end
    }
    merged.append(ticks, rows: start..<rows.upperBound)
    try storeFullChunks(of: &merged, size: size)
    if !merged.isEmpty { try table.insert(merged, rows: 0..<merged.count) }
  }

  private func storeFullChunks(of columns: inout Columns, size: Int) throws(StoreError) {
    var start = 0
    while columns.count - start >= size {
      try table.insert(columns, rows: start..<start + size)
      start += size
    }
    columns.keep(start..<columns.count)
  }

  /// Reads a chunk that is about to be replaced; its ids would be out of reach afterwards.
  private func load(_ entry: ChunkEntry, into columns: inout Columns) throws(StoreError) {
    try table.read(entry, into: &columns)
    sequences?.absorb(columns.sequences, of: entry)
  }
}
