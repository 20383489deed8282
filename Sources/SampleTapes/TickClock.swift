/// The times of the records of one slot, in order.
///
/// Record i of n falls at random into the i-th of n equal parts of the slot, so that times are
/// sorted without being collected.
struct TickClock: Sendable {
  private var start: Int64 = 0
  /// The length of a part, in 2^-20 ns.
  private var part: UInt64 = 0
  private var unit: UInt64 = 1
  private var index = 0
  private var count = 0

  var isAtEnd: Bool { index == count }

  init() {}

  /// - Precondition: `count` is at least 1, and `slot.start` a multiple of `unit`.
  init(slot: ActivitySlot, count: Int, unit: Int64) {
    start = slot.start
    part = UInt64(slot.length) << 20 / UInt64(count)
    self.unit = UInt64(unit)
    self.count = count
  }

  /// The time of the next record, a multiple of the unit.
  mutating func next(bits: UInt64) -> Int64 {
    // Now and then the slot's first record falls exactly on its start.
    let isOnStart = index == 0 && bits >> 10 & 15 == 0
    let within = isOnStart ? 0 : part.multipliedFullWidth(by: bits).high
    let offset = (UInt64(index) * part + within) >> 20
    index += 1
    return start + Int64(offset - offset % unit)
  }
}
