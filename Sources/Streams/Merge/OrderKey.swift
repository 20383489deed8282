import Market

/// Where the head of a stream stands among the heads of all streams.
///
/// From the top: 64 bits for the record's order key, counted from 1900, 32 bits that decide ties
/// (funding first, bars behind everything else, then registration), a bit for a stream that has no record
/// yet but is known to have come this far, and 30 bits for the leaf at which the stream plays, so that a key knows whose it is. The sign stays clear: the difference of two keys never
/// overflows, and its sign tells which comes first, without a branch.
struct OrderKey: Comparable {
  private let bits: Int128

  @inline(__always)
  private init(bits: Int128) { self.bits = bits }

  /// - Parameter rank: unique among the streams, see `rank(of:_:)`.
  @inline(__always)
  init(time: Int64, rank: UInt32, leaf: Int32) {
    let high = UInt64(bitPattern: time &- OrderKey.origin)
    let low = UInt64(rank) << 31 | UInt64(UInt32(bitPattern: leaf))
    bits = Int128(high) << 63 | Int128(low)
  }

  /// Behind every record: no stream, or one that has ended.
  static var none: OrderKey { OrderKey(bits: .max) }

  /// Bars close at the end of the nanosecond at which they stand: behind its other records. Funding
  /// is due before the records of its moment.
  static func rank(of stream: StreamID, _ kind: RecordKind) -> UInt32 {
    precondition(stream.index < streamLimit, "a run has room for 2^30 streams")
    let place = UInt32(stream.index)
    return switch kind {
    case .bar: place | barBit
    case .fundingRate: place
    case .trade, .quote, .markPrice: place | recordBit
    }
  }

  private static let barBit: UInt32 = 1 << 31
  private static let recordBit: UInt32 = 1 << 30
  private static let streamLimit = 1 << 30
  /// A bar stands a nanosecond before its close.
  @inline(__always)
  private static var origin: Int64 { -2_208_988_800 * nanosecondsPerSecond - 1 }

  @inline(__always)
  var time: Int64 {
    isNone ? .max : Int64(bitPattern: UInt64(truncatingIfNeeded: bits >> 63)) &+ OrderKey.origin
  }
  @inline(__always)
  var rank: UInt32 { UInt32(truncatingIfNeeded: bits >> 31) }
  /// The index of the stream whose head this is.
  @inline(__always)
  var stream: Int { Int(rank & (OrderKey.recordBit &- 1)) }
  @inline(__always)
  var isBar: Bool { rank & OrderKey.barBit != 0 }
  /// Whether it is funding, which comes before the sessions and timers of its moment.
  @inline(__always)
  var isFunding: Bool { rank & (OrderKey.barBit | OrderKey.recordBit) == 0 }
  @inline(__always)
  var leaf: Int { Int(truncatingIfNeeded: bits & 0x3FFF_FFFF) }
  /// Whether no record stands here: the stream has none before this, which is all that is known.
  @inline(__always)
  var isHorizon: Bool { bits & OrderKey.horizonBit != 0 && !isNone }
  private static var horizonBit: Int128 { 1 << 30 }

  /// The key as one that stands for no record.
  var withoutRecord: OrderKey { OrderKey(bits: bits | OrderKey.horizonBit) }
  /// When the event happens; `Int64.max` where there is none.
  @inline(__always)
  var eventTime: Int64 { isBar && !isNone ? time &+ 1 : time }
  /// Whether no stream has a head.
  @inline(__always)
  var isNone: Bool { bits == .max }

  @inline(__always)
  static func < (left: OrderKey, right: OrderKey) -> Bool { left.bits < right.bits }

  /// Swaps the two, if the first comes first.
  ///
  /// Which of two streams comes first is as good as random, so that a branch on it would be
  /// mispredicted every other time.
  @inline(__always)
  static func putFirst(_ second: inout OrderKey, _ first: inout OrderKey) {
    let isSwapped = (second.bits &- first.bits) >> 127
    let difference = (second.bits ^ first.bits) & isSwapped
    second = OrderKey(bits: second.bits ^ difference)
    first = OrderKey(bits: first.bits ^ difference)
  }
}
