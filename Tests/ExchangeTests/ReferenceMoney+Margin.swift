import ExactNumbers
import Market

@testable import Exchange

extension ReferenceMoney {
  var marginCurrency: Currency? {
    if case .margin(let currency) = rules.kind { currency } else { nil }
  }

  func isIsolated(_ index: Int) -> Bool { listings[index].margin.mode == .isolated }

  // MARK: Conversion

  /// The tests' listings lead from each currency to each other by one way, of at most two steps.
  func converted(_ units: Int128, _ from: Currency, to: Currency) -> Int128? {
    if from == to || units == 0 { return units }
    if let direct = step(units, from, to) { return direct }
    for index in listings.indices {
      for middle in [listings[index].contract.kind.base, currency(index)].compactMap({ $0 }) {
        if let first = step(units, from, middle), let second = step(first, middle, to) {
          return second
        }
      }
    }
    return nil
  }

  private func step(_ units: Int128, _ from: Currency, _ to: Currency) -> Int128? {
    for index in listings.indices {
      guard let base = listings[index].contract.kind.base else { continue }
      if base == from && currency(index) == to {
        let mark = units > 0 ? marks[index].long : marks[index].short
        return mark.map { Self.units(Self.exact(units) * $0) }
      }
      if base == to && currency(index) == from {
        let mark = units > 0 ? marks[index].short : marks[index].long
        return mark.map { Self.units(Self.exact(units) / $0) }
      }
    }
    return nil
  }

  // MARK: Margin

  func margin(of value: Rational, _ index: Int, isInitial: Bool) -> Int128 {
    let rules = listings[index].margin
    func rate(_ rate: Rate) -> Rational { Rational(rate.units, digits: 12) }
    let size = value < Rational(0) ? -value : value
    if rules.tiers.isEmpty {
      return isInitial ? Self.units(Self.book(size * rate(rules.initial))) : 0
    }
    var sum = Rational(0)
    for (place, tier) in rules.tiers.enumerated() {
      let from = Self.exact(tier.from.units)
      var end = size
      if place + 1 < rules.tiers.count {
        end = min(end, Self.exact(rules.tiers[place + 1].from.units))
      }
      guard end > from else { continue }
      let share = isInitial ? max(rules.initial, tier.initial) : tier.maintenance
      sum = sum + Self.book((end - from) * rate(share))
    }
    return Self.units(sum)
  }

  /// What stands for cross positions, in the currency of the margin.
  func equity() -> Int128? {
    guard let target = marginCurrency else { return nil }
    var amounts: [Currency: Int128] = [:]
    for currency in currencies { amounts[currency] = net(currency) }
    for index in listings.indices where asset(index) == nil {
      for leg in legs[index] where leg.quantity != 0 {
        guard let open = isIsolated(index) ? -leg.margin : unrealized(leg, index) else {
          return nil
        }
        amounts[currency(index), default: 0] += open
      }
    }
    var sum: Int128 = 0
    for (currency, units) in amounts {
      guard let units = converted(units, currency, to: target) else { return nil }
      sum += units
    }
    return sum
  }

  /// What is left of a position when longs and shorts of the listings of one asset, but those that are to be
  /// closed by force, have delivered each other, pair by pair.
  func uncovered(_ index: Int, _ place: Int) -> Int64 {
    let leg = legs[index][place]
    guard let asset = asset(index), !leg.isPending else { return leg.quantity }
    let all = listings.indices.filter { self.asset($0) == asset && !legs[$0][0].isPending }
    var left = all.map { assetUnits(legs[$0][0].quantity, of: $0) }
    while let long = left.firstIndex(where: { $0 > 0 }),
      let short = left.firstIndex(where: { $0 < 0 })
    {
      let both = min(left[long], -left[short])
      left[long] -= both
      left[short] += both
    }
    guard let own = all.firstIndex(of: index).map({ left[$0] }) else { return leg.quantity }
    let one = assetUnits(1, of: index)
    return Int64(own.signum()) * Int64((abs(own) + one - 1) / one)
  }

  /// What orders of a side find elsewhere before they open anything: positions of other listings of the asset,
  /// and what no position holds, less what is ordered of it there.
  private func elsewhere(_ index: Int, _ side: OrderSide) -> Int64 {
    guard let asset = asset(index) else { return 0 }
    var there: Int128 = 0
    for other in listings.indices where other != index && self.asset(other) == asset {
      let position = uncovered(other, 0)
      if position.signum() == -side.sign { there += assetUnits(abs(position), of: other) }
      there -= assetUnits(adding(other, side), of: other)
    }
    if side == .sell { return max(0, besidePositions(index, less: -there)) }
    return Int64(max(0, there) / assetUnits(1, of: index))
  }

  /// What a listing takes with all its open orders, and one more, of what is free.
  func initialMargin(_ index: Int, _ more: OpenOrder?) -> Int128? {
    let isHedged = listings[index].positions == .hedging
    var margins: [Int128] = []
    for side in OrderSide.allCases {
      var quantity = adding(index, side, more)
      var (freed, held): (Int128, Int64) = (0, 0)
      quantity -= elsewhere(index, side)
      for (place, leg) in legs[index].enumerated() where leg.quantity != 0 {
        let own = uncovered(index, place)
        if leg.quantity.signum() == side.sign {
          // What is isolated has been paid for.
          if !isIsolated(index) { held = abs(own) }
        } else if !isHedged {
          quantity -= abs(own)
          guard quantity > 0 else { continue }
          if isIsolated(index) {
            guard let profit = unrealized(leg, index) else { return nil }
            freed = max(0, leg.margin + profit)
          }
        }
      }
      quantity = max(0, quantity) + held
      guard quantity > 0 else {
        margins.append(0)
        continue
      }
      guard let mark = marks[index].of(side.sign) else { return nil }
      let taken = margin(of: bookValue(quantity, at: mark, of: index), index, isInitial: true)
      margins.append(max(0, taken - freed))
    }
    return isHedged ? margins[0] + margins[1] : max(margins[0], margins[1])
  }

  /// Set aside for what opens, as far as it is free.
  func reserve(for value: Rational, _ index: Int) -> Int128 {
    guard isIsolated(index), let target = marginCurrency, let equity = equity(), equity > 0,
      let free = converted(equity, target, to: currency(index))
    else { return 0 }
    return min(margin(of: value, index, isInitial: true), free)
  }

  // MARK: Checks

  func rejection(of order: OpenOrder, replacing old: OpenOrder? = nil) -> Rejection? {
    let (index, listing) = (order.listing, listings[order.listing])
    switch rules.kind {
    case .unlimited: return nil
    case .cash:
      guard let asset = asset(index) else { return .needsMarginAccount }
      if order.side == .sell { return lacking(ordered(asset, order), asset) }
      guard let price = order.price else { return .noPrice }
      let value = value(order.left, at: price, of: index)
      let fee = max(0, fees[index].fee(value, order.left, listing, isMaker: false, 0))
      return lacking(ordered(currency(index), order) + fee, currency(index))
    case .margin(let target):
      if legs[index].contains(where: \.isPending) { return .liquidating }
      if order.isReduceOnly { return nil }
      guard let before = initialMargin(index, old), let after = initialMargin(index, order) else {
        return .noPrice
      }
      if after <= before { return nil }
      var required: Int128 = 0
      for other in listings.indices {
        guard let margin = initialMargin(other, other == index ? order : nil),
          let units = converted(margin, currency(other), to: target)
        else { return .accountWithoutPrice }
        required += units
      }
      guard let equity = equity() else { return .accountWithoutPrice }
      guard required > equity else { return nil }
      return .insufficientMargin(
        required: Money(units: required, target), equity: Money(units: equity, target))
    }
  }

  /// What open orders would take of a currency, and one more: sells of it, and buys for it. What waits for
  /// its group takes nothing.
  private func ordered(_ taken: Currency, _ more: OpenOrder) -> Int128 {
    var sum: Int128 = 0
    for index in listings.indices {
      if asset(index) == taken {
        sum += Self.units(
          counted(index, .sell, more) {
            Self.exact(assetUnits($0.left - $0.dormant, of: index))
          })
      } else if asset(index) != nil, currency(index) == taken {
        sum += Self.units(
          counted(index, .buy, more) {
            value($0.left - $0.dormant, at: $0.price ?? Rational(0), of: index)
          })
      }
    }
    return sum
  }

  private func lacking(_ needed: Int128, _ currency: Currency) -> Rejection? {
    let there = wallet(currency)
    guard needed > there else { return nil }
    return .insufficientBalance(
      needed: Money(units: needed, currency), available: Money(units: there, currency))
  }

  // MARK: Liquidation

  private func maintenance(_ leg: Leg, _ index: Int, of quantity: Int64? = nil) -> Int128? {
    guard let mark = marks[index].of(leg.quantity) else { return nil }
    let size = abs(quantity ?? leg.quantity)
    return margin(of: bookValue(size, at: mark, of: index), index, isInitial: false)
  }

  /// Looks at every position until all are covered.
  mutating func checkMargin() {
    guard let target = marginCurrency else { return }
    while liquidateIsolated() || liquidateCross(target) {}
  }

  private mutating func liquidateIsolated() -> Bool {
    for index in listings.indices where isIsolated(index) {
      for place in legs[index].indices {
        let leg = legs[index][place]
        guard leg.quantity != 0, !leg.isPending, let open = unrealized(leg, index),
          let needed = maintenance(leg, index), leg.margin + open < needed
        else { continue }
        self.open = self.open.filter { $0.value.listing != index }
        liquidate(index, place, leg.margin + open)
        return true
      }
    }
    return false
  }

  private mutating func liquidateCross(_ target: Currency) -> Bool {
    let cross = listings.indices.filter { !isIsolated($0) }
    guard let equity = equity() else { return false }
    var needed: Int128 = 0
    var losses: [(profit: Int128, index: Int, place: Int)] = []
    for index in cross {
      for (place, leg) in legs[index].enumerated() where leg.quantity != 0 && !leg.isPending {
        guard let own = maintenance(leg, index, of: uncovered(index, place)),
          let open = unrealized(leg, index),
          let units = converted(own, currency(index), to: target),
          let profit = converted(open, currency(index), to: target)
        else { return false }
        needed += units
        losses.append((profit, index, place))
      }
    }
    guard equity < max(needed, 0) else { return false }
    open = open.filter { isIsolated($0.value.listing) }
    guard let worst = losses.min(by: { $0.profit < $1.profit }) else {
      if cross.contains(where: { legs[$0].contains { $0.quantity != 0 } }) { return false }
      if takeMargin(for: -equity, target) { return true }
      if legs.contains(where: { $0.contains { $0.quantity != 0 } }) { return false }
      payDebts(liquidatedAt == now ? .liquidation(liquidations.count - 1) : .loan)
      return false
    }
    guard let own = converted(equity, target, to: currency(worst.index)) else { return false }
    liquidate(worst.index, worst.place, own)
    return true
  }

  /// With all that is there, at the marks; what is still owed then is given.
  private mutating func payDebts(_ reference: LedgerReference) {
    for owed in currencies {
      for had in currencies where net(had) > 0 && net(owed) < 0 {
        let (there, debt) = (net(had), -net(owed))
        guard let worth = converted(there, had, to: owed),
          let cost = converted(-debt, owed, to: had)
        else { continue }
        let isEnough = worth > debt
        post(isEnough ? -min(there, -cost) : -there, had, .conversion, reference)
        post(isEnough ? debt : worth, owed, .conversion, reference)
      }
      if net(owed) < 0 { post(-net(owed), owed, .shortfall, reference) }
    }
  }

  /// Of the first isolated position that has any: what is owed, or all.
  private mutating func takeMargin(for owed: Int128, _ target: Currency) -> Bool {
    for index in listings.indices {
      for place in legs[index].indices where legs[index][place].margin > 0 {
        guard let own = converted(owed, target, to: currency(index)), own > 0 else { continue }
        legs[index][place].margin = max(0, legs[index][place].margin - own)
        return true
      }
    }
    return false
  }

  private mutating func liquidate(_ index: Int, _ place: Int, _ equity: Int128) {
    if rules.liquidationPrice == .nextAvailable {
      legs[index][place].pendingFrom = now
    } else {
      let price = bankruptcyPrice(legs[index][place], index, equity)
      close(index, place, price, equity, abs(legs[index][place].quantity))
    }
  }

  /// Where closing leaves nothing: solved for the price, and then the better one of two neighbours.
  private func bankruptcyPrice(_ leg: Leg, _ index: Int, _ equity: Int128) -> Int64 {
    guard let mark = marks[index].of(leg.quantity) else { return 1 }
    let size = abs(leg.quantity)
    let isLong = leg.quantity > 0
    let isLinear = listings[index].contract.settlement == .linear
    let now = bookValue(size, at: mark, of: index)
    let target = isLong == isLinear ? now - Self.exact(equity) : now + Self.exact(equity)
    let one = value(size, at: Rational(1), of: index)
    let digits = listings[index].instrument.pricePrecision.digits
    guard target > Rational(0) else { return isLinear ? 1 : Price.limit }
    let exact = isLinear ? target / one : one / target
    let (whole, rest) = (exact.numerator * .powerOfTen(digits))
      .quotientAndRemainder(dividingBy: exact.denominator)
    let price = Int64(whole.int128 ?? 0) + (isLong && !rest.isZero ? 1 : 0)
    // A value is booked rounded, so that one price further may still leave enough.
    let further = price - leg.quantity.signum()
    if further > 0 {
      let booked = bookValue(size, at: self.exact(Price(unchecked: further), of: index), of: index)
      if isLong == isLinear ? booked >= target : booked <= target { return further }
    }
    return min(max(price, 1), Price.limit)
  }

  mutating func closePending(_ index: Int, bid: Int64, ask: Int64, at time: Int64 = .max) {
    for place in legs[index].indices {
      let leg = legs[index][place]
      guard let from = leg.pendingFrom, from <= time else { continue }
      var own: Int128 = 0
      if isIsolated(index) {
        own = leg.margin + (unrealized(leg, index) ?? 0)
      } else if let all = equity(), let target = marginCurrency {
        own = converted(all, target, to: currency(index)) ?? 0
      }
      let price = leg.quantity > 0 ? bid : ask
      let quantity = sizeToClose(index, place, price, own)
      legs[index][place].pendingFrom = nil
      if quantity > 0 { close(index, place, price, own, quantity) }
      if quantity < abs(leg.quantity) { partialLiquidations += 1 }
    }
  }

  /// The first quantity that is enough, one after the other; all where all is not enough.
  private func sizeToClose(
    _ index: Int, _ place: Int, _ price: Int64, _ equity: Int128
  ) -> Int64 {
    let whole = abs(legs[index][place].quantity)
    guard rules.liquidationSize == .smallest, covers(index, place, price, equity, whole) else {
      return rules.liquidationSize == .smallest && covers(index, place, price, equity, 0)
        ? 0 : whole
    }
    let step = listings[index].contract.quantityIncrement
    return stride(from: 0, to: whole, by: Int64.Stride(step)).first {
      covers(index, place, price, equity, $0)
    } ?? whole
  }

  /// Whether with so much closed the rest is covered at the mark, and all others with it.
  private func covers(
    _ index: Int, _ place: Int, _ raw: Int64, _ equity: Int128, _ quantity: Int64
  ) -> Bool {
    let (fee, left) = cost(index, place, raw, equity, quantity)
    var rest = legs[index][place]
    let isLong = rest.quantity > 0
    rest.quantity -= isLong ? quantity : -quantity
    let own = rest.quantity == 0 ? 0 : maintenance(rest, index)
    guard let own else { return false }
    if isIsolated(index) { return left - fee >= own }
    guard let target = marginCurrency,
      var needed = converted(own, currency(index), to: target),
      let all = converted(left - fee, currency(index), to: target)
    else { return false }
    for other in listings.indices where !isIsolated(other) {
      for (place, leg) in legs[other].enumerated() where leg.quantity != 0 && !leg.isPending {
        guard let margin = maintenance(leg, other, of: uncovered(other, place)),
          let units = converted(margin, currency(other), to: target)
        else { return false }
        needed += units
      }
    }
    return all >= needed
  }

  /// The fee of a close, and what is left of the equity before it.
  private func cost(
    _ index: Int, _ place: Int, _ raw: Int64, _ equity: Int128, _ quantity: Int64
  ) -> (fee: Int128, left: Int128) {
    let leg = legs[index][place]
    let price = exact(Price(unchecked: raw), of: index)
    let (profit, share) = closing(quantity, of: leg, at: price, index)
    var rest = leg
    rest.quantity -= leg.quantity > 0 ? quantity : -quantity
    rest.basis = rest.basis - share
    let change = (unrealized(rest, index) ?? 0) - (unrealized(leg, index) ?? 0)
    let left = equity + Self.units(profit) + change
    let asked = Self.units(
      value(quantity, at: price, of: index) * Rational(rules.liquidationFee.units, digits: 12))
    return (min(asked, max(0, left)), left)
  }

  private mutating func close(
    _ index: Int, _ place: Int, _ raw: Int64, _ equity: Int128, _ quantity: Int64
  ) {
    let leg = legs[index][place]
    let (fee, _) = cost(index, place, raw, equity, quantity)
    let reference = LedgerReference.liquidation(liquidations.count)
    trade(
      index, place, leg.quantity > 0 ? .sell : .buy, quantity,
      at: exact(Price(unchecked: raw), of: index), fee: fee, .liquidationFee, reference,
      keepsMargin: quantity < abs(leg.quantity))
    liquidations.append((index, raw, quantity, fee))
    liquidatedAt = now
  }

  // MARK: Marks

  /// Takes new marks in, and what they lead to.
  mutating func mark(_ index: Int, _ new: Marks) {
    marks[index] = new
    see(index)
    checkMargin()
  }

  /// Takes marks into the excursions alone.
  mutating func see(_ index: Int, _ passing: Marks) {
    let old = marks[index]
    marks[index] = passing
    see(index)
    marks[index] = old
  }

  private mutating func see(_ index: Int) {
    for place in legs[index].indices {
      guard let trip = legs[index][place].trip, let open = unrealized(legs[index][place], index)
      else { continue }
      guard marks[index].of(legs[index][place].quantity) != nil else { continue }
      legs[index][place].trip?.best = max(trip.best, trip.profit + open)
      legs[index][place].trip?.worst = min(trip.worst, trip.profit + open)
    }
  }
}
