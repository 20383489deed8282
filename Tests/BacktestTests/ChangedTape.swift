import Backtest
import Exchange
import Market

/// What becomes of the records that a run should not know yet.
enum FutureChange: CaseIterable {
  case removed
  /// Other prices, sizes and rates, at the same times.
  case poisoned
}

extension RunTape {
  /// The records up to and including a moment as they are, and those behind it changed.
  func changed(after moment: Moment, _ future: FutureChange) throws -> RunTape {
    var tape = self
    for index in tape.streams.indices {
      tape.streams[index].records = try tape.streams[index].records.changed(after: moment, future)
    }
    return tape
  }
}

extension RunTape.Records {
  fileprivate func changed(after moment: Moment, _ future: FutureChange) throws -> Self {
    func change<Record>(
      _ records: [Record], _ at: (Record) -> Moment, _ poison: (inout Record) throws -> Void
    ) rethrows -> [Record] {
      try records.compactMap { record in
        if at(record) <= moment { return record }
        if future == .removed { return nil }
        var record = record
        try poison(&record)
        return record
      }
    }
    func other(_ price: Price) throws -> Price { try Price(raw: price.raw * 3 / 2 + 7) }
    func other(_ quantity: Quantity) throws -> Quantity { try Quantity(raw: quantity.raw * 2 + 1) }
    switch self {
    case .trades(let trades):
      func poison(_ trade: inout Trade) throws {
        trade.price = try other(trade.price)
        trade.quantity = try other(trade.quantity)
      }
      return .trades(try change(trades, { Moment($0.time, .records) }, poison))
    case .quotes(let quotes):
      func poison(_ quote: inout Quote) throws {
        (quote.bid, quote.ask) = (try other(quote.bid), try other(quote.ask))
        (quote.bidSize, quote.askSize) = (try other(quote.bidSize), try other(quote.askSize))
      }
      return .quotes(try change(quotes, { Moment($0.time, .records) }, poison))
    case .bars(let bars, let timeframe):
      func poison(_ bar: inout Bar) throws {
        bar.high = try other(bar.high)
        bar.close = bar.high
        bar.volume = try other(bar.volume)
      }
      return .bars(try change(bars, { Moment($0.tsClose, .sourceBars) }, poison), timeframe)
    case .funding(let rates):
      func poison(_ rate: inout FundingRate) { rate.rate = Rate(units: 1 - rate.rate.units) }
      return .funding(change(rates, { Moment($0.time, .exchange) }, poison))
    case .marks(let marks):
      func poison(_ mark: inout MarkPrice) throws { mark.price = try other(mark.price) }
      return .marks(try change(marks, { Moment($0.time, .records) }, poison))
    }
  }
}
