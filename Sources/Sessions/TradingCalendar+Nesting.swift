public import Market

extension TradingCalendar {
  /// Whether every bar of `longer` consists of whole bars of `shorter`, so that it can be put
  /// together from them.
  ///
  /// Within a trading day lengths nest when one divides the other, because both lie on the grid
  /// that begins at the day's open and are cut where the day is. They nest in the day whatever
  /// their length, except on plain UTC multiples, which no day cuts. Days nest in blocks of days
  /// and in weeks and months, and what nests in the day nests in these too; weeks do not nest in
  /// months.
  public func nests(_ shorter: Timeframe, in longer: Timeframe) -> Bool {
    switch (shorter.unit, longer.unit) {
    case (.elapsed, .days), (.elapsed, .weeks), (.elapsed, .months):
      !barsCountFromEpoch || 86_400 % shorter.count == 0
    case (.days, .weeks), (.days, .months): shorter.count == 1
    case (let unit, let other) where unit == other:
      longer.count % shorter.count == 0
    default: false
    }
  }
}
