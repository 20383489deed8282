import Market
import Synchronization

/// Where the owner of a state leaves its latest publication for readers on other threads.
///
/// Four buffers take turns, so that a reader has three publications' time to finish.
final class PublicationBoard: Sendable {
  private static let bufferCount: UInt64 = 4
  let layout: StateLayout
  /// How many publications there have been.
  private let count = Atomic<UInt64>(0)
  private let seriesCount: Int
  private let buffers: [PublicationBuffer]

  init(layout: StateLayout) {
    self.layout = layout
    seriesCount = layout.series.count
    let words = PublicationWords.count(of: layout)
    buffers = (0..<PublicationBoard.bufferCount).map { _ in PublicationBuffer(count: words) }
    write(
      clock: .min, eventNumber: 0, values: [Double](repeating: 0, count: layout.valueCount)
    ) { index in .empty(layout.series[index]) }
  }

  /// Called by the owner of the state alone.
  @inline(__always)
  func write(
    clock: Int64, eventNumber: UInt64, values: [Double], _ series: (Int) -> SeriesSnapshot
  ) {
    let number = count.load(ordering: .relaxed)
    let buffer = buffers[Int(number % PublicationBoard.bufferCount)]
    buffer.beginWriting()
    buffer.store(UInt64(bitPattern: clock), at: 0)
    buffer.store(eventNumber, at: 1)
    for index in 0..<seriesCount {
      PublicationWords.write(
        series(index), to: buffer,
        at: PublicationWords.headerCount + index * PublicationWords.seriesCount)
    }
    let firstValue = PublicationWords.headerCount + seriesCount * PublicationWords.seriesCount
    for index in values.indices {
      buffer.store(values[index].bitPattern, at: firstValue + index)
    }
    buffer.endWriting()
    count.store(number + 1, ordering: .releasing)
  }

  /// The latest publication. May be called from any thread.
  func read() -> Snapshot {
    let count = PublicationWords.count(of: layout)
    return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { words in
      unsafe words.initialize(repeating: 0)
      while unsafe !readLatest(into: words) {}
      return unsafe PublicationWords.snapshot(UnsafeBufferPointer(words), layout)
    }
  }

  /// Takes the publication that is the latest now, or fails because a later one has overwritten it.
  ///
  /// A later one that has just been written in its place will not do: until it is counted, the next
  /// reading could still meet the one before it, and event numbers would go back.
  private func readLatest(into words: UnsafeMutableBufferPointer<UInt64>) -> Bool {
    let number = count.load(ordering: .acquiring) - 1
    let buffer = buffers[Int(number % PublicationBoard.bufferCount)]
    return buffer.read(writing: number / PublicationBoard.bufferCount) { word, index in
      unsafe words[index] = word
    }
  }
}

/// The form of a publication: a header, then the series in the layout's order, then the values of
/// all indicators.
private enum PublicationWords {
  static let headerCount = 2
  static let barCount = 9
  static let seriesCount = 2 * barCount + 1

  static func count(of layout: StateLayout) -> Int {
    headerCount + layout.series.count * seriesCount + layout.valueCount
  }

  @inline(__always)
  static func write(_ series: SeriesSnapshot, to buffer: PublicationBuffer, at start: Int) {
    buffer.store(UInt64(series.completedCount), at: start)
    write(series.completedBar, to: buffer, at: start + 1)
    write(series.partialBar, to: buffer, at: start + 1 + barCount)
  }

  @inline(__always)
  private static func write(_ bar: Bar, to buffer: PublicationBuffer, at start: Int) {
    buffer.store(UInt64(bitPattern: bar.tsOpen.nanoseconds), at: start)
    buffer.store(UInt64(bitPattern: bar.tsClose.nanoseconds), at: start + 1)
    buffer.store(UInt64(bitPattern: bar.open.raw), at: start + 2)
    buffer.store(UInt64(bitPattern: bar.high.raw), at: start + 3)
    buffer.store(UInt64(bitPattern: bar.low.raw), at: start + 4)
    buffer.store(UInt64(bitPattern: bar.close.raw), at: start + 5)
    buffer.store(UInt64(bitPattern: bar.volume.raw), at: start + 6)
    buffer.store(UInt64(bitPattern: bar.tickCount), at: start + 7)
    buffer.store(UInt64(bitPattern: Int64(bar.tradingDay.daysSinceEpoch)), at: start + 8)
  }

  static func snapshot(_ words: UnsafeBufferPointer<UInt64>, _ layout: StateLayout) -> Snapshot {
    let clock = unsafe Int64(bitPattern: words[0])
    let count = layout.series.count
    let series = unsafe [SeriesSnapshot](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        let start = headerCount + index * seriesCount
        let name = layout.series[index]
        unsafe buffer.initializeElement(
          at: index,
          to: SeriesSnapshot(
            timeframe: name.timeframe, source: name.source, symbol: name.symbol, clock: clock,
            completedCount: Int(words[start]), completedBar: bar(words, at: start + 1),
            partialBar: bar(words, at: start + 1 + barCount)))
      }
      filled = count
    }
    let firstValue = headerCount + count * seriesCount
    let values = unsafe words[firstValue...].map(Double.init(bitPattern:))
    return unsafe Snapshot(
      layout: layout, time: clock == .min ? nil : Timestamp(unchecked: clock),
      eventNumber: words[1], series: series, values: values)
  }

  @inline(__always)
  private static func bar(_ words: UnsafeBufferPointer<UInt64>, at start: Int) -> Bar {
    @inline(__always)
    func word(_ offset: Int) -> Int64 { unsafe Int64(bitPattern: words[start + offset]) }
    return Bar(
      tsOpen: Timestamp(unchecked: word(0)), tsClose: Timestamp(unchecked: word(1)),
      open: Price(unchecked: word(2)), high: Price(unchecked: word(3)),
      low: Price(unchecked: word(4)), close: Price(unchecked: word(5)),
      volume: Quantity(unchecked: word(6)), tickCount: word(7),
      tradingDay: CalendarDate(daysSinceEpoch: Int32(truncatingIfNeeded: word(8))))
  }
}

/// Reads the latest publication of a state that another thread owns.
///
/// A publication is one instant, carries its event number, and equals the plain run's state there.
/// It is at most `SynchronizedState.publicationInterval` events old while the state takes records
/// in bulk, and current after `publish()`. Event numbers never go back for one reader.
public struct PublicationReader: Sendable {
  let board: PublicationBoard

  /// - Complexity: O(series); wait-free in practice, no lock is taken.
  public func latest() -> Snapshot { board.read() }
}

extension SynchronizedState {
  /// A reader for other threads, which finds the current state; any number of them may read while
  /// the owner goes on.
  public var publications: PublicationReader {
    writePublication()
    return PublicationReader(board: board)
  }

  /// Makes the current state visible to readers on other threads.
  public mutating func publish() {
    publicationDue = eventNumber + SynchronizedState.publicationInterval
    // As long as nobody holds a reader nobody can look; a reader that is asked for later finds the
    // state of that moment.
    if !isKnownUniquelyReferenced(&board) { writePublication() }
  }

  func writePublication() {
    let values = indicatorValues { series(SeriesID(index: $0)) }
    board.write(clock: clock, eventNumber: eventNumber, values: values) { index in
      series(SeriesID(index: index))
    }
  }
}
