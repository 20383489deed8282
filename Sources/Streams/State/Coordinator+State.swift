public import Market
public import Sessions

extension Coordinator {
  /// Which form the bytes have that `encode` writes.
  private static let stateVersion: UInt8 = 1

  /// Writes where the run is: the clock, the timers, the sessions to come, and for each stream its name, how
  /// many records of its source have been taken, and its quality. The sources themselves are not part of it.
  ///
  /// - Precondition: no call of `next` has thrown.
  /// - Complexity: O(streams + timers + gaps).
  public func encode(into writer: inout StateWriter) {
    precondition(failure == nil, "a run that has failed does not go on")
    writer.write(Coordinator.stateVersion)
    for moment in [position.clock, position.key, time.nanoseconds, firstMoment] {
      writer.write(moment)
    }
    writer.write(Int64(symbols.count))
    for (name, calendar) in zip(symbols, calendars) {
      writer.write(name)
      writer.write(calendar != nil)
      guard let calendar else { continue }
      writer.write(calendar.name)
      writer.write(calendar.includesExtendedHours)
    }
    writer.write(Int64(meters.count))
    for stream in meters.indices {
      writer.write(Int64(merge.traits(stream).symbol))
      merge.slots[stream].key.kind.encode(into: &writer)
      merge.encode(stream, into: &writer)
      currentMeter(stream).encode(into: &writer)
    }
    sessions.encode(into: &writer)
    timers.encode(into: &writer)
  }

  /// A run that goes on where another was when it was saved.
  ///
  /// Register each stream that had not ended again, under its name and with its options, before the next event
  /// is asked for, or remove it. Its source begins at the beginning, with the records of before: those that have
  /// been taken are passed over, by `SkippingSource.skip(atMost:)` where the source has it. Streams and
  /// timers keep their numbers. What follows is what would have followed.
  ///
  /// - Parameters:
  ///   - end: the last moment of the run.
  ///   - control: drives the run from outside.
  ///   - calendar: the calendar of a name; where it has extended hours and they were in use, they are.
  /// - Throws: `MarketError.malformedState` for bytes that no coordinator wrote, or with calendars whose
  ///   sessions are others.
  public init(
    from reader: inout StateReader, through end: Timestamp? = nil, control: RunControl? = nil,
    calendar: (String) -> TradingCalendar? = { try? .named($0) }
  ) throws(MarketError) {
    self.init(through: end, control: control)
    let version = try reader.read(UInt8.self)
    guard version == Coordinator.stateVersion else {
      throw .malformedState("streams in form \(version): expected \(Coordinator.stateVersion)")
    }
    try decodeClock(from: &reader)
    for _ in 0..<(try reader.readCount()) { try decodeSymbol(from: &reader, calendar) }
    for _ in 0..<(try reader.readCount()) {
      let symbol = try reader.readCount()
      guard symbol < symbols.count else { throw .malformedState("there is no symbol \(symbol)") }
      let key = StreamKey(symbols[symbol], try StreamKind(from: &reader))
      try merge.restore(key, symbol: symbol, from: &reader)
      meters.append(try StreamMeter(key, calendars[symbol], from: &reader))
    }
    try sessions.decode(from: &reader, calendars: calendars, clock: position.clock)
    try timers.decode(from: &reader, clock: position.clock)
    refreshFence()
  }

  private mutating func decodeClock(from reader: inout StateReader) throws(MarketError) {
    position.clock = try reader.readMoment()
    position.key = try reader.readMoment()
    let given = try reader.readMoment()
    firstMoment = try reader.readMoment()
    // The clock stands at the last event that was given, and nothing lies behind the position.
    let isStarted = position.clock != .min
    guard position.clock != .max, given <= position.clock,
      position.key == position.clock || (isStarted && position.key == position.clock - 1)
    else { throw .malformedState("a clock at \(position.clock), \(position.key), \(given)") }
    if given != .min { time.advance(to: given) }
  }

  private mutating func decodeSymbol(
    from reader: inout StateReader, _ calendar: (String) -> TradingCalendar?
  ) throws(MarketError) {
    let name = try reader.readString()
    guard symbolPlaces.updateValue(symbols.count, forKey: name) == nil else {
      throw .malformedState("the symbol '\(name)' is there twice")
    }
    symbols.append(name)
    guard try reader.readBool() else {
      calendars.append(nil)
      return
    }
    let (calendarName, isExtended) = (try reader.readString(), try reader.readBool())
    guard var found = calendar(calendarName) else {
      throw .malformedState("\(name): there is no calendar '\(calendarName)'")
    }
    if isExtended { found = found.includingExtendedHours() }
    guard found.includesExtendedHours == isExtended else {
      throw .malformedState("\(name): the calendar '\(calendarName)' has other hours")
    }
    calendars.append(found)
  }

  /// Gives a stream of a resumed run its source.
  mutating func resume(
    _ stream: StreamID, _ source: AnySource, _ meter: StreamMeter, _ late: LatePolicy
  ) throws(StreamError) {
    let slot = stream.index
    guard meters[slot].hasOptions(of: meter), merge.slots[slot].latePolicy == late else {
      throw .differentOptions(merge.slots[slot].key)
    }
    try merge.attach(source, to: slot)
  }
}
