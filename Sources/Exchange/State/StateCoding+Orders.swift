import Market

// Orders in saved state.

extension StateWriter {
  mutating func write(_ offset: TrailingOffset) {
    switch offset {
    case .price(let distance):
      write(UInt8(0))
      write(distance)
    case .share(let rate):
      write(UInt8(1))
      write(rate.units)
    }
  }

  mutating func write(_ type: OrderType) {
    func write(_ tag: UInt8, _ first: Price, _ second: Price? = nil) {
      self.write(tag)
      self.write(first)
      if let second { self.write(second) }
    }
    switch type {
    case .market: self.write(UInt8(0))
    case .limit(let limit, let isPostOnly):
      write(1, limit)
      self.write(isPostOnly)
    case .stop(let stop): write(2, stop)
    case .stopLimit(let stop, let limit): write(3, stop, limit)
    case .marketIfTouched(let trigger): write(4, trigger)
    case .limitIfTouched(let trigger, let limit): write(5, trigger, limit)
    case .trailingStop(let offset):
      self.write(UInt8(6))
      self.write(offset)
    }
  }

  mutating func write(_ time: TimeInForce) {
    switch time {
    case .goodTillCancelled: write(UInt8(0))
    case .immediateOrCancel: write(UInt8(1))
    case .fillOrKill: write(UInt8(2))
    case .day: write(UInt8(3))
    case .goodTill(let end):
      write(UInt8(4))
      write(end)
    }
  }

  mutating func write(_ request: OrderRequest) {
    write(request.listing)
    write(request.side.rawValue)
    write(request.isReduceOnly)
    write(request.type)
    write(request.timeInForce)
    write(request.quantity)
  }

  mutating func write(_ amendment: OrderAmendment) {
    write(amendment.limitPrice) { $0.write($1) }
    write(amendment.triggerPrice) { $0.write($1) }
    write(amendment.quantity) { $0.write($1) }
  }
}

extension StateReader {
  mutating func readOffset() throws(MarketError) -> TrailingOffset {
    switch try read(in: 0...UInt8(1)) {
    case 0: .price(try read())
    default: .share(Rate(units: try read()))
    }
  }

  mutating func readOrderType() throws(MarketError) -> OrderType {
    switch try read(in: 0...UInt8(6)) {
    case 0: .market
    case 1: .limit(try readPrice(), postOnly: try readBool())
    case 2: .stop(try readPrice())
    case 3: .stopLimit(stop: try readPrice(), limit: try readPrice())
    case 4: .marketIfTouched(try readPrice())
    case 5: .limitIfTouched(trigger: try readPrice(), limit: try readPrice())
    default: .trailingStop(try readOffset())
    }
  }

  mutating func readTimeInForce() throws(MarketError) -> TimeInForce {
    switch try read(in: 0...UInt8(4)) {
    case 0: .goodTillCancelled
    case 1: .immediateOrCancel
    case 2: .fillOrKill
    case 3: .day
    default: .goodTill(try readTime())
    }
  }

  mutating func readRequest(_ limits: StateLimits) throws(MarketError) -> OrderRequest {
    let listing = try limits.listing(&self)
    let side = try readCase(of: OrderSide.self)
    let isReduceOnly = try readBool()
    let type = try readOrderType()
    let timeInForce = try readTimeInForce()
    return OrderRequest(
      side, try readQuantity(), of: listing, type, timeInForce, reduceOnly: isReduceOnly)
  }

  mutating func readAmendment() throws(MarketError) -> OrderAmendment {
    OrderAmendment(
      limitPrice: try readOptional { reader throws(MarketError) in try reader.readPrice() },
      triggerPrice: try readOptional { reader throws(MarketError) in try reader.readPrice() },
      quantity: try readOptional { reader throws(MarketError) in try reader.readQuantity() })
  }
}
