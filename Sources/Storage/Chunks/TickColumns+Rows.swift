import Market

// Whole rows: appended, kept, merged.
extension TickColumns {
  var count: Int { times.count }
  var isEmpty: Bool { times.isEmpty }

  /// Appends `rows` of `other`, whose times must not lie before the last one here.
  mutating func append(_ other: Self, rows: Range<Int>) {
    let before = count
    for position in Self.layout.indices {
      let absent = Self.layout[position].absent ?? 0
      switch other.column(position) {
      case .wide(let values):
        update(position) {
          $0.append(values, rows, before: before, absent: absent)
        } narrow: { _ in
        }
      case .narrow(let values):
        update(position) { _ in
        } narrow: {
          $0.append(values, rows, before: before, absent: UInt8(absent))
        }
      }
    }
  }

  /// Keeps `rows` and removes all others.
  mutating func keep(_ rows: Range<Int>) {
    guard rows != 0..<count else { return }
    for position in Self.layout.indices {
      update(position, wide: { $0.keep(rows) }, narrow: { $0.keep(rows) })
    }
  }

  /// Removes all rows and keeps the memory.
  mutating func removeAll() {
    for position in Self.layout.indices { clear(position) }
  }

  /// The rows of both in the order of their times; at equal times those here come first.
  func merged(with other: Self, rows: Range<Int>) -> Self {
    var merged = Self()
    var taken = 0
    var otherTaken = rows.lowerBound
    while otherTaken < rows.upperBound {
      let end = upperBound(of: other.times[otherTaken], from: taken)
      merged.append(self, rows: taken..<end)
      taken = end
      let otherEnd =
        end == count
        ? rows.upperBound
        : min(rows.upperBound, other.lowerBound(of: times[end], from: otherTaken))
      merged.append(other, rows: otherTaken..<otherEnd)
      otherTaken = otherEnd
    }
    merged.append(self, rows: taken..<count)
    return merged
  }

  /// The first row whose time is at or after `time`.
  func lowerBound(of time: Int64, from start: Int = 0) -> Int {
    partition(from: start) { $0 >= time }
  }

  /// The first row whose time is after `time`.
  func upperBound(of time: Int64, from start: Int = 0) -> Int {
    partition(from: start) { $0 > time }
  }

  private func partition(from start: Int, _ belongsBehind: (Int64) -> Bool) -> Int {
    var low = start
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if belongsBehind(times[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The lowest and highest sequence number in `rows`; nil if none has one.
  func sequenceRange(_ rows: Range<Int>) -> ClosedRange<Int64>? {
    guard !sequences.isEmpty else { return nil }
    var lowest = Int64.max
    var highest = Int64.min
    for sequence in sequences[rows] where sequence != TradeColumns.absentSequence {
      lowest = min(lowest, sequence)
      highest = max(highest, sequence)
    }
    return lowest <= highest ? lowest...highest : nil
  }
}

extension Array {
  /// Appends `rows` of `values` to a column of `before` rows. Either may be empty, which means that
  /// every value is absent.
  fileprivate mutating func append(
    _ values: [Element], _ rows: Range<Int>, before: Int, absent: Element
  ) {
    if !values.isEmpty {
      append(contentsOf: repeatElement(absent, count: before - count))
      append(contentsOf: values[rows])
    } else if !isEmpty {
      append(contentsOf: repeatElement(absent, count: rows.count))
    }
  }

  fileprivate mutating func keep(_ rows: Range<Int>) {
    guard !isEmpty else { return }
    removeSubrange(rows.upperBound...)
    removeSubrange(..<rows.lowerBound)
  }
}
