public import Market
public import Sessions

/// One event of a run by itself, as an async sequence gives it.
public enum MarketEvent: Hashable, Sendable {
  /// - Parameter isOutside: whether it lies outside of the sessions of its stream's calendar.
  case trade(StreamKey, Trade, isOutside: Bool)
  case quote(StreamKey, Quote, isOutside: Bool)
  case bar(StreamKey, Bar, isOutside: Bool)
  case fundingRate(StreamKey, FundingRate, isOutside: Bool)
  case markPrice(StreamKey, MarkPrice, isOutside: Bool)
  case sessionOpened(symbol: String, SessionBoundary)
  case sessionClosed(symbol: String, SessionBoundary)
  case timer(TimerID, Timestamp)

  /// When it happens; for a bar its close.
  public var time: Timestamp {
    switch self {
    case .trade(_, let trade, _): trade.time
    case .quote(_, let quote, _): quote.time
    case .bar(_, let bar, _): bar.tsClose
    case .fundingRate(_, let rate, _): rate.time
    case .markPrice(_, let price, _): price.time
    case .sessionOpened(_, let boundary), .sessionClosed(_, let boundary): boundary.time
    case .timer(_, let time): time
    }
  }
}

extension Coordinator {
  /// The single events of one that `next` gave; none for a boundary.
  public func events(of event: StreamEvent) -> [MarketEvent] {
    switch event {
    case .records(let run):
      let (key, isOutside) = (merge.slots[run.stream.index].key, run.isOutsideSession)
      return run.range.map { index in
        switch run.kind {
        case .trade: .trade(key, trade(at: index, of: run.stream), isOutside: isOutside)
        case .quote: .quote(key, quote(at: index, of: run.stream), isOutside: isOutside)
        case .bar: .bar(key, self[bars: run.stream][index], isOutside: isOutside)
        case .fundingRate:
          .fundingRate(key, self[fundingRates: run.stream][index], isOutside: isOutside)
        case .markPrice: .markPrice(key, self[markPrices: run.stream][index], isOutside: isOutside)
        }
      }
    case .boundary: return []
    case .sessionOpened(let symbol, let boundary):
      return [.sessionOpened(symbol: symbols[symbol], boundary)]
    case .sessionClosed(let symbol, let boundary):
      return [.sessionClosed(symbol: symbols[symbol], boundary)]
    case .timer(let timer, let time): return [.timer(timer, time)]
    }
  }
}
