import Market

/// The lowest and highest value that a column can hold, as far as its header tells. Where these
/// lie within what is allowed, no value needs to be looked at.
struct ColumnBounds {
  var lowest: Int64
  var highest: Int64

  /// Nil where the header allows overflow, so that nothing can be said.
  init?(_ header: ColumnHeader, bits: Int, rows: Int, companion: ColumnBounds?) {
    guard header.scale > 0, bits < 62 else { return nil }
    let largest: Int64 = (1 << Int64(bits)) - 1
    let step =
      header.isSigned
      ? ColumnBounds(lowest: -(largest / 2) - 1, highest: largest / 2)
      : ColumnBounds(lowest: 0, highest: largest)
    guard
      let scaled = step.multiplied(by: header.scale)?.adding(
        ColumnBounds(lowest: header.base, highest: header.base))
    else { return nil }
    switch header.prediction {
    case .none:
      self = scaled
    case .companion:
      guard let sum = companion.flatMap({ $0.adding(scaled) }) else { return nil }
      self = sum
    case .previous:
      let each = ColumnBounds(lowest: min(0, scaled.lowest), highest: max(0, scaled.highest))
      let origin = ColumnBounds(lowest: header.origin, highest: header.origin)
      guard let sum = each.multiplied(by: Int64(rows)).flatMap({ $0.adding(origin) })
      else { return nil }
      self = sum
    }
  }

  /// Whether every step that the header allows goes forward, or nowhere.
  func neverDescends(_ header: ColumnHeader) -> Bool {
    header.prediction == .previous && !header.isSigned && header.base >= 0
  }

  private init(lowest: Int64, highest: Int64) {
    self.lowest = lowest
    self.highest = highest
  }

  /// `factor` is at least 1.
  private func multiplied(by factor: Int64) -> ColumnBounds? {
    let (low, overflow1) = lowest.multipliedReportingOverflow(by: factor)
    let (high, overflow2) = highest.multipliedReportingOverflow(by: factor)
    return overflow1 || overflow2 ? nil : ColumnBounds(lowest: low, highest: high)
  }

  private func adding(_ other: ColumnBounds) -> ColumnBounds? {
    let (low, overflow1) = lowest.addingReportingOverflow(other.lowest)
    let (high, overflow2) = highest.addingReportingOverflow(other.highest)
    return overflow1 || overflow2 ? nil : ColumnBounds(lowest: low, highest: high)
  }
}
