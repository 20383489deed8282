public import Market

// The whole exchange in saved state. What was fixed when it was made, its listings, latency and
// rules, is not in it.

extension SimulatedExchange {
  /// Writes all that has happened and all that is still to come.
  /// - Complexity: O(orders and entries of the ledger ever).
  public func encode(into writer: inout StateWriter) {
    writer.write(symbols) { $0.write($1) }
    writer.write(clock)
    writer.write(orders) { $1.encode(into: &$0) }
    ledger.encode(into: &writer)
    encodePresent(into: &writer)
  }

  /// Writes what stands now: all but the clock and what only grows, the orders and the ledger.
  /// - Complexity: O(what is open, on its way or not taken yet).
  func encodePresent(into writer: inout StateWriter) {
    for count in [
      fillCount, unfilledChangeCount, pathDependentFillCount, liquidationCount, amendmentCount,
    ] { writer.write(Int64(count)) }
    for index in books.indices { books[index].encode(into: &writer) }
    due.encode(into: &writer)
    line.encode(into: &writer)
    outbox.encode(into: &writer)
    writer.write(amendments.sorted { $0.key < $1.key }) {
      $0.write(Int64($1.key))
      $0.write($1.value)
    }
    writer.write(linked.sorted { $0.key < $1.key }) {
      $0.write($1.key)
      $0.write($1.value.link.rawValue)
      $0.write(Int64($1.value.count))
    }
    writer.write(volumes.sorted { $0.key.code < $1.key.code }) {
      $0.write($1.key)
      $1.value.encode(into: &$0)
    }
    writer.write(marginIsStale)
    writer.write(marginWatch.rawValue)
    writer.write(interestIsDue)
    writer.write(lastLiquidation) { $0.write($1) }
  }

  /// Takes back what `encode` wrote, into an exchange that was made with the same listings, latency
  /// and rules; it goes on as the one that wrote it.
  ///
  /// - Throws: `MarketError.malformedState`; this exchange is then as it was.
  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    var next = SimulatedExchange(books.map { $0.listing }, latency: latency, account: rules)
    try next.take(from: &reader)
    self = next
  }

  var symbols: [String] { books.map { $0.listing.instrument.symbol } }

  private mutating func take(from reader: inout StateReader) throws(MarketError) {
    let found = try reader.readArray { reader throws(MarketError) in try reader.readString() }
    guard found == symbols else {
      throw .malformedState("the state of an exchange of other listings: \(found)")
    }
    currentMoment = try reader.readMoment()
    let count = Int(try reader.read(in: 0...Int64(Int32.max)))
    let limits = StateLimits(orders: count, listings: books.count)
    for number in 0..<count {
      orders.append(try Order(OrderID(number: number), from: &reader, limits))
    }
    ledger = try Ledger(from: &reader, limits)
    fillCount = try reader.readCount()
    unfilledChangeCount = try reader.readCount()
    pathDependentFillCount = try reader.readCount()
    liquidationCount = try reader.readCount()
    amendmentCount = try reader.readCount()
    for index in books.indices {
      try books[index].decode(from: &reader, ListingID(index: index), orders, limits)
    }
    try due.decode(from: &reader, limits)
    try line.decode(from: &reader)
    try outbox.decode(from: &reader, limits)
    try takeRequests(from: &reader, limits)
    try takeVolumes(from: &reader)
    marginIsStale = try reader.readBool()
    marginWatch = try reader.readCase()
    interestIsDue = try reader.readBool()
    lastLiquidation = try reader.readOptional { reader throws(MarketError) in
      try reader.readMoment()
    }
    unallocatedIsStale = true
    try requireWhole()
  }

  private mutating func takeRequests(
    from reader: inout StateReader, _ limits: StateLimits
  ) throws(MarketError) {
    for _ in 0..<(try reader.readCount()) {
      let number = try reader.readCount()
      amendments[number] = try reader.readAmendment()
    }
    for _ in 0..<(try reader.readCount()) {
      let first = try limits.order(&reader)
      linked[first] = LinkedArrival(
        link: try reader.readCase(), count: Int(try reader.read(in: 2...Int64(Int32.max))))
    }
  }

  private mutating func takeVolumes(from reader: inout StateReader) throws(MarketError) {
    for _ in 0..<(try reader.readCount()) {
      let currency = try reader.readCurrency()
      volumes[currency] = try TradedVolume(in: currency, from: &reader)
    }
  }

  /// Whether the parts speak of the same orders: each that works stands in its market, each that was
  /// sent is on its way, and so is what it is amended by.
  private func requireWhole() throws(MarketError) {
    let working = books.indices.reduce(0) { $0 + books[$1].market.orders.count }
    guard working == orders.reduce(0, { $0 + ($1.status.isWorking ? 1 : 0) }) else {
      throw .malformedState("orders that work at no market")
    }
    var (arriving, amending) = (Set<OrderID>(), Set<Int>())
    var isWhole = true
    for action in due.actions {
      switch action {
      case .arrive(let order): isWhole = isWhole && arriving.insert(order).inserted
      case .arriveLinked(let first):
        guard let group = linked[first], first.number + group.count <= orders.count else {
          throw .malformedState("a group of orders that were not sent")
        }
        let requests = orders[first.number..<first.number + group.count].map(\.request)
        isWhole = isWhole && requests.allSatisfy { $0.listing == requests[0].listing }
        for number in first.number..<first.number + group.count {
          isWhole = isWhole && arriving.insert(OrderID(number: number)).inserted
        }
      case .amend(_, let number):
        isWhole = isWhole && amendments[number] != nil && amending.insert(number).inserted
      case .cancel, .expire, .settle, .chargeInterest: break
      }
    }
    let submitted = orders.lazy.filter { $0.status == .submitted }.map(\.id)
    guard isWhole, Set(submitted) == arriving, amending.count == amendments.count else {
      throw .malformedState("orders that are not on their way")
    }
  }
}

extension SimulatedExchange.Book {
  fileprivate func encode(into writer: inout StateWriter) {
    market.encode(into: &writer)
    holding.encode(into: &writer)
    prices.encode(into: &writer)
    writer.write(quietMarks.low.raw)
    writer.write(quietMarks.high.raw)
    writer.write(coveredUntil)
    writer.write(lastSplit) { $0.write($1) }
    writer.write(payments) { $1.encode(into: &$0) }
  }

  fileprivate mutating func decode(
    from reader: inout StateReader, _ id: ListingID, _ orders: AppendOnlyLog<Order>,
    _ limits: StateLimits
  ) throws(MarketError) {
    try market.decode(from: &reader, of: id, orders, limits)
    try holding.decode(from: &reader)
    market.hold(long: holding.quantities.long, short: holding.quantities.short)
    try prices.decode(from: &reader)
    marks = prices.marks
    quietMarks.low = Price(unchecked: try reader.read())
    quietMarks.high = Price(unchecked: try reader.read())
    coveredUntil = try reader.readTime()
    lastSplit = try reader.readOptional { reader throws(MarketError) in try reader.readMoment() }
    payments = try reader.readArray { reader throws(MarketError) in
      try HeldPayment(from: &reader, listing)
    }
  }
}
