import Market

// The formats that a file's own header explains.

extension InputFormat {
  /// Bars with a header that names a time, open, high, low and close, in any order.
  func barsLayout(of sample: TapeSample, timeUnit: TimeUnit?) -> RowLayout? {
    aliasLayout(.bar, of: sample, needs: [.time, .open, .high, .low, .close], timeUnit)
  }

  /// Trades or quotes with a header that uses common names.
  func csvLayout(of sample: TapeSample, timeUnit: TimeUnit?) -> RowLayout? {
    aliasLayout(.quote, of: sample, needs: [.time, .bid, .ask], timeUnit)
      ?? aliasLayout(.trade, of: sample, needs: [.time, .price, .quantity], timeUnit)
  }

  /// Funding rates with a header that uses common names. A rate beside a mark price is a forecast of the
  /// next one, which nobody pays.
  func fundingRatesLayout(of sample: TapeSample, timeUnit: TimeUnit?) -> RowLayout? {
    guard markPricesLayout(of: sample, timeUnit: timeUnit) == nil else { return nil }
    return aliasLayout(.fundingRate, of: sample, needs: [.time, .rate], timeUnit)
  }

  /// Mark prices with a header that uses common names.
  func markPricesLayout(of sample: TapeSample, timeUnit: TimeUnit?) -> RowLayout? {
    aliasLayout(.markPrice, of: sample, needs: [.time, .mark], timeUnit)
  }

  private func aliasLayout(
    _ kind: RecordKind, of sample: TapeSample, needs needed: [ColumnRole], _ timeUnit: TimeUnit?
  ) -> RowLayout? {
    guard let header = sample.header else { return nil }
    let columns = ColumnAliases.columns(of: kind, in: sample, header)
    guard needed.allSatisfy({ columns[$0] != nil }) else { return nil }
    var layout = RowLayout(kind: kind, columns: header.map { Column($0) })
    layout.hasHeader = true
    layout.delimiter = sample.delimiter
    for (role, index) in columns.sorted(by: { $0.value < $1.value }) {
      layout.columns[index].role = role
      guard role.isTime else { continue }
      let encoding = sample.timeEncoding(column: index, unit: role == .time ? timeUnit : nil)
      // Without a row there is nothing to tell the encoding from, and nothing to read.
      guard let encoding = encoding ?? (sample.rows.isEmpty ? .text : nil) else { return nil }
      layout.columns[index].time = encoding
    }
    return layout
  }
}
