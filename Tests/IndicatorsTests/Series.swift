import Indicators
import Market

/// What a declaration gives at every bar; nil before its first value.
func series(_ declaration: IndicatorDeclaration, _ bars: TestBars) throws -> [[Double?]] {
  var set = try IndicatorSet([declaration], scale: bars.scale)
  return bars.bars.map { bar in
    set.update(bar)
    return set.columns.indices.map { set[$0] }
  }
}

func series(_ text: String, _ bars: TestBars) throws -> [[Double?]] {
  try series(try IndicatorDeclaration(parsing: text), bars)
}
