public import Exchange
public import Market
public import MultiTimeframe
public import Sessions

/// A trading strategy: told what happens, it looks at a snapshot and places orders.
///
/// It has no clock, no globals and no randomness but what it is handed, so that the same tape leads
/// to the same orders. What it remembers between calls it writes in `save(into:)`.
///
/// At one moment the calls come in this order: reports and fills, funding, sessions, bars (the
/// longest timeframe first, symbols in the order of the run), timers, and then the records of that
/// moment. No call to trade comes before the symbol's roles are ready and the window has begun.
///
/// ```swift
/// final class BuyEveryMorning: Strategy {
///   func onSession(
///     _ session: SessionBoundary, _ snapshot: borrowing RuntimeSnapshot,
///     _ context: borrowing StrategyContext
///   ) throws {
///     guard session.kind == .opened else { return }
///     try context.submit(OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 1))))
///   }
/// }
/// ```
///
/// What a call throws ends the run, with the call and its moment named.
public protocol Strategy: AnyObject {
  var needs: StrategyNeeds { get }

  /// Before the first record. Features are looked up here.
  func onStart(_ context: borrowing StrategyContext) throws

  /// A subscribed bar has closed, with all others that close at this moment.
  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext) throws

  /// A record has come, has met the orders, and is part of the bars. Only if asked for.
  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws

  /// An order was filled, in part or whole.
  func onFill(
    _ fill: Fill, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws

  /// Anything that has become of an order, fills included; the fill's own call comes after it.
  func onOrder(
    _ report: OrderReport, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext) throws

  func onFunding(
    _ payment: FundingPayment, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext) throws

  /// The session of `snapshot.symbol` opens or closes.
  func onSession(
    _ session: SessionBoundary, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext) throws

  func onTimer(
    _ timer: RunTimerID, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext) throws

  /// After the last record. Nothing can be ordered any more.
  func onStop(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext) throws

  /// Writes everything that calls to come depend on.
  func save(into writer: inout StateWriter)

  /// Takes back what `save(into:)` wrote.
  func restore(from reader: inout StateReader) throws(MarketError)
}

extension Strategy {
  public var needs: StrategyNeeds { StrategyNeeds() }

  public func onStart(_ context: borrowing StrategyContext) throws {}
  public func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {}
  public func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {}
  public func onFill(
    _ fill: Fill, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {}
  public func onOrder(
    _ report: OrderReport, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {}
  public func onFunding(
    _ payment: FundingPayment, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {}
  public func onSession(
    _ session: SessionBoundary, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {}
  public func onTimer(
    _ timer: RunTimerID, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {}
  public func onStop(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {}

  public func save(into writer: inout StateWriter) {}
  public func restore(from reader: inout StateReader) throws(MarketError) {}
}

/// A record as a strategy is told of it.
public enum Tick: Hashable, Sendable {
  case trade(Trade)
  case quote(Quote)
  /// A completed bar of a tape of bars.
  case bar(Bar)
}
