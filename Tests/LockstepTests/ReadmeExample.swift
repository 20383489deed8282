import Lockstep
import Synchronization

/// What the example prints.
let readmeOutput = Mutex<[String]>([])

private func print(_ text: String) { readmeOutput.withLock { $0.append(text) } }

/// The example of the README, line by line; a test compares the two.
func readmeExample() throws {
  // begin
  let eurusd = SymbolConfiguration(
    instrument: Instrument(
      symbol: "EURUSD", pricePrecision: try Precision(5), quantityPrecision: try Precision(2)),
    calendar: try .named("fx-ny"), priceSources: [.bid, .ask])
  var state = try SynchronizedState(StateConfiguration(symbols: [eurusd]))
  let symbol = try state.symbol("EURUSD")
  state.onBarClose(of: .minutes5) { close, state in
    print("\(close.bar.tsClose) 5m \(close.source) closed at \(close.bar.close.raw)")
  }
  let start = try Timestamp(parsing: "2024-03-08T14:00:00Z").nanoseconds
  for second in 0..<400 {
    let time = try Timestamp(nanoseconds: start + Int64(second) * nanosecondsPerSecond)
    let bid = try Price(raw: 109_400 + Int64(second % 7))
    try state.apply(Quote(time: time, bid: bid, ask: try Price(raw: bid.raw + 2)), to: symbol)
  }
  let hour = state.snapshot()[try state.series(.hour1, .bid, of: symbol)]
  if let bar = hour.partial, let progress = hour.progress {
    print(
      "1H bid so far: \(bar.tickCount) ticks, \(progress.elapsed / nanosecondsPerSecond) s gone")
  }
  // end
}
