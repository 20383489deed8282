public import Market
import MultiTimeframe

/// One output of an indicator, on one timeframe of one symbol: the handle by which a strategy reads it.
public struct Feature: Hashable, Sendable {
  public let timeframe: Timeframe
  let indicator: IndicatorID
}

/// The value of a feature at the last close of its timeframe.
///
/// It stays what it is until the next close, and changes exactly once then.
public struct FeatureValue: Hashable, Sendable {
  /// 0 while it is not ready.
  public let value: Double
  public let isReady: Bool
}

/// The bars of one role at one moment.
public struct RoleState: Hashable, Sendable {
  public let timeframe: Timeframe
  /// Whether a bar has closed, and every indicator of the timeframe has its value.
  public let isReady: Bool
  /// The bar that closed last; of no meaning before one has.
  public let bar: Bar
  /// When it closed.
  public var tsClose: Timestamp { bar.tsClose }
  /// How long ago that was, in nanoseconds.
  public let age: Int64
}
