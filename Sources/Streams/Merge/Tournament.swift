/// A tournament of losers over the heads of the streams.
///
/// Each node keeps the key that lost there, the winner stands at the top. When the winner's key
/// changes, only the nodes between its leaf and the top are played again: one comparison a level.
@safe struct Tournament: ~Copyable {
  /// The winner at 0, the losers from 1 on; leaves are not kept.
  private let nodes: UnsafeMutablePointer<OrderKey>
  /// How many leaves there are: a power of two.
  let leafCount: Int

  /// - Parameter keys: of the leaves from the first on; the others stay empty.
  init(_ keys: [OrderKey]) {
    var leafCount = 1
    while leafCount < keys.count { leafCount *= 2 }
    self.leafCount = leafCount
    unsafe nodes = .allocate(capacity: leafCount)
    var winners = [OrderKey](repeating: .none, count: 2 * leafCount)
    for (leaf, key) in keys.enumerated() { winners[leafCount + leaf] = key }
    for node in (1..<leafCount).reversed() {
      let (left, right) = (winners[2 * node], winners[2 * node + 1])
      winners[node] = min(left, right)
      unsafe (nodes + node).initialize(to: max(left, right))
    }
    unsafe nodes.initialize(to: winners[1])
  }

  deinit { unsafe nodes.deallocate() }

  /// The first of all keys.
  @inline(__always)
  var winner: OrderKey { unsafe nodes[0] }

  /// Plays the winner's leaf again with its new key, which is not before its old one.
  @inline(__always)
  mutating func replay(_ key: OrderKey, at leaf: Int) {
    var candidate = key
    var node = (leaf &+ leafCount) >> 1
    while node > 0 {
      unsafe OrderKey.putFirst(&nodes[node], &candidate)
      node >>= 1
    }
    unsafe nodes[0] = candidate
  }

  /// Plays any leaf again with a new key, whatever it was before.
  mutating func replace(_ key: OrderKey, at leaf: Int) {
    let place = leaf &+ leafCount
    // From the top down each node gets the first key of its other side: as if this leaf had won.
    var first = winner
    var level = leafCount.trailingZeroBitCount
    while level > 0 {
      let isOwn = (first.leaf &+ leafCount) >> (level &- 1) == place >> (level &- 1)
      if !isOwn { unsafe swap(&nodes[place >> level], &first) }
      level &-= 1
    }
    replay(key, at: leaf)
  }

  /// The first of all keys but the winner's, which is at `leaf`: it lost to the winner, on the way.
  @inline(__always)
  func runnerUp(of leaf: Int) -> OrderKey {
    var first = OrderKey.none
    var node = (leaf &+ leafCount) >> 1
    while node > 0 {
      var other = unsafe nodes[node]
      OrderKey.putFirst(&other, &first)
      node >>= 1
    }
    return first
  }
}
