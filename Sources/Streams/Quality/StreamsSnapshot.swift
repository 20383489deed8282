public import Market

/// Where the streams of a run are at one event: a value, which later events do not change.
public struct StreamsSnapshot: Hashable, Sendable {
  /// The clock; nil before the first event.
  public let time: Timestamp?
  /// What came of each stream, those that have ended included, in the order of registration.
  public let streams: [StreamQuality]

  /// What came of a stream, of the last one where several bore the name in turn; nil where none did.
  public subscript(key: StreamKey) -> StreamQuality? { streams.last { $0.stream == key } }
}
