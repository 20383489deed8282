import ExactNumbers
import Market

@testable import Exchange

/// The money of an exchange in fractions, by looking at everything at every step. It is told what is
/// sent and what fills, and says what must come of it. Rounded is what `docs/exchange.md` rounds.
struct ReferenceMoney {
  struct Entry: Equatable {
    var cause: LedgerCause
    var units: Int128
    var currency: Currency
    var reference: LedgerReference
  }

  struct Leg {
    var quantity: Int64 = 0
    /// To 18 decimals.
    var basis = Rational(0)
    /// Isolated margin.
    var margin: Int128 = 0
    /// From when on it may be closed at the next price; nil where it is not to be.
    var pendingFrom: Int64?
    var isPending: Bool { pendingFrom != nil }
    var trip: Trip?
  }

  struct Trip {
    var profit: Int128 = 0
    var fees: Int128 = 0
    var funding: Int128 = 0
    var dividends: Int128 = 0
    var best: Int128 = 0
    var worst: Int128 = 0
  }

  struct Marks {
    var long: Rational?
    var short: Rational?
    func of(_ sign: Int64) -> Rational? { sign < 0 ? short : long }
  }

  struct OpenOrder {
    var listing: Int
    var side: OrderSide
    var left: Int64
    var isReduceOnly: Bool
    var price: Rational?
    /// Whether it has met a price of a bar, and waits for its own.
    var rests = false
    var group: Group?
    /// Whether others of its group wait for it.
    var isEntry = false
    /// Of what is left, what its group does not let work yet.
    var dormant: Int64 = 0
  }

  /// Funding or a dividend, on what was held then.
  struct Payment {
    var time: Int64
    var marks: Marks
    var rate: Rate?
    var perShare: Money?
    /// What each leg was paid, and what changed in its margin.
    var paid: [(place: Int, units: Int128, margin: Int128, ofTrip: Int128)] = []
  }

  let listings: [Listing]
  let fees: [ReferenceFee]
  let rules: AccountRules
  var entries: [Entry] = []
  var legs: [[Leg]]
  var marks: [Marks]
  /// From when on what follows may happen: of a record, after its own time.
  var now: Int64 = .min
  /// What sells get and buys pay.
  var prices: [(bid: Rational, ask: Rational)?]
  var open: [OrderID: OpenOrder] = [:]
  var trips: [Trip] = []
  var liquidations: [(listing: Int, price: Int64, quantity: Int64, fee: Int128)] = []
  /// Since the last record that filled orders, by listing.
  var payments: [[Payment]]
  private(set) var takenBack = false
  var paymentsMoved = 0
  /// The value of `now` at the last of them.
  var liquidatedAt: Int64?
  var partialLiquidations = 0
  var soldFromHoldings: Int64 = 0
  var volumes: [(currency: Currency, day: Int64, units: Int128)] = []

  init(_ listings: [Listing], _ fees: [ReferenceFee], _ rules: AccountRules) {
    self.listings = listings
    self.fees = fees
    self.rules = rules
    legs = listings.map { Array(repeating: Leg(), count: $0.positions == .netting ? 1 : 2) }
    marks = listings.map { _ in Marks() }
    payments = listings.map { _ in [] }
    prices = listings.map { _ in nil }
  }

  // MARK: Numbers

  static func units(_ value: Rational) -> Int128 {
    guard let units = value.halfToEven(digits: 8).int128 else {
      preconditionFailure("the tests' amounts are small")
    }
    return units
  }

  static func book(_ value: Rational) -> Rational {
    Rational(value.halfToEven(digits: 18), over: .powerOfTen(18))
  }

  static func exact(_ units: Int128) -> Rational { Rational(units, digits: 8) }

  func exact(_ price: Price, of index: Int) -> Rational {
    Rational(price.raw, digits: listings[index].instrument.pricePrecision.digits)
  }

  /// The exact value of a quantity.
  func value(_ quantity: Int64, at price: Rational, of index: Int) -> Rational {
    let (contract, instrument) = (listings[index].contract, listings[index].instrument)
    let contracts =
      Rational(quantity, digits: instrument.quantityPrecision.digits)
      * Rational(contract.multiplier.raw, digits: contract.multiplier.precision.digits)
    return contract.settlement == .linear ? contracts * price : contracts / price
  }

  /// As it goes into a cost basis.
  func bookValue(_ quantity: Int64, at price: Rational, of index: Int) -> Rational {
    Self.book(value(quantity, at: price, of: index))
  }

  func currency(_ index: Int) -> Currency { listings[index].contract.currency }
  func asset(_ index: Int) -> Currency? { listings[index].contract.kind.asset }

  func assetUnits(_ quantity: Int64, of index: Int) -> Int128 {
    Self.units(Rational(quantity, digits: listings[index].instrument.quantityPrecision.digits))
  }

  // MARK: The ledger, added up anew each time

  func wallet(_ currency: Currency) -> Int128 {
    entries.filter { $0.currency == currency }.reduce(0) { $0 + $1.units }
  }

  func borrowed(_ currency: Currency) -> Int128 {
    entries.filter { $0.currency == currency && [.borrowing, .repayment].contains($0.cause) }
      .reduce(0) { $0 + $1.units }
  }

  func net(_ currency: Currency) -> Int128 { wallet(currency) - borrowed(currency) }

  var currencies: [Currency] {
    entries.reduce(into: []) { if !$0.contains($1.currency) { $0.append($1.currency) } }
  }

  mutating func post(
    _ units: Int128, _ currency: Currency, _ cause: LedgerCause, _ reference: LedgerReference
  ) {
    func add(_ units: Int128, _ cause: LedgerCause) {
      guard units != 0 else { return }
      entries.append(Entry(cause: cause, units: units, currency: currency, reference: reference))
    }
    let after = wallet(currency) + units
    if after < 0 { add(-after, .borrowing) }
    add(units, cause)
    if borrowed(currency) > 0, after > 0 { add(-min(borrowed(currency), after), .repayment) }
  }

  // MARK: Positions

  /// Profit of closing a part of a leg at a price, and its share of the basis.
  func closing(
    _ quantity: Int64, of leg: Leg, at price: Rational, _ index: Int
  ) -> (profit: Rational, share: Rational) {
    let share = Self.book(leg.basis * Rational(quantity) / Rational(abs(leg.quantity)))
    let gain = bookValue(quantity, at: price, of: index) - share
    let isGain = (leg.quantity > 0) == (listings[index].contract.settlement == .linear)
    return (isGain ? gain : -gain, share)
  }

  func unrealized(_ leg: Leg, _ index: Int) -> Int128? {
    if leg.quantity == 0 { return 0 }
    return marks[index].of(leg.quantity).map { unrealized(leg, at: $0, index) }
  }

  func unrealized(_ leg: Leg, at price: Rational, _ index: Int) -> Int128 {
    Self.units(closing(abs(leg.quantity), of: leg, at: price, index).profit)
  }

  /// A trade of a leg; what it pays is posted under `reference`.
  mutating func trade(
    _ index: Int, _ place: Int, _ side: OrderSide, _ quantity: Int64, at price: Rational,
    fee: Int128, _ feeCause: LedgerCause, _ reference: LedgerReference, fromHoldings: Int64 = 0,
    keepsMargin: Bool = false
  ) {
    var leg = legs[index][place]
    let closed = side.sign * leg.quantity < 0 ? min(quantity, abs(leg.quantity)) : 0
    let opened = quantity - closed - fromHoldings
    // What is delivered from holdings pays its share, and belongs to no round trip.
    let tripFee =
      fromHoldings == 0
      ? fee
      : Self.units(Self.exact(fee) * Rational(closed + opened) / Rational(quantity))
    let closingFee =
      opened == 0
      ? tripFee : Self.units(Self.exact(tripFee) * Rational(closed) / Rational(closed + opened))
    let aside = leg.margin
    var (profit, unpaid): (Int128, Int128) = (0, 0)
    if closed > 0 {
      let result = closing(closed, of: leg, at: price, index)
      profit = Self.units(result.profit)
      leg.margin -=
        closed == abs(leg.quantity)
        ? leg.margin
        : Self.units(Self.exact(leg.margin) * Rational(closed) / Rational(abs(leg.quantity)))
      leg.basis = leg.basis - result.share
      leg.quantity += side.sign * closed
      // No more is lost than was set aside, and what is still held keeps what is then left.
      if marginCurrency != nil, isIsolated(index) {
        leg.margin = min(leg.margin, max(0, aside + profit))
        unpaid = max(0, -(aside + profit))
        if keepsMargin { (leg.margin, unpaid) = (max(0, aside + profit - fee), 0) }
      }
      leg.trip?.profit += profit
      leg.trip?.fees += closingFee
      if leg.quantity == 0 { end(&leg) }
    }
    if opened > 0 {
      if leg.trip == nil { leg.trip = Trip() }
      leg.trip?.fees += tripFee - closingFee
      leg.basis = leg.basis + bookValue(opened, at: price, of: index)
      leg.quantity += side.sign * opened
    }
    if let asset = asset(index) {
      let cost = Self.units(value(quantity, at: price, of: index))
      let amounts = [(cost, currency(index)), (assetUnits(quantity, of: index), asset)]
      let (comes, goes) = side == .buy ? (amounts[1], amounts[0]) : (amounts[0], amounts[1])
      post(comes.0, comes.1, .delivery, reference)
      post(-goes.0, goes.1, .delivery, reference)
    } else {
      post(profit, currency(index), .realizedProfit, reference)
    }
    post(unpaid, currency(index), .shortfall, reference)
    post(-fee, currency(index), feeCause, reference)
    legs[index][place] = leg
    // Of what is free when all of the trade is paid.
    if opened > 0 {
      legs[index][place].margin += reserve(for: bookValue(opened, at: price, of: index), index)
    }
  }

  mutating func end(_ leg: inout Leg) {
    guard var trip = leg.trip else { return }
    trip.best = max(trip.best, trip.profit)
    trip.worst = min(trip.worst, trip.profit)
    trips.append(trip)
    leg = Leg()
  }

  mutating func fill(_ fill: Fill, isReduceOnly: Bool) {
    let index = fill.listing.index
    let isHedged = listings[index].positions == .hedging
    let place = isHedged && (fill.side == .buy) == isReduceOnly ? 1 : 0
    let price = exact(fill.price, of: index)
    let value = value(fill.quantity.raw, at: price, of: index)
    let day = fill.time.nanoseconds / nanosecondsPerDay
    let volume = volumes.filter {
      $0.currency == currency(index) && $0.day < day && $0.day >= day - 2
    }.reduce(0) { $0 + $1.units }
    let fee = fees[index].fee(
      value, fill.quantity.raw, listings[index], isMaker: fill.liquidity == .maker, volume)
    let isAsked = listings.indices.contains {
      fees[$0].isTiered && currency($0) == currency(index)
    }
    if isAsked { volumes.append((currency(index), day, Self.units(value))) }
    // A sale delivers what closes the long, then what no position holds, and borrows the rest.
    let beyond = fill.side == .buy ? 0 : fill.quantity.raw - max(0, legs[index][place].quantity)
    let fromHoldings = max(0, min(beyond, besidePositions(index)))
    soldFromHoldings += fromHoldings
    trade(
      index, place, fill.side, fill.quantity.raw, at: price, fee: fee, .fee, .fill(fill.number),
      fromHoldings: fromHoldings)
    open[fill.order]?.left -= fill.quantity.raw
    fillLinked(fill.order, fill.quantity.raw)
    if open[fill.order]?.left == 0 { remove(fill.order) }
  }

  /// What is there of an asset and in no position of any listing, in whole units of a quantity.
  func besidePositions(_ index: Int, less taken: Int128 = 0) -> Int64 {
    guard let asset = asset(index) else { return 0 }
    let held = listings.indices.filter { self.asset($0) == asset }
      .map { Self.exact(assetUnits(legs[$0][0].quantity, of: $0)) }
    let beside = held.reduce(Self.exact(net(asset) - taken)) { $0 - $1 }
    let scaled =
      beside * Rational(.powerOfTen(listings[index].instrument.quantityPrecision.digits))
    // Rounded down: to the nearest whole number, less one where that is above.
    let nearest = Int64(scaled.halfToEven(digits: 0).int128 ?? 0)
    return Rational(nearest) > scaled ? nearest - 1 : nearest
  }

  // MARK: What comes without an order

  /// A deposit gives back what was short; a withdrawal takes what no position holds, then longs.
  mutating func transfer(_ units: Int128, _ currency: Currency) {
    post(units, currency, units < 0 ? .withdrawal : .deposit, .transfer)
    var left = abs(units)
    for index in listings.indices where asset(index) == currency {
      let one = assetUnits(1, of: index)
      var moved: Int64 = 0
      // One by one, as long as there is another to move.
      while true {
        let leg = legs[index][0]
        let beside = besidePositions(index) + (units > 0 ? -moved : moved)
        let isDue =
          units > 0
          ? leg.quantity + moved < 0 && beside > 0 && left >= one
          : leg.quantity - moved > 0 && beside < 0 && left > 0
        guard isDue, marks[index].of(leg.quantity) != nil else { break }
        moved += 1
        left = max(0, left - one)
      }
      guard moved > 0, let mark = marks[index].of(legs[index][0].quantity) else { continue }
      var leg = legs[index][0]
      let result = closing(moved, of: leg, at: mark, index)
      leg.basis = leg.basis - result.share
      leg.quantity += units > 0 ? moved : -moved
      leg.trip?.profit += Self.units(result.profit)
      if leg.quantity == 0 { end(&leg) }
      legs[index][0] = leg
    }
  }

  mutating func fund(_ rate: Rate, _ index: Int) {
    payments[index].append(Payment(time: now, marks: marks[index], rate: rate))
    pay(index, payments[index].count - 1)
    checkMargin()
  }

  private mutating func pay(_ index: Int, _ number: Int) {
    let payment = payments[index][number]
    payments[index][number].paid = []
    let id = ListingID(index: index)
    if let perShare = payment.perShare, let share = asset(index) {
      func dividend(_ units: Int128) -> Int128 {
        Self.units(Self.exact(units) * Self.exact(perShare.units))
      }
      let own = dividend(assetUnits(legs[index][0].quantity, of: index))
      let all = dividend(net(share))
      post(all, perShare.currency, .dividend, .corporateAction(id))
      legs[index][0].trip?.dividends += own
      payments[index][number].paid = [(0, all, 0, own)]
    }
    guard let rate = payment.rate else { return }
    for place in legs[index].indices {
      let leg = legs[index][place]
      guard leg.quantity != 0, let mark = payment.marks.of(leg.quantity) else { continue }
      let gain = -Self.units(
        value(leg.quantity, at: mark, of: index) * Rational(rate.units, digits: 12))
      post(gain, currency(index), .funding, .funding(id))
      legs[index][place].trip?.funding += gain
      let margin = isIsolated(index) ? max(0, leg.margin + gain) : leg.margin
      legs[index][place].margin = margin
      payments[index][number].paid.append((place, gain, margin - leg.margin, gain))
    }
  }

  /// With the first fill of a bar: what was paid later was paid too early to know of it.
  mutating func takeBack(_ index: Int, after time: Int64) {
    if takenBack { return }
    takenBack = true
    payments[index].removeAll { $0.time <= time }
    paymentsMoved += payments[index].count
    for payment in payments[index] {
      for part in payment.paid {
        if let perShare = payment.perShare {
          post(-part.units, perShare.currency, .dividend, .corporateAction(ListingID(index: index)))
          legs[index][0].trip?.dividends -= part.ofTrip
        } else {
          post(-part.units, currency(index), .funding, .funding(ListingID(index: index)))
          legs[index][part.place].trip?.funding -= part.ofTrip
          legs[index][part.place].margin -= part.margin
        }
      }
    }
  }

  /// In its place among the fills; after the last of them the bar is over.
  mutating func payAgain(_ index: Int, until time: Int64) {
    while takenBack, let next = payments[index].first, next.time <= time {
      pay(index, 0)
      payments[index].removeFirst()
    }
    if time == .max { takenBack = false }
  }

  mutating func settle(_ index: Int) {
    let id = ListingID(index: index)
    for place in legs[index].indices where legs[index][place].quantity != 0 {
      guard let mark = marks[index].of(legs[index][place].quantity) else { continue }
      let quantity = legs[index][place].quantity
      trade(
        index, place, quantity > 0 ? .sell : .buy, abs(quantity), at: mark, fee: 0, .fee,
        .settlement(id))
    }
    open = open.filter { $0.value.listing != index }
    checkMargin()
  }

  mutating func chargeInterest() {
    for currency in currencies {
      guard let rate = rules.interest[currency] else { continue }
      let interest = Self.units(
        Self.exact(borrowed(currency)) * Rational(rate.units, digits: 12))
      post(-interest, currency, .interest, .loan)
    }
    checkMargin()
  }

  /// - Parameter after: the marks in new shares.
  mutating func act(_ action: CorporateAction.Kind, _ index: Int, marksAfter after: Marks) {
    guard let share = asset(index) else { return }
    let id = ListingID(index: index)
    let held = net(share)
    switch action {
    case .cashDividend(let perShare):
      payments[index].append(Payment(time: now, marks: marks[index], perShare: perShare))
      pay(index, payments[index].count - 1)
    case .split(let new, let old):
      let (whole, rest) = split(Self.exact(held), new, old, index)
      post(Self.units(whole) - held, share, .split, .corporateAction(id))
      if !rest.isZero, let mark = marks[index].of(held > 0 ? 1 : -1) {
        let price = mark * Rational(old) / Rational(new)
        post(Self.units(rest * price), currency(index), .split, .corporateAction(id))
      }
      splitPosition(new, old, index)
      marks[index] = after
      prices[index] = nil
      open = open.filter { $0.value.listing != index }
    }
    checkMargin()
  }

  /// In new shares: what is whole, in the last digit of a quantity, and the rest.
  private func split(
    _ shares: Rational, _ new: Int64, _ old: Int64, _ index: Int
  ) -> (whole: Rational, rest: Rational) {
    let digits = listings[index].instrument.quantityPrecision.digits
    let all = shares * Rational(new) / Rational(old)
    let size = (all < Rational(0) ? -all : all)
    let (quotient, _) = (size.numerator * .powerOfTen(digits))
      .quotientAndRemainder(dividingBy: size.denominator)
    let whole = Rational(quotient, over: .powerOfTen(digits))
    let signed = all < Rational(0) ? -whole : whole
    return (signed, all - signed)
  }

  private mutating func splitPosition(_ new: Int64, _ old: Int64, _ index: Int) {
    var leg = legs[index][0]
    guard leg.quantity != 0 else { return }
    let digits = listings[index].instrument.quantityPrecision.digits
    let (whole, rest) = split(Rational(leg.quantity, digits: digits), new, old, index)
    if !rest.isZero, let mark = marks[index].of(leg.quantity) {
      let part = rest / (whole + rest)
      let share = Self.book(leg.basis * part)
      let worth = Self.book(bookValue(abs(leg.quantity), at: mark, of: index) * part)
      leg.basis = leg.basis - share
      leg.trip?.profit += Self.units(leg.quantity > 0 ? worth - share : share - worth)
    }
    leg.quantity = Int64(whole.halfToEven(digits: digits).int128 ?? 0)
    if leg.quantity == 0 { end(&leg) }
    legs[index][0] = leg
  }
}
