import Market

/// Ticks in columns, as an import fills them from batches of rows.
protocol ImportedColumns: TickColumns {
  /// Appends `rows` of `batch`, whose times do not lie before the last one here.
  mutating func append(_ batch: RowBatch, rows: Range<Int>)

  /// How many of `rows` have a bid above their ask.
  static func crossedCount(_ batch: RowBatch, rows: Range<Int>) -> Int64
}

extension TradeColumns: ImportedColumns {
  mutating func append(_ batch: RowBatch, rows: Range<Int>) {
    let before = count
    receiveTimes.append(batch, .receiveTime, rows, before: before)
    sequences.append(batch, .sequence, rows, before: before)
    if batch.uses(.aggressor) {
      aggressors += repeatElement(Aggressor.unknown.rawValue, count: before - aggressors.count)
      aggressors += batch.column(.aggressor, rows).lazy.map { UInt8($0) }
    } else if !aggressors.isEmpty {
      aggressors += repeatElement(Aggressor.unknown.rawValue, count: rows.count)
    }
    times += batch.column(.time, rows)
    prices += batch.column(.price, rows)
    quantities += batch.column(.quantity, rows)
  }

  static func crossedCount(_ batch: RowBatch, rows: Range<Int>) -> Int64 { 0 }
}

extension QuoteColumns: ImportedColumns {
  mutating func append(_ batch: RowBatch, rows: Range<Int>) {
    let before = count
    receiveTimes.append(batch, .receiveTime, rows, before: before)
    sequences.append(batch, .sequence, rows, before: before)
    bidSizes.append(batch, .bidSize, rows, before: before)
    askSizes.append(batch, .askSize, rows, before: before)
    times += batch.column(.time, rows)
    bids += batch.column(.bid, rows)
    asks += batch.column(.ask, rows)
    // A file may have the sizes of one side only; in columns there are both or none.
    if bidSizes.count != askSizes.count {
      bidSizes += repeatElement(0, count: count - bidSizes.count)
      askSizes += repeatElement(0, count: count - askSizes.count)
    }
  }

  static func crossedCount(_ batch: RowBatch, rows: Range<Int>) -> Int64 {
    let asks = batch.column(.ask, rows)
    return zip(batch.column(.bid, rows), asks).reduce(0) { $0 + ($1.0 > $1.1 ? 1 : 0) }
  }
}

extension RowBatch {
  fileprivate func column(_ slot: Slot, _ rows: Range<Int>) -> ArraySlice<Int64> {
    cells[slot.offset + rows.lowerBound..<slot.offset + rows.upperBound]
  }
}

extension [Int64] {
  /// Appends a column that some files do not have to one of `before` rows; either may be missing.
  fileprivate mutating func append(
    _ batch: RowBatch, _ slot: RowBatch.Slot, _ rows: Range<Int>, before: Int
  ) {
    if batch.uses(slot) {
      self += repeatElement(slot.absent, count: before - count)
      self += batch.column(slot, rows)
    } else if !isEmpty {
      self += repeatElement(slot.absent, count: rows.count)
    }
  }
}
