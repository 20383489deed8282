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
  private var time: Timestamp?
  private var bars = ""
  private var qualities = ""

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

  /// Whether it is so old that it is worth taking in where the run is: a hundredth of a second.
  var isStale: Bool {
    isVisible && (lastUpdated.map { now() - $0 >= .milliseconds(10) } ?? true)
  }

  /// Takes in where the run is. Without a terminal nothing is done.
  func update(_ state: borrowing SynchronizedState, _ coordinator: borrowing Coordinator) {
    guard isVisible else { return }
    lastUpdated = now()
    time = coordinator.clock.time
    measureSpeed()
    bars = symbols.indices.map { PlayStatus.bars(of: $0, symbols[$0], state) }
      .joined(separator: "  ")
    qualities = coordinator.qualities.map(PlayStatus.text).joined(separator: "  ")
  }

  private func measureSpeed() {
    let wall = now()
    guard let time else { return }
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
  private static func bars(
    of index: Int, _ name: String, _ state: borrowing SynchronizedState
  ) -> String {
    let symbol = SymbolID(index: index)
    var text = name
    var source: PriceSource?
    for id in state.layout.series(of: symbol) {
      let series = state.series(id)
      guard source ?? series.source == series.source else { continue }
      source = series.source
      let share = series.progress.map { "\(DurationText.percent($0)) %" } ?? "-"
      text += " \(series.timeframe) \(share)"
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
    var words = [time?.description ?? "-"]
    words.append(control.isPaused ? "paused" : speed == 0 ? "full speed" : "speed \(speed)")
    if !speedReached.isEmpty { words.append(speedReached) }
    let line = (words + [bars, qualities]).joined(separator: "  ")
    write("\r" + line.prefix((console.errorColumns ?? 80) - 1) + "\u{1B}[K")
  }

  /// Wipes the line.
  func wipe() { if isVisible { write("\r\u{1B}[K") } }

  private func write(_ text: String) { try? console.errors.write(Array(text.utf8)) }
}
