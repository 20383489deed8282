/// The working orders of a listing by their number.
///
/// A hash table with open addressing over a dense array: numbers are counted, so a multiplication
/// spreads them well enough, and an order is found within a few nanoseconds.
struct OrderTable: Sendable {
  private struct Slot: Sendable {
    /// An order's number; below zero where nobody stands.
    var key: Int32 = -1
    /// Where that order stands in `values`.
    var place: Int32 = 0

    var isEmpty: Bool { key < 0 }
  }

  /// Their count is a power of two; at most half of them are taken.
  private var slots = [Slot](repeating: Slot(), count: 16)
  private var values: [WorkingOrder] = []
  private(set) var count = 0
  /// The place to be taken next; none is free where it is the end of `values`. The order that stood there
  /// last has a priority below zero, and that says by its complement which is free after it.
  private var firstFree = 0

  /// The orders that are there, in the order of sending.
  /// - Complexity: O(n log n).
  var ids: [OrderID] { slots.filter { !$0.isEmpty }.map { OrderID(number: Int($0.key)) }.sorted() }

  /// - Complexity: O(1).
  subscript(id: OrderID) -> WorkingOrder? { place(of: id).map { values[$0] } }

  /// By the place that `place(of:)` or `insert` gave, and that holds until the order is removed.
  subscript(place: Int) -> WorkingOrder {
    // Yielded where it stands: a copy for each look at a field would cost more than the look.
    _read { yield values[place] }
    _modify { yield &values[place] }
  }

  /// - Complexity: O(1).
  func place(of id: OrderID) -> Int? {
    let found = slots[index(of: id)]
    return found.isEmpty ? nil : Int(found.place)
  }

  /// - Precondition: no order of this number is there.
  /// - Returns: Its place.
  @discardableResult
  mutating func insert(_ order: WorkingOrder) -> Int {
    if 2 * count >= slots.count { grow() }
    let index = index(of: order.id)
    precondition(slots[index].isEmpty, "order \(order.id.number) works already")
    let place = firstFree
    slots[index] = Slot(key: Int32(order.id.number), place: Int32(place))
    count += 1
    if place < values.count {
      firstFree = ~values[place].priority
      values[place] = order
    } else {
      values.append(order)
      firstFree = values.count
    }
    return place
  }

  /// - Returns: The order as it stood; nil where nobody has this number.
  mutating func remove(_ id: OrderID) -> WorkingOrder? {
    guard let order = self[id] else { return nil }
    free(id)
    return order
  }

  /// Frees the place of an order, if it is there; what still names that place finds no order's priority there.
  mutating func free(_ id: OrderID) {
    var hole = index(of: id)
    let freed = slots[hole]
    if freed.isEmpty { return }
    values[Int(freed.place)].priority = ~firstFree
    firstFree = Int(freed.place)
    count -= 1
    // What stands behind the hole moves up, unless that would put it before its own slot.
    let mask = slots.count - 1
    var next = (hole + 1) & mask
    while !slots[next].isEmpty {
      let distance = (next - home(Int(slots[next].key))) & mask
      if distance >= (next - hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    slots[hole] = Slot()
  }

  private func home(_ number: Int) -> Int {
    // Fibonacci hashing: the high bits of a product with 2^64 over the golden ratio.
    let product = UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15
    return Int(product >> 32) & (slots.count - 1)
  }

  /// Where `id` stands, or would.
  private func index(of id: OrderID) -> Int {
    var index = home(id.number)
    while !slots[index].isEmpty && slots[index].key != Int32(id.number) {
      index = (index + 1) & (slots.count - 1)
    }
    return index
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(), count: 2 * old.count)
    for slot in old where !slot.isEmpty {
      slots[index(of: OrderID(number: Int(slot.key)))] = slot
    }
  }
}
