import Market

extension InputFormat {
  /// The ticks of a LEAN data folder: one file a day and kind, without a header.
  ///
  /// | | columns |
  /// |---|---|
  /// | equity trades | ms, price × 10,000, size, venue, condition, suspicious |
  /// | equity quotes | ms, bid × 10,000, size, ask × 10,000, size, venue, condition, suspicious |
  /// | crypto trades | ms, price, quantity |
  /// | crypto quotes | ms, bid, size, ask, size |
  /// | forex quotes | ms, bid, ask |
  ///
  /// Milliseconds count from midnight: in New York for equities, otherwise in UTC.
  func leanLayout(of sample: TapeSample) -> RowLayout? {
    guard let name = sample.leanName,
      let row = sample.rows.first(where: { $0.count >= 3 && $0[0...2].allSatisfy(\.isDecimal) })
    else { return nil }
    let time = Column("time", .time, time: .millisecondsOfDay(date: name.date))
    let trade = [time, Column("price", .price), Column("size", .quantity)]
    let quote = [
      time, Column("bid", .bid), Column("bid size", .bidSize), Column("ask", .ask),
      Column("ask size", .askSize),
    ]
    var layout: RowLayout
    switch (name.kind, row.count) {
    case (.trade, 3): layout = RowLayout(kind: .trade, columns: trade)
    case (.trade, 4...6) where !row[3].isDecimal:
      layout = RowLayout(kind: .trade, columns: trade)
      layout.priceExponent = -4
      layout.allowsMoreFields = true
    case (.quote, 3):
      layout = RowLayout(kind: .quote, columns: [time, Column("bid", .bid), Column("ask", .ask)])
    case (.quote, 5): layout = RowLayout(kind: .quote, columns: quote)
    case (.quote, 6...8) where !row[5].isDecimal:
      layout = RowLayout(kind: .quote, columns: quote)
      layout.priceExponent = -4
      layout.allowsMoreFields = true
      layout.updatesOneSide = true
    default: return nil
    }
    return layout
  }
}

extension TapeSample {
  /// The day and the kind of ticks in `20131007_trade.zip` or `20131007_ibm_Trade_Tick.csv`.
  fileprivate var leanName: (date: CalendarDate, kind: RecordKind)? {
    let lowercased = names.map { $0.lowercased() }
    // Files of minutes and seconds hold bars, and look almost alike.
    guard !lowercased.contains(where: { $0.contains("_minute_") || $0.contains("_second_") })
    else { return nil }
    for name in lowercased {
      let day = Array(name.utf8.prefix(8))
      guard let time = TextTime(day[...]), time.dateLength == 8, name.dropFirst(8).first == "_",
        Timestamp.isValid(time.local), Timestamp.isValid(time.local + nanosecondsPerDay)
      else { continue }
      let date = CalendarDate(
        daysSinceEpoch: Int32(time.local.flooredDivision(by: nanosecondsPerDay)))
      if name.contains("_trade") { return (date, .trade) }
      if name.contains("_quote") { return (date, .quote) }
    }
    return nil
  }
}
