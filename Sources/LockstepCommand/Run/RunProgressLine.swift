import Market

/// How a run is doing, in one line of a terminal.
struct RunProgressLine {
  let time: Timestamp
  /// The share of the tape that is done, and how long the rest will take; nil where it is not known.
  let done: (share: Double, left: Duration)?
  let recordCount: Int
  let elapsed: Duration
  /// In the account's currency, with its name.
  let equity: String
  let openPositions: Int

  /// What can be left out where there are few columns, what says least first.
  private enum Part: CaseIterable {
    case bar, count, timeLeft, share
  }

  /// - Returns: The line, with as much as there is room for.
  func text(columns: Int) -> String {
    for missing in 0...Part.allCases.count {
      let line = text(with: Set(Part.allCases.dropFirst(missing)))
      if line.count <= columns { return line }
    }
    return String(text(with: []).prefix(columns))
  }

  private func text(with parts: Set<Part>) -> String {
    var line = "\(time)".prefix(19) + "Z  "
    if let done {
      if parts.contains(.bar) {
        let cells = Int(done.share * 20)
        line += "[" + String(repeating: "#", count: cells)
        line += String(repeating: ".", count: 20 - cells) + "] "
      }
      if parts.contains(.share) { line += "\(Int(done.share * 100)) %  " }
    }
    if parts.contains(.count) { line += "\(NumberText.short(recordCount)) records, " }
    line +=
      "\(NumberText.rate(recordCount, in: elapsed))/s, equity \(equity), \(openPositions) open"
    if let done, parts.contains(.timeLeft) {
      line += ", \(NumberText.duration(done.left)) left"
    }
    return String(line)
  }
}
