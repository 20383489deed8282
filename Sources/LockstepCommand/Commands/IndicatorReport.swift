import Indicators
import Market
import MultiTimeframe

/// Writes the indicators of one series, bar by bar or at one moment.
final class IndicatorReport {
  private let series: SeriesID
  private let columns: [IndicatorColumn]
  private let selection: TapeSelection
  private let from: Timestamp
  private let pricePrecision: Precision
  /// Tables show two digits more than prices have.
  private let valuePrecision: Precision
  private let format: RowFormat
  private let times: TimeFormat
  private let sink: any ByteSink
  private var writtenCount = 0
  /// Bars that closed and are not written yet.
  private var waiting: [(bar: Bar, values: [Double?])] = []

  /// - Parameter layout: of a state with one series.
  init(
    _ layout: StateLayout, _ selection: TapeSelection, from: Timestamp?, format: RowFormat,
    times: TimeFormat, to sink: any ByteSink
  ) {
    self.selection = selection
    self.from = from ?? .earliest
    self.format = format
    self.times = times
    self.sink = sink
    series = SeriesID(index: 0)
    // What is asked for twice is shown once: two columns of one name are of no use to a reader.
    columns = layout.indicatorColumns(of: series).reduce(into: []) { columns, column in
      if !columns.contains(where: { $0.name == column.name }) { columns.append(column) }
    }
    let configuration = selection.configuration
    pricePrecision = configuration.instrument.precision(of: configuration.priceSources[0])
    valuePrecision = pricePrecision.finer.finer
  }

  // MARK: Bar by bar

  /// Every bar that opens at `from` or later and closes by `end`.
  /// - Returns: how many there were.
  func writeBars(
    through end: Timestamp, _ tape: consuming StoredTape, _ progress: Progress
  ) throws -> Int {
    let identifiers = try columns.map { try tape.state.layout.indicator($0.name, of: series) }
    tape.state.onBarClose(of: selection.configuration.timeframes[0]) { [self] close, state in
      guard close.bar.tsOpen >= from else { return }
      waiting.append((close.bar, identifiers.map { state.confirmed($0) }))
    }
    var rows = RowWriter(
      format,
      ["ts_open", "ts_close"].map { TextTable.Column(title: $0, alignment: .left) }
        + (["close"] + columns.map(\.name)).map { TextTable.Column(title: $0, alignment: .right) },
      times: times, to: sink)
    while true {
      let applied = try tape.applyRun(through: end)
      try write(&rows)
      if applied == 0 { break }
      try progress.advance(by: applied)
    }
    try tape.play(through: end, progress)
    progress.finish()
    try write(&rows)
    try rows.finish()
    return writtenCount
  }

  private func write(_ rows: inout RowWriter) throws(OutputError) {
    for (bar, values) in waiting {
      rows.time(bar.tsOpen)
      rows.time(bar.tsClose)
      rows.decimal(bar.close.raw, pricePrecision)
      for value in values { rows.value(value, valuePrecision) }
      try rows.endRow()
    }
    writtenCount += waiting.count
    waiting.removeAll(keepingCapacity: true)
  }

  // MARK: At one moment

  func writeMoment(
    _ moment: Timestamp, _ tape: consuming StoredTape, _ progress: Progress
  ) throws {
    try tape.play(through: moment, progress)
    progress.finish()
    let snapshot = tape.state.snapshot()
    if format == .table { try sink.write(Array(title(snapshot, moment).utf8)) }
    var rows = RowWriter(
      format,
      [
        TextTable.Column(title: "indicator", alignment: .left),
        TextTable.Column(title: "ready", alignment: .left),
      ]
        + ["look-back", "confirmed", "provisional"].map {
          TextTable.Column(title: $0, alignment: .right)
        },
      to: sink)
    for column in columns {
      let reading = snapshot[try snapshot.layout.indicator(column.name, of: series)]
      rows.text(column.name)
      rows.boolean(reading.isReady)
      rows.count(Int64(column.lookback))
      rows.value(reading.confirmed, valuePrecision)
      rows.value(reading.provisional, valuePrecision)
      try rows.endRow()
    }
    try rows.finish()
  }

  private func title(_ snapshot: Snapshot, _ moment: Timestamp) -> String {
    let series = snapshot[series]
    var parts = ["\(NumberText.grouped(series.completedCount)) bars closed"]
    if let partial = series.partial, let progress = series.progress {
      parts.append(
        "open since \(partial.tsOpen), \(DurationText.percent(progress)) % done, last "
          + pricePrecision.format(partial.close.raw))
    } else {
      parts.append("no bar is being formed")
    }
    let symbol = selection.configuration.instrument.symbol
    return "\(symbol) \(series.source) \(series.timeframe) at \(moment): "
      + parts.joined(separator: "; ") + "\n"
  }
}

extension RowWriter {
  /// A number, or an empty field.
  fileprivate mutating func value(_ value: Double?, _ precision: Precision) {
    if let value { number(value, precision) } else { absent() }
  }
}
