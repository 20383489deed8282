public import Market

/// One payment of funding.
public struct FundingPayment: Hashable, Sendable {
  public let listing: ListingID
  public let time: Timestamp
  public let rate: Rate
  /// The price at which the position was valued.
  public let mark: Mark
  /// The position that paid or received; negative for a short.
  public let quantity: Int64
  /// What the wallet gained.
  public let amount: Money
}

/// A position closed by force.
public struct Liquidation: Hashable, Sendable {
  /// The liquidations of an exchange are counted from 0.
  public let number: Int
  public let listing: ListingID
  public let time: Timestamp
  /// The side of the closing trade: sell for a long position.
  public let side: OrderSide
  public let quantity: Quantity
  public let price: Price
  public let profit: Money
  public let fee: Money
}

/// What the trader has learnt of since the last look, for whoever looks at every step: its memory is used
/// again and again.
public struct ExchangeNews: Sendable {
  /// What became of the orders, fills among it.
  public internal(set) var reports: [OrderReport] = []
  public internal(set) var roundTrips: [RoundTrip] = []
  public internal(set) var funding: [FundingPayment] = []
  public internal(set) var liquidations: [Liquidation] = []

  public init() {}
}

/// What the trader has learnt of since the last look: with a latency of reports, what has come back.
public struct StepResult: Sendable {
  /// Up to when.
  public let tsClose: Timestamp
  /// The marks in force then, by listing: everybody values by these.
  public let marks: [Marks]
  /// What became of the orders, fills among it.
  public let reports: [OrderReport]
  public let roundTrips: [RoundTrip]
  public let funding: [FundingPayment]
  public let liquidations: [Liquidation]

  public var fills: [Fill] {
    reports.compactMap { report in
      if case .filled(let fill) = report.event { fill } else { nil }
    }
  }
}
