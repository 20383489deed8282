/// A line on the error stream that says how far long work is: a bar, the rate, the time left.
///
/// Drawn only on a terminal, at most ten times a second, and wiped when the work ends, so that it
/// is in nobody's way. Each step also asks whether the user wants to stop.
final class Progress {
  private let console: Console
  private let title: String
  /// What is counted, in the plural: `ticks`.
  private let unit: String
  private var total: Int
  private let isVisible: Bool
  private let now: () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  private var lastDrawn: ContinuousClock.Instant
  private var count = 0
  /// How much of `total` is done.
  private var work = 0

  /// - Parameters:
  ///   - total: how many units there are in all; 0 where that is not known.
  ///   - quiet: nothing is drawn, even on a terminal.
  init(
    _ title: String, total: Int, unit: String, console: Console, quiet: Bool,
    now: @escaping () -> ContinuousClock.Instant = { ContinuousClock().now }
  ) {
    self.title = title
    self.total = total
    self.unit = unit
    self.console = console
    self.now = now
    isVisible = !quiet && console.errorColumns != nil
    start = now()
    lastDrawn = start
  }

  /// `count` more units are done.
  /// - Throws: `Interrupted` when the user asked the work to end.
  func advance(by count: Int) throws(Interrupted) {
    try update(count: self.count + count, work: work + count, of: total)
  }

  /// So many units are done, and so much of the whole: the bytes of a file, for example, where the
  /// number of its rows is not known.
  /// - Throws: `Interrupted` when the user asked the work to end.
  func update(count: Int, work: Int, of total: Int) throws(Interrupted) {
    self.count = count
    self.work = work
    self.total = total
    if isVisible {
      let time = now()
      if time - lastDrawn >= .milliseconds(100) {
        lastDrawn = time
        draw(after: time - start)
      }
    }
    do {
      try console.interruption.check()
    } catch {
      finish()
      throw error
    }
  }

  /// Wipes the line.
  func finish() {
    if isVisible, lastDrawn > start { write("\r\u{1B}[K") }
  }

  /// How long the work has taken so far.
  var elapsed: Duration { now() - start }

  private func draw(after elapsed: Duration) {
    var line = "\(title)  "
    if total > 0 {
      let share = min(1, Double(work) / Double(total))
      let cells = Int(share * 20)
      line += "[" + String(repeating: "#", count: cells)
      line += String(repeating: ".", count: 20 - cells) + "] \(Int(share * 100)) %  "
    }
    line += "\(NumberText.short(count)) \(unit), \(NumberText.rate(count, in: elapsed))/s"
    if work > 0, total > work {
      let left = elapsed * (Double(total - work) / Double(work))
      line += ", \(NumberText.duration(left)) left"
    }
    write("\r" + line.prefix((console.errorColumns ?? 80) - 1) + "\u{1B}[K")
  }

  /// The line is only a courtesy: that it cannot be written is no fault of the work.
  private func write(_ text: String) { try? console.errors.write(Array(text.utf8)) }
}
