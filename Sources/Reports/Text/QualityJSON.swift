import Market
package import Streams

extension JSONWriter {
  /// What came of a stream, as an object.
  package mutating func quality(_ quality: StreamQuality) {
    beginObject()
    member("symbol")
    text(quality.stream.symbol)
    member("stream")
    text("\(quality.stream.kind)")
    for (name, count) in [
      ("records", quality.deliveredCount), ("outside", quality.outsideSessionCount),
      ("dropped", quality.droppedCount), ("stale", quality.staleCount),
      ("out_of_order", quality.outOfOrderCount),
    ] {
      member(name)
      number(Int64(count))
    }
    member("interval_ns")
    number(quality.interval)
    member("expected_intervals")
    optional(quality.expectedIntervals)
    member("received_intervals")
    number(Int64(quality.receivedIntervals))
    member("percent")
    if let percentage = quality.percentage {
      decimal(Int64(percentage * 100), .hundredths)
    } else {
      text(nil)
    }
    member("gap_count")
    number(Int64(quality.gapCount))
    member("gaps")
    beginArray()
    for gap in quality.gaps { self.gap(gap) }
    endArray()
    member("longest_gap")
    gap(quality.longestGap)
    member("latency")
    latency(quality.latency)
    endObject()
  }

  private mutating func optional(_ count: Int?) {
    if let count { number(Int64(count)) } else { text(nil) }
  }

  private mutating func gap(_ gap: StreamGap?) {
    guard let gap else { return text(nil) }
    beginObject()
    member("start")
    text("\(gap.start)")
    member("end")
    text("\(gap.end)")
    member("intervals")
    number(Int64(gap.intervals))
    endObject()
  }

  private mutating func latency(_ latency: StreamLatency?) {
    guard let latency else { return text(nil) }
    beginObject()
    for (name, value) in [
      ("count", Int64(latency.count)), ("negative_count", Int64(latency.negativeCount)),
      ("minimum_ns", latency.minimum), ("maximum_ns", latency.maximum),
    ] {
      member(name)
      number(value)
    }
    endObject()
  }
}

extension Precision {
  fileprivate static let hundredths = Precision.zero.finer.finer
}
