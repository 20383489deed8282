import Market
import MultiTimeframe
import Sessions
import Streams
import Testing

@testable import LockstepCommand

@Suite struct PlayStatusTests {
  /// A clock on the wall that is moved by hand.
  private final class Wall {
    var time = ContinuousClock().now
  }

  private func time(_ seconds: Int64) throws -> Timestamp {
    try Timestamp(nanoseconds: seconds * nanosecondsPerSecond)
  }

  @Test func `the line shows the moment of the run, and the speed from its first record on`() throws
  {
    let (wall, test) = (Wall(), TestConsole(errorColumns: 200))
    let control = RunControl(speed: 1)
    control.pause()
    var coordinator = Coordinator()
    var trades = TradeColumns()
    for seconds in [60, 2060] as [Int64] {
      try trades.append(
        Trade(time: time(seconds), price: try Price(raw: 1), quantity: try Quantity(raw: 1)))
    }
    let source = RecordSource<TradeColumns>([trades[0], trades[1]])
    try coordinator.register(source, as: StreamKey("S", .trades))
    let instrument = Instrument(
      symbol: "S", pricePrecision: .zero, quantityPrecision: .zero)
    var state = try SynchronizedState(
      StateConfiguration(symbols: [
        SymbolConfiguration(
          instrument: instrument, calendar: try .named("24x7"), timeframes: [.minute1, .hour1],
          priceSources: [.last])
      ]))
    let symbol = try state.symbol("S")
    let status = PlayStatus(test.console, symbols: ["S"], quiet: false) { wall.time }
    status.clock = coordinator.clock
    status.draw(control)
    #expect(test.errors.text.hasPrefix("\r-  paused"))

    _ = try coordinator.next(boundary: try time(2060))
    try state.apply(trades[0], to: symbol)
    status.update(state, coordinator)
    status.draw(control)
    #expect(
      test.errors.text.hasSuffix(
        "\r1970-01-01T00:01:00Z  paused  S 1m 0.0 % 1H 1.6 %  S trades -\u{1B}[K"))

    // The time is that of the run, before anything else has been taken in.
    _ = try coordinator.next(boundary: try time(2060))
    wall.time += .seconds(1)
    status.draw(control)
    #expect(test.errors.text.contains("\r1970-01-01T00:34:20Z  paused  S 1m 0.0 %"))
    try state.apply(trades[1], to: symbol)
    status.update(state, coordinator)
    status.draw(control)
    #expect(
      test.errors.text.hasSuffix(
        "\r1970-01-01T00:34:20Z  paused  x2.00 k  S 1m 33.3 % 1H 57.2 %  S trades -\u{1B}[K"))
  }
}
