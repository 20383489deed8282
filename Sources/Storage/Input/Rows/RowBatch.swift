import Market

/// Up to 4,096 parsed rows as columns of integers, in file order.
package struct RowBatch: Sendable {
  /// The columns; what some of them hold depends on the kind of record.
  package enum Slot: Int, CaseIterable, Sendable {
    /// Nanoseconds since the epoch.
    case time
    /// The line in the file, from 1.
    case line
    /// Nanoseconds since the epoch, or `TradeColumns.absentTime`.
    case receiveTime
    /// A trade id or sequence number, or `TradeColumns.absentSequence`.
    case sequence
    case first, second, third, fourth, fifth, sixth

    package static let price = Slot.first
    package static let quantity = Slot.second
    package static let aggressor = Slot.third
    package static let bid = Slot.first
    package static let ask = Slot.second
    package static let bidSize = Slot.third
    package static let askSize = Slot.fourth
    package static let open = Slot.first
    package static let high = Slot.second
    package static let low = Slot.third
    package static let close = Slot.fourth
    package static let volume = Slot.fifth
    package static let ticks = Slot.sixth
    package static let rate = Slot.first
    package static let mark = Slot.first

    /// Where the column begins in `cells`.
    var offset: Int { rawValue * RowBatch.capacity }

    /// What stands for a value that a row does not have.
    var absent: Int64 {
      switch self {
      case .receiveTime: TradeColumns.absentTime
      case .sequence: TradeColumns.absentSequence
      default: 0
      }
    }
  }

  /// Large enough that the work around a batch vanishes, small enough for the processor's cache.
  package static let capacity = 4096

  package internal(set) var count = 0
  /// The columns that the file has.
  var slots: Set<Slot> = []
  var cells = [Int64](repeating: 0, count: Slot.allCases.count * capacity)

  package init() {}

  package var isFull: Bool { count == RowBatch.capacity }

  package func column(_ slot: Slot) -> ArraySlice<Int64> {
    cells[slot.offset..<slot.offset + count]
  }

  package subscript(slot: Slot, row: Int) -> Int64 {
    get {
      precondition(row < count, "a row of the batch")
      return cells[slot.offset + row]
    }
    set { cells[slot.offset + row] = newValue }
  }

  func uses(_ slot: Slot) -> Bool { slots.contains(slot) }

  package mutating func removeAll() { count = 0 }
}
