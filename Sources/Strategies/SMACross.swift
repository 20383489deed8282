public import Backtest
import Exchange
public import Market
public import MultiTimeframe

/// Follows the trend: long while a fast moving average is above a slow one.
///
/// It acts at the close at which the fast average has crossed the slow one, and at no other. Where the
/// averages are equal, the side on which the fast one was last counts on.
public final class SMACross: Strategy {
  /// What is held while the fast average is below the slow one.
  public enum Mode: String, CaseIterable, Sendable {
    case longFlat = "long_flat"
    case longShort = "long_short"
  }

  public static let definition = StrategyDefinition(
    "sma_cross", "long while a fast moving average is above a slow one",
    [
      .integer("fast", 10, in: 1...10_000, "bars of the fast average"),
      .integer("slow", 30, in: 2...10_000, "bars of the slow average"),
      .choice("mode", Mode.longFlat, "whether to go short, or to hold nothing, below"),
    ]
  ) { values throws(StrategyConflict) in
    let (fast, slow) = (values.integer("fast"), values.integer("slow"))
    guard fast < slow else {
      throw StrategyConflict("fast is \(fast), slow is \(slow): expected fast below slow")
    }
    return SMACross(fast: fast, slow: slow, values.choice("mode"))
  }

  private let fast: Int
  private let slow: Int
  private let mode: Mode
  /// By symbol.
  private var fastAverages: [Feature] = []
  private var slowAverages: [Feature] = []
  /// 1 where the fast average was above the slow one last, -1 below, 0 while it is not known.
  private var sides: [Int8] = []

  public init(fast: Int, slow: Int, _ mode: Mode) {
    self.fast = fast
    self.slow = slow
    self.mode = mode
  }

  public var needs: StrategyNeeds {
    StrategyNeeds(bars: [.role(.ltf)], indicators: [.ltf: ["sma(\(fast))", "sma(\(slow))"]])
  }

  public func onStart(_ context: borrowing StrategyContext) throws {
    for symbol in context.symbols {
      fastAverages.append(try context.feature("sma(\(fast))", of: symbol))
      slowAverages.append(try context.feature("sma(\(slow))", of: symbol))
      sides.append(0)
    }
  }

  public func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    let symbol = close.symbol
    let difference =
      snapshot[fastAverages[symbol.index]].value - snapshot[slowAverages[symbol.index]].value
    let side: Int8 = difference > 0 ? 1 : difference < 0 ? -1 : sides[symbol.index]
    let before = sides[symbol.index]
    sides[symbol.index] = side
    // The first close that is seen shows a state, not a cross.
    guard before != 0, side != before else { return }

    // What the cross before ordered and nobody has filled yet. With a latency a fill may be quicker than the
    // cancel: what it leaves stands until the next cross.
    try context.cancelAll(of: symbol)
    let held = snapshot.position
    if side > 0 {
      if held < 0 {
        try context.submit(OrderIntent(.buy, of: symbol, .wholePosition, reason: "cross up"))
      }
      if held <= 0 { try context.submit(OrderIntent(.buy, of: symbol, reason: "cross up")) }
    } else {
      if held > 0 {
        try context.submit(OrderIntent(.sell, of: symbol, .wholePosition, reason: "cross down"))
      }
      if mode == .longShort, held >= 0 {
        try context.submit(OrderIntent(.sell, of: symbol, reason: "cross down"))
      }
    }
  }

  public func save(into writer: inout StateWriter) {
    for side in sides { writer.write(side) }
  }

  public func restore(from reader: inout StateReader) throws(MarketError) {
    for index in sides.indices { sides[index] = try reader.read() }
  }
}
