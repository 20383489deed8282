import Market
import Testing

@testable import LockstepCommand

@Suite struct RunProgressLineTests {
  private func line(columns: Int, done: (Double, Duration)? = (0.14, .milliseconds(1200))) throws
    -> String
  {
    RunProgressLine(
      time: try Timestamp(parsing: "2024-03-05T03:33:27.074627Z"), done: done,
      recordCount: 376_000, elapsed: .seconds(2), equity: "10,000.00 USDT", openPositions: 1
    ).text(columns: columns)
  }

  /// Time, pace, equity and open positions are there wherever they fit.
  @Test(arguments: [
    (
      200,
      "2024-03-05T03:33:27Z  [##..................] 14 %  376 k records, 188 k/s, equity 10,000.00 USDT, "
        + "1 open, 1.2 s left"
    ),
    (
      100,
      "2024-03-05T03:33:27Z  14 %  376 k records, 188 k/s, equity 10,000.00 USDT, 1 open, 1.2 s left"
    ),
    (79, "2024-03-05T03:33:27Z  14 %  188 k/s, equity 10,000.00 USDT, 1 open, 1.2 s left"),
    (70, "2024-03-05T03:33:27Z  14 %  188 k/s, equity 10,000.00 USDT, 1 open"),
    (60, "2024-03-05T03:33:27Z  188 k/s, equity 10,000.00 USDT, 1 open"),
    (40, "2024-03-05T03:33:27Z  188 k/s, equity 10"),
  ])
  func `what says least is left out first`(columns: Int, expected: String) throws {
    #expect(try line(columns: columns) == expected)
    #expect(expected.count <= columns)
  }

  @Test func `without a known end there is no share`() throws {
    #expect(
      try line(columns: 100, done: nil)
        == "2024-03-05T03:33:27Z  376 k records, 188 k/s, equity 10,000.00 USDT, 1 open")
  }
}
