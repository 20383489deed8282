import Market

/// What waits for its moment, earliest first; what was queued first goes first of two at one moment.
@usableFromInline struct DueQueue: Sendable {
  enum Action: Sendable {
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

  /// What is on its way to the exchange: nothing overtakes there, so it stands in its order. From
  /// `firstOnWay` on.
  private var onWay: [Item] = []
  private var firstOnWay = 0
  /// A heap of the rest: an item is not before its parent, which stands at (place - 1) / 2.
  private var items: [Item] = []
  private var nextNumber = 0

  /// The moment of the first item; kept, because it is asked for again and again.
  @usableFromInline private(set) var next: Moment?

  private mutating func findNext() {
    next = items.first?.moment
    guard firstOnWay < onWay.count else { return }
    let arriving = onWay[firstOnWay].moment
    next = next.map { min($0, arriving) } ?? arriving
  }

  /// Adds what the trader sends.
  /// - Precondition: it arrives no earlier than what was sent before.
  /// - Complexity: O(1).
  mutating func send(_ action: Action, arriving moment: Moment) {
    precondition(onWay.last.map { $0.moment <= moment } ?? true, "an order overtakes another")
    onWay.append(Item(moment: moment, number: nextNumber, action: action))
    nextNumber += 1
    next = next.map { min($0, moment) } ?? moment
  }

  /// - Complexity: O(log n).
  mutating func add(_ action: Action, at moment: Moment) {
    items.append(Item(moment: moment, number: nextNumber, action: action))
    nextNumber += 1
    var place = items.count - 1
    while place > 0, items[place].isBefore(items[(place - 1) / 2]) {
      items.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
    next = next.map { min($0, moment) } ?? moment
  }

  /// Takes the first item.
  /// - Complexity: O(1) for what was sent, amortised; O(log n) for the rest.
  mutating func removeFirst() -> Item {
    defer { findNext() }
    guard firstOnWay < onWay.count,
      items.isEmpty || onWay[firstOnWay].isBefore(items[0])
    else { return removeFirstOfHeap() }
    let first = onWay[firstOnWay]
    firstOnWay += 1
    if 2 * firstOnWay > onWay.count {
      onWay.takeOut(first: firstOnWay)
      firstOnWay = 0
    }
    return first
  }

  private mutating func removeFirstOfHeap() -> Item {
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

extension DueQueue {
  func encode(into writer: inout StateWriter) {
    writer.write(Int64(nextNumber))
    for queue in [Array(onWay[firstOnWay...]), items.sorted { $0.isBefore($1) }] {
      writer.write(queue) { writer, item in
        writer.write(item.moment)
        writer.write(Int64(item.number))
        writer.write(item.action)
      }
    }
  }

  mutating func decode(
    from reader: inout StateReader, _ limits: StateLimits
  ) throws(MarketError) {
    nextNumber = try reader.readCount()
    func readItems() throws(MarketError) -> [Item] {
      try reader.readArray { reader throws(MarketError) in
        Item(
          moment: try reader.readMoment(), number: try reader.readCount(),
          action: try reader.readAction(limits))
      }
    }
    onWay = try readItems()
    // What is in order is a heap.
    items = try readItems()
    firstOnWay = 0
    for queue in [onWay, items] {
      guard zip(queue, queue.dropFirst()).allSatisfy({ $0.isBefore($1) }),
        queue.allSatisfy({ $0.number < nextNumber })
      else { throw .malformedState("what is due is not in its order") }
    }
    findNext()
    guard onWay.allSatisfy(\.action.isSent), !items.contains(where: \.action.isSent) else {
      throw .malformedState("what is due stands in the wrong queue")
    }
  }

  /// What is still to come.
  var actions: [Action] { onWay[firstOnWay...].map(\.action) + items.map(\.action) }
}

extension DueQueue.Action {
  /// Whether it comes from the trader.
  fileprivate var isSent: Bool {
    switch self {
    case .arrive, .arriveLinked, .amend, .cancel: true
    case .expire, .settle, .chargeInterest: false
    }
  }
}

extension StateWriter {
  fileprivate mutating func write(_ action: DueQueue.Action) {
    switch action {
    case .arrive(let order):
      write(UInt8(0))
      write(order)
    case .arriveLinked(let order):
      write(UInt8(1))
      write(order)
    case .amend(let order, let number):
      write(UInt8(2))
      write(order)
      write(Int64(number))
    case .cancel(let order):
      write(UInt8(3))
      write(order)
    case .expire(let order):
      write(UInt8(4))
      write(order)
    case .settle(let listing):
      write(UInt8(5))
      write(listing)
    case .chargeInterest: write(UInt8(6))
    }
  }
}

extension StateReader {
  fileprivate mutating func readAction(
    _ limits: StateLimits
  ) throws(MarketError) -> DueQueue.Action {
    switch try read(in: 0...UInt8(6)) {
    case 0: .arrive(try limits.order(&self))
    case 1: .arriveLinked(try limits.order(&self))
    case 2: .amend(try limits.order(&self), try readCount())
    case 3: .cancel(try limits.order(&self))
    case 4: .expire(try limits.order(&self))
    case 5: .settle(try limits.listing(&self))
    default: .chargeInterest
    }
  }
}
