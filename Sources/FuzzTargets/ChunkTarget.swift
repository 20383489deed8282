import Market
import Storage

/// A chunk of ticks with its hash in order, so that what lies behind the hash is reached: it is
/// refused, or gives columns that keep their promises and survive another round.
public func fuzzChunk(_ bytes: [UInt8]) {
  let chunk = ChunkFormat.sealed(bytes)
  var decoder = ChunkDecoder()
  var encoder = ChunkEncoder()
  var trades = TradeColumns()
  if (try? decoder.decode(chunk, into: &trades)) != nil {
    check(times: trades.times, prices: [trades.prices], sizes: [trades.quantities])
    var again = TradeColumns()
    let second = encoder.encode(trades, rows: 0..<trades.count)
    guard (try? decoder.decode(second, into: &again)) != nil else {
      preconditionFailure("trades that were decoded cannot be read again")
    }
    precondition(rows(trades) == rows(again), "trades change in another round")
  }
  var quotes = QuoteColumns()
  if (try? decoder.decode(chunk, into: &quotes)) != nil {
    check(
      times: quotes.times, prices: [quotes.bids, quotes.asks],
      sizes: [quotes.bidSizes, quotes.askSizes])
    var again = QuoteColumns()
    let second = encoder.encode(quotes, rows: 0..<quotes.count)
    guard (try? decoder.decode(second, into: &again)) != nil else {
      preconditionFailure("quotes that were decoded cannot be read again")
    }
    precondition(rows(quotes) == rows(again), "quotes change in another round")
  }
}

/// Absent columns may be left out in another round, so rows are compared.
private func rows(_ trades: TradeColumns) -> [Trade] { (0..<trades.count).map { trades[$0] } }
private func rows(_ quotes: QuoteColumns) -> [Quote] { (0..<quotes.count).map { quotes[$0] } }

private func check(times: [Int64], prices: [[Int64]], sizes: [[Int64]]) {
  precondition(!times.isEmpty, "a chunk without records")
  precondition(times.allSatisfy(Timestamp.isValid), "a time outside 1900 to 2200")
  precondition(zip(times, times.dropFirst()).allSatisfy(<=), "times go back")
  for prices in prices {
    precondition(prices.count == times.count, "a column of another length")
    precondition(prices.allSatisfy { $0.magnitude <= Price.limit }, "a price out of range")
  }
  for sizes in sizes where !sizes.isEmpty {
    precondition(sizes.count == times.count, "a column of another length")
    precondition(sizes.allSatisfy { (0..<Quantity.limit).contains($0) }, "a size out of range")
  }
}
