import Market

/// One column of a chunk: whole numbers, or the single bytes of the aggressor.
enum ColumnValues: Equatable {
  case wide([Int64])
  case narrow([UInt8])

  /// The values of `rows` as whole numbers; none if the column is empty.
  func widened(_ rows: Range<Int>) -> ArraySlice<Int64> {
    switch self {
    case .wide(let values): values.isEmpty ? [] : values[rows]
    case .narrow(let values): values.isEmpty ? [] : values[rows].map(Int64.init)[...]
    }
  }
}

/// What a column holds, and so which values it may hold.
enum ColumnMeaning: Equatable {
  /// Nanoseconds since the epoch, never decreasing.
  case time
  case price
  case quantity
  case aggressor
  /// Any number; `TradeColumns.absentSequence` where the record has none.
  case sequence
  /// Nanoseconds since the epoch; `TradeColumns.absentTime` where the record has none.
  case receiveTime
}

/// What a column is, and how its values can be foretold.
struct ColumnLayout {
  var name: String
  var meaning: ColumnMeaning
  /// What stands in a record without this value; nil for a column that always exists.
  var absent: Int64?
  /// The predictions that the encoder tries; the first wins a tie.
  var predictions: [Prediction]
  /// The position of the column that `Prediction.companion` looks at.
  var companion: Int?
  /// The position of the column without which this one is not there: quotes have both sizes or
  /// none.
  var partner: Int?
}

/// What a value is compared with, so that only the difference is stored.
enum Prediction: UInt8 {
  /// Nothing: the value itself is stored.
  case none = 0
  /// The value in the row before.
  case previous = 1
  /// The value of another column in the same row: the bid for an ask.
  case companion = 2
}

/// Records in columns that a chunk can hold.
protocol TickColumns: Sendable, Equatable {
  static var kind: RecordKind { get }
  /// The columns in the order of the format; the first is the time.
  static var layout: [ColumnLayout] { get }

  init()
  var times: [Int64] { get }
  var sequences: [Int64] { get }
  func column(_ position: Int) -> ColumnValues
  /// Changes a column in place, by the function for its width.
  mutating func update<Result>(
    _ position: Int, wide: (inout [Int64]) -> Result, narrow: (inout [UInt8]) -> Result
  ) -> Result
}

extension TickColumns {
  /// Whether some value of a column, or of its partner, is there in `rows`.
  func isPresent(_ position: Int, rows: Range<Int>) -> Bool {
    let layout = Self.layout[position]
    guard let absent = layout.absent else { return true }
    return ([position] + (layout.partner.map { [$0] } ?? [])).contains {
      column($0).widened(rows).contains { $0 != absent }
    }
  }

  /// A column of whole numbers.
  func wholeNumbers(_ position: Int) -> [Int64] {
    guard case .wide(let values) = column(position) else {
      preconditionFailure("\(Self.layout[position].name) is a column of single bytes")
    }
    return values
  }

  /// Empties a column and keeps its memory.
  mutating func clear(_ position: Int) {
    update(position) {
      $0.removeAll(keepingCapacity: true)
    } narrow: {
      $0.removeAll(keepingCapacity: true)
    }
  }
}

extension TradeColumns: TickColumns {
  static var kind: RecordKind { .trade }

  static let layout: [ColumnLayout] = [
    ColumnLayout(name: "time", meaning: .time, predictions: [.previous]),
    ColumnLayout(name: "price", meaning: .price, predictions: [.previous, .none]),
    ColumnLayout(name: "quantity", meaning: .quantity, predictions: [.none, .previous]),
    ColumnLayout(
      name: "aggressor", meaning: .aggressor, absent: Int64(Aggressor.unknown.rawValue),
      predictions: [.none]),
    ColumnLayout(
      name: "sequence", meaning: .sequence, absent: absentSequence, predictions: [.previous]),
    ColumnLayout(
      name: "receive time", meaning: .receiveTime, absent: absentTime,
      predictions: [.companion, .previous], companion: 0),
  ]

  func column(_ position: Int) -> ColumnValues {
    switch position {
    case 0: .wide(times)
    case 1: .wide(prices)
    case 2: .wide(quantities)
    case 3: .narrow(aggressors)
    case 4: .wide(sequences)
    default: .wide(receiveTimes)
    }
  }

  mutating func update<Result>(
    _ position: Int, wide: (inout [Int64]) -> Result, narrow: (inout [UInt8]) -> Result
  ) -> Result {
    switch position {
    case 0: wide(&times)
    case 1: wide(&prices)
    case 2: wide(&quantities)
    case 3: narrow(&aggressors)
    case 4: wide(&sequences)
    default: wide(&receiveTimes)
    }
  }
}

extension QuoteColumns: TickColumns {
  static var kind: RecordKind { .quote }

  static let layout: [ColumnLayout] = [
    ColumnLayout(name: "time", meaning: .time, predictions: [.previous]),
    ColumnLayout(name: "bid", meaning: .price, predictions: [.previous, .none]),
    ColumnLayout(
      name: "ask", meaning: .price, predictions: [.companion, .previous], companion: 1),
    ColumnLayout(
      name: "bid size", meaning: .quantity, absent: 0, predictions: [.none, .previous],
      partner: 4),
    ColumnLayout(
      name: "ask size", meaning: .quantity, absent: 0, predictions: [.none, .previous],
      partner: 3),
    ColumnLayout(
      name: "sequence", meaning: .sequence, absent: TradeColumns.absentSequence,
      predictions: [.previous]),
    ColumnLayout(
      name: "receive time", meaning: .receiveTime, absent: TradeColumns.absentTime,
      predictions: [.companion, .previous], companion: 0),
  ]

  func column(_ position: Int) -> ColumnValues {
    switch position {
    case 0: .wide(times)
    case 1: .wide(bids)
    case 2: .wide(asks)
    case 3: .wide(bidSizes)
    case 4: .wide(askSizes)
    case 5: .wide(sequences)
    default: .wide(receiveTimes)
    }
  }

  mutating func update<Result>(
    _ position: Int, wide: (inout [Int64]) -> Result, narrow: (inout [UInt8]) -> Result
  ) -> Result {
    switch position {
    case 0: wide(&times)
    case 1: wide(&bids)
    case 2: wide(&asks)
    case 3: wide(&bidSizes)
    case 4: wide(&askSizes)
    case 5: wide(&sequences)
    default: wide(&receiveTimes)
    }
  }
}
