import Market

/// Orders that wait for a price, the nearest last, so that the market is held against that one only.
///
/// They stand in runs of at most `TriggerLadder.longestRun`, so that of ten thousand orders an
/// insertion in the middle moves a few dozen.
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

  private static let longestRun = 128

  let direction: Direction
  /// The one that fires last first; no run is empty.
  private var runs: [[Entry]] = []
  /// The nearest entry.
  private(set) var nearest: Entry?

  init(_ direction: Direction) { self.direction = direction }

  /// The nearest entry, if `price` reaches its level; if it goes beyond it, when `strictly`.
  /// - Complexity: O(1).
  func nearest(firingAt price: Price, strictly: Bool = false) -> Entry? {
    guard let entry = nearest else { return nil }
    return fires(entry, at: price, strictly: strictly) ? entry : nil
  }

  /// All entries whose level `price` reaches, the nearest first.
  /// - Complexity: O(entries that it reaches).
  func reached(by price: Price) -> [Entry] {
    var found: [Entry] = []
    for run in runs.reversed() {
      for entry in run.reversed() {
        guard fires(entry, at: price, strictly: false) else { return found }
        found.append(entry)
      }
    }
    return found
  }

  /// All of them, in no order that matters.
  var entries: FlattenSequence<[[Entry]]> { runs.joined() }

  private func fires(_ entry: Entry, at price: Price, strictly: Bool) -> Bool {
    if price == entry.level { return !strictly }
    return (price > entry.level) == (direction == .rising)
  }

  /// - Complexity: O(log n) and a move of at most a run, and of the runs' headers when one is split.
  mutating func insert(_ order: OrderID, at level: Price, priority: Int) {
    let entry = Entry(level: level, priority: priority, order: order)
    let run = run(of: entry)
    if run == runs.count {
      runs.append([entry])
    } else {
      runs[run].insert(entry, at: position(of: entry, in: run))
      if runs[run].count > TriggerLadder.longestRun { split(run) }
    }
    nearest = runs.last?.last
  }

  /// - Complexity: as `insert`.
  mutating func remove(_ order: OrderID, at level: Price, priority: Int) {
    let entry = Entry(level: level, priority: priority, order: order)
    let run = run(of: entry)
    let position = run < runs.count ? position(of: entry, in: run) : 0
    precondition(
      run < runs.count && position < runs[run].count && runs[run][position].order == order,
      "order \(order.number) is not on the ladder")
    runs[run].remove(at: position)
    if runs[run].isEmpty { runs.remove(at: run) }
    nearest = runs.last?.last
  }

  private mutating func split(_ run: Int) {
    let half = runs[run].count / 2
    runs.insert(Array(runs[run][half...]), at: run + 1)
    runs[run].removeSubrange(half...)
  }

  /// The run that holds `entry`, or that it would go into: the first whose last entry does not fire
  /// after it, else the last one.
  private func run(of entry: Entry) -> Int {
    let found = TriggerLadder.firstIndex(below: runs.count) { run in
      runs[run].last.map { !isBefore(entry, $0) } ?? true
    }
    return max(0, min(found, runs.count - 1))
  }

  /// How many entries of a run fire after `entry`.
  private func position(of entry: Entry, in run: Int) -> Int {
    TriggerLadder.firstIndex(below: runs[run].count) { !isBefore(entry, runs[run][$0]) }
  }

  /// The first index for which `isReached` holds; it holds for all after that.
  private static func firstIndex(below count: Int, _ isReached: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isReached(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Whether `left` fires before `right`.
  func isBefore(_ left: Entry, _ right: Entry) -> Bool {
    if left.level == right.level { return left.priority < right.priority }
    return (left.level < right.level) == (direction == .rising)
  }
}
