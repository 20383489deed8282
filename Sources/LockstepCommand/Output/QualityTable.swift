import Market
import Reports
import Streams

/// What came of each stream of a run, as a table.
enum QualityTable {
  static func text(_ qualities: [StreamQuality]) -> String {
    TextTable.text(
      [
        ("stream", .left), ("records", .right), ("outside", .right), ("dropped", .right),
        ("late", .right), ("intervals", .right), ("there", .right), ("gaps", .right),
        ("longest gap", .left),
      ],
      qualities.map { quality in
        [
          "\(quality.stream)", NumberText.grouped(quality.deliveredCount),
          NumberText.grouped(quality.outsideSessionCount), NumberText.grouped(quality.droppedCount),
          NumberText.grouped(quality.staleCount + quality.outOfOrderCount),
          quality.expectedIntervals.map { NumberText.grouped($0) } ?? "-",
          quality.percentHundredths.map { "\(NumberText.hundredths($0)) %" } ?? "-",
          NumberText.grouped(quality.gapCount),
          quality.longestGap.map {
            "\(DurationText.short(Int64($0.intervals) * quality.interval)) from \($0.start)"
          } ?? "-",
        ]
      }) + latencies(qualities)
  }

  private static func latencies(_ qualities: [StreamQuality]) -> String {
    qualities.compactMap { quality in
      guard let latency = quality.latency else { return nil }
      return
        "\(quality.stream): received \(milliseconds(latency.minimum)) to "
        + "\(milliseconds(latency.maximum)) ms after it happened"
        + (latency.negativeCount > 0
          ? ", \(NumberText.grouped(latency.negativeCount)) of \(NumberText.grouped(latency.count))"
            + " before: one of the two clocks is wrong\n" : "\n")
    }.joined()
  }

  private static func milliseconds(_ nanoseconds: Int64) -> String {
    let thousandths = nanoseconds / 1000
    let sign = thousandths < 0 ? "-" : ""
    let size = thousandths.magnitude
    return "\(sign)\(size / 1000)." + String(1000 + size % 1000).dropFirst()
  }
}
