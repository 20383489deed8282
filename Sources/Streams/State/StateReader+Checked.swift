import Market

/// Values as they can be in a run. Whatever else the bytes say was written by something else.
extension StateReader {
  /// How many there are of something.
  mutating func readCount(atMost limit: Int = 1 << 60) throws(MarketError) -> Int {
    let count = try read(Int64.self)
    guard (0...Int64(limit)).contains(count) else {
      throw .malformedState("a count of \(count): expected 0 to \(limit)")
    }
    return Int(count)
  }

  mutating func readTimestamp() throws(MarketError) -> Timestamp {
    let nanoseconds = try read(Int64.self)
    guard let time = try? Timestamp(nanoseconds: nanoseconds) else {
      throw .malformedState("\(nanoseconds) is no time")
    }
    return time
  }

  /// Nanoseconds of a time or an order key; `Int64.min` or `Int64.max` for none.
  mutating func readMoment() throws(MarketError) -> Int64 {
    let moment = try read(Int64.self)
    let known = Timestamp.earliest.nanoseconds - 1...Timestamp.latest.nanoseconds
    guard moment == .min || moment == .max || known.contains(moment) else {
      throw .malformedState("\(moment) is no time")
    }
    return moment
  }
}
