import Backtest
import Market

/// The rows of `equity_curve.csv`. The currency stands in the header.
enum EquityTable {
  static func header(_ currency: Currency) -> [UInt8] {
    let suffix = currency.nameSuffix
    return Array(
      "time,occasion,trading_day,equity_\(suffix),balance_\(suffix),open_positions\n".utf8)
  }

  static func append(_ sample: EquitySample, to bytes: inout [UInt8]) {
    sample.time.appendISO8601(to: &bytes)
    bytes.append(UInt8(ascii: ","))
    bytes += sample.occasion.word.utf8
    bytes.append(UInt8(ascii: ","))
    sample.tradingDay.appendISO8601(to: &bytes)
    bytes.append(UInt8(ascii: ","))
    bytes.append(sample.equity)
    bytes.append(UInt8(ascii: ","))
    bytes.append(sample.balance)
    bytes.append(UInt8(ascii: ","))
    Precision.zero.append(Int64(sample.openPositions), to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
  }
}
