extension String {
  /// `candidates`, those that differ from this text by the fewest letters first; upper and lower
  /// case are the same letter.
  package func closestFirst(among candidates: [String]) -> [String] {
    let ranked = candidates.enumerated().map { (index, candidate) in
      (distance: editDistance(to: candidate), index: index, candidate: candidate)
    }
    return ranked.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.map(\.candidate)
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
