import Market
import MultiTimeframe
import Storage

/// The stored bars of a symbol against those that its stored ticks form.
struct BarComparison {
  private let store: MarketStore
  private let symbol: String
  /// Bars that were held against each other.
  private(set) var comparedCount = 0
  private(set) var findings: [String] = []
  /// Bars that the ticks form and that are not stored, between stored ones, where no import reaches:
  /// nobody has brought them.
  private(set) var unstoredCount = 0

  init(_ store: MarketStore, symbol: String) {
    self.store = store
    self.symbol = symbol
  }

  /// - Throws: what the store says; `Interrupted`.
  mutating func run(_ progress: Progress) throws {
    let streams = try store.streams(symbol: symbol)
    let imported = try store.imports().filter { $0.symbol == symbol && $0.kind == .bar }
      .compactMap(\.timeRange)
    for series in streams.compactMap(\.bars) {
      guard let ticks = streams.first(where: { $0.kind == series.source.recordKind }) else {
        continue
      }
      try compare(series, ticks.timeRange, imported, progress)
    }
  }

  /// - Parameters:
  ///   - covered: from the first tick to the last. A bar that reaches over its edge may lack ticks,
  ///     and is not compared.
  ///   - imported: from the first bar to the last of each import of bars.
  private mutating func compare(
    _ series: BarSeries, _ covered: ClosedRange<Timestamp>, _ imported: [ClosedRange<Timestamp>],
    _ progress: Progress
  ) throws {
    let selection = try TapeSelection(
      symbol, in: store, timeframes: [series.timeframe], sources: [series.source],
      anchor: .session, hours: .extended)
    let state = try SynchronizedState(StateConfiguration(symbols: [selection.configuration]))
    let streams = try selection.streams(
      of: store, symbol: try state.symbol(symbol), from: nil, to: nil)
    var tape = StoredTape(state: state, streams: streams)
    let closed = ClosedBars()
    tape.state.onBarClose(of: series.timeframe) { close, _ in closed.bars.append(close.bar) }
    let stored = try store.bars(symbol: symbol, series: series, from: covered.lowerBound)
    var next = try stored.next()
    var hasBegun = false
    while true {
      let applied = try tape.applyRun()
      if applied == 0 { break }
      try progress.advance(by: applied)
      for bar in closed.take() where bar.tsOpen >= covered.lowerBound {
        while let left = next, left.tsOpen < bar.tsOpen {
          report(withoutTicks: left, series)
          next = try stored.next()
        }
        if let twin = next, twin.tsOpen == bar.tsOpen {
          hasBegun = true
          report(twin, against: bar, series, selection.configuration.instrument)
          next = try stored.next()
        } else if hasBegun, next != nil {
          report(notStored: bar, series, imported)
        }
      }
    }
    while let left = next, left.tsClose <= covered.upperBound {
      report(withoutTicks: left, series)
      next = try stored.next()
    }
  }

  private func place(_ bar: Bar, _ series: BarSeries) -> String {
    "\(series) bar of \(symbol) at \(bar.tsOpen)"
  }

  /// A hole within what one import brought is a fault; between two imports it is what was asked for.
  private mutating func report(
    notStored bar: Bar, _ series: BarSeries, _ imported: [ClosedRange<Timestamp>]
  ) {
    let isWithinOne = imported.contains {
      $0.lowerBound <= bar.tsOpen && bar.tsClose <= $0.upperBound
    }
    guard isWithinOne else {
      unstoredCount += 1
      return
    }
    findings.append("\(place(bar, series)): ticks form it, but it is not stored")
  }

  /// Some providers fill quiet times with flat bars without volume; others are wrong.
  private mutating func report(withoutTicks bar: Bar, _ series: BarSeries) {
    guard bar.low != bar.high || bar.volume != .zero else { return }
    findings.append("\(place(bar, series)): it is stored, but no tick lies in it")
  }

  private mutating func report(
    _ stored: Bar, against formed: Bar, _ series: BarSeries, _ instrument: Instrument
  ) {
    comparedCount += 1
    var differences: [String] = []
    func compare(_ name: String, _ left: String, _ right: String) {
      if left != right { differences.append("\(name) \(left) stored, \(right) from ticks") }
    }
    let price = instrument.precision(of: series.source)
    compare("ts_close", "\(stored.tsClose)", "\(formed.tsClose)")
    compare("open", price.format(stored.open.raw), price.format(formed.open.raw))
    compare("high", price.format(stored.high.raw), price.format(formed.high.raw))
    compare("low", price.format(stored.low.raw), price.format(formed.low.raw))
    compare("close", price.format(stored.close.raw), price.format(formed.close.raw))
    // Bars that came without a count have 1.
    if stored.tickCount > 1 {
      compare("ticks", "\(stored.tickCount)", "\(formed.tickCount)")
    }
    // Bars of quotes count ticks as their volume, and a provider's volume is something else.
    if series.source == .last, stored.volume != .zero {
      let quantity = instrument.quantityPrecision
      compare("volume", quantity.format(stored.volume.raw), quantity.format(formed.volume.raw))
    }
    guard !differences.isEmpty else { return }
    findings.append("\(place(formed, series)): \(differences.joined(separator: ", "))")
  }
}

/// Bars that have closed and have not been looked at yet.
private final class ClosedBars {
  var bars: [Bar] = []

  func take() -> [Bar] {
    defer { bars.removeAll() }
    return bars
  }
}
