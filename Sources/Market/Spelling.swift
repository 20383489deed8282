extension String {
  /// `candidates`, those that this text begins first (three letters or more), and then those that differ
  /// from it by the fewest letters; upper and lower case are the same letter.
  package func closestFirst(among candidates: [String]) -> [String] {
    let ranked = candidates.enumerated().map { (index, candidate) in
      (
        rank: begins(candidate) ? 0 : 1, distance: editDistance(to: candidate), index: index,
        candidate: candidate
      )
    }
    return ranked.sorted { ($0.rank, $0.distance, $0.index) < ($1.rank, $1.distance, $1.index) }
      .map(\.candidate)
  }

  /// `equity` of `equity_share`: a word that was not written to its end.
  private func begins(_ other: String) -> Bool {
    count >= 3 && other.lowercased().hasPrefix(lowercased())
  }

  /// Letters to insert, delete or replace until both are equal (Levenshtein).
  package func editDistance(to other: String) -> Int {
    let target = Array(other.lowercased())
    var row = Array(0...target.count)
    for (index, letter) in lowercased().enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in target.indices {
        let replaced = diagonal + (letter == target[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[target.count]
  }
}
