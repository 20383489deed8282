import Market

extension [Money] {
  /// How many of these in a row fulfil a condition, at most.
  func longestRun(where condition: (Money) -> Bool) -> Int {
    var length = 0
    return reduce(0) { longest, amount in
      length = condition(amount) ? length + 1 : 0
      return Swift.max(longest, length)
    }
  }
}
