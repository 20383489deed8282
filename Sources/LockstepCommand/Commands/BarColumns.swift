import Market

/// The columns of a bar, as every command prints them.
enum BarColumns {
  static let columns: [TextTable.Column] =
    ["ts_open", "ts_close"].map { TextTable.Column(title: $0, alignment: .left) }
    + ["open", "high", "low", "close", "volume", "ticks"].map {
      TextTable.Column(title: $0, alignment: .right)
    }
}

extension RowWriter {
  /// The fields of a bar; the row goes on or is ended by the caller.
  mutating func bar(_ bar: Bar, _ precision: Precision, volume: Precision) {
    time(bar.tsOpen)
    time(bar.tsClose)
    decimal(bar.open.raw, precision)
    decimal(bar.high.raw, precision)
    decimal(bar.low.raw, precision)
    decimal(bar.close.raw, precision)
    decimal(bar.volume.raw, volume)
    count(bar.tickCount)
  }
}
