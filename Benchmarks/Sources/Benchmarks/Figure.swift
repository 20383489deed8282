/// What a figure must keep to.
///
/// It bounds the ratio to the reference where there is one, otherwise the value.
enum Limit {
  case atMost(Double)
  case atLeast(Double)

  /// On which side of the bound what it bounds must lie.
  enum Side: String, Codable {
    case atMost, atLeast

    var sign: String { self == .atMost ? "≤" : "≥" }
  }

  var side: Side {
    switch self {
    case .atMost: .atMost
    case .atLeast: .atLeast
    }
  }

  var bound: Double {
    switch self {
    case .atMost(let bound), .atLeast(let bound): bound
    }
  }

  func holds(_ value: Double) -> Bool {
    switch self {
    case .atMost(let bound): value <= bound
    case .atLeast(let bound): value >= bound
    }
  }
}

/// One line of the table: the median of its samples, and what it is held against.
struct Figure: Codable {
  /// Its first component names the suite that measures it.
  let name: String
  let value: Double
  let unit: String
  /// The same quantity, measured in the same run, of what it is compared with.
  var reference: Double?
  /// value / reference.
  var ratio: Double?
  var limit: Double?
  /// Of the limit; nil where there is none.
  var side: Limit.Side?
  /// Nil where there is no limit.
  var holds: Bool?
  let samples: [Double]

  init(
    _ name: String, unit: String, samples: [Double], reference: Double? = nil, limit: Limit? = nil
  ) {
    self.name = name
    self.unit = unit
    self.samples = samples
    self.reference = reference
    value = samples.median
    ratio = reference.map { [value] in value / $0 }
    self.limit = limit?.bound
    side = limit?.side
    holds = limit?.holds(ratio ?? value)
  }

  /// Fields without a value are written as null, so that every figure has all of them.
  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(name, forKey: .name)
    try fields.encode(value, forKey: .value)
    try fields.encode(unit, forKey: .unit)
    try fields.encode(reference, forKey: .reference)
    try fields.encode(ratio, forKey: .ratio)
    try fields.encode(limit, forKey: .limit)
    try fields.encode(side, forKey: .side)
    try fields.encode(holds, forKey: .holds)
    try fields.encode(samples, forKey: .samples)
  }
}

extension [Double] {
  /// The middle one in order, or the mean of the two in the middle.
  var median: Double { quantile(0.5) }

  /// Linear between the two neighbours in order.
  func quantile(_ fraction: Double) -> Double {
    precondition(!isEmpty, "nothing was measured")
    let sorted = sorted()
    let position = fraction * Double(count - 1)
    let index = Int(position)
    let next = Swift.min(index + 1, count - 1)
    return sorted[index] + (sorted[next] - sorted[index]) * (position - Double(index))
  }
}
