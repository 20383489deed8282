import Market

/// Updates an indicator with a bar, and puts what comes out among the values.
@safe struct UpdateVisitor: IndicatorVisitor {
  let bar: UnsafePointer<ScaledBar>
  let values: UnsafeMutablePointer<Double>
  let place: IndicatorPlace

  @inline(__always)
  func visit<Kind: Indicator & ~Copyable>(_ box: borrowing IndicatorBox<Kind>) {
    let input = unsafe place.input(Kind.Input.self, bar, values)
    guard let output = box.indicator.update(input) else { return }
    unsafe place.store(output, values)
  }
}

/// Finds out whether indicators read fields of bars as numbers.
struct NumbersVisitor: IndicatorVisitor {
  private(set) var readsNumbers = false

  mutating func visit<Kind: Indicator & ~Copyable>(_ box: borrowing IndicatorBox<Kind>) {
    if Kind.Input.self != Int64.self { readsNumbers = true }
  }
}

/// Updates an indicator with consecutive bars, and puts what comes out among the values after each,
/// which stand in rows.
@safe struct BlockVisitor: IndicatorVisitor {
  let bars: UnsafePointer<ScaledBar>
  let rows: UnsafeMutablePointer<Double>
  let valueCount: Int
  let place: IndicatorPlace
  /// Those for which the indicator has an input.
  let range: Range<Int>

  @inline(__always)
  func visit<Kind: Indicator & ~Copyable>(_ box: borrowing IndicatorBox<Kind>) {
    box.withOwned { indicator in
      for index in range {
        let row = unsafe rows + index &* valueCount
        let input = unsafe place.input(Kind.Input.self, bars + index, row)
        guard let output = indicator.update(input) else { continue }
        unsafe place.store(output, row)
      }
    }
  }
}

/// Puts what would come out after a bar among the values.
@safe struct PeekVisitor: IndicatorVisitor {
  let bar: UnsafePointer<ScaledBar>
  let values: UnsafeMutablePointer<Double>
  let place: IndicatorPlace

  @inline(__always)
  func visit<Kind: Indicator & ~Copyable>(_ box: borrowing IndicatorBox<Kind>) {
    let input = unsafe place.input(Kind.Input.self, bar, values)
    guard let output = box.indicator.peek(input) else { return }
    unsafe place.store(output, values)
  }
}

/// Where an indicator of a set finds its input, and where its output goes.
struct IndicatorPlace {
  /// A field's place in the bar; from `fieldCount` on, a place among the values.
  var input: Int
  /// The first of its outputs among the values.
  var output: Int
  /// How many bars pass before its input has a value.
  var inputLookback: Int

  static var fieldCount: Int { 8 }

  @inline(__always)
  func input<Input: IndicatorInput>(
    _: Input.Type, _ bar: UnsafePointer<ScaledBar>, _ values: UnsafeMutablePointer<Double>
  ) -> Input {
    unsafe Input.taken(
      from: bar.pointee, raw: bar.pointee.raw[input],
      number: input < IndicatorPlace.fieldCount
        ? bar.pointee.values[input]
        : IndicatorPlace.bounded(values[input &- IndicatorPlace.fieldCount]))
  }

  /// What one indicator gives another is at most 10^100 in size, so that squares, and sums of them,
  /// stay finite.
  @inline(__always)
  private static func bounded(_ value: Double) -> Double { min(max(value, -1e100), 1e100) }

  @inline(__always)
  func store<Output: IndicatorOutput>(
    _ value: Output, _ values: UnsafeMutablePointer<Double>
  ) {
    unsafe UnsafeMutableRawPointer(values + output).storeBytes(of: value, as: Output.self)
  }
}

struct EncodeVisitor: IndicatorVisitor {
  var writer: StateWriter

  mutating func visit<Kind: Indicator & ~Copyable>(_ box: borrowing IndicatorBox<Kind>) {
    box.indicator.encode(into: &writer)
  }
}

struct DecodeVisitor: IndicatorVisitor {
  var reader: StateReader

  mutating func visit<Kind: Indicator & ~Copyable>(
    _ box: borrowing IndicatorBox<Kind>
  ) throws(MarketError) {
    try box.indicator.decode(from: &reader)
  }
}

struct ShapeVisitor: IndicatorVisitor {
  var lookback = 0
  var outputCount = 0

  mutating func visit<Kind: Indicator & ~Copyable>(_ box: borrowing IndicatorBox<Kind>) {
    lookback = box.indicator.lookback
    outputCount = Kind.Output.count
  }
}

extension AnyIndicator {
  var lookback: Int { shape.lookback }

  var outputCount: Int { shape.outputCount }

  private var shape: ShapeVisitor {
    var visitor = ShapeVisitor()
    accept(&visitor)
    return visitor
  }
}
