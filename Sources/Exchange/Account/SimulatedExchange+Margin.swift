public import Market

extension SimulatedExchange {
  /// All that stands for the positions with cross margin, in the currency of the margin: what is in
  /// the wallet and not borrowed, less what is set aside for isolated positions, and the unrealised
  /// profit of the others.
  ///
  /// - Returns: Nil where the account has no margin, or something cannot be valued.
  /// - Throws: `ExchangeError.overflow`.
  /// - Complexity: O(listings).
  public func marginEquity() throws(ExchangeError) -> Money? {
    guard let target = rules.marginCurrency else { return nil }
    var amounts = ledger.currencies.map { ledger.netBalance(in: $0) }
    for index in books.indices where books[index].listing.contract.kind.asset == nil {
      let currency = books[index].listing.contract.currency
      for leg in books[index].holding.legs where leg.quantity != 0 {
        guard let change = try equityChange(of: leg, in: books[index]) else { return nil }
        guard let place = amounts.firstIndex(where: { $0.currency == currency }) else {
          amounts.append(change)
          continue
        }
        guard let sum = amounts[place].adding(change) else {
          throw books[index].listing.overflow("equity")
        }
        amounts[place] = sum
      }
    }
    var equity = Money.zero(target)
    for amount in amounts {
      guard let converted = try converted(amount, to: target) else { return nil }
      guard let sum = equity.adding(converted) else {
        throw .overflow(symbol: "\(target)", field: "equity")
      }
      equity = sum
    }
    return equity
  }

  /// What a leg of a contract adds to the equity; nil without a mark.
  private func equityChange(of leg: Leg, in book: borrowing Book) throws(ExchangeError) -> Money? {
    if book.listing.margin.mode == .isolated { return -leg.margin }
    guard let mark = book.marks.mark(ofSign: leg.quantity.signum()) else { return nil }
    return try leg.position.unrealizedProfit(at: mark, in: book.listing)
      .money(in: book.listing.contract.currency)
  }

  /// What the positions and orders of a listing take of what is free, with one order more, in its
  /// currency. Nil without a mark.
  ///
  /// Netted, it is the larger of two: all buys filled and no sell, or all sells filled and no buy.
  func initialMargin(
    of index: Int, with request: OrderRequest?
  ) throws(ExchangeError) -> Money? {
    let listing = books[index].listing
    guard let buys = try initialMargin(of: index, .buy, with: request),
      let sells = try initialMargin(of: index, .sell, with: request)
    else { return nil }
    guard listing.positions == .hedging else { return max(buys, sells) }
    guard let sum = buys.adding(sells) else { throw listing.overflow("margin") }
    return sum
  }

  /// With all orders of one side filled. Isolated, a position takes nothing beyond what was set aside
  /// for it; an order that turns it round finds what its close leaves.
  private func initialMargin(
    of index: Int, _ side: OrderSide, with request: OrderRequest?
  ) throws(ExchangeError) -> Money? {
    let (listing, marks) = (books[index].listing, books[index].marks)
    let mode = books[index].market.held.mode
    let isIsolated = listing.margin.mode == .isolated
    let zero = Money.zero(listing.contract.currency)
    var quantity = books[index].market.open.adding(on: side)
    if let request, request.side == side { quantity += request.quantity.raw }
    var closes = mode == .netting ? held(index, side.other) : 0
    closes += try coveredElsewhere(index, side)
    quantity = max(0, quantity - closes)
    if !isIsolated { quantity += held(index, side) }
    guard quantity > 0 else { return zero }
    guard let mark = marks.mark(ofSign: side.sign) else { return nil }
    let margin = listing.margin.initialMargin(
      of: try listing.notional(quantity, at: mark), in: zero.currency)
    guard isIsolated, closes > 0 else { return margin }
    guard let mark = marks.mark(ofSign: -side.sign) else { return nil }
    let left = try isolatedEquity(of: books[index].holding.legs[0], at: mark, in: listing)
    return max(margin - max(left, zero), zero)
  }

  /// What is held on a side and takes margin.
  private func held(_ index: Int, _ side: OrderSide) -> Int64 {
    guard books[index].listing.contract.kind.asset != nil else {
      return books[index].market.held.held(on: side)
    }
    return max(0, side.sign * uncovered(index))
  }

  /// What of an asset orders of a side may trade beyond the position of their own listing without
  /// opening anything: sales what belongs to no position, and both what positions on other listings
  /// have open on the other side; less what open orders of the side on these listings may come to.
  private func coveredElsewhere(
    _ index: Int, _ side: OrderSide
  ) throws(ExchangeError) -> Int64 {
    guard let asset = books[index].listing.contract.kind.asset,
      let one = books[index].listing.assetAmount(1)?.units
    else { return 0 }
    var units: Int128 = 0
    for other in delivering
    where other != index && books[other].listing.contract.kind.asset == asset {
      let left = held(other, side.other) - books[other].market.open.adding(on: side)
      units += books[other].listing.assetAmount(left)?.units ?? 0
    }
    return max(
      0, side == .sell ? try unallocated(index, less: -units) : Int64(clamping: units / one))
  }

  /// What all positions and orders take, and perhaps one order more.
  private func requiredMargin(with request: OrderRequest?) throws(ExchangeError) -> Money? {
    guard let target = rules.marginCurrency else { return nil }
    var sum = Money.zero(target)
    for index in books.indices {
      let more = index == request?.listing.index ? request : nil
      guard let margin = try initialMargin(of: index, with: more),
        let converted = try converted(margin, to: target)
      else { return nil }
      guard let next = sum.adding(converted) else { throw books[index].listing.overflow("margin") }
      sum = next
    }
    return sum
  }

  /// What isolated margin a fill sets aside: what opening takes, as far as it is free once all else of
  /// the fill is booked.
  func isolatedReserve(
    for opened: Notional, in listing: Listing
  ) throws(ExchangeError) -> Money {
    let currency = listing.contract.currency
    guard listing.margin.mode == .isolated, opened.units != 0, let target = rules.marginCurrency
    else { return .zero(currency) }
    let wanted = listing.margin.initialMargin(of: opened, in: currency)
    guard let equity = try marginEquity(), equity > .zero(target),
      let free = try converted(equity, to: currency)
    else { return .zero(currency) }
    return min(wanted, free)
  }

  /// What can be taken out; nil for all there is and more.
  func freeBalance(in currency: Currency) throws(ExchangeError) -> Money? {
    let balance = ledger.balance(in: currency)
    switch rules.kind {
    case .unlimited: return nil
    case .cash:
      return max(
        balance - (try ordered(of: currency, with: .zero(currency))), .zero(currency))
    case .margin(let target):
      guard let equity = try marginEquity(), let required = try requiredMargin(with: nil) else {
        return .zero(currency)
      }
      let free = equity - required
      guard free > .zero(target), let amount = try converted(free, to: currency) else {
        return .zero(currency)
      }
      return min(amount, balance)
    }
  }
}

// MARK: - Checks of an arriving order

extension SimulatedExchange {
  /// The first rule of the account that an arriving order breaks.
  /// - Parameters:
  ///   - open: what of it is not filled yet.
  ///   - marginBefore: the initial margin of its listing before it; nil for what there is now.
  ///   - reservePrice: at what price it counts in a cash account; nil for that of an order that arrives now.
  func accountRejection(
    of request: OrderRequest, open: Int64, marginBefore: Money? = nil, at reservePrice: Price? = nil
  ) throws(ExchangeError) -> Rejection? {
    let index = request.listing.index
    var left = request
    left.quantity = Quantity(unchecked: open)
    return rules.kind == .cash
      ? try cashRejection(of: left, in: books[index], at: reservePrice)
      : try marginRejection(of: left, in: books[index], marginBefore: marginBefore)
  }

  private func cashRejection(
    of request: OrderRequest, in book: borrowing Book, at reservePrice: Price?
  ) throws(ExchangeError) -> Rejection? {
    let listing = book.listing
    guard let delivered = listing.assetAmount(request.quantity.raw) else {
      return .needsMarginAccount
    }
    let needed: Money
    if request.side == .sell {
      needed = try ordered(of: delivered.currency, with: delivered)
    } else {
      guard
        let price = reservePrice ?? book.market.reservePrice(of: request.type, request.side)
      else { return .noPrice }
      let charged = ChargedFill(
        listing: listing, price: price, quantity: request.quantity, liquidity: .taker,
        volume: .zero(listing.contract.currency))
      let cost = try listing.notional(request.quantity.raw, at: price)
        .money(in: listing.contract.currency)
      let fee = max(try charged.fee(), .zero(cost.currency))
      guard let total = cost.adding(fee) else { throw listing.overflow("cost") }
      needed = try ordered(of: cost.currency, with: total)
    }
    let available = ledger.balance(in: needed.currency)
    return needed > available ? .insufficientBalance(needed: needed, available: available) : nil
  }

  /// What open orders would take of a currency, and `more`.
  private func ordered(
    of currency: Currency, with more: Money
  ) throws(ExchangeError) -> Money {
    var sum = more
    for index in books.indices {
      var part = Money.zero(currency)
      if books[index].listing.contract.kind.asset == currency {
        part = books[index].listing.assetAmount(books[index].market.open.delivered) ?? part
      } else if books[index].listing.contract.kind.asset != nil,
        books[index].listing.contract.currency == currency
      {
        guard let cost = books[index].listing.notional(ofProduct: books[index].market.open.buyCost)
        else {
          throw books[index].listing.overflow("cost")
        }
        part = cost.money(in: currency)
      }
      guard let next = sum.adding(part) else { throw books[index].listing.overflow("cost") }
      sum = next
    }
    return sum
  }

  private func marginRejection(
    of request: OrderRequest, in book: borrowing Book, marginBefore: Money?
  ) throws(ExchangeError) -> Rejection? {
    if book.holding.isLiquidating { return .liquidating }
    if request.isReduceOnly { return nil }
    let index = request.listing.index
    var before = marginBefore
    if before == nil { before = try initialMargin(of: index, with: nil) }
    guard let before,
      let after = try initialMargin(of: index, with: request)
    else { return .noPrice }
    // What makes nothing larger is never refused.
    if after <= before { return nil }
    guard let required = try requiredMargin(with: request), let equity = try marginEquity() else {
      return .accountWithoutPrice
    }
    return required > equity ? .insufficientMargin(required: required, equity: equity) : nil
  }
}
