import Market

/// A function of the bars seen so far, kept up to date one bar at a time.
///
/// `update` takes in a bar that has closed; `peek` says what `update` would return for a bar that
/// has not, and changes nothing. Both give the same bits for the same input. An update is O(1)
/// amortised, a peek O(1), unless the indicator says otherwise; neither allocates.
///
/// What goes in is a whole bar (`ScaledBar`), units of one of its fields (`Int64`), or numbers of
/// any origin (`Double`). Every output is a finite number.
public protocol Indicator: ~Copyable, Sendable {
  associatedtype Input: IndicatorInput
  associatedtype Output: IndicatorOutput

  /// How many inputs pass before the first output: the output of input `lookback + 1` is the
  /// first.
  var lookback: Int { get }

  /// Whether the last update had an output.
  var isReady: Bool { get }

  /// Takes the next input in.
  /// - Returns: the output, or nil while the look-back is not filled.
  @discardableResult
  mutating func update(_ input: Input) -> Output?

  /// What `update` would return; changes nothing.
  func peek(_ input: Input) -> Output?

  /// Writes what has been taken in. What the initialiser fixes is left out.
  func encode(into writer: inout StateWriter)

  /// Takes back what `encode` wrote, into an indicator made with the same parameters.
  /// - Throws: `MarketError.malformedState`.
  mutating func decode(from reader: inout StateReader) throws(MarketError)
}

extension Indicator {
  /// An indicator without a window is a few numbers: a copy of it is updated and dropped.
  @inline(__always)
  public func peek(_ input: Input) -> Output? {
    var copy = self
    return copy.update(input)
  }
}

/// What an indicator takes in.
public protocol IndicatorInput: Sendable {
  /// The one of three that is of this type: the bar, a field of it in raw units, or a number that
  /// is a field's value or another indicator's output.
  static func taken(
    from bar: @autoclosure () -> ScaledBar, raw: @autoclosure () -> Int64,
    number: @autoclosure () -> Double
  ) -> Self
}

extension ScaledBar: IndicatorInput {
  @inline(__always)
  public static func taken(
    from bar: @autoclosure () -> ScaledBar, raw: @autoclosure () -> Int64,
    number: @autoclosure () -> Double
  ) -> ScaledBar { bar() }
}

extension Int64: IndicatorInput {
  @inline(__always)
  public static func taken(
    from bar: @autoclosure () -> ScaledBar, raw: @autoclosure () -> Int64,
    number: @autoclosure () -> Double
  ) -> Int64 { raw() }
}

extension Double: IndicatorInput {
  @inline(__always)
  public static func taken(
    from bar: @autoclosure () -> ScaledBar, raw: @autoclosure () -> Int64,
    number: @autoclosure () -> Double
  ) -> Double { number() }
}

/// What an indicator gives: one `Double`, or a structure of nothing but `Double`s.
public protocol IndicatorOutput: BitwiseCopyable, Sendable {}

extension Double: IndicatorOutput {}

extension IndicatorOutput {
  /// How many numbers an output holds.
  static var count: Int { MemoryLayout<Self>.size / MemoryLayout<Double>.size }
}
