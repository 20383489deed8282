import Foundation
public import Market

/// The offsets of a time zone from UTC between 1900 and 2200, as a sorted table.
///
/// The zone's rules are asked for once, when the table is made; every question after that is
/// integer arithmetic. Dates beyond the rules known today follow the last rule, as the time-zone
/// database does.
public struct TimeZoneTable: Hashable, Sendable {
  /// The IANA name: `America/New_York`.
  public let identifier: String
  /// Moments at which the offset changes, ascending, in nanoseconds since the epoch.
  private let transitions: [Int64]
  /// Nanoseconds east of UTC: `offsets[i]` holds before `transitions[i]`, the last one for ever.
  private let offsets: [Int64]

  /// UTC, which has no transitions.
  public static let utc = TimeZoneTable(identifier: "UTC", transitions: [], offsets: [0])

  init(identifier: String, transitions: [Int64], offsets: [Int64]) {
    precondition(offsets.count == transitions.count + 1, "one offset more than transitions")
    self.identifier = identifier
    self.transitions = transitions
    self.offsets = offsets
  }

  /// Extracts the transitions of an IANA zone; takes about a millisecond.
  ///
  /// - Throws: `CalendarError.unknownZone`.
  public init(identifier: String) throws(CalendarError) {
    guard let zone = TimeZone(identifier: identifier) else { throw .unknownZone(identifier) }
    // A day more on either side, so that local times next to the ends resolve too.
    let day = nanosecondsPerDay / nanosecondsPerSecond
    let last = Timestamp.latest.nanoseconds / nanosecondsPerSecond + day
    var second = Timestamp.earliest.nanoseconds / nanosecondsPerSecond - day
    func offset(at second: Int64) -> Int64 {
      let date = Date(timeIntervalSince1970: Double(second))
      return Int64(zone.secondsFromGMT(for: date)) * nanosecondsPerSecond
    }
    var transitions: [Int64] = []
    var offsets = [offset(at: second)]
    // Despite its name this finds every change of the offset, those of standard time included.
    while let next = zone.nextDaylightSavingTimeTransition(
      after: Date(timeIntervalSince1970: Double(second)))
    {
      second = Int64(next.timeIntervalSince1970)
      guard second <= last else { break }
      let after = offset(at: second)
      guard after != offsets.last else { continue }
      transitions.append(second * nanosecondsPerSecond)
      offsets.append(after)
    }
    self.init(identifier: identifier, transitions: transitions, offsets: offsets)
  }

  /// Nanoseconds by which local clocks are ahead of UTC at `time`; negative west of Greenwich.
  ///
  /// - Complexity: O(log n) in the number of transitions.
  public func offset(at time: Timestamp) -> Int64 {
    offsets[transitionsUntil(time.nanoseconds)]
  }

  /// What the local clock shows at `time`, as nanoseconds since 1970-01-01T00:00 local.
  public func local(at time: Timestamp) -> Int64 {
    local(atNanoseconds: time.nanoseconds)
  }

  func local(atNanoseconds moment: Int64) -> Int64 {
    moment + offsets[transitionsUntil(moment)]
  }

  /// The moments at which the local clock shows `local`, given in nanoseconds since
  /// 1970-01-01T00:00 local.
  ///
  /// - Throws: `MarketError.timestampOutOfRange` before 1900 or after 2200.
  public func utc(forLocal local: Int64) throws(MarketError) -> LocalTimeResolution {
    let ends = (Timestamp.earliest.nanoseconds, Timestamp.latest.nanoseconds)
    guard local > ends.0 - nanosecondsPerDay, local < ends.1 + nanosecondsPerDay else {
      throw .timestampOutOfRange(nanoseconds: local)
    }
    let moment = firstMoment(showing: local)
    let first = try Timestamp(nanoseconds: moment)
    let span = transitionsUntil(moment)
    if moment + offsets[span] != local { return .gap(next: first) }
    guard span < transitions.count else { return .unique(first) }
    let second = local - offsets[span + 1]
    guard second >= transitions[span] else { return .unique(first) }
    return .ambiguous(earlier: first, later: try Timestamp(nanoseconds: second))
  }

  /// The first moment at which the local clock shows `local` or has passed it: the earlier one
  /// where clocks were set back, the moment of the change where they were set forward past it.
  /// So it never decreases as `local` grows.
  func firstMoment(showing local: Int64) -> Int64 {
    // Offsets stay below a day, so no earlier span can hold the moment.
    var span = transitionsUntil(local - nanosecondsPerDay)
    while true {
      let begin = span == 0 ? Int64.min : transitions[span - 1]
      let end = span == transitions.count ? Int64.max : transitions[span]
      let moment = max(begin, local - offsets[span])
      if moment < end { return moment }
      span += 1
    }
  }

  /// The number of transitions at or before `moment`, which is the index of its offset.
  private func transitionsUntil(_ moment: Int64) -> Int {
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= moment { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// What a local time means in UTC.
public enum LocalTimeResolution: Hashable, Sendable {
  case unique(Timestamp)
  /// Clocks were set back and showed this time twice.
  case ambiguous(earlier: Timestamp, later: Timestamp)
  /// Clocks were set forward past this time; `next` is the moment they were.
  case gap(next: Timestamp)
}
