import Market

// The formats of single providers, told from their headers and from what their rows look like.

extension InputFormat {
  typealias Column = RowLayout.Column

  /// Dukascopy's ticks: the names that its own exports and the common downloaders give them.
  func dukascopyLayout(of sample: TapeSample) -> RowLayout? {
    let variants: [[String: ColumnRole]] = [
      [
        "ts_ms": .time, "bid": .bid, "ask": .ask, "bid_vol_mio": .bidSize, "ask_vol_mio": .askSize,
      ],
      [
        "timestamp": .time, "askprice": .ask, "bidprice": .bid, "askvolume": .askSize,
        "bidvolume": .bidSize,
      ],
      [
        "gmt time": .time, "ask": .ask, "bid": .bid, "askvolume": .askSize, "bidvolume": .bidSize,
      ],
    ]
    for roles in variants {
      if let layout = namedLayout(.quote, sample, roles) { return layout }
    }
    return nil
  }

  /// The trades that Tardis offers as CSV: times in microseconds.
  func tardisLayout(of sample: TapeSample) -> RowLayout? {
    let roles: [String: ColumnRole] = [
      "exchange": .ignored, "symbol": .symbol, "timestamp": .time, "local_timestamp": .receiveTime,
      "id": .id, "side": .side, "price": .price, "amount": .quantity,
    ]
    return namedLayout(.trade, sample, roles, timeUnit: .microseconds)
  }

  /// TrueFX's ticks: no header, times in UTC.
  func trueFXLayout(of sample: TapeSample) -> RowLayout? {
    let isOurs = sample.rows.contains { row in
      guard row.count == 4, TextTime(row[1]) != nil else { return false }
      let names = row[0].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      return names.count == 2 && names.allSatisfy { $0.count == 3 && $0.allSatisfy(\.isLetter) }
        && row[2].isDecimal && row[3].isDecimal
    }
    guard isOurs else { return nil }
    return RowLayout(
      kind: .quote,
      columns: [
        Column("symbol", .symbol), Column("time", .time, time: .text), Column("bid", .bid),
        Column("ask", .ask),
      ])
  }

  /// FXCM's bars: labelled by their start, in UTC.
  func fxcmLayout(of sample: TapeSample) -> RowLayout? {
    guard sample.header == ["timestamp", "open", "high", "low", "close"],
      sample.timeEncoding(column: 0) == .text
    else { return nil }
    return barsLayout(of: sample, timeUnit: nil)
  }

  /// The public dumps of Binance's trades: with and without a header, in milli- or microseconds.
  func binanceLayout(of sample: TapeSample, isAggregated: Bool) -> RowLayout? {
    let timeColumn = isAggregated ? 5 : 4
    let counts = isAggregated ? 7...8 : 6...7
    let row = sample.rows.first { row in
      counts.contains(row.count) && row[..<timeColumn].allSatisfy(\.isDecimal)
        && row[(timeColumn + 1)...].allSatisfy(\.isTruth)
    }
    guard let row, case .epoch(let unit)? = TimeEncoding(of: row[timeColumn], unit: nil) else {
      return nil
    }
    let begins = isAggregated ? ["agg_trade_id", "price", "quantity"] : ["id", "price", "qty"]
    let hasHeader = sample.header?.starts(with: begins) ?? false
    let middle = isAggregated ? ["first_trade_id", "last_trade_id"] : ["quote_qty"]
    var columns = [Column("id", .id), Column("price", .price), Column("quantity", .quantity)]
    columns += middle.map { Column($0) }
    columns.append(Column("time", .time, time: .epoch(unit)))
    columns.append(Column("is_buyer_maker", .buyerIsMaker))
    if columns.count < row.count { columns.append(Column("is_best_match")) }
    var layout = RowLayout(kind: .trade, columns: columns)
    layout.hasHeader = hasHeader
    return layout
  }

  /// The layout of a file whose header has exactly the names in `roles`; nil for another header.
  private func namedLayout(
    _ kind: RecordKind, _ sample: TapeSample, _ roles: [String: ColumnRole],
    timeUnit: TimeUnit? = nil
  ) -> RowLayout? {
    guard let header = sample.header, header.count == roles.count,
      header.allSatisfy({ roles[$0] != nil }), Set(header).count == header.count
    else { return nil }
    var layout = RowLayout(kind: kind, columns: [])
    for (index, name) in header.enumerated() {
      guard let role = roles[name] else { return nil }
      // Without a row there is nothing to tell the encoding from, and nothing to read.
      let time: TimeEncoding? =
        role.isTime
        ? timeUnit.map(TimeEncoding.epoch) ?? sample.timeEncoding(column: index) ?? .text : nil
      layout.columns.append(Column(name, role, time: time))
    }
    layout.hasHeader = true
    layout.delimiter = sample.delimiter
    return layout
  }
}

extension ArraySlice<UInt8> {
  /// Whether this is a truth value as Binance writes it.
  fileprivate var isTruth: Bool {
    ["true", "false"].contains(String(decoding: self, as: UTF8.self).lowercased())
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self & 0xDF)
  }
}
