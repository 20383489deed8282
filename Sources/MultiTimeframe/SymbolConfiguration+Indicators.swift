import Indicators
import Market

extension SymbolConfiguration {
  /// The indicators of a series; an empty set where none are declared.
  /// - Throws: `StateError.indicator`.
  func indicatorSet(
    _ timeframe: Timeframe, _ source: PriceSource
  ) throws(StateError) -> IndicatorSet {
    let scale = BarScale(
      price: instrument.precision(of: source), quantity: volumePrecision(of: source))
    do {
      return try IndicatorSet(indicators[timeframe] ?? [], scale: scale)
    } catch {
      throw .indicator(symbol: instrument.symbol, timeframe, error)
    }
  }

  /// The same once the layout has shown that it can be made.
  func knownIndicatorSet(_ timeframe: Timeframe, _ source: PriceSource) -> IndicatorSet {
    do {
      return try indicatorSet(timeframe, source)
    } catch {
      preconditionFailure("the layout has made the same set: \(error)")
    }
  }

  /// The decimals of a bar's volume: a bar of quotes counts its ticks, every other sums quantities.
  public func volumePrecision(of source: PriceSource) -> Precision {
    isFormedByBars || source == .last ? instrument.quantityPrecision : .zero
  }

  /// - Throws: `StateError.indicatorsWithoutTimeframe` and `StateError.indicator`.
  func validateIndicators(historyLength: Int) throws(StateError) {
    for timeframe in indicators.keys.sorted() {
      guard timeframes.contains(timeframe) else {
        throw .indicatorsWithoutTimeframe(
          symbol: instrument.symbol, timeframe, known: timeframes.sorted())
      }
      for declaration in indicators[timeframe] ?? [] {
        do {
          try declaration.check(maximumPeriod: historyLength)
        } catch {
          throw .indicator(symbol: instrument.symbol, timeframe, error)
        }
      }
    }
  }

  /// How many completed bars are kept of all series together.
  func barsKept(historyLength: Int, _ thread: IndicatorThread) -> Double {
    let bars = timeframes.map { timeframe in
      let forIndicators = indicators[timeframe] == nil ? 0 : SeriesIndicators.barsKept(thread)
      return Double(max(historyLength, forIndicators))
    }
    return bars.reduce(0, +) * Double(priceSources.count)
  }

  /// The memory that the indicators need at most: their values' rings, their windows, themselves.
  func indicatorBytes(historyLength: Int) -> Double {
    /// No window keeps more for each bar of a look-back.
    let windowBytes = 128.0
    /// Nor does any need more besides, its share of what a set keeps included.
    let ownBytes = 4_096.0
    func bytes(_ declaration: IndicatorDeclaration) -> Double {
      let rings =
        Double(declaration.definition.outputs.count * MemoryLayout<Double>.stride)
        * Double(historyLength)
      let windows = declaration.arguments.reduce(0, +) * windowBytes + ownBytes
      guard case .indicator(let source, _) = declaration.source else {
        return rings + windows
      }
      return rings + windows + bytes(source)
    }
    return Double(priceSources.count) * indicators.values.joined().map(bytes).reduce(0, +)
  }
}
