/// Trades in columns, in the order of the tape: times never go back, by construction.
///
/// This is what the store decodes into and the timeframes fold from: one array a field, so that
/// a loop touches only what it needs. Columns that the tape does not have stay empty.
public struct TradeColumns: Sendable, Equatable {
  /// Nanoseconds since the epoch, never decreasing.
  public package(set) var times: [Int64] = []
  /// Units of the instrument's last price digit.
  public package(set) var prices: [Int64] = []
  /// Units of the instrument's last quantity digit.
  public package(set) var quantities: [Int64] = []
  /// `Aggressor` raw values; empty when the tape does not say.
  public package(set) var aggressors: [UInt8] = []
  /// Trade ids or sequence numbers; empty when the tape has none.
  public package(set) var sequences: [Int64] = []
  /// Nanoseconds since the epoch; empty when the tape has none.
  public package(set) var receiveTimes: [Int64] = []

  public init() {}

  public var count: Int { times.count }
  public var isEmpty: Bool { times.isEmpty }

  /// Appends one trade. The first trade decides which optional columns there are.
  ///
  /// - Throws: `MarketError.outOfOrder` when its time lies before the last one's.
  public mutating func append(_ trade: Trade) throws(MarketError) {
    if let last = times.last, trade.time.nanoseconds < last {
      throw .outOfOrder(previous: Timestamp(unchecked: last), found: trade.time)
    }
    OptionalColumn.append(
      trade.sequence, to: &sequences, rows: count, absent: TradeColumns.absentSequence)
    OptionalColumn.append(
      trade.receiveTime?.nanoseconds, to: &receiveTimes, rows: count,
      absent: TradeColumns.absentTime)
    OptionalColumn.append(
      trade.aggressor == .unknown ? nil : trade.aggressor.rawValue, to: &aggressors, rows: count,
      absent: Aggressor.unknown.rawValue)
    times.append(trade.time.nanoseconds)
    prices.append(trade.price.raw)
    quantities.append(trade.quantity.raw)
  }

  /// Empties all columns and keeps their memory.
  public mutating func removeAll() {
    times.removeAll(keepingCapacity: true)
    prices.removeAll(keepingCapacity: true)
    quantities.removeAll(keepingCapacity: true)
    aggressors.removeAll(keepingCapacity: true)
    sequences.removeAll(keepingCapacity: true)
    receiveTimes.removeAll(keepingCapacity: true)
  }

  public subscript(index: Int) -> Trade {
    Trade(
      time: Timestamp(unchecked: times[index]), price: Price(unchecked: prices[index]),
      quantity: Quantity(unchecked: quantities[index]),
      aggressor: aggressors.isEmpty ? .unknown : Aggressor(rawValue: aggressors[index])!,
      sequence: OptionalColumn.value(sequences, index, absent: TradeColumns.absentSequence),
      receiveTime: OptionalColumn.value(receiveTimes, index, absent: TradeColumns.absentTime)
        .map(Timestamp.init(unchecked:)))
  }

  /// Stands in the sequence column for a trade without one.
  package static let absentSequence = Int64.min
  /// Stands in the receive-time column for a record without one.
  package static let absentTime = Int64.min
}

/// A column that exists only once some row has a value; rows before it get `absent`.
package enum OptionalColumn {
  @inlinable
  package static func append<Value>(
    _ value: Value?, to column: inout [Value], rows: Int, absent: Value
  ) {
    if let value {
      if column.count < rows {
        column.append(contentsOf: repeatElement(absent, count: rows - column.count))
      }
      column.append(value)
    } else if !column.isEmpty {
      column.append(absent)
    }
  }

  @inlinable
  package static func value(_ column: [Int64], _ index: Int, absent: Int64) -> Int64? {
    guard !column.isEmpty, column[index] != absent else { return nil }
    return column[index]
  }
}
