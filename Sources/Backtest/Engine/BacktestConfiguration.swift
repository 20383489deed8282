public import Exchange
public import Indicators
public import Market

/// One symbol of a run: how it is traded, and which of its bars are kept.
public struct TradedSymbol: Sendable {
  public var listing: Listing
  /// In any order, each once; those of the roles are added.
  public var timeframes: [Timeframe]
  /// Whose bars decisions are made on.
  public var priceSource: PriceSource
  /// Whether the tape consists of bars.
  public var isFormedByBars: Bool
  /// Besides those of the strategy.
  public var indicators: [Timeframe: [IndicatorDeclaration]]

  public init(
    _ listing: Listing, timeframes: [Timeframe] = [], priceSource: PriceSource = .last,
    isFormedByBars: Bool = false, indicators: [Timeframe: [IndicatorDeclaration]] = [:]
  ) {
    self.listing = listing
    self.timeframes = timeframes
    self.priceSource = priceSource
    self.isFormedByBars = isFormedByBars
    self.indicators = indicators
  }
}

/// Everything that a run depends on, besides its tape and its strategy.
public struct BacktestConfiguration: Sendable {
  /// At least one.
  public var symbols: [TradedSymbol]
  public var roles: RoleMap
  /// In which equity is counted.
  public var currency: Currency
  public var deposits: [Money]
  public var account = AccountRules()
  public var latency = Latency.none
  public var risk = RiskRules()
  /// Before this nothing is traded: what the tape has before it warms up. Nil: from its first record.
  public var start: Timestamp?
  /// The last moment of the run; nil: as long as the tape has records.
  public var end: Timestamp?
  /// Of the strategy's random numbers.
  public var seed: UInt64 = 1
  /// Completed bars kept for each series.
  public var historyLength = 1_000
  /// Whether every record goes through the plain path, one by one; it changes no result.
  public var isPlain = false
  /// After how many closes of the lowest role the state is hashed.
  public var stateHashInterval = 1_000

  /// - Parameter deposits: each in its currency; the first says in which the equity is counted.
  public init(symbols: [TradedSymbol], roles: RoleMap, deposits: [Money]) {
    precondition(!deposits.isEmpty, "a run begins with money")
    self.symbols = symbols
    self.roles = roles
    self.deposits = deposits
    currency = deposits[0].currency
  }
}
