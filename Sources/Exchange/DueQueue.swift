/// What waits for its moment, earliest first; what was queued first goes first of two at one moment.
struct DueQueue: Sendable {
  enum Action: Hashable, Sendable {
    case arrive(OrderID)
    /// The group that begins with this order.
    case arriveLinked(OrderID)
    /// By the amendment's number.
    case amend(OrderID, Int)
    case cancel(OrderID)
    case expire(OrderID)
    /// The end of a future.
    case settle(ListingID)
    case chargeInterest
  }

  struct Item: Sendable {
    let moment: Moment
    let number: Int
    let action: Action

    func isBefore(_ other: Item) -> Bool {
      (moment, number) < (other.moment, other.number)
    }
  }

  /// A heap: an item is not before its parent, which stands at (place - 1) / 2.
  private var items: [Item] = []
  private var nextNumber = 0

  /// The moment of the first item.
  var next: Moment? { items.first?.moment }

  /// - Complexity: O(log n).
  mutating func add(_ action: Action, at moment: Moment) {
    items.append(Item(moment: moment, number: nextNumber, action: action))
    nextNumber += 1
    var place = items.count - 1
    while place > 0, items[place].isBefore(items[(place - 1) / 2]) {
      items.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes the first item.
  /// - Complexity: O(log n).
  mutating func removeFirst() -> Item {
    items.swapAt(0, items.count - 1)
    let first = items.removeLast()
    var place = 0
    while true {
      var earliest = place
      let (left, right) = (2 * place + 1, 2 * place + 2)
      if left < items.count, items[left].isBefore(items[earliest]) { earliest = left }
      if right < items.count, items[right].isBefore(items[earliest]) { earliest = right }
      guard earliest != place else { return first }
      items.swapAt(place, earliest)
      place = earliest
    }
  }
}
