import Market

extension StateReader {
  /// A number of things, written as 64 bits.
  /// - Throws: `MarketError.malformedState` below 0 and above `limit`.
  mutating func readCount(upTo limit: Int = .max) throws(MarketError) -> Int {
    let count = try read(Int64.self)
    guard count >= 0, count <= limit else {
      throw .malformedState("a count of \(count), expected 0 to \(limit)")
    }
    return Int(count)
  }

  /// A number that an indicator can go on with.
  /// - Throws: `MarketError.malformedState` for infinity and what is no number.
  mutating func readFinite() throws(MarketError) -> Double {
    let value = try readDouble()
    guard value.isFinite else { throw .malformedState("\(value), expected a finite number") }
    return value
  }
}
