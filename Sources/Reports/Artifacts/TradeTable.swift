import Backtest
import Exchange
import Market

/// The rows of `trades.csv`.
///
/// Amounts are in the currency that a symbol settles in, which stands in the column's name. Where
/// symbols settle in several currencies, each has columns of its own, and those that a trade is not
/// in are empty.
struct TradeTable {
  private let listings: [Listing]
  /// Each once, in the order of the symbols.
  private let currencies: [Currency]
  private var count = 0

  init(_ listings: [Listing]) {
    self.listings = listings
    currencies = listings.reduce(into: []) { currencies, listing in
      let currency = listing.contract.currency
      if !currencies.contains(currency) { currencies.append(currency) }
    }
  }

  private static let amounts = [
    "profit", "fees", "funding", "dividends", "net_profit", "mae", "mfe",
  ]

  var header: [UInt8] {
    let first = [
      "number", "symbol", "side", "entry_time", "exit_time", "quantity", "entry_price",
      "exit_price",
    ]
    let amounts = currencies.flatMap { currency in
      TradeTable.amounts.map { "\($0)_\(currency.nameSuffix)" }
    }
    let columns = first + amounts + ["duration_ns", "end", "reason"]
    return Array((columns.joined(separator: ",") + "\n").utf8)
  }

  mutating func append(_ trip: RoundTrip, reason: String, to bytes: inout [UInt8]) {
    let instrument = listings[trip.listing.index].instrument
    bytes += "\(count),".utf8
    count += 1
    CSVText.append(instrument.symbol, to: &bytes)
    bytes += ",\(trip.side.direction),\(trip.opened),\(trip.closed),".utf8
    instrument.quantityPrecision.append(trip.quantity, to: &bytes)
    bytes += ",\(trip.entryPrice),\(trip.exitPrice)".utf8
    for currency in currencies {
      for (_, amount) in trip.namedAmounts {
        bytes.append(UInt8(ascii: ","))
        if amount.currency == currency { bytes.append(amount) }
      }
    }
    bytes += ",\(trip.duration),\(trip.end.word),".utf8
    CSVText.append(reason, to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
  }
}

/// The rows of `series.csv`: one value each, with the name of its series.
enum SeriesTable {
  static let header = Array("time,series,value\n".utf8)

  static func append(
    _ value: Double, _ series: String, at time: Timestamp, to bytes: inout [UInt8]
  ) {
    time.appendISO8601(to: &bytes)
    bytes.append(UInt8(ascii: ","))
    CSVText.append(series, to: &bytes)
    bytes += ",\(value)\n".utf8
  }
}
