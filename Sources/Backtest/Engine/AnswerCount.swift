/// How often the strategy has acted on reports since the last record.
///
/// Each answer may lead to the next report, a nanosecond of tape time later: a strategy that sends again
/// whatever is rejected would never see another record.
struct AnswerCount {
  /// As many as no strategy needs between two records.
  static let limit = 10_000

  private(set) var count = 0
  private var recordCount = 0

  /// - Parameter recordCount: of the run so far.
  mutating func add(_ answers: Int, at recordCount: Int) {
    if recordCount != self.recordCount { count = 0 }
    self.recordCount = recordCount
    count += answers
  }
}
