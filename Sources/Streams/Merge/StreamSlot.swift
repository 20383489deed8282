import Market

/// The part of a stream that is looked at for every run.
struct StreamHead {
  /// The order keys of the batch at hand.
  var keys: [Int64] = []
  /// The first record of the batch that has not been delivered, and the batch's end.
  var index = 0
  var end = 0
  let rank: UInt32
  /// Where the stream plays in the tournament.
  var leaf: Int32 = 0
  /// The place of its symbol, and what its records are.
  let symbol: Int32
  let kind: RecordKind
  /// Whether the batch at hand has receive times.
  var hasReceiveTimes = false

  /// Where the records end that happen at the moment of the first one.
  @inline(__always)
  var endOfMoment: Int {
    let keys = keys.span
    let moment = keys[index]
    var next = index &+ 1
    while next < end, keys[next] == moment { next &+= 1 }
    return next
  }
}

/// The rest of a stream: where its records come from, and the batch at hand.
struct StreamSlot {
  let key: StreamKey
  let recordKind: RecordKind
  /// Nil once the stream has ended, and in a resumed run until it is registered.
  var source: AnySource?
  /// How many records there were in the batches before the one at hand.
  var takenCount = 0
  /// How many records of the source an earlier run has had, and are still to be passed over.
  var knownCount = 0
  // The batch that the source fills; the others stay empty.
  var trades = TradeColumns()
  var quotes = QuoteColumns()
  var bars = BarBatch()
  var fundingRates = FundingRateBatch()
  var markPrices = MarkPriceBatch()
  /// The order key of the last record of the batches so far.
  var lastKey = Int64.min
  let latePolicy: LatePolicy
  /// The order key before which no record comes, as far as the source has said.
  var horizonKey = Int64.min
  /// Records that were left out because they lay before the one in front of them.
  var outOfOrderCount = 0
  /// Records that were left out because they lay before the clock.
  var staleCount = 0

  init(_ key: StreamKey, _ source: AnySource?, _ latePolicy: LatePolicy) {
    self.key = key
    recordKind = key.kind.recordKind
    self.source = source
    self.latePolicy = latePolicy
  }

  var isBar: Bool { recordKind == .bar }

  /// - Returns: the order keys of the next batch; nil at the end of the stream.
  mutating func take(from source: AnySource) throws -> [Int64]? {
    switch source {
    case .trades(let source): try source.next(into: &trades) ? trades.orderKeys : nil
    case .quotes(let source): try source.next(into: &quotes) ? quotes.orderKeys : nil
    case .bars(let source): try source.next(into: &bars) ? bars.orderKeys : nil
    case .fundingRates(let source):
      try source.next(into: &fundingRates) ? fundingRates.orderKeys : nil
    case .markPrices(let source): try source.next(into: &markPrices) ? markPrices.orderKeys : nil
    }
  }

  /// Gives the memory of the batch back.
  mutating func releaseBatch() {
    trades = TradeColumns()
    quotes = QuoteColumns()
    bars = BarBatch()
    fundingRates = FundingRateBatch()
    markPrices = MarkPriceBatch()
  }

  var hasReceiveTimes: Bool {
    !trades.receiveTimes.isEmpty || !quotes.receiveTimes.isEmpty
  }

  /// The time of the event with this order key.
  func time(ofKey key: Int64) -> Timestamp { Timestamp(unchecked: isBar ? key + 1 : key) }
}

/// What lies behind: records before it come too late.
struct MergePosition {
  /// The clock, in nanoseconds.
  var clock = Int64.min
  /// The order key up to which everything has been delivered. It lies before the clock only
  /// between the bars that close at the clock's moment and everything else that happens then.
  var key = Int64.min
}
