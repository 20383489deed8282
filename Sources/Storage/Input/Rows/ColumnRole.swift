import Market

/// What a column of an input file holds.
///
/// The raw values are the names that a mapping uses: `time=ts_ms,bid=bid_px,ask=ask_px`.
public enum ColumnRole: String, CaseIterable, Sendable {
  case ignored
  /// When the exchange says that it happened.
  case time
  /// When the recorder received it.
  case receiveTime = "receive"
  /// The instrument's name; rows of another instrument are rejected.
  case symbol
  case price, quantity
  /// `buy` or `sell`, seen from who crossed the spread.
  case side
  /// A truth value: the buyer's order was resting, so the seller crossed the spread.
  case buyerIsMaker = "buyer_is_maker"
  /// A trade id or a sequence number.
  case id
  case bid, ask
  case bidSize = "bid_size"
  case askSize = "ask_size"
  case open, high, low, close, volume, ticks
  /// A funding rate, as a share: 0.0001 is a basis point.
  case rate
  /// The price at which the exchange values positions.
  case mark

  /// Where its values go; nil where none are kept.
  var slot: RowBatch.Slot? {
    switch self {
    case .ignored, .symbol: nil
    case .time: .time
    case .receiveTime: .receiveTime
    case .id: .sequence
    case .price: .price
    case .quantity: .quantity
    case .side, .buyerIsMaker: .aggressor
    case .bid: .bid
    case .ask: .ask
    case .bidSize: .bidSize
    case .askSize: .askSize
    case .open: .open
    case .high: .high
    case .low: .low
    case .close: .close
    case .volume: .volume
    case .ticks: .ticks
    case .rate: .rate
    case .mark: .mark
    }
  }

  var isPrice: Bool {
    switch self {
    case .price, .bid, .ask, .open, .high, .low, .close, .mark: true
    default: false
    }
  }

  var isQuantity: Bool {
    switch self {
    case .quantity, .bidSize, .askSize, .volume: true
    default: false
    }
  }

  var isTime: Bool { self == .time || self == .receiveTime }

  /// The kinds of record that have such a column.
  var kinds: Set<RecordKind> {
    switch self {
    case .ignored, .time, .symbol: Set(RecordKind.allCases)
    case .receiveTime, .id: [.trade, .quote]
    case .price, .quantity, .side, .buyerIsMaker: [.trade]
    case .bid, .ask, .bidSize, .askSize: [.quote]
    case .open, .high, .low, .close, .volume, .ticks: [.bar]
    case .rate: [.fundingRate]
    case .mark: [.markPrice]
    }
  }
}
