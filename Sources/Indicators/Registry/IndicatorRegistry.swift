import Market

/// Every indicator there is, by name.
public enum IndicatorRegistry {
  /// In the order of the names.
  public static let definitions: [IndicatorDefinition] = [
    SMA<Int64>.definition, EMA.definition, WMA<Int64>.definition, DEMA.definition,
    TEMA.definition, HMA<Int64>.definition, KAMA<Int64>.definition, T3.definition,
    VWAP.definition, RSI.definition, StochasticRSI.definition, MACD.definition,
    Stochastic.definition, FastStochastic.definition, WilliamsR.definition, CCI.definition,
    CMO.definition, ROC<Int64>.definition, Momentum<Int64>.definition, TRIX.definition,
    UltimateOscillator.definition, ADX.definition, Aroon.definition, ParabolicSAR.definition,
    SuperTrend.definition, Ichimoku.definition, BollingerBands<Int64>.definition,
    KeltnerChannel.definition, KeltnerChannel.taLibDefinition, DonchianChannel.definition,
    ATR.definition, NATR.definition, TrueRange.definition, StandardDeviation<Int64>.definition,
    LinearRegression<Int64>.definition, OBV.definition, MFI.definition, ChaikinAD.definition,
    ChaikinMoneyFlow.definition, ChaikinOscillator.definition,
  ].sorted { $0.name < $1.name }

  /// The definition of that name, in upper or lower case.
  /// - Throws: `IndicatorError.unknownIndicator` with the names that come nearest.
  public static func definition(_ name: String) throws(IndicatorError) -> IndicatorDefinition {
    let wanted = name.lowercased()
    guard let found = definitions.first(where: { $0.name == wanted }) else {
      throw .unknownIndicator(name: name, close: namesClose(to: wanted))
    }
    return found
  }

  /// Up to three names: those that contain the text or are contained in it, whose titles contain
  /// it, or that two changes turn into it; the nearest first.
  private static func namesClose(to text: String) -> [String] {
    let ranked = definitions.compactMap { definition -> (name: String, distance: Int)? in
      let name = definition.name
      let distance = text.editDistance(to: name)
      let isRelated =
        text.count >= 2
        && (name.contains(text) || text.contains(name)
          || definition.title.lowercased().contains(text))
      guard isRelated || distance <= min(2, text.count - 1) else { return nil }
      return (name, distance)
    }
    return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
  }
}
