import Market
import Testing

/// An error says what was found and what was expected.
@Suite struct MarketErrorTests {
  @Test func `descriptions`() throws {
    let time = try Timestamp(parsing: "2024-03-10T09:30:00Z")
    let later = try Timestamp(parsing: "2024-03-10T09:30:01Z")
    let expected: [(MarketError, String)] = [
      (
        .timestampOutOfRange(nanoseconds: .max),
        "time 9223372036854775807 ns since 1970 lies outside the years 1900 to 2200"
      ),
      (
        .malformedTimeframe("5x"),
        "'5x' is not a timeframe: expected a number and a unit s, m, H, D, W or M, "
          + "for example 30s, 5m, 4H, 1D, 1W or 1M; lengths in s, m and H reach 24 hours"
      ),
      (.precisionOutOfRange(12), "a precision of 12 digits: expected 0 to 9"),
      (.priceOutOfRange(raw: 7), "a price of 7 units of its last digit lies beyond ±2^49"),
      (.priceNotPositive(raw: 0), "a price of 0 units of its last digit: expected above zero"),
      (
        .quantityOutOfRange(raw: -1),
        "a quantity of -1 units of its last digit: expected 0 to 2^53 - 1"
      ),
      (
        .outOfOrder(previous: later, found: time),
        "a record of 2024-03-10T09:30:00Z comes after one of 2024-03-10T09:30:01Z: "
          + "expected times that never go back"
      ),
      (.malformedDecimal("1.x", .notANumber), "'1.x': expected a decimal number"),
      (
        .malformedCurrency("U D"),
        "'U D' is not a currency: expected 1 to 16 letters, digits, '.', '-' or '_', for example USD"
      ),
      (.overflow(symbol: "S", field: "volume"), "S: the sum in 'volume' exceeds 64 bits"),
      (.malformedState("too short"), "saved state cannot be read: too short"),
    ]
    for (error, description) in expected { #expect(error.description == description) }
  }
}
