import Market

/// Orders that wait for a price, the nearest last, so that the market is held against that one only.
struct TriggerLadder: Sendable {
  enum Direction: Sendable {
    /// Levels fire when the price is at or above them.
    case rising
    /// Levels fire when the price is at or below them.
    case falling
  }

  struct Entry: Sendable {
    let level: Price
    /// Of two orders at one level the lower goes first.
    let priority: Int
    let order: OrderID
  }

  let direction: Direction
  /// The one that fires last first.
  private var entries: [Entry] = []

  init(_ direction: Direction) { self.direction = direction }

  /// The nearest entry.
  var nearest: Entry? { entries.last }

  /// The nearest entry, if `price` reaches its level; if it goes beyond it, when `strictly`.
  /// - Complexity: O(1).
  func nearest(firingAt price: Price, strictly: Bool = false) -> Entry? {
    guard let entry = entries.last else { return nil }
    if price == entry.level { return strictly ? nil : entry }
    return (price > entry.level) == (direction == .rising) ? entry : nil
  }

  /// - Complexity: O(log n), and a move of the entries that are nearer.
  mutating func insert(_ order: OrderID, at level: Price, priority: Int) {
    let entry = Entry(level: level, priority: priority, order: order)
    entries.insert(entry, at: position(of: entry))
  }

  /// - Complexity: O(log n), and a move of the entries that are nearer.
  mutating func remove(_ order: OrderID, at level: Price, priority: Int) {
    let position = position(of: Entry(level: level, priority: priority, order: order))
    precondition(
      position < entries.count && entries[position].order == order,
      "order \(order.number) is not on the ladder")
    entries.remove(at: position)
  }

  /// How many entries fire after `entry`.
  private func position(of entry: Entry) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(entry, entries[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether `left` fires before `right`.
  private func isBefore(_ left: Entry, _ right: Entry) -> Bool {
    if left.level == right.level { return left.priority < right.priority }
    return (left.level < right.level) == (direction == .rising)
  }
}
