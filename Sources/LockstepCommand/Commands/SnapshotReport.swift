import Market
import MultiTimeframe
import Reports
import Sessions
import Streams

/// A snapshot as tables for people, or as one JSON object.
struct SnapshotReport {
  let snapshot: Snapshot
  /// What came of each stream up to then.
  let qualities: [StreamQuality]
  /// The moment that was asked for; before the first record the snapshot has none.
  let time: Timestamp
  let selections: [TapeSelection]
  /// For each series in the layout's order, the completed bars to show, oldest first.
  let bars: [[Bar]]
  let showsHistory: Bool

  func write(_ format: SnapshotFormat, to sink: any ByteSink) throws(OutputError) {
    switch format {
    case .table: try writeTables(to: sink)
    case .json: try sink.write(json())
    }
  }

  // MARK: Table

  private func writeTables(to sink: any ByteSink) throws(OutputError) {
    for (index, selection) in selections.enumerated() {
      let title =
        "\(selection.configuration.instrument.symbol) at \(time)  "
        + "(\(selection.configuration.calendar.name), "
        + "event \(NumberText.grouped(snapshot.eventNumber)))\n"
      try sink.write(Array(((index > 0 ? "\n" : "") + title).utf8))
      var rows = RowWriter(.table, SnapshotReport.columns, to: sink)
      for id in snapshot.layout.series(of: SymbolID(index: index)) {
        try write(id, selection, &rows)
      }
      try rows.finish()
    }
    try sink.write(Array(("\n" + PlaySummary.text(qualities)).utf8))
  }

  private static let columns: [TextTable.Column] =
    ["price", "bar", "state"].map { TextTable.Column(title: $0, alignment: .left) }
    + BarColumns.columns
    + ["elapsed", "remaining", "done"].map { TextTable.Column(title: $0, alignment: .right) }

  private func write(
    _ id: SeriesID, _ selection: TapeSelection, _ rows: inout RowWriter
  ) throws(OutputError) {
    let series = snapshot[id]
    let precision = selection.configuration.instrument.precision(of: series.source)
    let volume = selection.configuration.volumePrecision(of: series.source)
    for bar in bars[id.index] {
      rows.texts("\(series.source)", "\(series.timeframe)", "closed")
      rows.bar(bar, precision, volume: volume)
      rows.texts("", "", "")
      try rows.endRow()
    }
    guard let partial = series.partial, let progress = series.progress else { return }
    rows.texts("\(series.source)", "\(series.timeframe)", "open")
    rows.bar(partial, precision, volume: volume)
    rows.texts(
      DurationText.short(progress.elapsed), DurationText.short(progress.remaining),
      "\(DurationText.percent(progress)) %")
    try rows.endRow()
  }

  // MARK: JSON

  private func json() -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("time")
    json.text(time.description)
    json.member("event")
    json.number(Int64(snapshot.eventNumber))
    json.member("symbols")
    json.beginArray()
    for (index, selection) in selections.enumerated() {
      json.beginObject()
      json.member("symbol")
      json.text(selection.configuration.instrument.symbol)
      json.member("calendar")
      json.text(selection.configuration.calendar.name)
      json.member("series")
      json.beginArray()
      for id in snapshot.layout.series(of: SymbolID(index: index)) {
        write(id, selection, to: &json)
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.member("streams")
    json.beginArray()
    for quality in qualities { json.quality(quality) }
    json.endArray()
    json.endObject()
    return json.finish()
  }

  private func write(_ id: SeriesID, _ selection: TapeSelection, to json: inout JSONWriter) {
    let series = snapshot[id]
    let precision = selection.configuration.instrument.precision(of: series.source)
    let volume = selection.configuration.volumePrecision(of: series.source)
    json.beginObject()
    json.member("price")
    json.text("\(series.source)")
    json.member("timeframe")
    json.text("\(series.timeframe)")
    json.member("completed_count")
    json.number(Int64(series.completedCount))
    json.member("completed")
    json.bar(series.completed, precision, volume: volume)
    json.member("partial")
    json.bar(series.partial, precision, volume: volume, progress: series.progress)
    if showsHistory {
      json.member("history")
      json.beginArray()
      for bar in bars[id.index] { json.bar(bar, precision, volume: volume) }
      json.endArray()
    }
    json.endObject()
  }
}

extension RowWriter {
  fileprivate mutating func texts(_ texts: String...) {
    for text in texts { self.text(text) }
  }
}

extension JSONWriter {
  /// A bar as an object, with its progress while it is open; `null` for none.
  fileprivate mutating func bar(
    _ bar: Bar?, _ precision: Precision, volume: Precision, progress: BarProgress? = nil
  ) {
    guard let bar else { return text(nil) }
    beginObject()
    member("ts_open")
    text("\(bar.tsOpen)")
    member("ts_close")
    text("\(bar.tsClose)")
    for (name, price) in [
      ("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close),
    ] {
      member(name)
      decimal(price.raw, precision)
    }
    member("volume")
    decimal(bar.volume.raw, volume)
    member("ticks")
    number(bar.tickCount)
    member("trading_day")
    text("\(bar.tradingDay)")
    if let progress {
      member("elapsed_ns")
      number(progress.elapsed)
      member("remaining_ns")
      number(progress.remaining)
      member("done_percent")
      raw(DurationText.percent(progress))
    }
    endObject()
  }
}
