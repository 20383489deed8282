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
}
