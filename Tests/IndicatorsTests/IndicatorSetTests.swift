import Indicators
import Market
import Testing

@Suite struct IndicatorSetTests {
  private let scale = BarScale(price: try! Precision(2), quantity: .zero)

  private func declarations(_ texts: String...) throws -> [IndicatorDeclaration] {
    try texts.map { text in try IndicatorDeclaration(parsing: text) }
  }

  private func bar(_ close: Int64, volume: Int64 = 1, day: Int32 = 0) throws -> Bar {
    let price = try Price(raw: close)
    return Bar(
      tsOpen: .earliest, tsClose: .latest, open: price, high: price, low: price, close: price,
      volume: try Quantity(raw: volume), tickCount: 1,
      tradingDay: CalendarDate(daysSinceEpoch: day))
  }

  @Test func columnsNameEveryOutput() throws {
    let set = try IndicatorSet(
      declarations(
        "SMA(20)", "macd", "ema(10, of: rsi(14))", "bbands(deviations: 2.5).lower",
        "sma(5, of: macd(12, 26, 9).signal)", "vwap", "sma(20)"), scale: scale)
    #expect(
      set.columns.map(\.name) == [
        "sma(20)", "macd(12, 26, 9).macd", "macd(12, 26, 9).signal",
        "macd(12, 26, 9).histogram", "ema(10, of: rsi(14))", "bbands(20, 2.5).lower",
        "sma(5, of: macd(12, 26, 9).signal)", "vwap", "sma(20)",
      ])
    #expect(set.columns.map(\.lookback) == [19, 33, 33, 33, 23, 19, 37, 0, 19])
    #expect(set.lookback == 37)
    // One SMA and one MACD are enough: 1 + 3 + 1 (RSI) + 1 + 3 + 1 + 1.
    #expect(set.valueCount == 11)
    #expect(set.columns.first?.place == set.columns.last?.place)
  }

  @Test func anEmptySetTakesBars() throws {
    var set = try IndicatorSet([], scale: scale)
    set.update(try bar(100))
    var none: [Double] = []
    var span = none.mutableSpan
    set.peek(try bar(100), into: &span)
    #expect(set.barCount == 1)
    #expect(set.lookback == 0)
    #expect(set.columns.isEmpty)
  }

  @Test func chainsFollowTheirSources() throws {
    var set = try IndicatorSet(
      declarations("sma(2, of: sma(2))", "sma(2)", "sma(2, of: volume)"), scale: scale)
    var found: [[Double?]] = []
    for (close, volume) in [(100, 4), (300, 8), (500, 2), (900, 0)] as [(Int64, Int64)] {
      set.update(try bar(close, volume: volume))
      found.append(set.columns.indices.map { set[$0] })
    }
    #expect(
      found == [[nil, nil, nil], [nil, 2, 6], [3, 4, 5], [5.5, 7, 1]])
  }

  /// All indicators there are in one set, over blocks of every length that is cut differently.
  @Test func barsInOnePieceGiveTheBitsOfBarByBar() throws {
    let bars = try TestBars.random(seed: 6, count: 2_000)
    let declarations = try Declarations.all.map { text in try IndicatorDeclaration(parsing: text) }
    var single = try IndicatorSet(declarations, scale: bars.scale)
    var inPieces = try IndicatorSet(declarations, scale: bars.scale)
    var unwritten = try IndicatorSet(declarations, scale: bars.scale)
    let valueCount = single.valueCount
    var random = SeededGenerator(seed: 7)
    var lengths = [0, 1, 2, 15, 16, 17, 31, 32, 33, 200]
    var start = 0
    while start < bars.bars.count {
      let length = lengths.popLast() ?? (random.below(2) == 0 ? 1 : random.below(90))
      let piece = Array(bars.bars[start..<min(start + length, bars.bars.count)])
      var rows = [Double](repeating: 0, count: piece.count * valueCount)
      unsafe rows.withUnsafeMutableBufferPointer { rows in
        guard let rows = rows.baseAddress else { return }
        unsafe inPieces.update(piece.span, into: rows)
      }
      unwritten.update(piece.span)
      for (index, bar) in piece.enumerated() {
        single.update(bar)
        let row = rows[index * valueCount..<(index + 1) * valueCount]
        #expect(row.map(\.bitPattern) == bits(single), "bar \(start + index)")
      }
      #expect(inPieces.barCount == single.barCount)
      #expect(bits(inPieces) == bits(single))
      #expect(bits(unwritten) == bits(single))
      start += piece.count
    }
    #expect(unwritten.barCount == single.barCount)
    #expect(state(inPieces) == state(single))
    #expect(state(unwritten) == state(single))

    // What the bars so far have left behind is gone once another state is taken back.
    let fresh = state(try IndicatorSet(declarations, scale: bars.scale))
    var reader = StateReader(fresh)
    try unwritten.decode(from: &reader)
    let firstThree = Array(bars.bars[..<3])
    unwritten.update(firstThree.span)
    var three = try IndicatorSet(declarations, scale: bars.scale)
    for bar in firstThree { three.update(bar) }
    #expect(state(unwritten) == state(three))
  }

  private func state(_ set: borrowing IndicatorSet) -> [UInt8] {
    var writer = StateWriter()
    set.encode(into: &writer)
    return writer.bytes
  }

  private func bits(_ set: borrowing IndicatorSet) -> [UInt64] {
    set.withValues { values in values.indices.map { values[$0].bitPattern } }
  }

  @Test func provisionalValuesFollowThePartialBarThroughChains() throws {
    var set = try IndicatorSet(declarations("sma(2, of: sma(2))", "sma(2)"), scale: scale)
    var provisional = [Double](repeating: -1, count: set.valueCount)
    func peeked(_ close: Int64) throws -> [Double] {
      var span = provisional.mutableSpan
      set.peek(try bar(close), into: &span)
      return set.columns.map { provisional[$0.place] }
    }
    #expect(try peeked(100) == [-1, -1])
    set.update(try bar(100))
    #expect(try peeked(300) == [-1, 2])
    #expect(set.isReady(1) == false)
    #expect(set.isProvisionallyReady(1) == true)
    #expect(set.isProvisionallyReady(0) == false)
    set.update(try bar(300))
    #expect(try peeked(500) == [3, 4])
    #expect(try peeked(900) == [4, 6])
    #expect(set[1] == 2)
    #expect(set[0] == nil)
  }

  @Test func vwapStartsAnewWithTheTradingDay() throws {
    var set = try IndicatorSet(declarations("vwap"), scale: scale)
    var provisional = [0.0]
    func peeked(_ next: Bar) -> Double {
      var span = provisional.mutableSpan
      set.peek(next, into: &span)
      return provisional[0]
    }
    set.update(try bar(100, volume: 1, day: 5))
    set.update(try bar(400, volume: 2, day: 5))
    #expect(set[0] == 3)
    #expect(peeked(try bar(600, volume: 3, day: 5)) == 4.5)
    #expect(peeked(try bar(600, volume: 3, day: 6)) == 6)
    #expect(peeked(try bar(600, volume: 0, day: 6)) == 0)
    #expect(set[0] == 3)
    set.update(try bar(800, volume: 0, day: 6))
    #expect(set[0] == 0)
    set.update(try bar(800, volume: 7, day: 6))
    #expect(set[0] == 8)
  }

  @Test func valuesStandWhereTheColumnsSay() throws {
    var set = try IndicatorSet(declarations("sma(1)", "ema(9)", "mom(1)"), scale: scale)
    set.update(try bar(100))
    set.update(try bar(250))
    let values = set.withValues { values in values.indices.map { values[$0] } }
    #expect(values == [2.5, 0, 1.5])
    #expect(set.columns.map(\.place) == [0, 1, 2])
  }

  @Test func stateOfOtherDeclarationsIsRefused() throws {
    let saved = try IndicatorSet(declarations("sma(20)", "rsi(14)"), scale: scale)
    var other = try IndicatorSet(declarations("sma(21)", "rsi(14)"), scale: scale)
    var reader = StateReader(saved.bytes)
    #expect(
      throws: MarketError.malformedState(
        "indicators sma(20); rsi(14), expected sma(21); rsi(14)")
    ) { try other.decode(from: &reader) }
  }

  /// Bytes that end early or hold impossible counts are errors, never a trap.
  @Test func damagedStateIsRefused() throws {
    let bars = try TestBars.random(seed: 8, count: 60)
    for text in Declarations.all {
      var set = try IndicatorSet(declarations(text), scale: scale)
      for bar in bars.bars { set.update(bar) }
      let bytes = set.bytes
      for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
        var reader = StateReader(Array(bytes.prefix(length)))
        #expect(throws: MarketError.self, "\(text), \(length) bytes") {
          try set.decode(from: &reader)
        }
      }
      // Whatever a byte is changed to, what is accepted can be updated.
      var random = SeededGenerator(seed: 9)
      for _ in 0..<40 {
        var damaged = bytes
        damaged[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
        var reader = StateReader(damaged)
        guard (try? set.decode(from: &reader)) != nil else { continue }
        for bar in bars.bars.prefix(5) { set.update(bar) }
      }
    }
  }
}
