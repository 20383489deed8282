import Market
import Storage

/// A file of market data, from anybody: it is refused, or every line of it is a row, rejected, or
/// no row at all.
///
/// The first byte chooses the file's name, which tells LEAN's files, and the instrument.
public func fuzzInput(_ bytes: [UInt8]) {
  guard let choice = bytes.first, let price = try? Precision(Int(choice >> 3) % 10) else { return }
  let names = ["tape.csv", "20131007_trade.zip", "20131007_quote.zip", "usdjpy-m1-bid.csv"]
  let instrument = Instrument(
    symbol: "EURUSD", pricePrecision: price, quantityPrecision: .zero.finer,
    allowsNonPositivePrices: choice & 4 != 0)
  let text = Array(bytes.dropFirst())
  guard
    let summary = try? TapeSummary(
      of: text, name: names[Int(choice & 3)], instrument: instrument)
  else { return }
  let lines = text.split(separator: UInt8(ascii: "\n")).count
  precondition(summary.rows + summary.rejected <= lines, "no line is two rows")
  precondition(summary.firstRejected.count == min(10, Int(summary.rejected)))
  precondition((summary.timeRange == nil) == (summary.rows == 0))
  for row in summary.firstRejected {
    precondition((1...lines + text.count).contains(row.line) && !row.description.isEmpty)
  }
}
