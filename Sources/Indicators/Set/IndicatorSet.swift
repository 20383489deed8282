import Market

/// The indicators of one series, kept up to date together.
///
/// All outputs stand side by side, the values; `columns` says which stands where. Confirmed values
/// follow from the bars that have closed. Provisional ones, from `peek`, go into memory of the
/// caller's and change nothing here. An indicator that several others are taken of exists once.
/// Nothing is allocated after the set is made.
///
/// ```swift
/// var set = try IndicatorSet(
///   [IndicatorDeclaration(parsing: "sma(20)"), IndicatorDeclaration(parsing: "ema(10, of: rsi)")],
///   scale: BarScale(price: instrument.pricePrecision, quantity: instrument.quantityPrecision))
/// set.update(bar)
/// print(set[0] as Any)
/// ```
public struct IndicatorSet: ~Copyable, Sendable {
  /// What was asked for.
  public let declarations: [IndicatorDeclaration]
  /// The outputs asked for, in the order of the declarations.
  public let columns: [IndicatorColumn]
  /// How many values there are, those of indicators that others are taken of included.
  public let valueCount: Int
  /// How many bars pass before every column has a value.
  public let lookback: Int
  /// How many bars have been taken in.
  public private(set) var barCount = 0

  private let scale: BarScale
  /// Whether some indicator reads a bar's fields as numbers, not only in raw units.
  private let readsNumbers: Bool
  private let slots: OwnedBuffer<IndicatorSlot>
  private var values: OwnedBuffer<Double>
  /// Room for a block of bars.
  private let block = OwnedBuffer<ScaledBar>(capacity: IndicatorSet.blockLength)
  /// Room for the values after each bar of a block, where nobody wants them written down.
  private var passing: OwnedBuffer<Double>

  /// - Parameter scale: what the bars' units are worth.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(
    _ declarations: [IndicatorDeclaration], scale: BarScale
  ) throws(IndicatorError) {
    let plan = try IndicatorPlan(declarations, scale)
    self.declarations = declarations
    self.scale = scale
    columns = plan.columns
    valueCount = plan.valueCount
    lookback = plan.columns.map(\.lookback).max() ?? 0
    values = OwnedBuffer(capacity: plan.valueCount)
    for _ in 0..<plan.valueCount { values.append(0) }
    passing = OwnedBuffer(capacity: plan.valueCount * IndicatorSet.blockLength)
    for _ in 0..<plan.valueCount * IndicatorSet.blockLength { passing.append(0) }
    var visitor = NumbersVisitor()
    for index in 0..<plan.slots.count { unsafe plan.slots.base[index].indicator.accept(&visitor) }
    readsNumbers = visitor.readsNumbers
    slots = plan.slots
  }

  /// Takes in a bar that has closed.
  /// - Complexity: O(1) amortised for each indicator, O(period) for those that say so.
  public mutating func update(_ bar: Bar) {
    unsafe withUnsafePointer(to: ScaledBar(bar, scale, hasNumbers: readsNumbers)) {
      unsafe updateSlots($0)
    }
    barCount &+= 1
  }

  /// Takes in consecutive bars that have closed, with the same bits as one after the other, and writes
  /// down the values after each of them.
  ///
  /// Each indicator takes in a block of bars before the next one does: its numbers stay in registers,
  /// and what the processor knows of its code need not be learned anew at every bar. That pays most
  /// where threads share a core.
  ///
  /// - Parameter rows: room for `valueCount` values a bar. Those that are not there yet are left as
  ///   they are; 0 is what they should be.
  /// - Complexity: as for each of the bars.
  package mutating func update(_ bars: Span<Bar>, into rows: UnsafeMutablePointer<Double>) {
    unsafe update(bars, into: rows, rowsPerBlock: IndicatorSet.blockLength)
  }

  /// Takes in consecutive bars that have closed, with the same bits as one after the other.
  /// - Complexity: as for each of the bars.
  package mutating func update(_ bars: Span<Bar>) {
    unsafe update(bars, into: passing.base, rowsPerBlock: 0)
  }

  /// - Parameter rowsPerBlock: how far the rows of a block lie from those of the one before.
  private mutating func update(
    _ bars: Span<Bar>, into rows: UnsafeMutablePointer<Double>, rowsPerBlock: Int
  ) {
    if bars.isEmpty { return }
    var rows = unsafe rows
    var last = unsafe rows
    var start = 0
    while start < bars.count {
      let count = min(IndicatorSet.blockLength, bars.count &- start)
      for index in 0..<count {
        unsafe (block.base + index).initialize(to: ScaledBar(bars[start &+ index], scale))
      }
      unsafe updateSlots(block.base, count, into: rows)
      barCount &+= count
      start &+= count
      unsafe last = rows + (count &- 1) &* valueCount
      unsafe rows += rowsPerBlock &* valueCount
    }
    unsafe values.base.update(from: last, count: valueCount)
  }

  /// So many bars that what is done once a block hardly counts, and so few that they stay in the
  /// nearest cache.
  private static let blockLength = 16

  /// Writes the values as they would be if `bar` closed now; changes nothing else.
  ///
  /// Columns that have no value even then keep what is in `provisional`.
  /// - Parameters:
  ///   - provisional: room for `valueCount` values from `start` on.
  ///   - start: where the first of them goes.
  /// - Complexity: O(1) for each indicator, O(period) for those that say so.
  public func peek(_ bar: Bar, into provisional: inout MutableSpan<Double>, at start: Int = 0) {
    precondition(
      start >= 0 && start <= provisional.count &- valueCount, "\(valueCount) values are written")
    unsafe provisional.withUnsafeMutableBufferPointer { provisional in
      guard let values = provisional.baseAddress else { return }
      unsafe withUnsafePointer(to: ScaledBar(bar, scale)) {
        unsafe peekSlots($0, into: values + start)
      }
    }
  }

  // Kept out of line, so that the bar stays in memory, where a slot finds its field by number,
  // and is not spread over registers.

  @inline(never)
  private mutating func updateSlots(_ bar: UnsafePointer<ScaledBar>) {
    for index in 0..<slots.count {
      let place = unsafe slots.base[index].place
      if place.inputLookback > barCount { continue }
      var visitor = unsafe UpdateVisitor(bar: bar, values: values.base, place: place)
      unsafe slots.base[index].indicator.accept(&visitor)
    }
  }

  @inline(never)
  private func updateSlots(
    _ bars: UnsafePointer<ScaledBar>, _ count: Int, into rows: UnsafeMutablePointer<Double>
  ) {
    for index in 0..<slots.count {
      let place = unsafe slots.base[index].place
      let first = max(0, place.inputLookback &- barCount)
      if first >= count { continue }
      var visitor = unsafe BlockVisitor(
        bars: bars, rows: rows, valueCount: valueCount, place: place, range: first..<count)
      unsafe slots.base[index].indicator.accept(&visitor)
    }
  }

  @inline(never)
  private func peekSlots(
    _ bar: UnsafePointer<ScaledBar>, into values: UnsafeMutablePointer<Double>
  ) {
    for index in 0..<slots.count {
      let place = unsafe slots.base[index].place
      if place.inputLookback > barCount { continue }
      var visitor = unsafe PeekVisitor(bar: bar, values: values, place: place)
      unsafe slots.base[index].indicator.accept(&visitor)
    }
  }

  /// The confirmed values; 0 where there is none yet.
  public func withValues<Result>(_ body: (Span<Double>) -> Result) -> Result {
    unsafe body(Span(_unsafeStart: values.base, count: valueCount))
  }

  /// Writes the confirmed values down; 0 where there is none yet. Mutating, because a question that is not
  /// copies the set.
  /// - Parameter row: room for `valueCount` values.
  package mutating func write(into row: UnsafeMutablePointer<Double>) {
    for index in 0..<valueCount { unsafe row[index] = values.base[index] }
  }

  /// The confirmed value of a column; nil while its look-back is not filled.
  public subscript(column: Int) -> Double? {
    isReady(column) ? unsafe values.base[columns[column].place] : nil
  }

  /// Writes the confirmed values of all columns; not a number where there is none. Mutating, because a
  /// question that is not copies the set.
  /// - Parameter readings: room for a value a column.
  /// - Complexity: O(columns).
  package mutating func readConfirmed(into readings: UnsafeMutablePointer<Double>) {
    let isWholeReady = barCount > lookback
    for index in columns.indices {
      let isReady = isWholeReady || barCount > columns[index].lookback
      unsafe readings[index] = isReady ? values.base[columns[index].place] : .nan
    }
  }

  /// Whether a column has a confirmed value.
  public func isReady(_ column: Int) -> Bool { barCount > columns[column].lookback }

  /// Whether a column has a provisional value, the bar that is being formed included.
  public func isProvisionallyReady(_ column: Int) -> Bool {
    barCount >= columns[column].lookback
  }
}

extension IndicatorSet {
  /// Writes everything that the bars so far have left behind.
  public func encode(into writer: inout StateWriter) {
    writer.write(Int64(declarations.count))
    for declaration in declarations { writer.write(declaration.description) }
    writer.write(Int64(barCount))
    for index in 0..<valueCount { unsafe writer.write(values.base[index]) }
    // Moved, not copied: a second reference would have the first write copy all that there is.
    var visitor = EncodeVisitor(writer: StateWriter())
    swap(&visitor.writer, &writer)
    for index in 0..<slots.count { unsafe slots.base[index].indicator.accept(&visitor) }
    writer = visitor.writer
  }

  /// Takes back what `encode` wrote, into a set of the same declarations.
  ///
  /// After an error the set holds part of the old state and part of the new: drop it.
  /// - Throws: `MarketError.malformedState`, also for a set of other declarations.
  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    var saved: [String] = []
    for _ in 0..<(try reader.readCount()) { saved.append(try reader.readString()) }
    let wanted = declarations.map(\.description)
    guard saved == wanted else {
      throw .malformedState(
        "indicators \(saved.joined(separator: "; ")), expected \(wanted.joined(separator: "; "))")
    }
    barCount = try reader.readCount()
    for index in 0..<valueCount { unsafe values.base[index] = try reader.readFinite() }
    unsafe passing.base.update(repeating: 0, count: passing.count)
    var visitor = DecodeVisitor(reader: reader)
    for index in 0..<slots.count { try unsafe slots.base[index].indicator.accept(&visitor) }
    reader = visitor.reader
  }
}
