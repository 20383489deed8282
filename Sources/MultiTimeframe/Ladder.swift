import Indicators
import Market
import Sessions

/// All timeframes of one symbol that one kind of record forms, kept in step.
///
/// Only the base rung is touched by a record. A completed bar folds into the rungs that rest on
/// it; the partial bar of a higher rung is put together when somebody asks: its folded part, then
/// the partial bar below. `docs/synchronization.md` shows that this equals updating every
/// timeframe at every record.
@safe struct Ladder: ~Copyable {
  struct Rung {
    let timeframe: Timeframe
    /// The rung whose completed bars form this one; -1 for the base.
    let source: Int
    /// Whether the user asked for it. The others exist so that all rest on one base.
    let isVisible: Bool
    /// The rungs that rest on this one, one bit each.
    let dependents: UInt64
    /// The current bar; meaningful while the rung or its source holds records in it.
    var span = BarSpan.none
    /// When the current bar closes, if it holds folded records; `Int64.max` when it does not.
    var due = Int64.max
  }

  let symbolIndex: Int
  let priceSources: [PriceSource]
  let sourceCount: Int
  private(set) var rungs: FixedBuffer<Rung>
  /// Rung-major: the values of rung r and price source s stand at r × sources + s. For the base
  /// they are the partial bar; for the others, the part that has been folded in.
  var values: FixedBuffer<BarAccumulator>
  /// Never replaced: `SynchronizedState.ring(of:)` hands their addresses out.
  var rings: FixedBuffer<BarRing>
  /// By slot, like the values; nil where there are none.
  let indicators: FixedBuffer<SeriesIndicators?>
  /// The same, for a look at every close that counts no references.
  private let uncounted: FixedBuffer<Unmanaged<SeriesIndicators>?>
  private(set) var cursor: SessionCursor
  /// The earliest close of a bar that holds records; `Int64.max` when none does.
  private(set) var nextClose = Int64.max
  /// The same of the rungs above the base, so that a close of the base alone looks at no other.
  private var nextHigherClose = Int64.max
  /// The time that all current bars above the base share: as long as records stay within, only the base
  /// needs another.
  private var sharedSpan = BarSpan.none
  /// What the base's volume may reach without any rung's partial volume leaving 64 bits, so that
  /// no merge can overflow. It may be too low, until `refreshVolumeLimit()`.
  private(set) var volumeLimit = Int64.max
  /// Records that fell outside the session; they form no bar.
  var outsideSessionCount = 0
  /// Room for the mid prices of one block.
  var midPrices: [Int64]

  init(
    symbolIndex: Int, plan: LadderPlan, priceSources: [PriceSource], calendar: TradingCalendar,
    history: Int, worker: IndicatorWorker?, indicators: (Timeframe, PriceSource) -> IndicatorSet
  ) {
    self.symbolIndex = symbolIndex
    self.priceSources = priceSources
    let sources = priceSources.count
    sourceCount = sources
    cursor = SessionCursor(calendar)
    rungs = FixedBuffer(count: plan.rungs.count) { index in
      let rung = plan.rungs[index]
      return Rung(
        timeframe: rung.timeframe, source: rung.source ?? -1, isVisible: !rung.isHidden,
        dependents: plan.dependents(of: index))
    }
    let kept = FixedBuffer<SeriesIndicators?>(count: plan.rungs.count * sources) { slot in
      let set = indicators(plan.rungs[slot / sources].timeframe, priceSources[slot % sources])
      return set.valueCount == 0
        ? nil : SeriesIndicators(set, historyLength: history, worker: worker)
    }
    values = FixedBuffer(count: plan.rungs.count * sources) { _ in BarAccumulator() }
    rings = FixedBuffer(count: plan.rungs.count * sources) { slot in
      plan.rungs[slot / sources].isHidden
        ? BarRing(historyLength: 0) : BarRing(historyLength: history, indicators: kept[slot])
    }
    unsafe uncounted = FixedBuffer(count: kept.count) { slot in
      unsafe kept[slot].map { unsafe Unmanaged.passUnretained($0) }
    }
    self.indicators = kept
    midPrices = Array(
      repeating: 0, count: priceSources.contains(.mid) ? TradeSlice.longest : 0)
  }

  /// Whether the base bar holds records.
  @inline(__always)
  var hasOpenBase: Bool { !values[0].isEmpty }

  /// Finds the bars that hold `time` and makes them current; the base must be empty.
  ///
  /// - Returns: false when `time` belongs to no bar of the base, that is, lies outside the session.
  mutating func open(at time: Int64) -> Bool {
    guard findBar(of: 0, at: time) else { return false }
    if !sharedSpan.holds(time) {
      sharedSpan = BarSpan(open: .min, close: .max, tradingDay: 0)
      for index in 1..<rungs.count {
        // Where one takes no records now, it is asked again at the next.
        guard findBar(of: index, at: time) else {
          sharedSpan.close = .min
          continue
        }
        sharedSpan.open = max(sharedSpan.open, rungs[index].span.open)
        sharedSpan.close = min(sharedSpan.close, rungs[index].span.close)
      }
    }
    rungs[0].due = rungs[0].span.close
    nextClose = min(nextClose, rungs[0].due)
    return true
  }

  /// Makes the bar of a rung current that holds `time`.
  /// - Returns: false where there is none.
  @inline(__always)
  private mutating func findBar(of index: Int, at time: Int64) -> Bool {
    if rungs[index].span.holds(time) { return true }
    let bounds = cursor.bounds(
      of: rungs[index].timeframe, at: Timestamp(unchecked: time), behind: rungs[index].span.close)
    guard let bounds else {
      rungs[index].span = .none
      return false
    }
    rungs[index].span = BarSpan(
      open: bounds.tsOpen.nanoseconds, close: bounds.tsClose.nanoseconds,
      tradingDay: bounds.tradingDay.daysSinceEpoch)
    return true
  }

  /// Whether a source bar fits into one bar of the base, or lies wholly outside of sessions, where
  /// it forms no bar.
  mutating func fits(_ tsOpen: Timestamp, _ tsClose: Timestamp) -> Bool {
    let bounds = cursor.bounds(of: rungs[0].timeframe, at: tsOpen)
    // The base leaves no hole within a session, so without a bar there is none up to the next one.
    return tsClose <= bounds?.tsClose ?? cursor.interval(at: tsOpen).end
  }

  /// Completes every bar that ends at `time`, sources before the rungs that rest on them.
  ///
  /// - Returns: the visible rungs that closed, one bit each, the base lowest.
  mutating func close(at time: Int64) -> UInt64 {
    var closed: UInt64 = 0
    if rungs[0].due == time, complete(0) { closed = 1 }
    if nextHigherClose == time {
      nextHigherClose = .max
      for index in 1..<rungs.count {
        let due = rungs[index].due
        if due == time {
          if complete(index) { closed |= 1 &<< UInt64(truncatingIfNeeded: index) }
        } else {
          nextHigherClose = min(nextHigherClose, due)
        }
      }
    }
    nextClose = min(rungs[0].due, nextHigherClose)
    return closed
  }

  /// Keeps the completed bars of a rung for its history and its indicators, merges the bars into
  /// the rungs that rest on it and take records now, and empties the rung.
  ///
  /// - Returns: whether the rung is visible and held records.
  @inline(__always)
  private mutating func complete(_ index: Int) -> Bool {
    // By their addresses, which are found once: what is written could be any of them to the compiler.
    let rung = unsafe rungs.pointer(to: index)
    unsafe rung.pointee.due = .max
    let first = unsafe values.pointer(to: index &* sourceCount)
    if unsafe first.pointee.isEmpty { return false }
    if index == 0 { unsafe volumeLimit &-= first.pointee.volume }
    for source in 0..<sourceCount {
      let value = unsafe first + source
      if unsafe rung.pointee.isVisible {
        unsafe keep(value.pointee.bar(rung.pointee.span), index &* sourceCount &+ source)
      }
      var dependents = unsafe rung.pointee.dependents
      while dependents != 0 {
        let dependent = dependents.trailingZeroBitCount
        dependents &= dependents &- 1
        let above = unsafe rungs.pointer(to: dependent)
        if unsafe above.pointee.span.isNone { continue }
        let close = unsafe above.pointee.span.close
        unsafe above.pointee.due = close
        unsafe values.pointer(to: dependent &* sourceCount &+ source).pointee.merge(value.pointee)
        // Those above the base are all looked at after one of them has closed.
        if index == 0 { nextHigherClose = min(nextHigherClose, close) }
      }
      unsafe value.pointee = BarAccumulator()
    }
    return unsafe rung.pointee.isVisible
  }

  /// Keeps a completed bar for the history and the indicators.
  @inline(__always)
  private mutating func keep(_ bar: Bar, _ slot: Int) {
    let ring = unsafe rings.pointer(to: slot)
    unsafe ring.pointee.append(bar)
    if unsafe ring.pointee.completedCount >= ring.pointee.indicatorsDue {
      unsafe indicators[slot]?.takeBatch(of: &ring.pointee)
    }
  }

  /// A series' indicators, every completed bar taken in; nil where there are none.
  @inline(__always)
  func currentIndicators(_ slot: Int) -> SeriesIndicators? {
    guard let current = indicators[slot] else { return nil }
    current.catchUp(with: rings[slot])
    return current
  }

  /// Writes the confirmed values of a series' columns, every completed bar taken in.
  @inline(__always)
  mutating func readConfirmed(_ slot: Int, into values: UnsafeMutablePointer<Double>) {
    unsafe uncounted[slot]?._withUnsafeGuaranteedRef {
      unsafe $0.readConfirmed(with: &rings[slot], into: values)
    }
  }

  /// Computes the volume limit exactly. A ladder's price sources have the same volumes.
  mutating func refreshVolumeLimit() {
    var largest: Int64 = 0
    for index in rungs.indices {
      var carried: Int64 = 0
      var rung = index
      while rung > 0 {
        carried &+= values[rung &* sourceCount].volume
        rung = rungs[rung].source
      }
      largest = max(largest, carried)
    }
    volumeLimit = .max &- largest
  }
}
