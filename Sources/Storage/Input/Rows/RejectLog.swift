/// Counts rows that were not imported, and keeps the first few with their reasons.
package struct RejectLog: Sendable {
  /// How many are kept.
  package static let limit = 10

  package private(set) var count: Int64 = 0
  package private(set) var first: [RejectedRow] = []

  package init() {}

  package mutating func add(_ reason: RejectReason, line: Int, place: String) {
    count += 1
    guard first.count < RejectLog.limit else { return }
    first.append(RejectedRow(place: place, line: line, reason: reason))
  }

  /// Adds what was rejected in the texts that follow.
  mutating func append(_ next: RejectLog) {
    count += next.count
    first += next.first.prefix(RejectLog.limit - first.count)
  }

  /// Adds what was rejected in the same texts for other reasons; the first few are again those
  /// that come first.
  mutating func merge(_ other: RejectLog, placesInOrder places: [String]) {
    count += other.count
    func position(_ row: RejectedRow) -> (Int, Int) {
      (places.firstIndex(of: row.place) ?? places.count, row.line)
    }
    let both = (first + other.first).sorted { position($0) < position($1) }
    first = Array(both.prefix(RejectLog.limit))
  }
}
