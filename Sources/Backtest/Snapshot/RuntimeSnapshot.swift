public import Exchange
public import Market
public import MultiTimeframe
public import Streams

/// What a strategy may know at one moment: everything up to it, and nothing after it.
///
/// It is a view, valid for one call: nothing is copied until it is read. Every caller sees the same
/// mark, the one that the exchange computed.
///
/// Orders and positions are those that the trader has been told of: with a latency of reports they
/// change with the call that tells of it. Equity, balances and unrealised profit are the account's page
/// at the exchange, as of the moment of the call.
public struct RuntimeSnapshot: ~Copyable {
  let core: RunCore

  init(_ core: RunCore) { self.core = core }

  // MARK: When and what

  /// The moment: the close of the bar, or the time of whatever the call is about.
  public var tsClose: Timestamp { core.now.time }

  /// The symbol that the call is about.
  public var symbol: SymbolID { SymbolID(index: core.current) }

  public var symbolName: String { core.symbols[core.current].name }

  /// All symbols of the run, in its order.
  public var symbols: [SymbolID] { core.symbols.map(\.symbol) }

  // MARK: Bars and features

  /// The bar of the lowest role that closed last.
  public var bar: Bar { self[.ltf].bar }

  /// The bars of a role, of the symbol at hand.
  /// - Complexity: O(1).
  public subscript(role: Role) -> RoleState { state(of: role, of: symbol) }

  /// The bars of a role of any symbol.
  /// - Precondition: The symbol is of this run.
  public func state(of role: Role, of symbol: SymbolID) -> RoleState {
    core.roleState(role, of: symbol.index)
  }

  /// The value of a feature at the last close of its timeframe.
  /// - Complexity: O(1).
  public subscript(feature: Feature) -> FeatureValue {
    let value = core.confirmed(feature.indicator)
    return value.isNaN
      ? FeatureValue(value: 0, isReady: false) : FeatureValue(value: value, isReady: true)
  }

  /// The values of a feature at the latest `count` closes, oldest first; fewer where there are fewer.
  /// Those before it was ready are nil.
  public func history(of feature: Feature, last count: Int) -> [Double?] {
    core.caughtUp().state.indicatorHistory(feature.indicator, last: count)
  }

  /// The latest bars of a role, oldest first.
  public func bars(_ role: Role, last count: Int) -> [Bar] {
    core.caughtUp().state.history(
      core.symbols[core.current].roleSeries[role.place], last: count)
  }

  /// All timeframes of all symbols at this instant, the bars that are being formed included.
  /// - Complexity: O(series + indicators).
  public func market() -> Snapshot { core.caughtUp().state.snapshot() }

  // MARK: The exchange

  /// The price at which the exchange values the position, and where it comes from; nil while the tape
  /// has had none.
  public var mark: Mark? { mark(of: symbol) }

  /// The same of any symbol.
  /// - Precondition: The symbol is of this run.
  public func mark(of symbol: SymbolID) -> Mark? {
    core.caughtUp().exchange.mark(in: core.symbols[symbol.index].listingID)
  }

  /// What is held as far as it has been told, in units of the last quantity digit; negative when short.
  public var position: Int64 { position(of: symbol) }

  /// The same of any symbol.
  /// - Precondition: The symbol is of this run.
  public func position(of symbol: SymbolID) -> Int64 { core.knownPosition(of: symbol.index) }

  /// What the account is worth at the exchange, in the run's currency; nil while something in it has no price.
  public var equity: Money? { core.caughtUp().knownEquity() }

  /// What is in the wallet at the exchange, less loans.
  public func balance(in currency: Currency) -> Money {
    core.exchange.ledger.netBalance(in: currency)
  }

  /// What closing all positions of a symbol that the exchange has would bring at their marks.
  /// - Precondition: The symbol is of this run.
  public func unrealizedProfit(of symbol: SymbolID) -> Money? {
    core.caughtUp().unrealizedProfit(of: symbol.index)
  }

  /// One order, as its reports have told it.
  /// - Precondition: This run has sent it.
  public func order(_ id: OrderID) -> Order { core.knownOrder(id) }

  /// The orders of the strategy that have not come to their end as far as it has been told, in the
  /// order of sending.
  public var openOrders: [Order] { core.openOrders() }

  // MARK: The streams

  /// What came of each stream up to the latest close, session or timer; empty unless the strategy's
  /// needs say that it reads them.
  public var qualities: [StreamQuality] { core.qualities }
}

extension Role {
  /// Its place among the cases.
  var place: Int {
    switch self {
    case .ltf: 0
    case .mtf: 1
    case .htf: 2
    }
  }
}
