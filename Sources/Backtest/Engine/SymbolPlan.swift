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
  /// How many bars of each close before the one with which it is ready.
  let roleLookbacks: [Int]
  /// Whose bars decisions are made on.
  let priceSource: PriceSource
  /// Which records form its bars.
  let formedBy: RecordKind
  /// Whether trades move its mark.
  let isMarkedByTrades: Bool
  /// Whether its price is that of one currency in another, so that amounts may be converted by it.
  let isExchangeRate: Bool

  init(
    _ traded: TradedSymbol, _ listingID: ListingID, _ symbol: SymbolID, _ roleSeries: [SeriesID],
    _ roleLookbacks: [Int]
  ) {
    listing = traded.listing
    name = listing.instrument.symbol
    priceSource = traded.priceSource
    formedBy = traded.isFormedByBars ? .bar : traded.priceSource.recordKind
    self.listingID = listingID
    self.symbol = symbol
    self.roleSeries = roleSeries
    self.roleLookbacks = roleLookbacks
    isMarkedByTrades = listing.mark == .last
    isExchangeRate = listing.contract.kind.base != nil
  }
}
