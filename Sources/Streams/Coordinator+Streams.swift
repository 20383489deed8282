public import Market
import Sessions

extension Coordinator {
  /// Takes a stream into the run, before it begins or while it goes on.
  ///
  /// - Throws: `StreamError.alreadyRegistered`, `.differentCalendars`.
  @discardableResult
  public mutating func register(
    _ source: any Source<TradeColumns>, as key: StreamKey, _ options: StreamOptions = .init()
  ) throws(StreamError) -> StreamID {
    precondition(key.kind == .trades, "a source of trades makes a stream of trades")
    return try register(.trades(source), key, options)
  }

  /// As for trades.
  @discardableResult
  public mutating func register(
    _ source: any Source<QuoteColumns>, as key: StreamKey, _ options: StreamOptions = .init()
  ) throws(StreamError) -> StreamID {
    precondition(key.kind == .quotes, "a source of quotes makes a stream of quotes")
    return try register(.quotes(source), key, options)
  }

  /// As for trades. A bar is an event at its `tsClose`.
  @discardableResult
  public mutating func register(
    _ source: any Source<BarBatch>, as key: StreamKey, _ options: StreamOptions = .init()
  ) throws(StreamError) -> StreamID {
    precondition(key.kind.recordKind == .bar, "a source of bars makes a stream of bars")
    return try register(.bars(source), key, options)
  }

  /// As for trades. Funding is due at its time, before the sessions, timers and records of that moment.
  @discardableResult
  public mutating func register(
    _ source: any Source<FundingRateBatch>, as key: StreamKey, _ options: StreamOptions = .init()
  ) throws(StreamError) -> StreamID {
    precondition(
      key.kind == .fundingRates, "a source of funding rates makes a stream of funding rates")
    return try register(.fundingRates(source), key, options)
  }

  /// As for trades.
  @discardableResult
  public mutating func register(
    _ source: any Source<MarkPriceBatch>, as key: StreamKey, _ options: StreamOptions = .init()
  ) throws(StreamError) -> StreamID {
    precondition(key.kind == .markPrices, "a source of mark prices makes a stream of mark prices")
    return try register(.markPrices(source), key, options)
  }

  private mutating func register(
    _ source: AnySource, _ key: StreamKey, _ options: StreamOptions
  ) throws(StreamError) -> StreamID {
    let meter = StreamMeter(
      key, options.calendar, interval: options.expectedNanoseconds(key.kind),
      isGiven: options.expectedInterval != nil, outsidePolicy: options.outsideSession)
    if let waiting = merge.liveStreams[key], merge.slots[waiting.index].source == nil {
      try resume(waiting, source, meter, options.late)
      if let control, let source = source.interruptible { control.attach(source) }
      return waiting
    }
    let known = symbolPlaces[key.symbol]
    if let known, let first = calendars[known], let other = options.calendar, first != other {
      throw .differentCalendars(symbol: key.symbol, first.name, other.name)
    }
    let symbol = known ?? symbols.count
    let id = try merge.register(source, as: key, symbol: symbol, options.late)
    if let control, let source = source.interruptible { control.attach(source) }
    meters.append(meter)
    if known == nil {
      symbolPlaces[key.symbol] = symbol
      symbols.append(key.symbol)
      calendars.append(nil)
    }
    if let calendar = options.calendar, calendars[symbol] == nil {
      calendars[symbol] = calendar
      sessions.add(calendar, symbol: symbol, clock: startedClock)
      refreshFence()
    }
    return id
  }

  /// Takes a stream out of the run: what it has not delivered is never delivered.
  ///
  /// - Throws: `StreamError.notRegistered`.
  public mutating func remove(_ key: StreamKey) throws(StreamError) {
    guard let id = merge.liveStreams[key] else { throw .notRegistered(key) }
    countDelivered()
    merge.slots[id.index].source?.interruptible?.interrupt()
    merge.remove(id.index)
  }

  /// The name of a stream, whether or not it has ended.
  public func key(of stream: StreamID) -> StreamKey { merge.slots[stream.index].key }

  /// The streams that have not ended, in the order of registration.
  public var streams: [StreamKey] {
    merge.liveStreams.sorted { $0.value < $1.value }.map(\.key)
  }

  /// What came of each stream so far, those that have ended included, in the order of registration.
  public var qualities: [StreamQuality] {
    meters.indices.map { quality(of: StreamID(index: $0)) }
  }

  /// What came of a stream so far, as of the last event.
  public func quality(of stream: StreamID) -> StreamQuality {
    var quality = currentMeter(stream.index).quality(at: startedClock)
    quality.staleCount = merge.slots[stream.index].staleCount
    quality.outOfOrderCount = merge.slots[stream.index].outOfOrderCount
    return quality
  }

  /// The clock and the quality of every stream, as of the last event.
  ///
  /// - Complexity: O(streams).
  public func snapshot() -> StreamsSnapshot {
    StreamsSnapshot(time: clock.time, streams: qualities)
  }

  // MARK: Columns

  /// Not inlined: the merge stays private. Its columns are read where they lie; an address, unlike
  /// a coroutine, makes nobody count the references of the columns.
  @usableFromInline
  package func tradesAddress(_ stream: StreamID) -> UnsafePointer<TradeColumns> {
    unsafe merge.slots.address(of: stream.index).pointer(to: \.trades)!
  }

  @usableFromInline
  package func quotesAddress(_ stream: StreamID) -> UnsafePointer<QuoteColumns> {
    unsafe merge.slots.address(of: stream.index).pointer(to: \.quotes)!
  }

  @usableFromInline
  func barsAddress(_ stream: StreamID) -> UnsafePointer<BarBatch> {
    unsafe merge.slots.address(of: stream.index).pointer(to: \.bars)!
  }

  @usableFromInline
  func fundingRatesAddress(_ stream: StreamID) -> UnsafePointer<FundingRateBatch> {
    unsafe merge.slots.address(of: stream.index).pointer(to: \.fundingRates)!
  }

  @usableFromInline
  func markPricesAddress(_ stream: StreamID) -> UnsafePointer<MarkPriceBatch> {
    unsafe merge.slots.address(of: stream.index).pointer(to: \.markPrices)!
  }

  /// The batch of a stream of trades that its last run is part of, until the next event is asked for.
  @inlinable
  public subscript(trades stream: StreamID) -> TradeColumns {
    unsafeAddress { unsafe tradesAddress(stream) }
  }

  /// One trade of the batch at hand. For a run of one or two this is cheaper than the columns, whose
  /// references are counted when they are handed on.
  public func trade(at index: Int, of stream: StreamID) -> Trade {
    merge.trade(at: index, of: stream.index)
  }

  /// The time, price and quantity of a trade, which is all that bars are made of: the other columns
  /// are not looked at.
  public func bareTrade(at index: Int, of stream: StreamID) -> Trade {
    merge.bareTrade(at: index, of: stream.index)
  }

  /// As for trades.
  public func quote(at index: Int, of stream: StreamID) -> Quote {
    merge.quote(at: index, of: stream.index)
  }

  /// As for trades.
  @inlinable
  public subscript(quotes stream: StreamID) -> QuoteColumns {
    unsafeAddress { unsafe quotesAddress(stream) }
  }

  /// As for trades.
  @inlinable
  public subscript(bars stream: StreamID) -> BarBatch {
    unsafeAddress { unsafe barsAddress(stream) }
  }

  /// As for trades.
  @inlinable
  public subscript(fundingRates stream: StreamID) -> FundingRateBatch {
    unsafeAddress { unsafe fundingRatesAddress(stream) }
  }

  /// As for trades.
  @inlinable
  public subscript(markPrices stream: StreamID) -> MarkPriceBatch {
    unsafeAddress { unsafe markPricesAddress(stream) }
  }
}

extension StreamOptions {
  fileprivate func expectedNanoseconds(_ kind: StreamKind) -> Int64 {
    if let expectedInterval {
      precondition(expectedInterval > .zero, "an interval has a length")
      return expectedInterval.wholeNanoseconds
    }
    switch kind {
    case .bars(_, let timeframe): return timeframe.nominalSeconds * nanosecondsPerSecond
    // The longest interval that is usual.
    case .fundingRates: return 8 * 3600 * nanosecondsPerSecond
    case .trades, .quotes, .markPrices: return 60 * nanosecondsPerSecond
    }
  }
}
