import Market
import MultiTimeframe
import TestSupport
import Testing

/// What only a bug of the caller can bring about ends the process.
@Suite struct MisuseTests {
  @Test func `a range beyond the columns`() async {
    await #expect(processExitsWith: .failure) {
      var state = try SynchronizedState(StateConfiguration(symbols: [symbol("S")]))
      try state.apply(columns([trade("2024-03-11T10:00:00Z", 1)]), 0..<2, to: state.symbol("S"))
    }
    await #expect(processExitsWith: .failure) {
      var state = try SynchronizedState(
        StateConfiguration(symbols: [symbol("S", sources: [.bid])]))
      try state.apply(columns([quote("2024-03-11T10:00:00Z", 1, 2)]), 1..<2, to: state.symbol("S"))
    }
  }

  @Test func `a symbol of another state`() async {
    await #expect(processExitsWith: .failure) {
      var state = try SynchronizedState(StateConfiguration(symbols: [symbol("S")]))
      try state.apply(trade("2024-03-11T10:00:00Z", 1), to: SymbolID(index: 1))
    }
  }

  @Test func `a series of another state`() async {
    await #expect(processExitsWith: .failure) {
      let state = try SynchronizedState(StateConfiguration(symbols: [symbol("S", "1m")]))
      _ = state.series(SeriesID(index: 1))
    }
  }
}
