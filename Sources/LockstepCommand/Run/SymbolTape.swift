import Backtest
import Exchange
import Market
import MultiTimeframe
import RunFiles
import Sessions
import Storage
import Streams

/// One symbol of a run in its store: which records form its bars and fill its orders.
struct SymbolTape {
  let instrument: Instrument
  let calendar: TradingCalendar
  let priceSource: PriceSource
  /// The stored bars that form the others; nil where ticks do.
  let bars: BarSeries?
  let fills: FillingRecord
  /// Whether funding rates are stored, and are to be paid.
  let hasFunding: Bool
  /// The decimals of the stored mark prices, where they value positions.
  let markPrecision: Precision?
  /// From the first record that forms bars to the last.
  let timeRange: ClosedRange<Timestamp>
  /// Where the run file names it.
  let value: FileValue

  var name: String { instrument.symbol }

  /// - Throws: `RunFileError` where the file asks for what the store does not have.
  init(
    _ value: FileValue, _ price: PriceChoice?, _ bars: BarSettings, _ exchange: ExchangeSettings,
    in store: MarketStore
  ) throws {
    self.value = value
    instrument = try value.instrument(in: store)
    let symbol = instrument.symbol
    let market = try store.calendar(of: instrument)
    calendar =
      bars.anchor == .utc
      ? try .named("utc") : bars.hours == .extended ? market.includingExtendedHours() : market
    let streams = try store.streams(symbol: symbol)
    let source = try price?.source ?? store.usualPrice(of: symbol)
    priceSource = source
    let ticks = streams.first { $0.bars == nil && $0.kind == source.recordKind }
    if let ticks {
      self.bars = nil
      timeRange = ticks.timeRange
    } else {
      let stored = try SymbolTape.series(
        value, source, among: streams, forming: bars.roles.timeframes + bars.also, calendar)
      self.bars = stored.bars
      timeRange = stored.timeRange
    }
    let settings = try exchange.listing(of: symbol)
    let forming: FillingRecord = ticks == nil ? .bar : source == .last ? .trade : .quote
    fills = try SymbolTape.fills(settings, forming, streams)
    hasFunding =
      try settings.paysFunding() && streams.contains(where: { $0.kind == .fundingRate })
    markPrecision = try SymbolTape.markPrecision(settings, symbol, in: store)
  }

  /// The shortest stored bars that form every timeframe: orders are filled on the finest there are.
  private static func series(
    _ value: FileValue, _ source: PriceSource, among streams: [StreamSummary],
    forming timeframes: [Timeframe], _ calendar: TradingCalendar
  ) throws -> StreamSummary {
    let known = PriceSource.allCases.filter { source in
      streams.contains {
        $0.bars?.source == source || $0.bars == nil && $0.kind == source.recordKind
      }
    }
    let candidates = streams.filter { $0.bars?.source == source }
      .sorted { ($0.bars?.timeframe ?? .month1) < ($1.bars?.timeframe ?? .month1) }
    guard !candidates.isEmpty else {
      throw value.conflict(
        "the store has no '\(source)' price of it: it has "
          + (known.isEmpty ? "no records" : known.map { "\($0)" }.joined(separator: ", ")))
    }
    let fitting = candidates.first { stream in
      guard let bars = stream.bars else { return false }
      return timeframes.allSatisfy {
        bars.timeframe == $0 || calendar.nests(bars.timeframe, in: $0)
      }
    }
    guard let fitting else {
      let stored = candidates.compactMap { $0.bars.map { "\($0.timeframe)" } }
      throw value.conflict(
        "stored bars of \(stored.joined(separator: ", ")) do not form "
          + timeframes.map { "\($0)" }.joined(separator: ", "))
    }
    return fitting
  }

  private static func fills(
    _ settings: ListingSettings, _ forming: FillingRecord, _ streams: [StreamSummary]
  ) throws(RunFileError) -> FillingRecord {
    guard let value = settings.fillsBy else { return forming }
    let record: FillingRecord
    switch try value.choice(ListingSettings.RecordWord.self) {
    case .trade: record = .trade
    case .quote: record = .quote
    case .bar: record = .bar
    }
    let isThere =
      switch record {
      case .trade: streams.contains { $0.kind == .trade && $0.bars == nil }
      case .quote: streams.contains { $0.kind == .quote && $0.bars == nil }
      case .bar: forming == .bar
      }
    guard isThere || record == forming else {
      throw value.conflict("the store has no such records of \(streams.first?.symbol ?? "it")")
    }
    return record
  }

  private static func markPrecision(
    _ settings: ListingSettings, _ symbol: String, in store: MarketStore
  ) throws -> Precision? {
    guard let (word, value) = try settings.mark(), word == .stream else { return nil }
    guard let reader = try store.markPrices(symbol: symbol, from: nil, to: nil) else {
      throw value.conflict("the store has no mark prices of \(symbol)")
    }
    return reader.precision
  }

  /// That a future does not end before it could be traded.
  func checkExpiry(
    _ settings: ListingSettings, tradedFrom start: Timestamp?
  ) throws(RunFileError) {
    guard let value = try settings.contractExpiry() else { return }
    let first = max(start ?? .earliest, timeRange.lowerBound)
    guard try value.time() > first else {
      throw value.refused("a moment behind \(first), when trading can begin")
    }
  }

  // MARK: What it gives to the run

  func currency(_ settings: ListingSettings) throws(RunFileError) -> Currency {
    try settings.contractCurrency() ?? UsualContract(instrument).currency
  }

  func traded(
    _ bars: BarSettings, _ exchange: ExchangeSettings, in store: MarketStore
  ) throws -> TradedSymbol {
    let settings = try exchange.listing(of: name)
    let contract = try settings.contract(of: instrument, UsualContract(instrument))
    let matching = try settings.matching(fills)
    let fees = try settings.fees(in: contract.currency)
    let mark = try markRule(settings)
    let margin = try settings.margin(in: contract.currency)
    let listing: Listing
    do throws(ExchangeError) {
      listing = try Listing(
        instrument, calendar: calendar, contract: contract, matching: matching, fees: fees,
        mark: mark, margin: margin)
    } catch {
      throw value.conflict("\(error)")
    }
    return TradedSymbol(
      listing, timeframes: bars.also, priceSource: priceSource, isFormedByBars: self.bars != nil,
      indicators: bars.indicators)
  }

  private func markRule(_ settings: ListingSettings) throws -> MarkRule? {
    if let markPrecision { return .stream(markPrecision) }
    switch try settings.mark()?.word {
    case .last: return .last
    case .mid: return .mid
    case .closingSide: return .closingSide
    case .stream, nil: return nil
    }
  }

  /// The streams from `from` on, up to and including `to`.
  ///
  /// - Parameter isAhead: whether ticks are read on threads of their own.
  func streams(
    of store: MarketStore, from: Timestamp?, to: Timestamp?, isAhead: Bool = false
  ) throws(StoreError) -> [TapeStream] {
    var streams: [TapeStream] = []
    if let bars {
      streams.append(
        TapeStream(
          try store.bars(symbol: name, series: bars, from: from, to: to), bars.source,
          bars.timeframe, of: name))
    }
    if fills == .trade || bars == nil && priceSource == .last {
      let trades: any Source<TradeColumns> =
        isAhead
        ? store.tradesAhead(symbol: name, from: from, to: to)
        : try store.trades(symbol: name, from: from, to: to)
      streams.append(TapeStream(trades, of: name))
    }
    if fills == .quote || bars == nil && priceSource != .last {
      let quotes: any Source<QuoteColumns> =
        isAhead
        ? store.quotesAhead(symbol: name, from: from, to: to)
        : try store.quotes(symbol: name, from: from, to: to)
      streams.append(TapeStream(quotes, of: name))
    }
    if hasFunding {
      streams.append(TapeStream(try store.fundingRates(symbol: name, from: from, to: to), of: name))
    }
    if markPrecision != nil,
      let marks = try store.markPrices(symbol: name, from: from, to: to)
    {
      streams.append(TapeStream(marks, of: name))
    }
    return streams
  }
}

extension FileValue {
  /// The instrument of the store that the text names.
  func instrument(in store: MarketStore) throws -> Instrument {
    let name = try text("a symbol of the store")
    if let instrument = try store.instrument(symbol: name) { return instrument }
    let known = try store.instruments().map(\.symbol)
    guard let near = name.closestFirst(among: known).first else {
      throw refused("a symbol of the store, which is empty: 'lockstep import' brings data in")
    }
    throw refused(
      "a symbol of the store, which has \(known.joined(separator: ", ")); did you mean '\(near)'?")
  }
}
