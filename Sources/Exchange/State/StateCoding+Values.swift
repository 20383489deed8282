import Market

// How the values of orders and accounts stand in saved state. A reader checks the range of each, so
// that what it gives can be counted with.

extension StateWriter {
  mutating func write(_ time: Timestamp) { write(time.nanoseconds) }
  mutating func write(_ price: Price) { write(price.raw) }
  mutating func write(_ quantity: Quantity) { write(quantity.raw) }
  mutating func write(_ id: OrderID) { write(Int32(id.number)) }
  mutating func write(_ id: ListingID) { write(Int32(id.index)) }

  mutating func write(_ moment: Moment) {
    write(moment.time)
    write(moment.phase.rawValue)
  }

  mutating func write<Value>(
    _ value: Value?, _ write: (inout StateWriter, Value) -> Void
  ) {
    self.write(value != nil)
    if let value { write(&self, value) }
  }

  mutating func write<Values: Collection>(
    _ values: Values, _ write: (inout StateWriter, Values.Element) -> Void
  ) {
    self.write(Int64(values.count))
    for value in values { write(&self, value) }
  }
}

extension StateReader {
  /// - Throws: `MarketError.malformedState` outside of `range`.
  mutating func read<Value: FixedWidthInteger>(
    in range: ClosedRange<Value>
  ) throws(MarketError) -> Value {
    let value: Value = try read()
    guard range.contains(value) else {
      throw .malformedState("\(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  mutating func readCount() throws(MarketError) -> Int {
    Int(try read(in: 0...Int64.max))
  }

  mutating func readTime() throws(MarketError) -> Timestamp {
    Timestamp(
      unchecked: try read(in: Timestamp.earliest.nanoseconds...StateReader.latestTime))
  }

  /// A latency of a day may reach beyond the last day.
  private static var latestTime: Int64 { Timestamp.latest.nanoseconds + 3 * nanosecondsPerDay }

  mutating func readPrice() throws(MarketError) -> Price {
    Price(unchecked: try read(in: -StateReader.largest...StateReader.largest))
  }

  /// A mark has a digit more than a price.
  mutating func readMarkPrice() throws(MarketError) -> Price {
    Price(unchecked: try read(in: -16 * StateReader.largest...16 * StateReader.largest))
  }

  /// Beyond what an order or a record may have there is what trailing and slippage make of it.
  private static var largest: Int64 { 1 << 51 }

  mutating func readQuantity() throws(MarketError) -> Quantity {
    Quantity(unchecked: try read(in: 0...Quantity.limit))
  }

  mutating func readMoment() throws(MarketError) -> Moment {
    Moment(try readTime(), try readCase(of: Phase.self))
  }

  /// - Throws: `MarketError.malformedState` for what is no case.
  mutating func readCase<Value: RawRepresentable>(
    of _: Value.Type = Value.self
  ) throws(MarketError) -> Value where Value.RawValue == UInt8 {
    let raw: UInt8 = try read()
    guard let value = Value(rawValue: raw) else {
      throw .malformedState("\(raw) is no \(Value.self)")
    }
    return value
  }

  mutating func readOptional<Value>(
    _ read: (inout StateReader) throws(MarketError) -> Value
  ) throws(MarketError) -> Value? {
    try readBool() ? try read(&self) : nil
  }

  /// - Complexity: O(what is there): a count beyond the end is an error there.
  mutating func readArray<Value>(
    _ read: (inout StateReader) throws(MarketError) -> Value
  ) throws(MarketError) -> [Value] {
    let count = try readCount()
    var values: [Value] = []
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }

  /// An amount of `currency`.
  mutating func readMoney(in currency: Currency) throws(MarketError) -> Money {
    let amount = try readMoney()
    guard amount.currency == currency else {
      throw .malformedState("an amount in \(amount.currency), expected \(currency)")
    }
    return amount
  }
}

/// How many orders and listings there are, so that what names one names one that is there.
struct StateLimits {
  let orders: Int
  let listings: Int

  func order(_ reader: inout StateReader) throws(MarketError) -> OrderID {
    OrderID(number: try place(&reader, below: orders))
  }

  func listing(_ reader: inout StateReader) throws(MarketError) -> ListingID {
    ListingID(index: try place(&reader, below: listings))
  }

  private func place(_ reader: inout StateReader, below count: Int) throws(MarketError) -> Int {
    let place = Int(try reader.read(Int32.self))
    guard (0..<count).contains(place) else {
      throw .malformedState("number \(place) of \(count)")
    }
    return place
  }
}
