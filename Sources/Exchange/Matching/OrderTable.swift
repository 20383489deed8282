/// The working orders of a listing by their number.
///
/// A hash table with open addressing over a dense array: numbers are counted, so a multiplication
/// spreads them well enough, and an order is found within a few nanoseconds.
struct OrderTable: Sendable {
  private static let empty = -1
  /// Order numbers; `empty` where nobody stands. The count is a power of two, at most half full.
  private var keys = [Int](repeating: empty, count: 16)
  /// Where the order of the key at the same index stands in `values`.
  private var places = [Int](repeating: 0, count: 16)
  private var values: [WorkingOrder] = []
  private var freePlaces: [Int] = []

  var count: Int { values.count - freePlaces.count }

  /// The orders that are there, in the order of sending.
  /// - Complexity: O(n log n).
  var ids: [OrderID] { keys.filter { $0 != OrderTable.empty }.sorted().map(OrderID.init(number:)) }

  /// - Complexity: O(1).
  subscript(id: OrderID) -> WorkingOrder? { place(of: id).map { values[$0] } }

  /// By the place that `place(of:)` or `insert` gave; it holds until the order is removed.
  subscript(place: Int) -> WorkingOrder {
    // Yielded where it stands: a copy for each look at a field would cost more than the look.
    _read { yield values[place] }
    _modify { yield &values[place] }
  }

  /// - Complexity: O(1).
  func place(of id: OrderID) -> Int? {
    let slot = slot(of: id)
    return keys[slot] == id.number ? places[slot] : nil
  }

  /// - Precondition: no order of this number is there.
  mutating func insert(_ order: WorkingOrder) {
    if 2 * count >= keys.count { grow() }
    let slot = slot(of: order.id)
    precondition(keys[slot] == OrderTable.empty, "order \(order.id.number) works already")
    keys[slot] = order.id.number
    if let place = freePlaces.popLast() {
      values[place] = order
      places[slot] = place
    } else {
      places[slot] = values.count
      values.append(order)
    }
  }

  /// - Returns: The order as it stood; nil where nobody has this number.
  mutating func remove(_ id: OrderID) -> WorkingOrder? { free(id).map { values[$0] } }

  /// Frees the place of an order.
  /// - Returns: That place; nil where nobody has this number.
  @discardableResult
  mutating func free(_ id: OrderID) -> Int? {
    var hole = slot(of: id)
    guard keys[hole] == id.number else { return nil }
    let place = places[hole]
    freePlaces.append(place)
    // What stands behind the hole moves up, unless that would put it before its own slot.
    let mask = keys.count - 1
    var next = (hole + 1) & mask
    while keys[next] != OrderTable.empty {
      let distance = (next - home(keys[next])) & mask
      if distance >= (next - hole) & mask {
        keys[hole] = keys[next]
        places[hole] = places[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    keys[hole] = OrderTable.empty
    return place
  }

  private func home(_ number: Int) -> Int {
    // Fibonacci hashing: the high bits of a product with 2^64 over the golden ratio.
    let product = UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15
    return Int(product >> 32) & (keys.count - 1)
  }

  /// Where `id` stands, or would.
  private func slot(of id: OrderID) -> Int {
    var slot = home(id.number)
    while keys[slot] != OrderTable.empty && keys[slot] != id.number {
      slot = (slot + 1) & (keys.count - 1)
    }
    return slot
  }

  private mutating func grow() {
    let old = zip(keys, places).filter { $0.0 != OrderTable.empty }
    keys = Array(repeating: OrderTable.empty, count: 2 * keys.count)
    places = Array(repeating: 0, count: keys.count)
    for (number, place) in old {
      let slot = slot(of: OrderID(number: number))
      keys[slot] = number
      places[slot] = place
    }
  }
}
