import Market
import Streams

/// Takes the rows of one file into a table with a row a moment: funding rates, or mark prices.
struct MomentImport<Record: MomentRecord>: RowImport {
  private let kind: RecordKind
  private let isStrict: Bool
  private let record: (RowBatch, Int) -> Record
  private let add: ([Record]) throws -> RowsAdded

  private(set) var counts = ImportCounts()
  private(set) var rejects = RejectLog()
  private(set) var timeRange: ClosedRange<Timestamp>?
  private var order = RowOrder()

  init(
    _ kind: RecordKind, isStrict: Bool, record: @escaping (RowBatch, Int) -> Record,
    add: @escaping ([Record]) throws -> RowsAdded
  ) {
    self.kind = kind
    self.isStrict = isStrict
    self.record = record
    self.add = add
  }

  mutating func finish() {}

  mutating func take(_ batch: RowBatch, from place: String) throws {
    let records = (0..<batch.count).map { record(batch, $0) }
    for row in 0..<batch.count {
      let isLate = try order.isLate(batch, row, from: place, isStrict: isStrict)
      if isLate { counts.outOfOrder += 1 }
    }
    let added = try add(records)
    counts.count(added)
    for index in added.conflicting {
      rejects.add(
        .conflictingRecord(kind, time: "\(records[index].time)"), line: Int(batch[.line, index]),
        place: place)
    }
    timeRange.extend(over: records, leavingOut: added) { $0.time...$0.time }
  }
}

extension ImportCounts {
  /// Counts what became of records that could be read.
  mutating func count(_ added: RowsAdded) {
    accepted += Int64(added.added)
    deduplicated += Int64(added.identical)
  }
}

extension ClosedRange<Timestamp>? {
  /// Takes in the times of the records that were not in conflict with others.
  mutating func extend<Record>(
    over records: [Record], leavingOut added: RowsAdded,
    times: (Record) -> ClosedRange<Timestamp>
  ) {
    let left = Set(added.conflicting)
    for (index, record) in records.enumerated() where !left.contains(index) {
      let times = times(record)
      let lower = min(times.lowerBound, self?.lowerBound ?? times.lowerBound)
      self = lower...max(times.upperBound, self?.upperBound ?? times.upperBound)
    }
  }
}

/// Whether the times of a file's rows go back.
struct RowOrder {
  private var latest = Int64.min

  /// - Throws: `ImportError.outOfOrder` for a late row in a strict import.
  mutating func isLate(
    _ batch: RowBatch, _ row: Int, from place: String, isStrict: Bool
  ) throws(ImportError) -> Bool {
    let time = batch[.time, row]
    defer { latest = max(latest, time) }
    guard time < latest else { return false }
    guard !isStrict else {
      throw .outOfOrder(
        place: place, line: Int(batch[.line, row]), previous: Timestamp(unchecked: latest),
        found: Timestamp(unchecked: time))
    }
    return true
  }
}

extension FundingRate {
  /// How far a recorded time may lie from the moment at which the funding was due.
  private static let jitter = 5 * nanosecondsPerSecond

  /// When the funding is due whose record has the time `raw`: on a whole minute, as every contract's
  /// interval is, if it lies within five seconds of one; else at that time.
  static func dueTime(ofRaw raw: Timestamp) -> Timestamp {
    let minute = 60 * nanosecondsPerSecond
    let nearest = (raw.nanoseconds + minute / 2).flooredDivision(by: minute) * minute
    guard abs(raw.nanoseconds - nearest) <= jitter, Timestamp.isValid(nearest) else { return raw }
    return Timestamp(unchecked: nearest)
  }

  /// The rate in a row of a batch.
  init(_ batch: RowBatch, _ row: Int) {
    let raw = Timestamp(unchecked: batch[.time, row])
    self.init(
      time: FundingRate.dueTime(ofRaw: raw), rawTime: raw, rate: Rate(units: batch[.rate, row]))
  }
}

extension MarkPrice {
  /// The price in a row of a batch.
  init(_ batch: RowBatch, _ row: Int) {
    self.init(
      time: Timestamp(unchecked: batch[.time, row]), price: Price(unchecked: batch[.mark, row]))
  }
}
