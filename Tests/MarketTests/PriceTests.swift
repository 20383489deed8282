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

  /// Against decimal fractions of whole numbers: 0.1 at one digit is 100 at three.
  @Test func `a quantity in another precision is the same, or none`() throws {
    var random = SeededGenerator(seed: 3)
    var (kept, lost) = (0, 0)
    for _ in 0..<20_000 {
      let digits = (random.below(10), random.below(10))
      let zeros = (0..<random.below(13)).reduce(Int64(1)) { power, _ in power * 10 }
      let raw = random.within(0...9_007) * zeros
      let (from, to) = (try Precision(digits.0), try Precision(digits.1))
      let (scaled, rest) = (Int128(raw) * Int128(to.scale)).quotientAndRemainder(
        dividingBy: Int128(from.scale))
      let expected = rest == 0 && scaled < Quantity.limit ? Int64(scaled) : nil
      #expect(try Quantity(raw: raw).converted(from: from, to: to)?.raw == expected)
      if expected == nil { lost += 1 } else { kept += 1 }
    }
    #expect(kept > 1_000 && lost > 1_000)
  }
}
