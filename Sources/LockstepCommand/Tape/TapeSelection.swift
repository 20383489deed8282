import Indicators
import Market
import MultiTimeframe
import Sessions
import Storage

/// Which bars of a symbol a command asks for, and from which stored records they are formed.
struct TapeSelection {
  let configuration: SymbolConfiguration
  /// The stored bars that form the series; empty when ticks do.
  private let barSeries: [BarSeries]
  /// How many records the streams hold.
  let recordCount: Int
  /// From the first record to the last.
  let timeRange: ClosedRange<Timestamp>

  /// - Parameter sources: which prices to form; nil for all that the stored records can.
  /// - Throws: `CommandFailure` when the store has no such symbol, or no records for the prices.
  init(
    _ symbol: String, in store: MarketStore, timeframes: [Timeframe], sources: [PriceSource]?,
    anchor: BarAnchor, hours: TradingHoursChoice,
    indicators: [Timeframe: [IndicatorDeclaration]] = [:]
  ) throws {
    let instrument = try store.knownInstrument(symbol)
    let streams = try store.streams(symbol: symbol)
    let ticks = streams.filter { $0.bars == nil }
    let used = ticks.isEmpty ? streams : ticks
    let available =
      ticks.isEmpty
      ? PriceSource.allCases.filter { source in streams.contains { $0.bars?.source == source } }
      : PriceSource.allCases.filter { source in ticks.contains { $0.kind == source.recordKind } }
    let chosen = sources ?? available
    for source in chosen where !available.contains(source) {
      throw CommandFailure(
        "\(symbol) has no '\(source)' price in the store",
        remedy: "it has \(available.map { "\($0)" }.joined(separator: ", "))")
    }
    let kept = used.filter { stream in
      chosen.contains {
        stream.bars?.source == $0 || stream.bars == nil && stream.kind == $0.recordKind
      }
    }
    guard let first = kept.map(\.timeRange.lowerBound).min(),
      let last = kept.map(\.timeRange.upperBound).max()
    else {
      throw CommandFailure(
        "\(symbol) has no records in the store", remedy: "'lockstep import' brings them in")
    }
    configuration = SymbolConfiguration(
      instrument: instrument,
      calendar: try anchor.calendar(of: instrument, in: store, hours: hours),
      timeframes: timeframes, priceSources: chosen, isFormedByBars: ticks.isEmpty,
      indicators: indicators)
    barSeries = chosen.compactMap { source in
      // The finest stored bars of a price form the longer ones.
      kept.compactMap(\.bars).filter { $0.source == source }.min { $0.timeframe < $1.timeframe }
    }
    recordCount = kept.reduce(0) { $0 + Int($1.count) }
    timeRange = first...last
  }

  /// The streams from `from` on, up to and including `to`.
  func streams(
    of store: MarketStore, symbol: SymbolID, from: Timestamp?, to: Timestamp?
  ) throws -> [StoredStream] {
    let name = configuration.instrument.symbol
    if configuration.isFormedByBars {
      return try barSeries.map { series in
        StoredStream(
          try store.bars(symbol: name, series: series, from: from, to: to), series: series,
          symbol: symbol, name: name)
      }
    }
    var streams: [StoredStream] = []
    if configuration.priceSources.contains(.last) {
      streams.append(
        StoredStream(
          try store.trades(symbol: name, from: from, to: to), symbol: symbol, name: name))
    }
    if configuration.priceSources.contains(where: { $0 != .last }) {
      streams.append(
        StoredStream(
          try store.quotes(symbol: name, from: from, to: to), symbol: symbol, name: name))
    }
    return streams
  }
}

/// What the bars' edges are counted from.
enum BarAnchor: String, CaseIterable, Sendable {
  /// The open of the instrument's trading day.
  case session
  /// Plain UTC multiples.
  case utc

  func calendar(
    of instrument: Instrument, in store: MarketStore, hours: TradingHoursChoice
  ) throws -> TradingCalendar {
    switch self {
    case .utc: return try .named("utc")
    case .session:
      let calendar = try store.calendar(of: instrument)
      return hours == .extended ? calendar.includingExtendedHours() : calendar
    }
  }
}

/// Whether pre- and post-market belong to the day.
enum TradingHoursChoice: String, CaseIterable, Sendable {
  case regular, extended
}
