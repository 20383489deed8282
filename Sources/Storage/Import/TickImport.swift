import Market

/// Takes the rows of one file into a stream of ticks: duplicates out, late rows into their place.
///
/// Rows in order go to the store batch by batch; late ones, whose time lies before that of a row in
/// front of them, wait for the end of the file. There the store puts them behind all rows of the
/// same time, which is where a stable sort of the whole file puts them.
struct TickImport<Columns: ImportedColumns>: RowImport {
  private let isStrict: Bool
  /// The ids there are; nil where rows have none, and for quotes, whose ids are no trades'.
  private let known: SequenceSet?
  private let add: (Columns) throws -> Void

  private(set) var counts = ImportCounts()
  let rejects = RejectLog()
  private(set) var timeRange: ClosedRange<Timestamp>?
  private var latest = Int64.min
  private var ready = Columns()
  private var late = LateRows()

  /// So many rows are handed to the store at once: more than a chunk, so that a file that lies
  /// before what is stored does not rewrite the same chunk over and over.
  private static var handful: Int { 65_536 }

  init(
    isStrict: Bool, known: SequenceSet?, add: @escaping (Columns) throws -> Void
  ) {
    self.isStrict = isStrict
    self.known = known
    self.add = add
  }

  mutating func take(_ batch: RowBatch, from place: String) throws {
    var start = 0
    while start < batch.count {
      let rows = start..<start + (try newRowCount(batch, from: start))
      try takeNew(batch, rows: rows, from: place)
      start = rows.upperBound
      guard start < batch.count else { break }
      counts.deduplicated += 1
      start += 1
    }
    if ready.count >= Self.handful { try handOver() }
  }

  /// How many rows from `start` on are no duplicates.
  private func newRowCount(_ batch: RowBatch, from start: Int) throws -> Int {
    guard let known, batch.uses(.sequence) else { return batch.count - start }
    return try known.insert(contentsOf: batch.column(.sequence).dropFirst(start))
  }

  /// Takes rows that are no duplicates.
  private mutating func takeNew(
    _ batch: RowBatch, rows: Range<Int>, from place: String
  ) throws {
    let times = batch.column(.time)
    var start = rows.lowerBound
    for row in rows {
      let time = times[times.startIndex + row]
      if time < latest {
        accept(batch, rows: start..<row)
        start = row + 1
        try takeLate(batch, row, from: place)
      } else {
        latest = time
      }
    }
    accept(batch, rows: start..<rows.upperBound)
  }

  /// Hands everything that is left to the store.
  mutating func finish() throws {
    try handOver()
    for part in late.sortedBatches() {
      ready.append(part, rows: 0..<part.count)
      if ready.count >= Self.handful { try handOver() }
    }
    try handOver()
  }

  private mutating func accept(_ batch: RowBatch, rows: Range<Int>) {
    guard let first = rows.first, let last = rows.last else { return }
    ready.append(batch, rows: rows)
    count(batch, rows: rows, earliest: batch[.time, first], latest: batch[.time, last])
  }

  private mutating func takeLate(_ batch: RowBatch, _ row: Int, from place: String) throws {
    let time = batch[.time, row]
    guard !isStrict else {
      throw ImportError.outOfOrder(
        place: place, line: Int(batch[.line, row]), previous: Timestamp(unchecked: latest),
        found: Timestamp(unchecked: time))
    }
    counts.outOfOrder += 1
    late.append(batch, row)
    count(batch, rows: row..<row + 1, earliest: time, latest: time)
  }

  private mutating func count(
    _ batch: RowBatch, rows: Range<Int>, earliest: Int64, latest: Int64
  ) {
    counts.accepted += Int64(rows.count)
    counts.crossed += Columns.crossedCount(batch, rows: rows)
    let lower = min(earliest, timeRange?.lowerBound.nanoseconds ?? earliest)
    let upper = max(latest, timeRange?.upperBound.nanoseconds ?? latest)
    timeRange = Timestamp(unchecked: lower)...Timestamp(unchecked: upper)
  }

  private mutating func handOver() throws {
    guard !ready.isEmpty else { return }
    try add(ready)
    ready.removeAll()
  }
}

/// Rows that came late, in the order of the file.
private struct LateRows {
  private var columns = [[Int64]](repeating: [], count: RowBatch.Slot.allCases.count)

  private var slots: Set<RowBatch.Slot> = []

  mutating func append(_ batch: RowBatch, _ row: Int) {
    slots.formUnion(batch.slots)
    for slot in RowBatch.Slot.allCases {
      columns[slot.rawValue].append(batch.uses(slot) ? batch[slot, row] : slot.absent)
    }
  }

  /// The rows in the order of their times, and of the file where those are equal.
  func sortedBatches() -> some Sequence<RowBatch> {
    let times = columns[RowBatch.Slot.time.rawValue]
    let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    return stride(from: 0, to: order.count, by: RowBatch.capacity).lazy.map { start in
      let rows = order[start..<min(order.count, start + RowBatch.capacity)]
      var batch = RowBatch()
      batch.count = rows.count
      batch.slots = slots
      for slot in RowBatch.Slot.allCases {
        for (row, index) in rows.enumerated() { batch[slot, row] = columns[slot.rawValue][index] }
      }
      return batch
    }
  }
}
