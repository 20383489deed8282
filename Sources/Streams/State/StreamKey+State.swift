import Market

extension StreamKind {
  func encode(into writer: inout StateWriter) {
    switch self {
    case .trades: writer.write(0 as UInt8)
    case .quotes: writer.write(1 as UInt8)
    case .bars(let source, let timeframe):
      writer.write(2 as UInt8)
      writer.write(source.rawValue)
      writer.write(timeframe.description)
    case .fundingRates: writer.write(3 as UInt8)
    case .markPrices: writer.write(4 as UInt8)
    }
  }

  init(from reader: inout StateReader) throws(MarketError) {
    switch try reader.read(UInt8.self) {
    case 0: self = .trades
    case 1: self = .quotes
    case 2:
      let (source, timeframe) = (try reader.read(UInt8.self), try reader.readString())
      guard let source = PriceSource(rawValue: source),
        let timeframe = try? Timeframe(parsing: timeframe)
      else { throw .malformedState("bars of price \(source) in '\(timeframe)'") }
      self = .bars(source, timeframe)
    case 3: self = .fundingRates
    case 4: self = .markPrices
    case let other: throw .malformedState("\(other) is no kind of stream")
    }
  }
}
