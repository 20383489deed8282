import Market
import Sessions
import Testing

@testable import Streams

func moment(_ text: String) -> Timestamp { try! Timestamp(parsing: text) }

func moment(_ nanoseconds: Int64) -> Timestamp { try! Timestamp(nanoseconds: nanoseconds) }

func trade(_ time: Int64, _ price: Int64 = 1) -> Trade {
  Trade(time: moment(time), price: try! Price(raw: price), quantity: try! Quantity(raw: 1))
}

func trade(_ time: String) -> Trade { trade(moment(time).nanoseconds) }

func quote(_ time: Int64, _ bid: Int64 = 1) -> Quote {
  let price = try! Price(raw: bid)
  return Quote(time: moment(time), bid: price, ask: price)
}

func bar(closing time: Int64, length: Int64 = 60, _ price: Int64 = 1) -> Bar {
  let price = try! Price(raw: price)
  return Bar(
    tsOpen: moment(time - length), tsClose: moment(time), open: price, high: price, low: price,
    close: price, volume: .zero, tickCount: 1, tradingDay: moment(time).utcDate)
}

func fundingRate(_ time: Int64, _ units: Int64 = 1) -> FundingRate {
  FundingRate(time: moment(time), rawTime: moment(time), rate: Rate(units: units))
}

func markPrice(_ time: Int64, _ price: Int64 = 1) -> MarkPrice {
  MarkPrice(time: moment(time), price: try! Price(raw: price))
}

/// One event, as a test sees it.
enum Seen: Hashable, CustomStringConvertible {
  /// - Parameter number: the record's place in its stream.
  case record(stream: Int, time: Int64, number: Int64, isOutside: Bool = false)
  case boundary(Int64)
  case opened(symbol: Int, Int64)
  case closed(symbol: Int, Int64)
  case timer(Int, Int64)

  var description: String {
    switch self {
    case .record(let stream, let time, let number, let isOutside):
      "\(stream)#\(number)@\(time)\(isOutside ? "*" : "")"
    case .boundary(let time): "boundary@\(time)"
    case .opened(let symbol, let time): "opened \(symbol)@\(time)"
    case .closed(let symbol, let time): "closed \(symbol)@\(time)"
    case .timer(let id, let time): "timer \(id)@\(time)"
    }
  }
}

extension Coordinator {
  /// The next event, record by record. A record's number is its price.
  mutating func see(boundary: Timestamp? = nil) throws -> [Seen]? {
    try next(boundary: boundary).map { see($0) }
  }

  func see(_ event: StreamEvent) -> [Seen] {
    switch event {
    case .records(let run): see(run)
    case .boundary(let time): [.boundary(time.nanoseconds)]
    case .sessionOpened(let symbol, let boundary):
      [.opened(symbol: symbol, boundary.time.nanoseconds)]
    case .sessionClosed(let symbol, let boundary):
      [.closed(symbol: symbol, boundary.time.nanoseconds)]
    case .timer(let id, let time): [.timer(id.index, time.nanoseconds)]
    }
  }

  private func see(_ run: StreamRun) -> [Seen] {
    run.range.map { index in
      let (time, number) =
        switch run.kind {
        case .trade: (self[trades: run.stream][index].time, self[trades: run.stream].prices[index])
        case .quote: (self[quotes: run.stream][index].time, self[quotes: run.stream].bids[index])
        case .bar:
          (self[bars: run.stream][index].tsClose, self[bars: run.stream][index].open.raw)
        case .fundingRate:
          (
            self[fundingRates: run.stream][index].time,
            self[fundingRates: run.stream][index].rate.units
          )
        case .markPrice:
          (self[markPrices: run.stream][index].time, self[markPrices: run.stream][index].price.raw)
        }
      return .record(
        stream: run.stream.index, time: time.nanoseconds, number: number,
        isOutside: run.isOutsideSession)
    }
  }

  /// Everything up to the end.
  mutating func seeAll() throws -> [Seen] {
    var all: [Seen] = []
    while let seen = try see() { all += seen }
    return all
  }
}
