import Foundation
import Lockstep

/// What indicators cost: bar by bar, on the way of a tick, when looked at, and before the tape.
enum IndicatorSuite {
  /// The twenty most used, as a user declares them.
  static let twenty = [
    "sma(30)", "ema(30)", "wma(30)", "dema(30)", "tema(30)", "rsi(14)", "macd(12, 26, 9)",
    "bbands(20, 2)", "atr(14)", "adx(14)", "cci(14)", "stoch(5, 3, 3)", "willr(14)", "mfi(14)",
    "obv", "roc(10)", "mom(10)", "natr(14)", "aroon(14)", "stddev(5, 1)",
  ]

  static func run(_ bench: Bench) throws {
    if bench.wants("indicators.twenty", "indicators.talipp", "indicators.nautilus") {
      try barByBar(bench)
    }
    if bench.wants("indicators.ticks.dense") {
      try onTheWayOfATick("indicators.ticks.dense", days: 3, bench)
    }
    if bench.wants("indicators.ticks") { try onTheWayOfATick("indicators.ticks", days: 30, bench) }
    if bench.wants("indicators.peek") { try looking(bench) }
    if bench.wants("indicators.warm-up") { try warmUp(bench) }
  }

  private static func declarations() throws -> [IndicatorDeclaration] {
    try twenty.map { text in try IndicatorDeclaration(parsing: text) }
  }

  // MARK: Bar by bar

  /// One million bars through a set, and TA-Lib's functions over the same bars at once. TA-Lib runs
  /// before and after, in a process of its own.
  private static func barByBar(_ bench: Bench) throws {
    let bars = try IndicatorBars(count: bench.size(1_000_000, quick: 100_000))
    let path = try bench.scratchPath("bars.f64")
    try bars.fields.write(to: URL(fileURLWithPath: path))
    let rounds = bench.size(7, quick: 2)
    var reference: [Double] = []
    bench.attempt("indicators.twenty: TA-Lib") {
      reference += try theirs("talib", bars, rounds, path, bench).perBar
    }
    let times = try interleave(rounds: rounds) {
      var set = try IndicatorSet(declarations(), scale: bars.scale)
      return try bench.stopwatch.time {
        for bar in bars.bars { set.update(bar) }
        return try bars.checkLast(of: set)
      } / Double(bars.bars.count)
    }
    bench.attempt("indicators.twenty: TA-Lib") {
      reference += try theirs("talib", bars, rounds, path, bench).perBar
    }
    bench.report(
      Figure(
        "indicators.twenty", unit: "ns/bar", samples: times,
        reference: reference.isEmpty ? nil : reference.median,
        limit: reference.isEmpty ? nil : .atMost(1.3)))
    for library in ["talipp", "nautilus"] where bench.wants("indicators.\(library)") {
      bench.attempt("indicators.\(library)") {
        let times = try theirs(library, bars, bench.size(3, quick: 1), path, bench)
        bench.report(
          Figure(
            "indicators.\(library)", unit: "ns/bar of \(times.indicators)", samples: times.perBar))
      }
    }
  }

  /// The nanoseconds a bar that another library takes for those of the twenty that it has.
  private static func theirs(
    _ library: String, _ bars: IndicatorBars, _ rounds: Int, _ path: String, _ bench: Bench
  ) throws -> (perBar: [Double], indicators: Int) {
    struct Reading: Decodable {
      let bars: Int
      let indicators: Int
      let seconds: [Double]
      let last: [String: Double]
    }
    let reading = try Python(bench).run(
      "indicators.py", [library, "\(rounds)", path], as: Reading.self)[0]
    bars.expected.merge(reading.last) { $1 }
    return (reading.seconds.map { $0 / Double(reading.bars) * 1e9 }, reading.indicators)
  }

  // MARK: On the way of a tick

  /// Ten million trades through six timeframes, without indicators, and with all twenty on each of
  /// them: as it comes, on one thread, and with a handler that looks at every close of a minute.
  private static func onTheWayOfATick(_ name: String, days: Int, _ bench: Bench) throws {
    let trades = try Tapes.trades(
      count: bench.size(10_000_000, quick: 1_000_000),
      days: max(1, bench.size(days, quick: days / 10)))
    let indicators = try declarations()
    let ways: [(suffix: String, indicators: [IndicatorDeclaration], thread: IndicatorThread)] = [
      ("", [], .one), ("", indicators, .one), (".one-thread", indicators, .none),
      (".observed", indicators, .one),
    ]
    let times = try interleave(
      rounds: bench.size(9, quick: 3),
      ways.map { way in
        {
          var state = try SynchronizedState.sixTimeframes(
            indicators: way.indicators, thread: way.thread)
          let symbol = try state.symbol(Tapes.symbol)
          if way.suffix == ".observed" {
            let first = state.layout.series(of: symbol)[0]
            let sma = try state.layout.indicator(twenty[0], of: first)
            state.onBarClose(of: .minute1) { _, state in
              bench.stopwatch.keep(state.confirmed(sma)?.bitPattern ?? 0)
            }
          }
          // A second thread may help, so the time on the wall counts.
          return try bench.stopwatch.elapsedTime {
            try state.apply(trades, to: symbol)
            return state.snapshot().evidence
          } / Double(trades.count)
        }
      })
    for (index, way) in ways.enumerated().dropFirst() {
      bench.report(
        Figure(
          name + way.suffix, unit: "ns/tick", samples: times[index],
          reference: times[0].median, limit: way.suffix.isEmpty ? .atMost(1.2) : nil))
    }
  }

  // MARK: Looking

  /// A snapshot with both values of all twenty on six timeframes, each call timed by itself.
  private static func looking(_ bench: Bench) throws {
    let rounds = bench.size(20_000, quick: 2_000)
    let step = 50
    let trades = try Tapes.trades(count: rounds * step, days: max(1, rounds / 4_000))
    var state = try SynchronizedState.sixTimeframes(indicators: declarations())
    let symbol = try state.symbol(Tapes.symbol)
    var times: [Double] = []
    for round in 0..<rounds {
      try state.apply(trades, round * step..<(round + 1) * step, to: symbol)
      times.append(
        bench.stopwatch.elapsedTime {
          let snapshot = state.snapshot()
          return snapshot.evidence
        })
    }
    bench.report(Figure("indicators.peek", unit: "ns", samples: times, limit: .atMost(2_000)))
    bench.report(
      Figure(
        "indicators.peek.p99", unit: "ns", samples: [times.quantile(0.99)],
        limit: .atMost(50_000)))
  }

  // MARK: Before the tape

  /// Twelve series taken in on all cores, and on one.
  private static func warmUp(_ bench: Bench) throws {
    let bars = try IndicatorBars(count: bench.size(50_000, quick: 10_000)).bars
    let indicators = try declarations()
    func time(inParallel: Bool) throws -> Double {
      var state = try SynchronizedState.sixTimeframes(
        symbols: ["A", "B"], indicators: indicators)
      let histories = try ["A", "B"].flatMap { name in
        let series = state.layout.series(of: try state.symbol(name))
        return zip(series, Timeframe.defaultSet).map { series, timeframe in
          SeriesHistory(series, bars.map { $0.stretched(to: timeframe) })
        }
      }
      return try bench.stopwatch.elapsedTime {
        try state.warmUp(histories, inParallel: inParallel)
        return state.snapshot().evidence
      }
    }
    let times = try interleave(
      rounds: bench.size(7, quick: 3),
      [{ try time(inParallel: false) }, { try time(inParallel: true) }])
    bench.report(
      Figure(
        "indicators.warm-up", unit: "x serial",
        samples: zip(times[0], times[1]).map { $0 / $1 }, limit: .atLeast(1.6)))
  }
}

extension Bar {
  /// The bar of another timeframe that has the same number, counted from 1970.
  fileprivate func stretched(to timeframe: Timeframe) -> Bar {
    let minutes: [Timeframe: Int64] = [
      .minute1: 1, .minutes5: 5, .minutes15: 15, .hour1: 60, .hours4: 240, .day1: 1_440,
    ]
    guard let factor = minutes[timeframe],
      let open = try? Timestamp(nanoseconds: tsOpen.nanoseconds * factor),
      let close = try? Timestamp(nanoseconds: tsClose.nanoseconds * factor)
    else { preconditionFailure("\(timeframe) has no length, or the tape is too long") }
    var bar = self
    (bar.tsOpen, bar.tsClose, bar.tradingDay) = (open, close, open.utcDate)
    return bar
  }
}

/// Bars of a random walk for the indicators, in memory and as the doubles that other libraries take.
final class IndicatorBars {
  let bars: [Bar]
  let scale: BarScale
  /// What another library gave for the last bar, by column.
  var expected: [String: Double] = [:]

  init(count: Int) throws {
    var random = SeededGenerator(seed: 1)
    scale = BarScale(price: try Precision(2), quantity: try Precision(3))
    var close: Int64 = 6_000_000
    bars = try (0..<count).map { index in
      let open = close
      close = max(1_000_000, open + random.within(-5_000...5_000))
      let time = Int64(index) * 60 * nanosecondsPerSecond
      return Bar(
        tsOpen: try Timestamp(nanoseconds: time),
        tsClose: try Timestamp(nanoseconds: time + 60 * nanosecondsPerSecond),
        open: try Price(raw: open),
        high: try Price(raw: max(open, close) + random.within(0...3_000)),
        low: try Price(raw: min(open, close) - random.within(0...3_000)),
        close: try Price(raw: close), volume: try Quantity(raw: random.within(1...5_000_000)),
        tickCount: 1, tradingDay: CalendarDate(daysSinceEpoch: Int32(index / 1_440)))
    }
  }

  /// Open, high, low, close and volume, one after the other.
  var fields: Data {
    let units: [(KeyPath<Bar, Int64>, BarField)] = [
      (\.open.raw, .open), (\.high.raw, .high), (\.low.raw, .low), (\.close.raw, .close),
      (\.volume.raw, .volume),
    ]
    var data = Data(capacity: bars.count * 40)
    for (field, unit) in units {
      let values = bars.map { Double($0[keyPath: field]) / scale.unitsPerOne(unit) }
      unsafe values.withUnsafeBytes { unsafe data.append(contentsOf: $0) }
    }
    return data
  }

  /// - Throws: `BenchmarkError.differentResults` where the last values are not those expected.
  func checkLast(of set: borrowing IndicatorSet) throws(BenchmarkError) -> UInt64 {
    var evidence: UInt64 = 0
    for (place, column) in set.columns.enumerated() {
      let value = set[place] ?? 0
      evidence &+= value.bitPattern
      guard let theirs = expected[column.name] else { continue }
      guard abs(value - theirs) <= 1e-6 * max(abs(theirs), 100) else {
        throw .differentResults("\(column.name) is \(value), TA-Lib's \(theirs)")
      }
    }
    return evidence
  }
}
