import Indicators
import Market
import MultiTimeframe
import Sessions
import Storage

/// Which bars of a symbol a command asks for, and from which stored records they are formed.
struct TapeSelection {
  let configuration: SymbolConfiguration
  /// When the market trades, whatever the bars are counted from.
  let sessions: TradingCalendar
  /// The stored bars that form the series; empty when ticks do.
  private let barSeries: [BarSeries]
  /// How many records the streams hold.
  let recordCount: Int
  /// From the first record to the last.
  let timeRange: ClosedRange<Timestamp>

  var symbol: String { configuration.instrument.symbol }

  /// - Parameter sources: which prices to form; nil for all that the stored records can.
  /// - Throws: `CommandFailure` when the store has no such symbol, or no records that form bars of the
  ///   prices.
  init(
    _ symbol: String, in store: MarketStore, timeframes: [Timeframe], sources: [PriceSource]?,
    anchor: BarAnchor, hours: TradingHoursChoice,
    indicators: [Timeframe: [IndicatorDeclaration]] = [:]
  ) throws {
    let instrument = try store.knownInstrument(symbol)
    let streams = try store.streams(symbol: symbol)
    let ofTicks = PriceSource.allCases.filter { source in
      streams.contains { $0.kind == source.recordKind }
    }
    let ofBars = PriceSource.allCases.filter { source in
      streams.contains { $0.bars?.source == source }
    }
    guard !ofTicks.isEmpty || !ofBars.isEmpty else {
      throw CommandFailure(
        "\(symbol) has no trades, quotes or bars in the store",
        remedy: "'lockstep import' brings them in")
    }
    // Ticks where they form everything that is asked for, else bars.
    let chosen = sources ?? (ofTicks.isEmpty ? ofBars : ofTicks)
    let usesTicks = chosen.allSatisfy(ofTicks.contains)
    for source in chosen where !usesTicks && !ofBars.contains(source) {
      let known = PriceSource.allCases.filter { ofTicks.contains($0) || ofBars.contains($0) }
      throw CommandFailure(
        "\(symbol) has no '\(source)' price in the store",
        remedy: "it has \(known.map { "\($0)" }.joined(separator: ", "))")
    }
    let market = try store.calendar(of: instrument)
    sessions = hours == .extended ? market.includingExtendedHours() : market
    let calendar = try anchor == .utc ? .named("utc") : sessions
    let kept = streams.filter { stream in
      chosen.contains { source in
        guard let bars = stream.bars else { return usesTicks && stream.kind == source.recordKind }
        return !usesTicks && bars.source == source
      }
    }
    guard let first = kept.map(\.timeRange.lowerBound).min(),
      let last = kept.map(\.timeRange.upperBound).max()
    else { preconditionFailure("every price that was chosen has its stream") }
    configuration = SymbolConfiguration(
      instrument: instrument, calendar: calendar, timeframes: timeframes, priceSources: chosen,
      isFormedByBars: !usesTicks,
      indicators: indicators)
    barSeries = chosen.compactMap { source in
      TapeSelection.series(
        of: source, forming: timeframes, among: kept.compactMap(\.bars), calendar)
    }
    recordCount = kept.reduce(0) { $0 + Int($1.count) }
    timeRange = first...last
  }

  /// The stored bars of a price that form `timeframes`: the longest that do, so that bars which are
  /// stored as they are asked for come out as they are; the shortest where none does.
  private static func series(
    of source: PriceSource, forming timeframes: [Timeframe], among stored: [BarSeries],
    _ calendar: TradingCalendar
  ) -> BarSeries? {
    let candidates = stored.filter { $0.source == source }
    let fitting = candidates.filter { series in
      timeframes.allSatisfy {
        series.timeframe == $0 || calendar.nests(series.timeframe, in: $0)
      }
    }
    return fitting.max { $0.timeframe < $1.timeframe }
      ?? candidates.min { $0.timeframe < $1.timeframe }
  }

  /// Says on the error stream that records lie outside of the sessions, which is how a wrong calendar
  /// shows.
  func explain(outside count: Int, _ console: Console) {
    guard count > 0 else { return }
    console.note(
      "\(NumberText.grouped(count)) records lie outside the sessions of "
        + "\(configuration.calendar.name) and form no bar")
  }

  /// The earliest moment at which one of the bars that are under way at `time` opened; nil where none
  /// is.
  func earliestOpen(ofBarsAt time: Timestamp) -> Timestamp? {
    var cursor = SessionCursor(configuration.calendar)
    return configuration.timeframes.compactMap { cursor.open(of: $0, underWayAt: time) }.min()
  }

  /// The streams of what happens from `from` on, up to and including `to`. A bar happens at its close.
  func streams(
    of store: MarketStore, symbol: SymbolID, from: Timestamp?, to: Timestamp?
  ) throws -> [StoredStream] {
    let name = configuration.instrument.symbol
    if configuration.isFormedByBars {
      var cursor = SessionCursor(sessions)
      return try barSeries.map { series in
        let open = from.map { from in
          cursor.open(of: series.timeframe, underWayAt: from.before) ?? from
        }
        return StoredStream(
          try store.bars(symbol: name, series: series, from: open, to: to), series: series,
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

  /// The funding rates and the mark prices of the symbol, as far as there are any.
  func contractStreams(
    of store: MarketStore, symbol: SymbolID, from: Timestamp?, to: Timestamp?
  ) throws -> [StoredStream] {
    let name = configuration.instrument.symbol
    var streams: [StoredStream] = []
    if try store.streams(symbol: name).contains(where: { $0.kind == .fundingRate }) {
      let reader = try store.fundingRates(symbol: name, from: from, to: to)
      streams.append(StoredStream(reader, symbol: symbol, name: name))
    }
    if let reader = try store.markPrices(symbol: name, from: from, to: to) {
      streams.append(StoredStream(reader, symbol: symbol, name: name))
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
}

/// Whether pre- and post-market belong to the day.
enum TradingHoursChoice: String, CaseIterable, Sendable {
  case regular, extended
}

extension SessionCursor {
  /// When the bar that is under way at `time` opened; a week goes on through its nights, a day through
  /// its breaks. Nil where none is under way.
  fileprivate mutating func open(
    of timeframe: Timeframe, underWayAt time: Timestamp
  ) -> Timestamp? {
    var moment = time
    while moment < .latest {
      if let bar = bounds(of: timeframe, at: moment) {
        return bar.tsOpen <= time ? bar.tsOpen : nil
      }
      moment = interval(at: moment).end
    }
    return nil
  }
}
