import Exchange
import Indicators
import Market
import MultiTimeframe
import Sessions

/// One symbol of a run, under the handles by which the parts of the engine know it.
struct SymbolPlan {
  let name: String
  let listing: Listing
  let listingID: ListingID
  let symbol: SymbolID
  /// By `Role`, in the order of its cases.
  let roleSeries: [SeriesID]
  /// Whose bars decisions are made on.
  let priceSource: PriceSource
  /// Which records form its bars.
  let formedBy: RecordKind
  /// Whether trades move its mark.
  let isMarkedByTrades: Bool
  /// Whether the worth of a position is a straight line of the price of trades, or does not follow it.
  let isWorthStraight: Bool

  init(
    _ traded: TradedSymbol, _ listingID: ListingID, _ symbol: SymbolID, _ roleSeries: [SeriesID],
    currency: Currency
  ) {
    listing = traded.listing
    name = listing.instrument.symbol
    priceSource = traded.priceSource
    formedBy = traded.isFormedByBars ? .bar : traded.priceSource.recordKind
    self.listingID = listingID
    self.symbol = symbol
    self.roleSeries = roleSeries
    isMarkedByTrades = listing.mark == .last
    let contract = listing.contract
    isWorthStraight =
      !isMarkedByTrades
      || (contract.kind.asset == nil && contract.settlement == .linear
        && contract.currency == currency)
  }
}

/// The closes of one timeframe of one symbol, which the run looks at.
struct WatchedSeries {
  /// The symbol's place in the run.
  let symbol: Int
  let series: SeriesID
  let timeframe: Timeframe
  /// The roles that the timeframe plays.
  let roles: [Role]
  /// Whether the strategy is told of its closes.
  let isSubscribed: Bool
  /// When a bar could close next: the end of the stretch of the calendar's grid that holds the clock.
  var next = Int64.min
  /// How many bars have closed, as far as the run has seen.
  var closedCount = 0
  /// Whether one has closed at this moment, and nobody has been told.
  var hasClosed = false
  /// Whether every indicator has its value.
  var isReady = false

  var isDecision: Bool { roles.contains(.ltf) }
}
