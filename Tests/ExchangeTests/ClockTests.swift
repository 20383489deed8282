import Market
import Testing

@testable import Exchange

/// What comes too late.
@Suite struct ClockTests {
  @Test func `an error names the phases where the times are one`() throws {
    var scenario = Scenario(try listing(MatchingRules(.trade)))
    try scenario.trade(5, 100)
    func error(_ second: Int64) -> String? {
      do {
        try scenario.send(second, .buy, 1)
        return nil
      } catch { return "\(error)" }
    }
    #expect(
      error(5) == """
        something of 2023-11-15T00:00:05Z, events reaches an exchange that stands at \
        2023-11-15T00:00:05Z, records: expected times that never go back
        """)
    #expect(
      error(4) == """
        something of 2023-11-15T00:00:04Z reaches an exchange that stands at \
        2023-11-15T00:00:05Z: expected times that never go back
        """)
  }
}
