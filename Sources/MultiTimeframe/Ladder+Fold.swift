import Market

extension Ladder {
  /// Folds trades of `range` whose time lies before `horizon` into the open base bar.
  ///
  /// - Parameter index: set to the first trade that was not folded.
  /// - Throws: `VolumeOverflow` for the first trade whose quantity the volume cannot hold; those
  ///   before it are folded, it is not, and `index` stands at it.
  @inline(__always)
  mutating func fold(
    _ trades: borrowing TradeColumns, _ range: Range<Int>, before horizon: Int64,
    index: inout Int
  ) throws(VolumeOverflow) {
    index = range.lowerBound
    while index < range.upperBound {
      let slice = TradeSlice(of: trades, index..<range.upperBound, before: horizon)
      let isLast = slice.rows.count < min(TradeSlice.longest, range.upperBound - index)
      guard values[0].fold(slice, volumeLimit: volumeLimit) else {
        try foldSingly(trades, slice.rows, index: &index)
        if isLast { return }
        continue
      }
      index = slice.rows.upperBound
      if isLast { return }
    }
  }

  /// Folds trades into the open base bar if their volume fits, all of them or none.
  @inline(__always)
  mutating func fold(_ trades: TradeSlice) -> Bool {
    values[0].fold(trades, volumeLimit: volumeLimit)
  }

  /// Whether a block of trades fits into the volumes, whatever their quantities.
  @inline(__always)
  mutating func hasRoomForBlock() -> Bool {
    let largest = Int64(TradeSlice.longest) << 53
    if volumeLimit &- values[0].volume >= largest { return true }
    refreshVolumeLimit()
    return volumeLimit &- values[0].volume >= largest
  }

  /// Folds a block of trades for which there is room into the open base bar, all of it.
  mutating func foldFitting(_ trades: borrowing TradeColumns, _ block: Range<Int>) {
    let slice = TradeSlice(of: trades, block, before: .max)
    let isFolded = values[0].fold(slice, volumeLimit: volumeLimit)
    precondition(isFolded && slice.rows == block, "the block does not fit")
  }

  /// Rare enough to be slow: finds the very trade that does not fit.
  @inline(never)
  private mutating func foldSingly(
    _ trades: borrowing TradeColumns, _ range: Range<Int>, index: inout Int
  ) throws(VolumeOverflow) {
    for trade in range {
      index = trade
      try fold(
        BarAccumulator(price: trades.prices[trade], volume: trades.quantities[trade]), source: 0)
    }
    index = range.upperBound
  }

  /// Folds quotes of `range` whose time lies before `horizon` into the open base bars.
  ///
  /// - Returns: the index of the first quote that was not folded.
  @inline(__always)
  mutating func fold(
    _ quotes: borrowing QuoteColumns, _ range: Range<Int>, before horizon: Int64
  ) -> Int {
    let times = quotes.times.span
    var index = range.lowerBound
    while index < range.upperBound {
      let blockEnd = min(index + TradeSlice.longest, range.upperBound)
      let end =
        times[blockEnd - 1] < horizon
        ? blockEnd : firstIndex(in: times, index..<blockEnd, notBefore: horizon)
      guard end > index else { return index }
      for source in 0..<sourceCount { fold(quotes, block: index..<end, source: source) }
      index = end
      if end < blockEnd { return index }
    }
    return index
  }

  private mutating func fold(
    _ quotes: borrowing QuoteColumns, block: Range<Int>, source: Int
  ) {
    var bar = values[source]
    switch priceSources[source] {
    case .bid: bar.foldPrices(quotes.bids.span, block)
    case .ask: bar.foldPrices(quotes.asks.span, block)
    case .mid:
      fillMidPrices(bids: quotes.bids.span, asks: quotes.asks.span, block)
      bar.foldPrices(midPrices.span, 0..<block.count)
    case .last: preconditionFailure("quotes have no last price")
    }
    values[source] = bar
  }

  /// The mid has one decimal more than bid and ask: (bid + ask) / 2 is (bid + ask) × 5 there.
  private mutating func fillMidPrices(bids: Span<Int64>, asks: Span<Int64>, _ block: Range<Int>) {
    for index in block {
      midPrices[index - block.lowerBound] = (bids[index] &+ asks[index]) &* 5
    }
  }

  /// Folds one record, or one bar of a tape of bars, into the open base bar of one price source.
  ///
  /// - Throws: `VolumeOverflow`, with nothing folded.
  @inline(__always)
  mutating func fold(_ value: BarAccumulator, source: Int) throws(VolumeOverflow) {
    if value.volume > volumeLimit &- values[source].volume {
      refreshVolumeLimit()
      guard value.volume <= volumeLimit &- values[source].volume else { throw VolumeOverflow() }
    }
    values[source].merge(value)
  }

  /// Whether `count` more ticks fit into every bar that they would go into. A record counts one
  /// tick, which always fits; a source bar may claim any number.
  func hasRoom(forTicks count: Int64) -> Bool {
    rungs.indices.allSatisfy { rung in
      let partial = partial(rung: rung, source: 0, reusing: PartialBar())
      return partial.tickCount <= Int64.max - count
    }
  }
}

/// A quantity that the volume of some bar cannot hold.
struct VolumeOverflow: Error {}
