import Market
import Testing

@Suite struct MoneyTests {
  private let usd: Currency
  init() throws { usd = try Currency("USD") }

  @Test(
    arguments: [
      ("0", 0), ("12.5", 1_250_000_000), ("-12.50000000", -1_250_000_000), ("0.00000001", 1),
      ("1e-8", 1), ("92233720368.54775808", 9_223_372_036_854_775_808),
      (
        "1701411834604692317316873037158.84105727",
        170_141_183_460_469_231_731_687_303_715_884_105_727
      ),
    ] as [(String, Int128)])
  func `text to units`(text: String, units: Int128) throws {
    #expect(try Money(parsing: text, usd).units == units)
  }

  @Test(arguments: [
    ("", DecimalFault.empty), ("1,0", .notANumber), ("0.000000001", .tooManyDecimals(allowed: 8)),
    ("1701411834604692317316873037158.84105728", .tooLarge(bits: 128)),
    ("2e30", .tooLarge(bits: 128)),
    ("-1701411834604692317316873037159", .tooLarge(bits: 128)),
  ])
  func `text that is no amount`(text: String, fault: DecimalFault) throws {
    #expect(throws: MarketError.malformedDecimal(text, fault)) { try Money(parsing: text, usd) }
    #expect(DecimalFault.tooLarge(bits: 128).description == "too large for 128 bits")
  }

  @Test func `what is written reads back`() throws {
    var random = SeededGenerator(seed: 11)
    var writer = StateWriter()
    var amounts = [0, 1, -1, .max, -.max].map { Money(units: $0, usd) }
    for bits in 0..<127 {
      let units = Int128(bitPattern: UInt128(random.next()) << 64 | UInt128(random.next()))
      amounts.append(Money(units: units >> (127 - bits), try Currency("1000SATS")))
    }
    for amount in amounts {
      #expect(try Money(parsing: amount.decimalText, amount.currency) == amount)
      writer.write(amount)
    }
    var reader = StateReader(writer.bytes)
    for amount in amounts { #expect(try reader.readMoney() == amount) }
    #expect(reader.isAtEnd)
    // Only the extreme has no positive counterpart, and none in text.
    #expect(Money(units: .min, usd).decimalText == "-1701411834604692317316873037158.84105728")
  }

  @Test func `amounts show their currency`() {
    #expect(Money(units: -1_250_000_000, usd).description == "-12.50000000 USD")
    #expect(Money(units: 5, usd).description == "0.00000005 USD")
    #expect(Money(units: -100_000_000, usd).decimalText == "-1.00000000")
  }

  @Test func `sums`() throws {
    let (one, two) = (try Money(parsing: "1", usd), try Money(parsing: "2", usd))
    #expect(one + one == two)
    #expect(one - two == -one)
    #expect(one < two)
    #expect(one.adding(one) == two)
    #expect(Money(units: .max, usd).adding(Money(units: 1, usd)) == nil)
    #expect(Money(units: .min, usd).adding(Money(units: -1, usd)) == nil)
    #expect(Money.zero(usd) + one == one)
  }

  @Test func `two currencies have no sum, no difference and no order`() async {
    await #expect(processExitsWith: .failure) {
      _ = Money(units: 1, try Currency("USD")) + Money(units: 1, try Currency("EUR"))
    }
    await #expect(processExitsWith: .failure) {
      _ = Money(units: 1, try Currency("USD")) - Money(units: 1, try Currency("EUR"))
    }
    await #expect(processExitsWith: .failure) {
      _ = Money(units: 1, try Currency("USD")).adding(Money(units: 1, try Currency("usd")))
    }
    await #expect(processExitsWith: .failure) {
      _ = Money(units: 1, try Currency("USD")) < Money(units: 2, try Currency("USDT"))
    }
    await #expect(processExitsWith: .failure) {
      let sum = Money(units: .max, try Currency("USD")) + Money(units: 1, try Currency("USD"))
      print(sum)
    }
  }

  @Test func `currencies`() throws {
    for code in ["USD", "1000SATS", "a.b-c_9", "ABCDEFGHIJKLMNOP"] {
      #expect(try Currency(code).code == code)
      #expect(try Currency(code).description == code)
    }
    for code in ["", "ABCDEFGHIJKLMNOPQ", "U D", "€", "US\0"] {
      #expect(throws: MarketError.malformedCurrency(code)) { try Currency(code) }
    }
    #expect(try Currency("usd") != usd)
    var writer = StateWriter()
    writer.write("no currency")
    var reader = StateReader(writer.bytes)
    #expect(throws: MarketError.malformedState("'no currency' is no currency")) {
      try reader.readCurrency()
    }
  }

  @Test func `rates`() throws {
    #expect(try Rate(parsing: "0.0004").units == 400_000_000)
    #expect(try Rate(parsing: "-0.00000125").description == "-0.000001250000")
    #expect(throws: MarketError.malformedDecimal("1e-13", .tooManyDecimals(allowed: 12))) {
      try Rate(parsing: "1e-13")
    }
    #expect(Rate.zero < Rate(units: 1))
    #expect(try Rate(parsing: "1").units == Rate.unitsPerOne)
  }

  @Test func `a split of nothing`() async {
    #expect(CorporateAction(time: .earliest, kind: .split(new: 2, old: 1)).time == .earliest)
    await #expect(processExitsWith: .failure) {
      _ = CorporateAction(time: .earliest, kind: .split(new: 0, old: 1))
    }
  }
}
