import Market

/// What of one ladder's records waits to be folded in one piece; empty between two calls.
struct HeldRecords {
  var run: RecordRun?
  var end = 0
}

extension SynchronizedState {
  /// Applies runs one after the other, with the result, the events and the errors of applying each
  /// by itself.
  ///
  /// Up to the next boundary the records of one ladder do not touch any other. So, where nobody looks
  /// at single records, those of each ladder are folded in one piece: streams that alternate tick by
  /// tick cost little more than long runs.
  ///
  /// - Throws: as for a single record; the runs before the one at fault are applied.
  /// - Complexity: O(records); nothing is allocated.
  package mutating func apply(_ runs: Span<RecordRun>) throws(StateError) {
    var index = 0
    while true {
      index = hold(runs, from: index)
      guard index < runs.count else { return }
      // It comes after a boundary or opens the tape, somebody has to be told of it, or it is at fault.
      let run = runs[index]
      switch run.columns {
      case .trades(let trades): try apply(unsafe trades.pointee, run.range, to: run.symbol)
      case .quotes(let quotes): try apply(unsafe quotes.pointee, run.range, to: run.symbol)
      }
      index += 1
    }
  }

  /// Applies the runs from `start` on as far as nothing but their records happens.
  ///
  /// - Returns: the first run that is not applied.
  private mutating func hold(_ runs: Span<RecordRun>, from start: Int) -> Int {
    guard clock != .min, !isObservedByTick else { return start }
    let room = Int(truncatingIfNeeded: publicationDue &- eventNumber)
    var (count, last) = (0, earliestTime)
    var heldCount = 0
    var index = start
    while index < runs.count {
      let run = runs[index]
      let (first, final) = run.times
      guard first >= last, final < nextBoundary, count &+ run.range.count < room,
        let ladder = ladder(of: run), hold(run, first, final, ladder, &heldCount)
      else { break }
      count &+= run.range.count
      last = final
      index &+= 1
    }
    guard count > 0 else { return index }
    for place in 0..<heldCount { foldHeld(heldLadders[place]) }
    clock = last
    closedThrough = last
    eventNumber &+= UInt64(count)
    return index
  }

  /// Where a run belongs; nil where nothing is made of its records.
  @inline(__always)
  private func ladder(of run: RecordRun) -> Int? {
    switch run.columns {
    case .trades: layout.routes[run.symbol.index].trades
    case .quotes: layout.routes[run.symbol.index].quotes
    }
  }

  /// Puts a run to those of its ladder that wait.
  ///
  /// - Returns: false where it cannot wait; nothing has changed then that anyone sees.
  @inline(__always)
  private mutating func hold(
    _ run: RecordRun, _ first: Int64, _ final: Int64, _ ladder: Int, _ heldCount: inout Int
  ) -> Bool {
    if let waiting = held[ladder].run {
      guard held[ladder].end == run.range.lowerBound, waiting.hasColumns(of: run),
        run.range.upperBound &- waiting.range.lowerBound <= TradeSlice.longest
      else { return false }
      held[ladder].end = run.range.upperBound
      return true
    }
    guard run.range.count <= TradeSlice.longest else { return false }
    if !ladders[ladder].hasOpenBase {
      guard ladders[ladder].open(at: first) else { return false }
      nextBoundary = min(nextBoundary, ladders[ladder].nextClose)
      guard final < nextBoundary else { return false }
    }
    guard ladders[ladder].hasRoomForBlock() else { return false }
    held[ladder] = HeldRecords(run: run, end: run.range.upperBound)
    heldLadders[heldCount] = ladder
    heldCount &+= 1
    return true
  }

  private mutating func foldHeld(_ ladder: Int) {
    guard let run = held[ladder].run else { preconditionFailure("nothing waits") }
    let range = run.range.lowerBound..<held[ladder].end
    held[ladder].run = nil
    switch run.columns {
    case .trades(let trades): ladders[ladder].foldFitting(unsafe trades.pointee, range)
    case .quotes(let quotes): _ = ladders[ladder].fold(unsafe quotes.pointee, range, before: .max)
    }
  }
}
