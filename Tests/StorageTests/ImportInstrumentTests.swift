import Market
import Storage
import Testing

@Suite struct ImportInstrumentTests {
  private func read(_ json: String) throws -> Instrument { try Instrument(json: Array(json.utf8)) }

  private func message(_ json: String) -> String {
    ImportSupport.message { _ = try read(json) }
  }

  @Test func readsADefinition() throws {
    let full = try read(
      """
      {"symbol": "CL-CAL", "pricePrecision": 2, "quantityPrecision": 0, "calendar": "XNYS",
       "allowsNonPositivePrices": true}
      """)
    #expect(
      full
        == Instrument(
          symbol: "CL-CAL", pricePrecision: try Precision(2), quantityPrecision: .zero,
          calendarName: "XNYS", allowsNonPositivePrices: true))
    let short = try read(#"{"quantityPrecision": 9, "symbol": "X", "pricePrecision": 0}"#)
    #expect(short.calendarName == "24x7" && !short.allowsNonPositivePrices)
  }

  @Test func saysWhatIsWrong() {
    let good = #"{"symbol": "X", "pricePrecision": 2, "quantityPrecision": 0}"#
    #expect(message(good) == "nothing failed")
    let decimals = "expected how many decimals there are, a whole number from 0 to 9"
    let cases = [
      (
        #"{"symbol": "X", "pricePrecison": 2, "quantityPrecision": 0}"#,
        "instrument key 'pricePrecison' is not known: did you mean 'pricePrecision'?"
      ),
      (
        #"{"pricePrecision": 2, "quantityPrecision": 0}"#,
        "instrument key 'symbol' is missing: expected the instrument's name"
      ),
      (
        #"{"symbol": "X", "pricePrecision": 2}"#,
        "instrument key 'quantityPrecision' is missing: \(decimals)"
      ),
      (
        good.replacing("2", with: "10"),
        "instrument key 'pricePrecision' is 10: \(decimals)"
      ),
      (
        good.replacing("2", with: "\"2\""),
        "instrument key 'pricePrecision' is \"2\": \(decimals)"
      ),
      (good.replacing("2", with: "2.5"), "instrument key 'pricePrecision' is 2.5: \(decimals)"),
      (
        good.replacing("\"X\"", with: "7"),
        "instrument key 'symbol' is 7: expected the instrument's name, in double quotes"
      ),
      (
        good.replacing("\"X\"", with: "\"\""),
        "instrument key 'symbol' is \"\": expected the instrument's name, in double quotes"
      ),
      (
        good.replacing("\"X\"", with: "\"a\\nb\""),
        "instrument key 'symbol' is \"a\nb\": expected the instrument's name, in double quotes"
      ),
      (
        good.dropLast() + #", "allowsNonPositivePrices": 1}"#,
        "instrument key 'allowsNonPositivePrices' is 1: expected true or false"
      ),
      (
        good.dropLast() + #", "calendar": null}"#,
        "instrument key 'calendar' is null: expected the name of a calendar, in double quotes"
      ),
      (
        "[1]",
        "instrument key '' is a list of 1: expected an object with the instrument's keys"
      ),
      (
        "{\"symbol\": \"X\",\n  oops}",
        "the instrument is not valid JSON: line 2, column 3: found 'o', "
          + "expected a key in double quotes"
      ),
    ]
    for (json, expected) in cases { #expect(message(json) == expected) }
  }
}
