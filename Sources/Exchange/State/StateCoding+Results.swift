import Market

// Funding and liquidations in saved state: those that nobody has taken yet.

extension FundingPayment {
  func encode(into writer: inout StateWriter) {
    writer.write(listing)
    writer.write(time)
    writer.write(rate.units)
    writer.write(mark)
    writer.write(quantity)
    writer.write(amount)
  }

  init(from reader: inout StateReader, _ limits: StateLimits) throws(MarketError) {
    listing = try limits.listing(&reader)
    time = try reader.readTime()
    rate = Rate(units: try reader.read())
    mark = try reader.readMark()
    quantity = try reader.read()
    amount = try reader.readMoney()
  }
}

extension Liquidation {
  func encode(into writer: inout StateWriter) {
    writer.write(Int64(number))
    writer.write(listing)
    writer.write(time)
    writer.write(side.rawValue)
    writer.write(quantity.raw)
    writer.write(price)
    writer.write(profit)
    writer.write(fee)
  }

  init(from reader: inout StateReader, _ limits: StateLimits) throws(MarketError) {
    number = try reader.readCount()
    listing = try limits.listing(&reader)
    time = try reader.readTime()
    side = try reader.readCase()
    quantity = Quantity(unchecked: try reader.read())
    price = try reader.readPrice()
    profit = try reader.readMoney()
    fee = try reader.readMoney()
  }
}

extension StateWriter {
  mutating func write(_ mark: Mark) {
    write(mark.price)
    write(UInt8(mark.digits))
    write(mark.time)
    write(mark.source.rawValue)
  }
}

extension StateReader {
  mutating func readMark() throws(MarketError) -> Mark {
    Mark(
      price: try readMarkPrice(), digits: Int(try read(in: 0...UInt8(10))),
      time: try readTime(), source: try readCase())
  }
}
