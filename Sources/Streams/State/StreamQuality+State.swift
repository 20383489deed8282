import Market

extension StreamQuality {
  /// Writes what has been counted; name and interval are written by the meter, late records by the merge.
  func encode(into writer: inout StateWriter) {
    for count in [deliveredCount, outsideSessionCount, droppedCount, receivedIntervals, gapCount] {
      writer.write(Int64(count))
    }
    writer.write(Int64(gaps.count))
    for gap in gaps { gap.encode(into: &writer) }
    writer.write(longestGap != nil)
    longestGap?.encode(into: &writer)
    writer.write(latency != nil)
    latency?.encode(into: &writer)
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    deliveredCount = try reader.readCount()
    outsideSessionCount = try reader.readCount()
    droppedCount = try reader.readCount()
    receivedIntervals = try reader.readCount()
    gapCount = try reader.readCount()
    gaps = []
    for _ in 0..<(try reader.readCount(atMost: StreamQuality.gapLimit)) {
      gaps.append(try StreamGap(from: &reader))
    }
    longestGap = try reader.readBool() ? try StreamGap(from: &reader) : nil
    latency = try reader.readBool() ? try StreamLatency(from: &reader) : nil
  }
}

extension StreamGap {
  func encode(into writer: inout StateWriter) {
    writer.write(start.nanoseconds)
    writer.write(end.nanoseconds)
    writer.write(Int64(intervals))
  }

  init(from reader: inout StateReader) throws(MarketError) {
    start = try reader.readTimestamp()
    end = try reader.readTimestamp()
    intervals = try reader.readCount()
  }
}

extension StreamLatency {
  func encode(into writer: inout StateWriter) {
    writer.write(Int64(count))
    writer.write(Int64(negativeCount))
    writer.write(minimum)
    writer.write(maximum)
  }

  init(from reader: inout StateReader) throws(MarketError) {
    count = try reader.readCount()
    negativeCount = try reader.readCount()
    minimum = try reader.read()
    maximum = try reader.read()
  }
}
