public import Market

extension Coordinator {
  /// Sets a timer that rings once.
  ///
  /// - Throws: `StreamError.timerInThePast` for a moment that has begun: one before the clock, and the
  ///   clock's own, where anything but bars has come of it. A bar stands in front of the moment of its
  ///   close, and what is due then comes behind it. A boundary, a funding rate, a session or another timer
  ///   has begun the moment, though there may be timers of it still to come: else the clock could be
  ///   kept at one moment for ever.
  @discardableResult
  public mutating func setTimer(at time: Timestamp) throws(StreamError) -> TimerID {
    try setTimer(at: time, period: nil)
  }

  /// Sets a timer that rings at `first`, and every `period` from then on.
  ///
  /// - Throws: `StreamError.timerInThePast` for a first moment that has begun, as for a timer that rings
  ///   once.
  /// - Precondition: the period is a nanosecond at least.
  @discardableResult
  public mutating func setTimer(
    every period: Duration, from first: Timestamp
  ) throws(StreamError) -> TimerID {
    let nanoseconds = period.wholeNanoseconds
    precondition(nanoseconds >= 1, "a timer that repeats needs time in between")
    return try setTimer(at: first, period: nanoseconds)
  }

  private mutating func setTimer(
    at moment: Timestamp, period: Int64?
  ) throws(StreamError) -> TimerID {
    guard moment.nanoseconds > position.key || startedClock == nil else {
      throw .timerInThePast(at: moment, clock: Timestamp(unchecked: position.clock))
    }
    defer { refreshFence() }
    return timers.add(at: moment.nanoseconds, period: period)
  }

  /// Takes a timer back; nothing happens for one that has rung its last.
  public mutating func cancel(_ timer: TimerID) {
    timers.cancel(timer)
    refreshFence()
  }
}

extension Duration {
  /// Whole nanoseconds, rounded towards zero; the longest there are for what is longer.
  var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, isTooLong) = seconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
    let (sum, overflows) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return isTooLong || overflows ? (seconds < 0 ? .min : .max) : sum
  }
}
