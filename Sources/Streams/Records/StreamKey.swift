public import Market

/// What the records of a stream are.
public enum StreamKind: Hashable, Sendable {
  case trades
  case quotes
  /// Completed bars of one price and one length.
  case bars(PriceSource, Timeframe)
  /// Funding rates of a perpetual contract.
  case fundingRates
  /// The prices at which the exchange values positions.
  case markPrices

  /// The kind of one record.
  public var recordKind: RecordKind {
    switch self {
    case .trades: .trade
    case .quotes: .quote
    case .bars: .bar
    case .fundingRates: .fundingRate
    case .markPrices: .markPrice
    }
  }
}

extension StreamKind: CustomStringConvertible {
  public var description: String {
    switch self {
    case .trades: "trades"
    case .quotes: "quotes"
    case .bars(let source, let timeframe): "\(timeframe) \(source) bars"
    case .fundingRates: "funding rates"
    case .markPrices: "mark prices"
    }
  }
}

/// The name of a stream: no two streams of a run share it.
public struct StreamKey: Hashable, Sendable, CustomStringConvertible {
  public let symbol: String
  public let kind: StreamKind

  public init(_ symbol: String, _ kind: StreamKind) {
    self.symbol = symbol
    self.kind = kind
  }

  public var description: String { "\(symbol) \(kind)" }
}

/// A stream's place in the order of registration, which decides ties. Never used twice in a run.
public struct StreamID: Hashable, Sendable, Comparable {
  public let index: Int

  @inlinable
  package init(index: Int) { self.index = index }

  public static func < (left: StreamID, right: StreamID) -> Bool { left.index < right.index }
}
