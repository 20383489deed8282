public import Market

/// What happens to a record that comes too late. It is never applied.
public enum LatePolicy: Sendable {
  /// The run stops, with everything before it delivered and nothing of its batch.
  case refuse
  /// It is left out and counted in the stream's quality.
  case dropAndCount
}

/// Why a run cannot go on, or a stream cannot be registered or removed.
public enum StreamError: Error {
  /// There is a stream of this name.
  case alreadyRegistered(StreamKey)
  /// There is no stream of this name, or it has ended.
  case notRegistered(StreamKey)
  /// The streams of a symbol must share its calendar.
  case differentCalendars(symbol: String, String, String)
  /// A record lies before the one in front of it in its stream.
  case outOfOrder(StreamKey, previous: Timestamp, found: Timestamp)
  /// A record lies before the moment up to which its feed had said that there is nothing more.
  case behindHorizon(StreamKey, horizon: Timestamp, found: Timestamp)
  /// A record lies before the clock.
  case stale(StreamKey, found: Timestamp, clock: Timestamp)
  /// The source of the stream threw.
  case sourceFailed(StreamKey, any Error)
  /// The source of the stream has stopped waiting for records, though nobody has stopped the run: it was
  /// interrupted by somebody else, or by an earlier run of which it was part.
  case sourceInterrupted(StreamKey)
  /// A resumed run has no source for a stream that went on.
  case sourceMissing(StreamKey)
  /// The source of a resumed stream has fewer records than were taken from it before.
  case sourceTooShort(StreamKey, expected: Int, found: Int)
  /// A stream of a resumed run is registered with other options than before.
  case differentOptions(StreamKey)
  /// A timer was asked for at a moment that the clock has passed.
  case timerInThePast(at: Timestamp, clock: Timestamp)
}

extension StreamError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .alreadyRegistered(let key): "\(key): the stream is registered already"
    case .notRegistered(let key): "\(key): there is no such stream, or it has ended"
    case .differentCalendars(let symbol, let first, let second):
      "\(symbol): its streams are registered with the calendars '\(first)' and '\(second)': "
        + "expected one for all"
    case .outOfOrder(let key, let previous, let found):
      "\(key): a record of \(found) comes after one of \(previous)"
    case .behindHorizon(let key, let horizon, let found):
      "\(key): a record of \(found) comes after its feed has named \(horizon)"
    case .stale(let key, let found, let clock):
      "\(key): a record of \(found) comes after the clock has reached \(clock)"
    case .sourceFailed(let key, let error): "\(key): its source failed: \(error)"
    case .sourceInterrupted(let key):
      "\(key): its source was interrupted, and the run was not stopped"
    case .sourceMissing(let key):
      "\(key): the run is resumed, and the stream goes on: expected to be registered, or removed"
    case .sourceTooShort(let key, let expected, let found):
      "\(key): the run is resumed behind \(expected) records of the source, which has \(found)"
    case .differentOptions(let key):
      "\(key): the run is resumed: expected the calendar, policies and interval from before"
    case .timerInThePast(let time, let clock):
      "a timer at \(time) comes after the clock has reached \(clock)"
    }
  }
}
