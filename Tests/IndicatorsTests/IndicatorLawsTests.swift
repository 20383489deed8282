import Market
import Testing

@testable import Indicators

/// What must hold for every indicator there is.
@Suite struct IndicatorLawsTests {
  /// Drives one indicator on its own, as it is, without a set.
  private struct Driver: IndicatorVisitor {
    let bars: TestBars

    func visit<Kind: Indicator & ~Copyable>(_ box: borrowing IndicatorBox<Kind>) {
      var outputs = 0
      for (count, bar) in bars.bars.enumerated() {
        let scaled = ScaledBar(bar, bars.scale)
        let input = Kind.Input.taken(
          from: scaled, raw: scaled.raw(.close), number: scaled[.close])
        #expect(box.indicator.isReady == (count > box.indicator.lookback))
        let before = bytes(box)
        let peeked = box.indicator.peek(input)
        #expect(bytes(box) == before, "peek changes nothing")
        let updated = box.indicator.update(input)
        #expect((updated != nil) == (count >= box.indicator.lookback))
        #expect(bits(peeked) == bits(updated), "peek says what update does")
        if updated != nil { outputs += 1 }
      }
      #expect(outputs == bars.bars.count - box.indicator.lookback)
    }

    private func bytes<Kind: Indicator & ~Copyable>(
      _ box: borrowing IndicatorBox<Kind>
    ) -> [UInt8] {
      var writer = StateWriter()
      box.indicator.encode(into: &writer)
      return writer.bytes
    }

    private func bits<Output: IndicatorOutput>(_ output: Output?) -> [UInt8]? {
      output.map { output in unsafe withUnsafeBytes(of: output) { unsafe Array($0) } }
    }
  }

  @Test(arguments: Declarations.all)
  func onItsOwn(_ text: String) throws {
    let declaration = try IndicatorDeclaration(parsing: text)
    let bars = try TestBars.random(seed: 1, count: 450)
    var isOfIndicator = false
    if case .indicator = declaration.source { isOfIndicator = true }
    let indicator = try declaration.definition.make(
      IndicatorArguments(
        declaration.arguments, scale: bars.scale, field: isOfIndicator ? nil : .close))
    var driver = Driver(bars: bars)
    indicator.accept(&driver)
  }

  @Test(arguments: Declarations.all)
  func peekIsUpdateAndChangesNothing(_ text: String) throws {
    let bars = try TestBars.random(seed: 2, count: 450)
    let declaration = try IndicatorDeclaration(parsing: text)
    var set = try IndicatorSet([declaration], scale: bars.scale)
    var provisional = [Double](repeating: .nan, count: set.valueCount)
    for (count, bar) in bars.bars.enumerated() {
      let before = set.bytes
      var span = provisional.mutableSpan
      set.peek(bars.bars[(count * 7 + 3) % bars.bars.count], into: &span)
      set.peek(bar, into: &span)
      #expect(set.bytes == before)
      let ready = set.columns.indices.map { set.isProvisionallyReady($0) }
      set.update(bar)
      for (index, column) in set.columns.enumerated() {
        #expect(ready[index] == set.isReady(index))
        #expect(set.isReady(index) == (count >= column.lookback))
        guard let value = set[index] else { continue }
        #expect(value.bitPattern == provisional[column.place].bitPattern)
        #expect(value.isFinite)
      }
    }
  }

  @Test(arguments: Declarations.all)
  func savedAndRestoredAtAnyBar(_ text: String) throws {
    let bars = try TestBars.random(seed: 3, count: 420)
    let declarations = [try IndicatorDeclaration(parsing: text)]
    var whole = try IndicatorSet(declarations, scale: bars.scale)
    var resumed = try IndicatorSet(declarations, scale: bars.scale)
    for bar in bars.bars {
      var reader = StateReader(whole.bytes)
      var restored = try IndicatorSet(declarations, scale: bars.scale)
      try restored.decode(from: &reader)
      #expect(reader.isAtEnd)
      resumed = restored
      whole.update(bar)
      resumed.update(bar)
      #expect(whole.bytes == resumed.bytes)
      whole.withValues { mine in
        resumed.withValues { theirs in
          for index in mine.indices {
            #expect(mine[index].bitPattern == theirs[index].bitPattern)
          }
        }
      }
    }
  }

  @Test func aSetGivesWhatEachGivesAlone() throws {
    let bars = try TestBars.random(seed: 4, count: 500)
    let declarations = try Declarations.all.map { text in try IndicatorDeclaration(parsing: text) }
    var set = try IndicatorSet(declarations, scale: bars.scale)
    let together = bars.bars.map { bar -> [Double?] in
      set.update(bar)
      return set.columns.indices.map { set[$0] }
    }
    var first = 0
    for declaration in declarations {
      let alone = try series(declaration, bars)
      let width = alone[0].count
      for (mine, theirs) in zip(together, alone) {
        #expect(
          mine[first..<first + width].map { $0?.bitPattern } == theirs.map { $0?.bitPattern })
      }
      first += width
    }
    #expect(first == set.columns.count)
    #expect(set.lookback == set.columns.map(\.lookback).max())
  }

  @Test func nothingDependsOnLaterBars() throws {
    let bars = try TestBars.random(seed: 5, count: 300)
    let declarations = try Declarations.all.map { text in try IndicatorDeclaration(parsing: text) }
    var set = try IndicatorSet(declarations, scale: bars.scale)
    let whole = bars.bars.map { bar -> [UInt64?] in
      set.update(bar)
      return set.columns.indices.map { set[$0]?.bitPattern }
    }
    for cut in [1, 7, 63, 150, 299] {
      var short = try IndicatorSet(declarations, scale: bars.scale)
      for bar in bars.bars.prefix(cut) { short.update(bar) }
      #expect(short.columns.indices.map { short[$0]?.bitPattern } == whole[cut - 1])
    }
  }
}

extension IndicatorSet {
  /// The state as bytes.
  var bytes: [UInt8] {
    var writer = StateWriter()
    encode(into: &writer)
    return writer.bytes
  }
}
