import Market
import MultiTimeframe
import Streams

/// A line on the error stream, on a terminal only: where a run is, how fast it goes, the bars that are
/// being formed, and the quality of each stream.
///
/// Used by the thread of the run alone.
final class PlayStatus: @unchecked Sendable {
  private let console: Console
  private let symbols: [String]
  private let now: () -> ContinuousClock.Instant
  private let isVisible: Bool
  private var lastDrawn: ContinuousClock.Instant
  private var lastUpdated: ContinuousClock.Instant?
  /// Where the run was when its speed was last taken.
  private var mark: (wall: ContinuousClock.Instant, time: Int64)?
  private var speedReached = ""
  /// The time of the run; set before it begins.
  var clock: ClockReading?
  /// The series that are shown: those of each symbol's first price.
  private var shown: [SeriesID]?
  private var bars: [(symbol: SymbolID, timeframe: Timeframe, progress: BarProgress?)] = []
  private var qualities: [StreamQuality] = []

  init(
    _ console: Console, symbols: [String], quiet: Bool,
    now: @escaping () -> ContinuousClock.Instant = { ContinuousClock().now }
  ) {
    self.console = console
    self.symbols = symbols
    self.now = now
    isVisible = !quiet && console.errorColumns != nil
    lastDrawn = now()
  }

  /// Whether a tenth of a second has passed since it was drawn.
  var isDue: Bool { isVisible && now() - lastDrawn >= .milliseconds(100) }

  /// Whether it is so old that at full speed it is worth taking in where the run is: a hundredth of a
  /// second.
  var isStale: Bool {
    isVisible && (lastUpdated.map { now() - $0 >= .milliseconds(10) } ?? true)
  }

  /// Takes in where the run is, from its first record on. Without a terminal nothing is done.
  func update(_ state: borrowing SynchronizedState, _ coordinator: borrowing Coordinator) {
    guard isVisible else { return }
    lastUpdated = now()
    measureSpeed()
    let shown = shown ?? PlayStatus.seriesOfFirstPrices(state.layout, symbols.count)
    self.shown = shown
    bars.removeAll(keepingCapacity: true)
    for id in shown {
      let series = state.series(id)
      bars.append((series.symbol, series.timeframe, series.progress))
    }
    qualities = coordinator.qualities
  }

  private static func seriesOfFirstPrices(
    _ layout: StateLayout, _ symbolCount: Int
  ) -> [SeriesID] {
    (0..<symbolCount).flatMap { index in
      let all = layout.series(of: SymbolID(index: index))
      guard let first = all.first else { return [SeriesID]() }
      return all.filter { layout.series[$0.index].source == layout.series[first.index].source }
    }
  }

  private func measureSpeed() {
    let wall = now()
    guard let time = clock?.time else { return }
    guard let mark else {
      mark = (wall, time.nanoseconds)
      return
    }
    let passed = wall - mark.wall
    guard passed >= .milliseconds(500) else { return }
    let speed = Duration.nanoseconds(time.nanoseconds - mark.time) / passed
    speedReached = "x\(NumberText.short(Int(min(max(0, speed), 1e15))))"
    self.mark = (wall, time.nanoseconds)
  }

  /// `EURUSD 1m 53 % 5m 10 %`: the first price's bars.
  private var barsText: String {
    var text = ""
    var symbol: SymbolID?
    for bar in bars {
      if bar.symbol != symbol {
        text += (symbol == nil ? "" : "  ") + symbols[bar.symbol.index]
        symbol = bar.symbol
      }
      let share = bar.progress.map { "\(DurationText.percent($0)) %" } ?? "-"
      text += " \(bar.timeframe) \(share)"
    }
    return text
  }

  static func text(_ quality: StreamQuality) -> String {
    let percentage = quality.percentage.map { "\(Int($0)) %" } ?? "-"
    return "\(quality.stream) \(percentage)"
  }

  /// Draws the line anew.
  func draw(_ control: RunControl) {
    guard isVisible else { return }
    lastDrawn = now()
    let speed = control.speed
    var words = [clock?.time?.description ?? "-"]
    words.append(control.isPaused ? "paused" : speed == 0 ? "full speed" : "speed \(speed)")
    if !speedReached.isEmpty { words.append(speedReached) }
    words.append(barsText)
    words.append(qualities.map(PlayStatus.text).joined(separator: "  "))
    let line = words.joined(separator: "  ")
    write("\r" + line.prefix((console.errorColumns ?? 80) - 1) + "\u{1B}[K")
  }

  /// Wipes the line.
  func wipe() { if isVisible { write("\r\u{1B}[K") } }

  private func write(_ text: String) { try? console.errors.write(Array(text.utf8)) }
}
