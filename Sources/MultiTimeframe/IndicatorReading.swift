import Indicators
import Market

/// One output of an indicator of one series: the handle under which it is asked for.
public struct IndicatorID: Hashable, Sendable {
  public let series: SeriesID
  /// Its place among the series' columns, `StateLayout.indicatorColumns(of:)`.
  public let column: Int
}

/// An indicator's two values at one moment.
public struct IndicatorReading: Hashable, Sendable {
  /// From completed bars alone; nil until enough of them have closed.
  public let confirmed: Double?
  /// As if the partial bar closed now; where there is no partial bar, the confirmed value. The
  /// partial bar counts towards this value's look-back, so it is there one bar earlier.
  public let provisional: Double?

  /// Whether the confirmed value is there.
  public var isReady: Bool { confirmed != nil }

  init(
    _ column: IndicatorColumn, confirmed: Double, provisional: Double, completedCount: Int,
    hasPartial: Bool
  ) {
    self.confirmed = completedCount > column.lookback ? confirmed : nil
    self.provisional =
      completedCount + (hasPartial ? 1 : 0) > column.lookback ? provisional : nil
  }
}

/// Which indicators a series has, and where its values stand among those of all series.
struct IndicatorPlacement: Sendable {
  let columns: [IndicatorColumn]
  /// The first confirmed value; after `valueCount` of them follow as many provisional ones.
  let start: Int
  let valueCount: Int
  /// How many bars pass before every column is ready.
  let lookback: Int

  /// - Parameter values: of all series.
  func reading(_ column: Int, _ values: [Double], _ series: SeriesSnapshot) -> IndicatorReading {
    let place = start + columns[column].place
    return IndicatorReading(
      columns[column], confirmed: values[place], provisional: values[place + valueCount],
      completedCount: series.completedCount, hasPartial: series.partial != nil)
  }
}

extension Snapshot {
  /// The two values of an indicator.
  public subscript(indicator: IndicatorID) -> IndicatorReading {
    layout.indicators[indicator.series.index].reading(
      indicator.column, values, self[indicator.series])
  }

  /// The values of all indicators of a series, in the order of
  /// `StateLayout.indicatorColumns(of:)`.
  public func indicators(of series: SeriesID) -> [IndicatorReading] {
    let placement = layout.indicators[series.index]
    return placement.columns.indices.map { placement.reading($0, values, self[series]) }
  }
}

extension StateLayout {
  /// The outputs of a series' indicators, in the order of their declarations.
  public func indicatorColumns(of series: SeriesID) -> [IndicatorColumn] {
    indicators[series.index].columns
  }

  /// How many completed bars pass before every indicator of a series is ready: the span by which
  /// a run must start earlier.
  public func indicatorLookback(of series: SeriesID) -> Int {
    indicators[series.index].lookback
  }

  /// The handle of an indicator's output.
  ///
  /// - Parameter text: as in a declaration, for example `sma(20)` or `macd(12, 26, 9).signal`.
  ///   Parameters that are left out have their defaults.
  /// - Throws: `StateError.indicator` for text that is no declaration, or that leaves open which of
  ///   several outputs is meant; `StateError.undeclaredIndicator`.
  public func indicator(
    _ text: String, of series: SeriesID
  ) throws(StateError) -> IndicatorID {
    let name = self.series[series.index]
    let symbol = instruments[name.symbol.index].symbol
    let wanted: String
    do {
      wanted = try IndicatorDeclaration(parsing: text, maximumPeriod: .max).columnName
    } catch {
      throw .indicator(symbol: symbol, name.timeframe, error)
    }
    let columns = indicators[series.index].columns
    guard let column = columns.firstIndex(where: { $0.name == wanted }) else {
      throw .undeclaredIndicator(
        symbol: symbol, name.timeframe, wanted, known: columns.map(\.name))
    }
    return IndicatorID(series: series, column: column)
  }
}
