import Indicators
import Market
import MultiTimeframe

/// Indicators for a random tape: any of them, of any field or of one another, with short periods,
/// so that they become ready on a tape of a few hundred records.
struct RandomIndicators {
  private var random: SeededGenerator
  private let maximumPeriod: Int

  init(seed: UInt64, maximumPeriod: Int) {
    random = SeededGenerator(seed: seed)
    self.maximumPeriod = maximumPeriod
  }

  /// None to three indicators for each timeframe.
  mutating func declarations(
    for timeframes: [Timeframe]
  ) throws -> [Timeframe: [IndicatorDeclaration]] {
    var indicators: [Timeframe: [IndicatorDeclaration]] = [:]
    for timeframe in timeframes {
      for _ in 0..<random.below(4) {
        if let declaration = try declaration(depth: 0) {
          indicators[timeframe, default: []].append(declaration)
        }
      }
    }
    return indicators
  }

  /// Nil when the history is too short for what was drawn.
  private mutating func declaration(depth: Int) throws -> IndicatorDeclaration? {
    let definitions = IndicatorRegistry.definitions
    let definition = definitions[random.below(definitions.count)]
    var arguments: [Double] = []
    for parameter in definition.parameters {
      let range = parameter.range(maximumPeriod: maximumPeriod)
      switch parameter.kind {
      case .bars(let minimum):
        guard minimum <= maximumPeriod else { return nil }
        arguments.append(min(Double(minimum + random.below(6)), range.upperBound))
      case .number:
        let parts = Double(random.below(5)) / 4
        arguments.append(min(range.lowerBound + parts * 3, range.upperBound))
      }
    }
    return try IndicatorDeclaration(
      definition.name, arguments,
      of: definition.input == .series ? source(depth: depth) : nil,
      maximumPeriod: maximumPeriod)
  }

  private mutating func source(depth: Int) throws -> IndicatorDeclaration.Source? {
    if depth < 2, random.below(3) == 0, let inner = try declaration(depth: depth + 1) {
      let outputs = inner.definition.outputs
      return .indicator(inner, output: outputs[random.below(outputs.count)])
    }
    return .field(BarField.allCases[random.below(BarField.allCases.count)])
  }
}
