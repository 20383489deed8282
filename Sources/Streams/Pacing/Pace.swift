import Market

/// How fast a run goes: where it should be at any moment on the wall.
struct Pace {
  /// Nanoseconds of the run in one on the wall; 0 for as fast as possible.
  private(set) var speed: Double
  /// Stretches of the run without events that are longer than this are skipped; nil for none.
  let longestGap: Int64?
  /// A moment on the wall, and the moment of the run that belongs to it; nil while time stands.
  private var anchor: (wall: Int64, time: Int64)?
  /// How far time had gone when it was stopped.
  private var reached = Int64.min
  /// The event that was last asked for: a run that lags stands there, wherever time should be.
  private var awaited = Int64.max

  init(speed: Double, longestGap: Int64?) {
    self.speed = speed
    self.longestGap = longestGap
  }

  /// Time stands from here on, until `due(_:)` is asked for.
  mutating func stand(at wall: Int64) {
    guard let anchor else { return }
    reached = min(time(at: wall, from: anchor), awaited)
    self.anchor = nil
  }

  mutating func setSpeed(_ speed: Double, at wall: Int64) {
    stand(at: wall)
    self.speed = speed
  }

  /// When the event of `time` is due on the wall.
  ///
  /// - Parameter clock: the last event's time; `Int64.min` up to the first, which is due at once.
  mutating func due(_ time: Int64, after clock: Int64, at wall: Int64) -> Int64 {
    guard clock != .min else { return wall }
    awaited = time
    let start = anchor ?? (wall, max(reached, clock))
    anchor = start
    let here = self.time(at: wall, from: start)
    if let longestGap, time - max(here, clock) > longestGap { anchor = (wall, time) }
    guard let anchor, time > anchor.time else { return wall }
    let distance = Double(time - anchor.time) / speed
    return distance < 9e18 - Double(anchor.wall) ? anchor.wall + Int64(distance) : .max
  }

  /// The moment of the run that is due on the wall at `wall`.
  func time(at wall: Int64) -> Int64 {
    anchor.map { time(at: wall, from: $0) } ?? reached
  }

  private func time(at wall: Int64, from anchor: (wall: Int64, time: Int64)) -> Int64 {
    let distance = Double(wall - anchor.wall) * speed
    return distance < 1e18 ? anchor.time + Int64(distance) : Timestamp.latest.nanoseconds
  }
}
