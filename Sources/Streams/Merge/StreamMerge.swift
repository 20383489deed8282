import Market

/// Merges streams into one sequence in the order of time, at equal times in the order of
/// registration, and within a stream in its own.
///
/// It gives runs: records that follow each other in one stream and come before those of all others.
/// The head of each stream is a key in a tournament; a run costs one pass from a leaf to the top if
/// its records share a moment, three if they do not. Nothing is allocated and no reference counted for it.
struct StreamMerge: ~Copyable {
  private var heads = GrowingBuffer<StreamHead>()
  var slots = GrowingBuffer<StreamSlot>()
  private var tournament = Tournament([])
  /// The streams that have not ended.
  private(set) var liveStreams: [StreamKey: StreamID] = [:]
  /// Streams without a batch at hand, which must be asked before the next record is known.
  private var hungry: [Int] = []
  /// The leaves at which no stream plays.
  private var freeLeaves: [Int32] = []
  /// There are more streams than leaves, or far fewer.
  private var isRedrawNeeded = false
  /// Streams that have ended, and whose last batch may still be read until the next event.
  private var spent: [Int] = []

  init() {}

  /// - Throws: `StreamError.alreadyRegistered`.
  mutating func register(
    _ source: AnySource, as key: StreamKey, symbol: Int, _ latePolicy: LatePolicy
  ) throws(StreamError) -> StreamID {
    guard liveStreams[key] == nil else { throw .alreadyRegistered(key) }
    let id = append(StreamSlot(key, source, latePolicy), symbol: symbol)
    liveStreams[key] = id
    hungry.append(id.index)
    // Its leaf stays empty until it has a head.
    if let leaf = freeLeaves.popLast() {
      heads[id.index].leaf = leaf
    } else {
      isRedrawNeeded = true
    }
    return id
  }

  private mutating func append(_ slot: StreamSlot, symbol: Int) -> StreamID {
    let id = StreamID(index: slots.count)
    heads.append(
      StreamHead(
        rank: OrderKey.rank(of: id, slot.recordKind), symbol: Int32(symbol),
        kind: slot.recordKind))
    slots.append(slot)
    return id
  }

  /// Takes a stream out; the others go on as if its records to come had never been.
  mutating func remove(_ stream: Int) {
    hungry.removeAll { $0 == stream }
    end(stream)
  }

  private mutating func end(_ stream: Int) {
    liveStreams[slots[stream].key] = nil
    slots[stream].source = nil
    spent.append(stream)
    leaveBatch(stream)
    if !isRedrawNeeded {
      tournament.replace(.none, at: Int(heads[stream].leaf))
      freeLeaves.append(heads[stream].leaf)
    }
    if liveStreams.count * 4 <= tournament.leafCount { isRedrawNeeded = true }
  }

  /// The key of the record that comes next. Only of account after `settle`.
  @inline(__always)
  var next: OrderKey { tournament.winner }

  /// Whether `settle` has anything to do.
  @inline(__always)
  var isUnsettled: Bool { isRedrawNeeded || !hungry.isEmpty || !spent.isEmpty }

  /// Gets every stream a batch, so that it is known which record comes next.
  ///
  /// - Throws: what the sources and their records are at fault in. After
  ///   `StreamError.sourceInterrupted` calling again goes on.
  @inline(never)
  mutating func settle(_ position: MergePosition) throws(StreamError) {
    while let stream = hungry.last {
      let isRefilled = try refill(stream, position)
      hungry.removeLast()
      if !isRefilled {
        end(stream)
      } else if !isRedrawNeeded {
        tournament.replace(knownKey(stream), at: Int(heads[stream].leaf))
      }
    }
    for stream in spent { slots[stream].releaseBatch() }
    spent.removeAll(keepingCapacity: true)
    if isRedrawNeeded { redraw() }
  }

  /// Asks the stream whose head is `next`, and which has no record there, for more.
  mutating func ask() { hungry.append(tournament.winner.stream) }

  /// Takes the next run, of the stream whose head is `next`.
  ///
  /// - Parameters:
  ///   - fence: the order key before which the run ends; behind that of the head.
  ///   - limit: the most records; at least 1.
  @inline(__always)
  mutating func take(before fence: Int64, atMost limit: Int) -> Range<Int> {
    let winner = tournament.winner
    let stream = winner.stream
    let (start, batchEnd) = (heads[stream].index, heads[stream].end)
    // What shares the head's moment comes with it: no other stream stands in between.
    var end = start &+ min(heads[stream].endOfMoment &- start, limit)
    if end < batchEnd {
      let follower = headKey(stream, at: end)
      tournament.replay(follower, at: winner.leaf)
      if tournament.winner.stream == stream, follower.time < fence, end &- start < limit {
        end = extend(
          stream, winner.leaf, from: end, before: fence, atMost: limit &- (end &- start))
      }
    }
    heads[stream].index = end
    if end == batchEnd { hungry.append(stream) }
    return start..<end
  }

  /// Where the run ends of which the record at `start` is known to be part.
  @inline(__always)
  private mutating func extend(
    _ stream: Int, _ leaf: Int, from start: Int, before fence: Int64, atMost limit: Int
  ) -> Int {
    let other = tournament.runnerUp(of: leaf)
    // At the key of the other's head, the stream of the lower rank goes first.
    let goesFirst = heads[stream].rank < other.rank && !other.isNone
    // No further than the limit, so that nothing is looked for in a batch that is much longer.
    let reach = start &+ min(heads[stream].end &- start, limit)
    let end = OrderSearch.end(
      of: start..<reach, before: min(fence, goesFirst ? other.time + 1 : other.time),
      in: heads[stream].keys)
    if end < heads[stream].end {
      tournament.replay(headKey(stream, at: end), at: leaf)
    }
    return end
  }

  @inline(__always)
  private func headKey(_ stream: Int) -> OrderKey { headKey(stream, at: heads[stream].index) }

  @inline(__always)
  private func headKey(_ stream: Int, at index: Int) -> OrderKey {
    OrderKey(
      time: heads[stream].keys[index], rank: heads[stream].rank, leaf: heads[stream].leaf)
  }

  /// The head of a stream; where it has no batch, how far it is known to have come.
  private func knownKey(_ stream: Int) -> OrderKey {
    if heads[stream].index < heads[stream].end { return headKey(stream) }
    return OrderKey(
      time: slots[stream].horizonKey, rank: heads[stream].rank, leaf: heads[stream].leaf
    ).withoutRecord
  }

  /// The order key of a record of the batch at hand.
  @inline(__always)
  func key(_ stream: Int, at index: Int) -> Int64 { heads[stream].keys[index] }

  /// What is looked at for every run of a stream.
  @inline(__always)
  func traits(_ stream: Int) -> (symbol: Int, kind: RecordKind, hasReceiveTimes: Bool) {
    (Int(heads[stream].symbol), heads[stream].kind, heads[stream].hasReceiveTimes)
  }

  /// Counts the intervals that a run reaches over.
  @inline(never)
  func countIntervals(_ range: Range<Int>, of stream: Int, in meter: inout StreamMeter) {
    meter.countIntervals(range, in: heads[stream].keys)
  }

  func countIntervals(
    _ slices: ArraySlice<TradeSlice>, of stream: Int, in meter: inout StreamMeter
  ) {
    meter.countIntervals(slices, in: heads[stream].keys)
  }

  /// Counts how late the records of a run were received.
  @inline(never)
  func measure(_ range: Range<Int>, of stream: Int, in meter: inout StreamMeter) {
    if heads[stream].kind == .trade {
      meter.measure(slots[stream].trades.times, slots[stream].trades.receiveTimes, range)
    } else {
      meter.measure(slots[stream].quotes.times, slots[stream].quotes.receiveTimes, range)
    }
  }

  /// Draws the tournament anew, among the streams that have not ended.
  private mutating func redraw() {
    var keys: [OrderKey] = []
    for stream in liveStreams.values.sorted() {
      heads[stream.index].leaf = Int32(keys.count)
      keys.append(knownKey(stream.index))
    }
    tournament = Tournament(keys)
    freeLeaves = (keys.count..<tournament.leafCount).reversed().map { Int32($0) }
    isRedrawNeeded = false
  }

  /// Notes how far the batch at hand has been delivered, and lets go of its times: it is then its columns'
  /// only owner, so that the source can use their memory.
  private mutating func leaveBatch(_ stream: Int) {
    let index = heads[stream].index
    slots[stream].lastKey = lastKey(stream)
    slots[stream].takenCount += index
    heads[stream].keys = []
    (heads[stream].index, heads[stream].end) = (0, 0)
  }

  /// The order key of the last record that was delivered or left out.
  private func lastKey(_ stream: Int) -> Int64 {
    let (index, key) = (heads[stream].index, slots[stream].lastKey)
    return index > 0 ? max(key, heads[stream].keys[index - 1]) : key
  }

  /// - Returns: false when the stream has ended.
  private mutating func refill(_ stream: Int, _ position: MergePosition) throws(StreamError) -> Bool
  {
    leaveBatch(stream)
    while let keys = try slots[stream].takeBatch() {
      let known = slots[stream].passOver(keys.count)
      let start = try slots[stream].admit(keys, from: known, position)
      guard start < keys.count else {
        slots[stream].takenCount += keys.count
        if slots[stream].knownCount == 0, slots[stream].takeHorizon() { return true }
        continue
      }
      heads[stream].keys = keys
      (heads[stream].index, heads[stream].end) = (start, keys.count)
      heads[stream].hasReceiveTimes = slots[stream].hasReceiveTimes
      return true
    }
    guard slots[stream].knownCount == 0 else {
      throw .sourceTooShort(
        slots[stream].key, expected: slots[stream].takenCount + slots[stream].knownCount,
        found: slots[stream].takenCount)
    }
    return false
  }
}

// MARK: Saved state

extension StreamMerge {
  /// Writes how far a stream has come.
  func encode(_ stream: Int, into writer: inout StateWriter) {
    let slot = unsafe slots.address(of: stream)
    let taken =
      unsafe slot.pointee.takenCount + slot.pointee.knownCount + heads[stream].index
    unsafe writer.write(liveStreams[slot.pointee.key]?.index == stream)
    unsafe writer.write(slot.pointee.latePolicy == .dropAndCount)
    writer.write(Int64(taken))
    writer.write(lastKey(stream))
    unsafe writer.write(slot.pointee.horizonKey)
    unsafe writer.write(Int64(slot.pointee.staleCount))
    unsafe writer.write(Int64(slot.pointee.outOfOrderCount))
  }

  /// Appends a stream as it was saved; one that goes on waits for its source.
  mutating func restore(
    _ key: StreamKey, symbol: Int, from reader: inout StateReader
  ) throws(MarketError) {
    let isLive = try reader.readBool()
    var slot = StreamSlot(key, nil, try reader.readBool() ? .dropAndCount : .refuse)
    slot.knownCount = try reader.readCount()
    slot.lastKey = try reader.readMoment()
    slot.horizonKey = try reader.readMoment()
    slot.staleCount = try reader.readCount()
    slot.outOfOrderCount = try reader.readCount()
    guard slot.lastKey != .max, slot.horizonKey != .max else {
      throw .malformedState("\(key): records up to the end of time")
    }
    let id = append(slot, symbol: symbol)
    guard isLive else { return }
    guard liveStreams.updateValue(id, forKey: key) == nil else {
      throw .malformedState("the stream '\(key)' is there twice")
    }
    hungry.append(id.index)
    isRedrawNeeded = true
  }

  /// Gives a stream that was restored its source, which passes over what it need not make again.
  ///
  /// - Throws: `StreamError.sourceFailed`; the stream then waits for another source.
  mutating func attach(_ source: AnySource, to stream: Int) throws(StreamError) {
    let known = slots[stream].knownCount
    do {
      let skipped = try source.skip(atMost: known)
      precondition((0...known).contains(skipped), "a source skips what it was asked to, or less")
      slots[stream].knownCount -= skipped
      slots[stream].takenCount += skipped
    } catch {
      throw .sourceFailed(slots[stream].key, error)
    }
    slots[stream].source = source
  }
}
