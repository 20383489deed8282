public import Market

/// Where an order is in its life.
public enum OrderStatus: UInt8, Sendable, CaseIterable {
  /// Sent, and on its way.
  case submitted
  /// Arrived, and waiting for a fill of the order that it depends on.
  case held
  case accepted
  /// Its trigger price was reached.
  case triggered
  case partiallyFilled
  case filled
  case cancelled
  case expired
  case rejected

  /// Whether an order in this status stands at the exchange and can still come to trade.
  public var isWorking: Bool {
    self == .held || self == .accepted || self == .triggered || self == .partiallyFilled
  }

  /// The whole of an order's life: every transition there is.
  public func canBecome(_ next: OrderStatus) -> Bool {
    switch (self, next) {
    case (.submitted, .accepted), (.submitted, .held), (.submitted, .rejected): true
    case (.held, .accepted): true
    case (.held, .filled): false
    case (.accepted, .triggered): true
    case (.accepted, .partiallyFilled), (.triggered, .partiallyFilled),
      (.partiallyFilled, .partiallyFilled):
      true
    case (_, .filled), (_, .cancelled), (_, .expired): isWorking
    default: false
    }
  }
}

/// One order and what has become of it.
public struct Order: Hashable, Sendable {
  // The request first: orders are kept by the million, and what is small fits behind it.
  /// As it was amended last.
  public private(set) var request: OrderRequest
  public private(set) var status = OrderStatus.submitted
  private let sentPhase: Phase
  public let id: OrderID
  private let sentTime: Timestamp
  private let arrivalTime: Timestamp
  public private(set) var filledQuantity = Quantity.zero

  /// When it was sent.
  public var sent: Moment { Moment(sentTime, sentPhase) }
  /// When it reaches the exchange.
  public var arrival: Moment { Moment(arrivalTime, .arrivals) }

  init(id: OrderID, request: OrderRequest, sent: Moment, arrival: Moment) {
    self.id = id
    self.request = request
    precondition(arrival.phase == .arrivals, "orders arrive in the phase of arrivals")
    sentTime = sent.time
    sentPhase = sent.phase
    arrivalTime = arrival.time
  }

  public var remainingQuantity: Quantity {
    Quantity(unchecked: request.quantity.raw - filledQuantity.raw)
  }

  mutating func accept() { become(.accepted) }
  mutating func hold() { become(.held) }
  mutating func reject() { become(.rejected) }
  mutating func cancel() { become(.cancelled) }
  mutating func expire() { become(.expired) }

  /// The first fill that it waited for lets it work.
  mutating func release() { if status == .held { become(.accepted) } }

  mutating func trigger() {
    precondition(request.type.waitsForTrigger, "order \(id.number) has no trigger")
    become(.triggered)
  }

  mutating func fill(_ quantity: Quantity) {
    precondition(
      quantity.raw > 0 && quantity <= remainingQuantity,
      "order \(id.number): a fill of \(quantity.raw), \(remainingQuantity.raw) are left")
    precondition(
      !request.type.waitsForTrigger || status != .accepted,
      "order \(id.number): a fill before its trigger")
    become(quantity == remainingQuantity ? .filled : .partiallyFilled)
    filledQuantity = Quantity(unchecked: filledQuantity.raw + quantity.raw)
  }

  /// Changes what is asked for; a quantity is the whole, what is filled included.
  mutating func amend(_ type: OrderType, _ quantity: Quantity) {
    precondition(
      status.isWorking && quantity > filledQuantity,
      "order \(id.number), \(status), cannot become one of \(quantity.raw)")
    request.type = type
    request.quantity = quantity
  }

  /// Makes the order one of `quantity` because of what its group has filled; with nothing left it is
  /// filled.
  mutating func resize(to quantity: Quantity) {
    precondition(
      status.isWorking && quantity >= filledQuantity && quantity.raw > 0,
      "order \(id.number), \(status), cannot become one of \(quantity.raw)")
    request.quantity = quantity
    if quantity == filledQuantity { become(.filled) }
  }

  /// Takes in what a report of the order says: as it was sent, and with all reports up to one of them in
  /// their order, an order is what the exchange had when it made that report.
  /// - Precondition: the report is of this order.
  public mutating func apply(_ report: OrderReport) {
    precondition(report.order == id, "a report of order \(report.order.number), not \(id.number)")
    switch report.event {
    case .filled(let fill):
      filledQuantity = Quantity(unchecked: filledQuantity.raw + fill.quantity.raw)
    case .resized(let quantity): request.quantity = quantity
    case .amended(let amendment):
      request.quantity = amendment.quantity ?? request.quantity
      request.type =
        request.type.amended(limit: amendment.limitPrice, trigger: amendment.triggerPrice)
        ?? request.type
    default: break
    }
    status = report.status
  }

  func encode(into writer: inout StateWriter) {
    writer.write(status.rawValue)
    writer.write(sent)
    writer.write(arrivalTime)
    writer.write(request)
    writer.write(filledQuantity)
  }

  init(
    _ id: OrderID, from reader: inout StateReader, _ limits: StateLimits
  ) throws(MarketError) {
    self.id = id
    status = try reader.readCase()
    let sent = try reader.readMoment()
    (sentTime, sentPhase) = (sent.time, sent.phase)
    arrivalTime = try reader.readTime()
    request = try reader.readRequest(limits)
    filledQuantity = try reader.readQuantity()
    guard filledQuantity <= request.quantity else {
      throw .malformedState("order \(id.number) is filled beyond its quantity")
    }
  }

  private mutating func become(_ next: OrderStatus) {
    precondition(status.canBecome(next), "order \(id.number) cannot go from \(status) to \(next)")
    status = next
  }
}
