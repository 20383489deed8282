import Market
import Testing

@testable import Reports

@Suite struct RecordErrorTests {
  private let euro = try! Money(parsing: "1", Currency("EUR"))

  private func expect(
    _ error: ReportError, _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Any
  ) {
    #expect(throws: error, sourceLocation: sourceLocation) { try body() }
    #expect(error.description.contains(words), sourceLocation: sourceLocation)
  }

  private func mixed(_ field: String) -> ReportError {
    .mixedCurrencies(field: field, expected: currency("USD"), found: currency("EUR"))
  }

  @Test func `amounts of another currency`() {
    expect(mixed("curve[0]"), "curve[0] is in EUR: expected USD") {
      try record(curve: [EquityPoint(time: hour(1), equity: euro)])
    }
    expect(mixed("days[1]"), "days[1]") { try record(days: days([usd("1"), euro])) }
    expect(mixed("trades[0]"), "trades[0]") { try record(trades: [trade(euro)]) }
    for (place, name) in ["tradedValue", "fees", "funding"].enumerated() {
      var amounts = [usd("0"), usd("0"), usd("0")]
      amounts[place] = euro
      let totals = TradingTotals(
        tradedValue: amounts[0], fees: amounts[1], funding: amounts[2])
      expect(mixed("totals.\(name)"), name) { try record(totals: totals) }
    }
  }

  @Test func `times that go back`() {
    let point = EquityPoint(time: hour(1), equity: usd("1"))
    let before = EquityPoint(time: hour(-1), equity: usd("1"))
    expect(.outOfOrder(field: "curve", place: 0), "curve[0]") { try record(curve: [before]) }
    expect(.outOfOrder(field: "curve", place: 1), "curve[1]") {
      try record(curve: [point, before])
    }
    let day = days([usd("1")])[0]
    expect(.outOfOrder(field: "days", place: 1), "each date once") {
      try record(days: [day, day])
    }
    expect(.outOfOrder(field: "trades", place: 1), "trades[1]") {
      try record(trades: [trade(usd("1"), to: 2), trade(usd("1"), to: 1)])
    }
    expect(.outOfOrder(field: "benchmark", place: 1), "benchmark[1]") {
      try record(benchmark: benchmark([1]) + benchmark([1]))
    }
    expect(.endsBeforeItBegins(trade: 0), "trades[0] ends before it begins") {
      try record(trades: [trade(usd("1"), from: 2, to: 1)])
    }
  }

  @Test func `amounts out of range`() {
    let totals = TradingTotals(tradedValue: usd("-1"), fees: usd("0"), funding: usd("0"))
    expect(.negativeTradedValue(usd("-1")), "-1.00000000 USD") { try record(totals: totals) }
    expect(.benchmarkNotPositive(date: date("2023-12-31"), raw: 0), "2023-12-31") {
      try record(benchmark: benchmark([0]))
    }
    let large = Money(units: .max, currency("USD"))
    let small = Money(units: .min, currency("USD"))
    expect(.overflow(field: "trades"), "the sum of trades") {
      try record(trades: [trade(large), trade(usd("1"))])
    }
    expect(.overflow(field: "trades"), "128 bits") { try record(trades: [trade(small)]) }
    let zero = usd("0")
    for (fees, funding) in [(small, zero), (zero, large)] {
      let trade = ClosedTrade(
        .long, opened: hour(0), closed: hour(1), profit: usd("1"), fees: fees, funding: funding,
        dividends: zero)
      expect(.overflow(field: "trades"), "128 bits") { try record(trades: [trade]) }
    }
  }

  @Test func `parameters out of range`() {
    for year in [0, -1, .infinity, .nan] {
      #expect(throws: ReportError.self) { try MetricParameters(daysPerYear: year) }
    }
    for rate in [-1, .infinity, .nan] {
      #expect(throws: ReportError.self) {
        try MetricParameters(daysPerYear: 252, riskFreeRate: rate)
      }
    }
    for tail in [0, 0.51, .nan] {
      #expect(throws: ReportError.self) { try MetricParameters(daysPerYear: 252, tail: tail) }
    }
    expect(.badParameter(name: "tail", found: 2, expected: "above 0, at most 0.5"), "'tail' is 2.0")
    { try MetricParameters(daysPerYear: 252, tail: 2) }
  }
}
