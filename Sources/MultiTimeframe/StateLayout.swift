import Indicators
import Market
import Sessions

/// Where a series is kept: flat data, so that a snapshot touches nothing else.
struct SeriesPlace {
  let symbol: SymbolID
  let source: PriceSource
  let timeframe: Timeframe
  let ladder: Int
  let rung: Int
  let sourceIndex: Int
  /// The place of the series' values and ring within the ladder.
  let slot: Int
}

/// Which series a state has, and in which order: by symbol as registered, by price source as
/// listed, by timeframe from short to long.
public final class StateLayout: Sendable {
  /// The name of one series.
  public struct Series: Hashable, Sendable {
    public let symbol: SymbolID
    public let source: PriceSource
    public let timeframe: Timeframe
  }

  /// Which ladder takes a symbol's records.
  struct Route: Sendable {
    var trades: Int?
    var quotes: Int?
    /// By price source, for tapes of bars.
    var bars: [PriceSource: Int] = [:]
  }

  public let instruments: [Instrument]
  public let series: [Series]
  let places: [SeriesPlace]
  let routes: [Route]
  let plans: [LadderPlan]
  /// For each symbol, the range of its series.
  let ranges: [Range<Int>]
  /// For each series, its indicators.
  let indicators: [IndicatorPlacement]
  /// How many values all indicators have, confirmed and provisional.
  let valueCount: Int
  private let indices: [String: Int]

  /// - Throws: `StateError.indicator` for an indicator that cannot be made.
  init(_ configuration: StateConfiguration) throws(StateError) {
    instruments = configuration.symbols.map(\.instrument)
    indices = Dictionary(
      uniqueKeysWithValues: instruments.enumerated().map { ($1.symbol, $0) })
    plans = configuration.symbols.map { symbol in
      LadderPlan(timeframes: symbol.timeframes, calendar: symbol.calendar)
    }
    var series: [Series] = []
    var places: [SeriesPlace] = []
    var routes: [Route] = []
    var ranges: [Range<Int>] = []
    var ladderCount = 0
    for (index, symbol) in configuration.symbols.enumerated() {
      let start = series.count
      var route = Route()
      for group in symbol.ladderGroups {
        for (position, source) in group.sources.enumerated() {
          if group.kind == .bar { route.bars[source] = ladderCount }
          for (rung, planned) in plans[index].rungs.enumerated() where !planned.isHidden {
            series.append(
              Series(
                symbol: SymbolID(index: index), source: source, timeframe: planned.timeframe))
            places.append(
              SeriesPlace(
                symbol: SymbolID(index: index), source: source, timeframe: planned.timeframe,
                ladder: ladderCount, rung: rung, sourceIndex: position,
                slot: rung * group.sources.count + position))
          }
        }
        if group.kind == .trade { route.trades = ladderCount }
        if group.kind == .quote { route.quotes = ladderCount }
        ladderCount += 1
      }
      routes.append(route)
      ranges.append(start..<series.count)
    }
    self.series = series
    self.places = places
    self.routes = routes
    self.ranges = ranges
    var indicators: [IndicatorPlacement] = []
    var valueCount = 0
    for name in series {
      let set = try configuration.symbols[name.symbol.index].indicatorSet(
        name.timeframe, name.source)
      indicators.append(
        IndicatorPlacement(
          columns: set.columns, start: valueCount, valueCount: set.valueCount,
          lookback: set.lookback))
      valueCount += 2 * set.valueCount
    }
    self.indicators = indicators
    self.valueCount = valueCount
  }

  /// - Parameter worker: takes bars into indicators, where they are many.
  func makeLadders(
    _ configuration: StateConfiguration, worker: IndicatorWorker?
  ) -> FixedBuffer<Ladder> {
    let groups = configuration.symbols.enumerated().flatMap { index, symbol in
      symbol.ladderGroups.map { (index, $0.sources) }
    }
    return FixedBuffer(count: groups.count) { position in
      let (index, sources) = groups[position]
      return Ladder(
        symbolIndex: index, plan: plans[index], priceSources: sources,
        calendar: configuration.symbols[index].calendar, history: configuration.historyLength,
        worker: worker, indicators: configuration.symbols[index].knownIndicatorSet)
    }
  }

  /// - Throws: `StateError.unknownSymbol`.
  public func symbol(_ name: String) throws(StateError) -> SymbolID {
    guard let index = indices[name] else {
      throw .unknownSymbol(name, known: instruments.map(\.symbol))
    }
    return SymbolID(index: index)
  }

  /// The handle of a series.
  /// - Throws: `StateError.unknownSeries`.
  public func series(
    _ timeframe: Timeframe, _ source: PriceSource, of symbol: SymbolID
  ) throws(StateError) -> SeriesID {
    let found = series(of: symbol).first {
      series[$0.index].timeframe == timeframe && series[$0.index].source == source
    }
    guard let found else {
      throw .unknownSeries(
        symbol: instruments[symbol.index].symbol, timeframe, source,
        known: series(of: symbol).map { "\(series[$0.index].timeframe) \(series[$0.index].source)" }
      )
    }
    return found
  }

  /// The handles of a symbol's series, in order.
  public func series(of symbol: SymbolID) -> [SeriesID] {
    ranges[symbol.index].map(SeriesID.init(index:))
  }

  public func instrument(_ symbol: SymbolID) -> Instrument { instruments[symbol.index] }
}

extension SymbolConfiguration {
  /// Price sources that one kind of record forms together; on a tape of bars each stands alone,
  /// because a bid bar and an ask bar are separate records.
  var ladderGroups: [(kind: RecordKind, sources: [PriceSource])] {
    if isFormedByBars { return priceSources.map { (.bar, [$0]) } }
    let quoted = priceSources.filter { $0.recordKind == .quote }
    return (priceSources.contains(.last) ? [(.trade, [.last])] : [])
      + (quoted.isEmpty ? [] : [(.quote, quoted)])
  }
}

extension StateConfiguration {
  /// The memory that the configuration needs once every ring is full, in units of 10^6 bytes.
  var neededMB: Double {
    let seriesCounts = symbols.map { Double($0.timeframes.count * $0.priceSources.count) }
    let bars = symbols.map { $0.barsKept(historyLength: historyLength, indicatorThread) }
    let entry =
      Double(MemoryLayout<AuditTrail.Entry>.stride)
      + (seriesCounts.max() ?? 0) * Double(MemoryLayout<AuditTrail.Progress>.stride)
    let bytes =
      bars.reduce(0, +) * Double(MemoryLayout<Bar>.stride) + Double(max(0, auditTrailLength))
      * entry
      + symbols.map { $0.indicatorBytes(historyLength: historyLength) }.reduce(0, +)
    return bytes / 1_000_000
  }

  func validate() throws(StateError) {
    guard !symbols.isEmpty else { throw .noSymbols }
    guard symbols.count <= symbolLimit else {
      throw .tooManySymbols(count: symbols.count, limit: symbolLimit)
    }
    guard historyLength >= 1 else { throw .historyTooShort(historyLength) }
    var names: Set<String> = []
    for symbol in symbols {
      guard names.insert(symbol.instrument.symbol).inserted else {
        throw .duplicateSymbol(symbol.instrument.symbol)
      }
      try symbol.validate(historyLength: historyLength)
    }
    guard neededMB <= Double(memoryLimitMB) else {
      throw .memoryLimitExceeded(
        neededMB: Int(min(neededMB.rounded(.up), 1e15)), limitMB: memoryLimitMB)
    }
  }
}

extension SymbolConfiguration {
  fileprivate func validate(historyLength: Int) throws(StateError) {
    let name = instrument.symbol
    guard !timeframes.isEmpty else { throw .noTimeframes(symbol: name) }
    guard timeframes.count <= SymbolConfiguration.timeframeLimit else {
      throw .tooManyTimeframes(
        symbol: name, count: timeframes.count, limit: SymbolConfiguration.timeframeLimit)
    }
    guard !priceSources.isEmpty else { throw .noPriceSources(symbol: name) }
    for (index, timeframe) in timeframes.enumerated()
    where timeframes[..<index].contains(timeframe) {
      throw .duplicateTimeframe(symbol: name, timeframe)
    }
    for (index, source) in priceSources.enumerated() where priceSources[..<index].contains(source) {
      throw .duplicatePriceSource(symbol: name, source)
    }
    try validateIndicators(historyLength: historyLength)
  }
}
