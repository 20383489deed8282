import Market
import MultiTimeframe

/// Lengths of time and shares of a bar, as people read them.
enum DurationText {
  /// `32.5s`, `4m 07s`, `3h 12m 00s`, `2d 03h`. Fractions of a second only below a minute.
  static func short(_ nanoseconds: Int64) -> String {
    let seconds = nanoseconds / nanosecondsPerSecond
    func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (minutes, hours, days) = (seconds / 60 % 60, seconds / 3600 % 24, seconds / 86_400)
    if days > 0 { return "\(days)d \(padded(hours))h" }
    if seconds >= 3600 { return "\(hours)h \(padded(minutes))m \(padded(seconds % 60))s" }
    if seconds >= 60 { return "\(minutes)m \(padded(seconds % 60))s" }
    let milliseconds = nanoseconds % nanosecondsPerSecond / nanosecondsPerMillisecond
    let fraction = String(milliseconds + 1000).dropFirst()
    return milliseconds == 0 ? "\(seconds)s" : "\(seconds).\(fraction)s"
  }

  /// The share of a bar that has passed, in percent with one decimal, rounded down.
  static func percent(_ progress: BarProgress) -> String {
    let length = progress.elapsed + progress.remaining
    let tenths = Int64(Int128(progress.elapsed) * 1000 / Int128(length))
    return "\(tenths / 10).\(tenths % 10)"
  }
}
