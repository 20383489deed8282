/// One output of a set that was asked for.
public struct IndicatorColumn: Hashable, Sendable {
  /// The declaration, and the output's name where the indicator has several:
  /// `macd(12, 26, 9).signal`.
  public let name: String
  /// Where it stands among the values.
  public let place: Int
  /// How many bars pass before it has its first value.
  public let lookback: Int
}

/// An indicator of a set, and where it finds its input and puts its output.
struct IndicatorSlot: ~Copyable {
  let indicator: AnyIndicator
  let place: IndicatorPlace
}

/// Lays the indicators of a set out: each once, those that others are taken of before them.
struct IndicatorPlan: ~Copyable {
  private struct Placed {
    let text: String
    let output: Int
    let lookback: Int
  }

  let slots: OwnedBuffer<IndicatorSlot>
  let columns: [IndicatorColumn]
  let valueCount: Int

  /// - Throws: `IndicatorError.parameterOutOfRange`.
  init(_ declarations: [IndicatorDeclaration], _ scale: BarScale) throws(IndicatorError) {
    var slots = OwnedBuffer<IndicatorSlot>(
      capacity: declarations.reduce(0) { $0 + $1.chainLength })
    var placed: [Placed] = []
    var valueCount = 0

    func place(
      _ declaration: IndicatorDeclaration, _ slots: inout OwnedBuffer<IndicatorSlot>
    ) throws(IndicatorError) -> Placed {
      let text = declaration.unselected
      if let known = placed.first(where: { $0.text == text }) { return known }
      var field: BarField?
      var input = BarField.close.place
      var inputLookback = 0
      switch declaration.source {
      case nil: break
      case .field(let source):
        field = source
        input = source.place
      case .indicator(let source, let output):
        let found = try place(source, &slots)
        input = IndicatorPlace.fieldCount + found.output + (try source.outputPlace(output))
        inputLookback = found.lookback
      }
      let indicator = try declaration.definition.make(
        IndicatorArguments(declaration.arguments, scale: scale, field: field))
      let new = Placed(
        text: text, output: valueCount, lookback: inputLookback + indicator.lookback)
      slots.append(
        IndicatorSlot(
          indicator: indicator,
          place: IndicatorPlace(
            input: input, output: valueCount, inputLookback: inputLookback)))
      placed.append(new)
      valueCount += declaration.definition.outputs.count
      return new
    }

    var columns: [IndicatorColumn] = []
    for declaration in declarations {
      let found = try place(declaration, &slots)
      let outputs = declaration.definition.outputs
      for (index, output) in outputs.enumerated()
      where declaration.output == nil || declaration.output == output {
        columns.append(
          IndicatorColumn(
            name: declaration.columnName(output),
            place: found.output + index, lookback: found.lookback))
      }
    }
    self.slots = slots
    self.columns = columns
    self.valueCount = valueCount
  }
}

extension IndicatorDeclaration {
  /// How many indicators it takes: itself, and those that it is taken of.
  fileprivate var chainLength: Int {
    guard case .indicator(let source, _) = source else { return 1 }
    return 1 + source.chainLength
  }
}
