import Market

/// What was paid on what was held at an instant. A bar that spans the instant may say later that something
/// else was held: its fills are known at its end.
struct HeldPayment: Sendable {
  enum Kind: Sendable {
    /// At the marks that were known before it.
    case funding(Rate, Marks)
    /// Per share.
    case dividend(Money)
  }

  /// What was paid on one position.
  struct Part: Sendable {
    let place: Int
    let quantity: Int64
    /// What the wallet gained.
    let gain: Money
    /// What of it belongs to the open round trip.
    let ofTrip: Int128
    /// By how much it changed the isolated margin.
    let margin: Money
  }

  let time: Timestamp
  let kind: Kind
  var parts: [Part] = []
}

/// What was paid inside a bar, as long as the bar is walked.
struct BarPayments: Sendable {
  var waiting: ArraySlice<HeldPayment>
  /// Whether they were taken back, to be paid anew in their place among the fills.
  var areTakenBack = false
}

extension SimulatedExchange {
  /// Pays on what is held now, and remembers it for a bar that may span the instant.
  mutating func pay(
    _ kind: HeldPayment.Kind, of id: ListingID, at time: Timestamp
  ) throws(ExchangeError) -> Money? {
    var payment = HeldPayment(time: time, kind: kind)
    let sum = try pay(&payment, of: id)
    // No bar fills that began before what has filled already.
    let covered = books[id.index].coveredUntil
    books[id.index].payments.removeAll { $0.time <= covered }
    if time > covered { books[id.index].payments.append(payment) }
    return sum
  }

  private mutating func pay(
    _ payment: inout HeldPayment, of id: ListingID
  ) throws(ExchangeError) -> Money? {
    payment.parts =
      switch payment.kind {
      case .funding(let rate, let marks):
        try payFunding(rate, marks, of: id, at: payment.time)
      case .dividend(let perShare): [try payDividend(perShare, of: id, at: payment.time)]
      }
    var sum: Money?
    for part in payment.parts {
      guard let next = (sum ?? .zero(part.gain.currency)).adding(part.gain) else {
        throw books[id.index].listing.overflow("funding")
      }
      sum = next
    }
    return sum
  }

  private mutating func payFunding(
    _ rate: Rate, _ marks: Marks, of id: ListingID, at time: Timestamp
  ) throws(ExchangeError) -> [HeldPayment.Part] {
    let listing = books[id.index].listing
    var parts: [HeldPayment.Part] = []
    for (place, leg) in books[id.index].holding.legs.enumerated() where leg.quantity != 0 {
      guard let mark = marks.mark(ofSign: leg.quantity.signum()) else { continue }
      let gain = -(try listing.share(rate, of: leg.quantity, at: mark))
      let isIsolated = listing.margin.mode == .isolated
      let margin = isIsolated ? max(leg.margin + gain, .zero(gain.currency)) : leg.margin
      let part = HeldPayment.Part(
        place: place, quantity: leg.quantity, gain: gain, ofTrip: gain.units,
        margin: margin - leg.margin)
      try book(part, rate, mark, of: id, at: time)
      parts.append(part)
    }
    return parts
  }

  private mutating func book(
    _ part: HeldPayment.Part, _ rate: Rate, _ mark: Mark, of id: ListingID, at time: Timestamp
  ) throws(ExchangeError) {
    let listing = books[id.index].listing
    try post(part.gain, .funding, .funding(id), at: time, id)
    outbox.add(
      FundingPayment(
        listing: id, time: time, rate: rate, mark: mark, quantity: part.quantity,
        amount: part.gain),
      knownAt: knownNow(time))
    try books[id.index].holding.legs[part.place].trip?.receive(
      funding: part.ofTrip, in: listing)
    let margin = books[id.index].holding.legs[part.place].margin
    books[id.index].holding.legs[part.place].margin = margin + part.margin
  }

  /// On all shares in the ledger, those that are owed included: who is short pays.
  private mutating func payDividend(
    _ perShare: Money, of id: ListingID, at time: Timestamp
  ) throws(ExchangeError) -> HeldPayment.Part {
    let listing = books[id.index].listing
    let leg = books[id.index].holding.legs[0]
    guard let share = listing.contract.kind.asset, let held = listing.assetAmount(leg.quantity),
      let all = dividend(perShare, on: ledger.netBalance(in: share)),
      let own = dividend(perShare, on: held)
    else { throw listing.overflow("dividend") }
    let isOfTrip = perShare.currency == listing.contract.currency
    let part = HeldPayment.Part(
      place: 0, quantity: leg.quantity, gain: Money(units: all, perShare.currency),
      ofTrip: isOfTrip ? own : 0, margin: .zero(listing.contract.currency))
    try book(part, of: id, at: time)
    return part
  }

  private func dividend(_ perShare: Money, on shares: Money) -> Int128? {
    shares.units.multiplied(by: perShare.units, dividedBy: Money.unitsPerOne)
  }

  private mutating func book(
    _ part: HeldPayment.Part, of id: ListingID, at time: Timestamp
  ) throws(ExchangeError) {
    try post(part.gain, .dividend, .corporateAction(id), at: time, id)
    let listing = books[id.index].listing
    try books[id.index].holding.legs[0].trip?.receive(dividend: part.ofTrip, in: listing)
  }
}

// MARK: - Inside a bar

extension SimulatedExchange {
  /// What was paid inside of a bar that is walked now.
  mutating func takePayments(inside bar: Bar, of id: ListingID) -> BarPayments {
    let all = books[id.index].payments
    if all.isEmpty { return BarPayments(waiting: []) }
    books[id.index].payments.removeAll { $0.time <= bar.tsClose }
    return BarPayments(waiting: all.filter { $0.time > bar.tsOpen && $0.time < bar.tsClose }[...])
  }

  /// Before the bar's first fill, or forced close, is settled: what was paid after it was not paid on what
  /// was held.
  mutating func takeBack(
    _ payments: inout BarPayments, after time: Timestamp, of id: ListingID
  ) throws(ExchangeError) {
    if payments.areTakenBack { return }
    payments.areTakenBack = true
    payments.waiting = payments.waiting.drop { $0.time <= time }
    for payment in payments.waiting {
      for part in payment.parts {
        switch payment.kind {
        case .dividend: try book(part.reversed, of: id, at: payment.time)
        case .funding(let rate, let marks):
          guard let mark = marks.mark(ofSign: part.quantity.signum()) else { continue }
          try book(part.reversed, rate, mark, of: id, at: payment.time)
        }
      }
    }
  }

  /// Pays anew what was taken back, of all instants up to `time`, on what is held there on the path.
  mutating func payAgain(
    _ payments: inout BarPayments, until time: Timestamp, of id: ListingID
  ) throws(ExchangeError) {
    while payments.areTakenBack, var payment = payments.waiting.first, payment.time <= time {
      payments.waiting.removeFirst()
      _ = try pay(&payment, of: id)
    }
  }
}

extension HeldPayment.Part {
  fileprivate var reversed: HeldPayment.Part {
    HeldPayment.Part(
      place: place, quantity: quantity, gain: -gain, ofTrip: -ofTrip, margin: -margin)
  }
}

// MARK: - Saved state

extension HeldPayment {
  func encode(into writer: inout StateWriter) {
    writer.write(time)
    switch kind {
    case .funding(let rate, let marks):
      writer.write(true)
      writer.write(rate.units)
      for mark in [marks.long, marks.short] { writer.write(mark) { $0.write($1) } }
    case .dividend(let perShare):
      writer.write(false)
      writer.write(perShare)
    }
    writer.write(parts) {
      $0.write(Int64($1.place))
      $0.write($1.quantity)
      $0.write($1.gain)
      $0.write($1.ofTrip)
      $0.write($1.margin)
    }
  }

  init(from reader: inout StateReader, _ listing: Listing) throws(MarketError) {
    time = try reader.readTime()
    if try reader.readBool() {
      let rate = Rate(units: try reader.read())
      let long = try reader.readOptional { reader throws(MarketError) in try reader.readMark() }
      let short = try reader.readOptional { reader throws(MarketError) in try reader.readMark() }
      kind = .funding(rate, Marks(long: long, short: short))
    } else {
      kind = .dividend(try reader.readMoney())
    }
    let last: Int64 = listing.positions == .netting ? 0 : 1
    parts = try reader.readArray { reader throws(MarketError) in
      Part(
        place: Int(try reader.read(in: 0...last)), quantity: try reader.read(),
        gain: try reader.readMoney(), ofTrip: try reader.read(),
        margin: try reader.readMoney(in: listing.contract.currency))
    }
  }
}
