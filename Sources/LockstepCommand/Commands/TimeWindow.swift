import Market

extension Timestamp {
  /// A nanosecond earlier; the earliest moment there is has none before it.
  var before: Timestamp { (try? Timestamp(nanoseconds: nanoseconds - 1)) ?? .earliest }
}

/// The window of a tape that a command was asked for.
struct TimeWindow {
  let from: Timestamp?
  let to: Timestamp?

  /// - Throws: `UsageError.conflict` for a window that ends before it begins.
  init(from: Timestamp?, to: Timestamp?) throws(UsageError) {
    if let from, let to, from > to {
      throw .conflict("'--from' \(from) lies after '--to' \(to)")
    }
    self.from = from
    self.to = to
  }

  /// Says on the error stream, where nothing was found, what there would be.
  func explainEmptiness(of symbol: String, _ stored: ClosedRange<Timestamp>, _ console: Console) {
    console.note(
      "nothing to show: the records of \(symbol) go from \(stored.lowerBound) to "
        + "\(stored.upperBound)")
  }
}
