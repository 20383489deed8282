import Market

/// Whether decoded values are ones that a record may have.
enum ColumnCheck {
  /// What is wrong with `values`; nil if nothing is. Where `bounds`, which follow from the
  /// header, show that nothing can be, the values are not looked at.
  static func fault(
    in values: some RandomAccessCollection<Int64>, _ layout: ColumnLayout, _ header: ColumnHeader,
    _ bounds: ColumnBounds?
  ) -> ChunkFault? {
    switch layout.meaning {
    case .time:
      if bounds?.neverDescends(header) != true,
        let row = zip(values, values.dropFirst()).enumerated().first(where: { $1.0 > $1.1 })
      {
        return .timesGoBack(row: row.offset + 1)
      }
      let isGood = [values.first, values.last].allSatisfy { Timestamp.isValid($0!) }
      return isGood ? nil : .valueOutOfRange(column: layout.name)
    case .price:
      return require(values, layout, bounds, -Price.limit...Price.limit)
    case .quantity:
      return require(values, layout, bounds, 0...Quantity.limit - 1)
    case .receiveTime:
      return require(
        values, layout, bounds, Timestamp.earliest.nanoseconds...Timestamp.latest.nanoseconds,
        or: TradeColumns.absentTime)
    case .sequence, .aggressor:
      return nil
    }
  }

  /// What is wrong with the aggressors in `values`.
  static func fault(in values: [UInt8], _ layout: ColumnLayout) -> ChunkFault? {
    var highest: UInt8 = 0
    for value in values { highest = max(highest, value) }
    return Aggressor(rawValue: highest) != nil ? nil : .valueOutOfRange(column: layout.name)
  }

  private static func require(
    _ values: some RandomAccessCollection<Int64>, _ layout: ColumnLayout, _ bounds: ColumnBounds?,
    _ allowed: ClosedRange<Int64>, or absent: Int64? = nil
  ) -> ChunkFault? {
    if let bounds, allowed.lowerBound <= bounds.lowest, bounds.highest <= allowed.upperBound {
      return nil
    }
    let isGood = values.allSatisfy { allowed.contains($0) || $0 == absent }
    return isGood ? nil : .valueOutOfRange(column: layout.name)
  }
}
