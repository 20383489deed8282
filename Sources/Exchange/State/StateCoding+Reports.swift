import Market

// Reports in saved state: those that nobody has taken yet.

extension StateWriter {
  mutating func write(_ refusal: Rejection) {
    func tag(_ number: UInt8) { write(number) }
    switch refusal {
    case .priceIncrement(let price, let increment):
      tag(0)
      write(price)
      write(increment)
    case .priceNotPositive(let price):
      tag(1)
      write(price)
    case .trailingOffset(let offset):
      tag(2)
      write(offset)
    case .quantityIncrement(let quantity, let increment):
      tag(3)
      write(quantity)
      write(increment)
    case .minimumQuantity(let quantity, let bound):
      tag(4)
      write(quantity)
      write(bound)
    case .maximumQuantity(let quantity, let bound):
      tag(5)
      write(quantity)
      write(bound)
    case .minimumNotional(let notional, let minimum):
      tag(6)
      write(notional)
      write(minimum)
    case .positionLimit(let reached, let limit):
      tag(7)
      write(reached)
      write(limit)
    case .nothingToReduce(let position):
      tag(8)
      write(position)
    case .postOnlyWouldTake(let limit, let opposite):
      tag(9)
      write(limit)
      write(opposite)
    case .postOnlyImmediate: tag(10)
    case .expiredBeforeArrival(let expiry, let arrival):
      tag(11)
      write(expiry)
      write(arrival)
    case .marketClosed(let time):
      tag(12)
      write(time)
    case .contractExpired(let time):
      tag(13)
      write(time)
    case .needsMarginAccount: tag(14)
    case .liquidating: tag(15)
    case .noPrice: tag(16)
    case .accountWithoutPrice: tag(17)
    case .insufficientBalance(let needed, let available):
      tag(18)
      write(needed)
      write(available)
    case .insufficientMargin(let required, let equity):
      tag(19)
      write(required)
      write(equity)
    case .valueTooLarge(let reached):
      tag(20)
      write(reached)
    case .corporateAction(let time):
      tag(21)
      write(time)
    case .linkedOrderRefused(let order):
      tag(22)
      write(order)
    }
  }

  mutating func write(_ reason: CancelReason) {
    switch reason {
    case .requested: write(UInt8(0))
    case .notFilledAtOnce: write(UInt8(1))
    case .notFilledWhole(let available):
      write(UInt8(2))
      write(available)
    case .nothingToReduce: write(UInt8(3))
    case .liquidation: write(UInt8(4))
    case .corporateAction: write(UInt8(5))
    case .contractExpired: write(UInt8(6))
    case .postOnlyWouldTake(let price):
      write(UInt8(7))
      write(price)
    case .otherFilled(let order):
      write(UInt8(8))
      write(order)
    case .entryEnded(let order):
      write(UInt8(9))
      write(order)
    case .insufficientBalance(let needed, let available):
      write(UInt8(10))
      write(needed)
      write(available)
    }
  }

  mutating func write(_ refusal: AmendRefusal) {
    switch refusal {
    case .notWorking(let status):
      write(UInt8(0))
      write(status.rawValue)
    case .noSuchPrice: write(UInt8(1))
    case .alreadyFilled(let quantity):
      write(UInt8(2))
      write(quantity)
    case .quantityOfLinkedOrder: write(UInt8(3))
    case .rule(let rejection):
      write(UInt8(4))
      write(rejection)
    }
  }

  /// Without its order and its time, which stand in its report.
  private mutating func write(_ fill: Fill) {
    write(Int64(fill.number))
    write(fill.listing)
    write(fill.side.rawValue)
    write(fill.price)
    write(fill.quantity)
    write(fill.liquidity.rawValue)
    write(fill.fee)
    write(fill.realizedProfit.units)
    write(fill.isPathDependent)
  }

  mutating func write(_ report: OrderReport) {
    write(report.order)
    write(report.time)
    write(report.status.rawValue)
    switch report.event {
    case .submitted: write(UInt8(0))
    case .accepted: write(UInt8(1))
    case .held: write(UInt8(2))
    case .released(let quantity):
      write(UInt8(3))
      write(quantity)
    case .resized(let quantity):
      write(UInt8(4))
      write(quantity)
    case .amended(let amendment):
      write(UInt8(5))
      write(amendment)
    case .amendRefused(let refusal):
      write(UInt8(6))
      write(refusal)
    case .rejected(let rejection):
      write(UInt8(7))
      write(rejection)
    case .triggered(let price):
      write(UInt8(8))
      write(price)
    case .filled(let fill):
      write(UInt8(9))
      write(fill)
    case .cancelled(let reason):
      write(UInt8(10))
      write(reason)
    case .expired: write(UInt8(11))
    case .cancelRefused(let status):
      write(UInt8(12))
      write(status.rawValue)
    }
  }
}

extension StateReader {
  mutating func readRejection(_ limits: StateLimits) throws(MarketError) -> Rejection {
    switch try read(in: 0...UInt8(22)) {
    case 0: .priceIncrement(price: try readPrice(), increment: try read())
    case 1: .priceNotPositive(try readPrice())
    case 2: .trailingOffset(try readOffset())
    case 3: .quantityIncrement(quantity: try readQuantity(), increment: try read())
    case 4: .minimumQuantity(quantity: try readQuantity(), minimum: try readQuantity())
    case 5: .maximumQuantity(quantity: try readQuantity(), maximum: try readQuantity())
    case 6: .minimumNotional(notional: try readMoney(), minimum: try readMoney())
    case 7: .positionLimit(reached: try read(), limit: try read())
    case 8: .nothingToReduce(position: try read())
    case 9: .postOnlyWouldTake(limit: try readPrice(), opposite: try readPrice())
    case 10: .postOnlyImmediate
    case 11: .expiredBeforeArrival(expiry: try readTime(), arrival: try readTime())
    case 12: .marketClosed(try readTime())
    case 13: .contractExpired(try readTime())
    case 14: .needsMarginAccount
    case 15: .liquidating
    case 16: .noPrice
    case 17: .accountWithoutPrice
    case 18: .insufficientBalance(needed: try readMoney(), available: try readMoney())
    case 19: .insufficientMargin(required: try readMoney(), equity: try readMoney())
    case 20: .valueTooLarge(reached: try read())
    case 21: .corporateAction(try readTime())
    default: .linkedOrderRefused(try limits.order(&self))
    }
  }

  mutating func readCancelReason(_ limits: StateLimits) throws(MarketError) -> CancelReason {
    switch try read(in: 0...UInt8(10)) {
    case 0: .requested
    case 1: .notFilledAtOnce
    case 2: .notFilledWhole(available: try read())
    case 3: .nothingToReduce
    case 4: .liquidation
    case 5: .corporateAction
    case 6: .contractExpired
    case 7: .postOnlyWouldTake(try readPrice())
    case 8: .otherFilled(try limits.order(&self))
    case 9: .entryEnded(try limits.order(&self))
    default: .insufficientBalance(needed: try readMoney(), available: try readMoney())
    }
  }

  mutating func readAmendRefusal(_ limits: StateLimits) throws(MarketError) -> AmendRefusal {
    switch try read(in: 0...UInt8(4)) {
    case 0: .notWorking(try readCase())
    case 1: .noSuchPrice
    case 2: .alreadyFilled(try readQuantity())
    case 3: .quantityOfLinkedOrder
    default: .rule(try readRejection(limits))
    }
  }

  private mutating func readFill(
    of order: OrderID, at time: Timestamp, _ limits: StateLimits
  ) throws(MarketError) -> Fill {
    let number = try readCount()
    let listing = try limits.listing(&self)
    let side = try readCase(of: OrderSide.self)
    let price = try readPrice()
    let quantity = try readQuantity()
    let liquidity = try readCase(of: Liquidity.self)
    let fee = try readMoney()
    let profit = Money(units: try read(), fee.currency)
    return Fill(
      number: number, order: order, listing: listing, side: side, price: price,
      quantity: quantity, time: time, liquidity: liquidity, fee: fee, realizedProfit: profit,
      isPathDependent: try readBool())
  }

  mutating func readReport(_ limits: StateLimits) throws(MarketError) -> OrderReport {
    let order = try limits.order(&self)
    let time = try readTime()
    let status = try readCase(of: OrderStatus.self)
    let event: OrderEvent =
      switch try read(in: 0...UInt8(12)) {
      case 0: .submitted
      case 1: .accepted
      case 2: .held
      case 3: .released(try readQuantity())
      case 4: .resized(try readQuantity())
      case 5: .amended(try readAmendment())
      case 6: .amendRefused(try readAmendRefusal(limits))
      case 7: .rejected(try readRejection(limits))
      case 8: .triggered(try readPrice())
      case 9: .filled(try readFill(of: order, at: time, limits))
      case 10: .cancelled(try readCancelReason(limits))
      case 11: .expired
      default: .cancelRefused(try readCase())
      }
    return OrderReport(order: order, time: time, event: event, status: status)
  }
}
