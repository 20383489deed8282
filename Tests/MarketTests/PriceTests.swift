import Market
import Testing

@Suite struct PriceTests {
  @Test func `prices reach 2^49 on either side`() throws {
    for raw in [0, 1, -1, 1 << 49, -(1 << 49)] as [Int64] {
      #expect(try Price(raw: raw).raw == raw)
    }
    for raw in [(1 << 49) + 1, -(1 << 49) - 1, .max, .min] as [Int64] {
      #expect(throws: MarketError.priceOutOfRange(raw: raw)) { try Price(raw: raw) }
    }
    #expect(try Price(raw: -1) < Price(raw: 0))
  }

  @Test func `prices and mids convert to Double exactly`() throws {
    for raw in [Price.limit, Price.limit - 1, -Price.limit] {
      #expect(Int64(Double(raw)) == raw)
      let mid = (raw + raw - 1) * 5
      #expect(Int64(Double(mid)) == mid)
    }
  }

  @Test func `quantities are 0 to below 2^53`() throws {
    for raw in [0, 1, (1 << 53) - 1] as [Int64] { #expect(try Quantity(raw: raw).raw == raw) }
    for raw in [-1, 1 << 53, .max, .min] as [Int64] {
      #expect(throws: MarketError.quantityOutOfRange(raw: raw)) { try Quantity(raw: raw) }
    }
    #expect(try Quantity.zero < Quantity(raw: 1))
    #expect(Quantity.zero.raw == 0)
  }

  @Test func `a quote is crossed when its bid stands above its ask`() throws {
    func quote(_ bid: Int64, _ ask: Int64) throws -> Quote {
      Quote(time: .earliest, bid: try Price(raw: bid), ask: try Price(raw: ask))
    }
    #expect(try quote(2, 1).isCrossed)
    #expect(try !quote(1, 1).isCrossed)
    #expect(try !quote(1, 2).isCrossed)
  }

  @Test func `the mid is one digit finer than its instrument`() throws {
    let instrument = Instrument(
      symbol: "EURUSD", pricePrecision: try Precision(5), quantityPrecision: .zero,
      calendarName: "fx-ny")
    #expect(instrument.precision(of: .mid).digits == 6)
    for source in [PriceSource.bid, .ask, .last] {
      #expect(instrument.precision(of: source).digits == 5)
    }
    #expect(instrument.calendarName == "fx-ny")
    #expect(!instrument.allowsNonPositivePrices)
  }

  @Test func `trades form last, quotes the others`() {
    #expect(PriceSource.last.recordKind == .trade)
    for source in [PriceSource.bid, .ask, .mid] { #expect(source.recordKind == .quote) }
  }
}
