import Market
import Sessions
import Testing

@testable import SampleTapes

/// Tapes of different markets, each with something remarkable in its dates.
enum TestTape: String, CaseIterable, CustomTestStringConvertible {
  /// Two weekends and the change to summer time in New York.
  case euro
  case coin
  /// The day of Thanksgiving and the half-day behind it.
  case share

  static let all = allCases

  var testDescription: String { rawValue }

  func configuration(ticks: Int) throws -> SampleTapeConfiguration {
    switch self {
    case .euro: try make("EURUSD", .quotes, "fx-ny", "2024-03-01", days: 14, ticks, seed: 1)
    case .coin: try make("BTCUSDT", .trades, "24x7", "2024-03-04", days: 3, ticks, seed: 2)
    case .share: try make("ACME", .trades, "XNYS", "2023-11-20", days: 7, ticks, seed: 3)
    }
  }

  private func make(
    _ symbol: String, _ kind: SampleTapeConfiguration.Kind, _ calendar: String, _ date: String,
    days: Int, _ ticks: Int, seed: UInt64
  ) throws -> SampleTapeConfiguration {
    SampleTapeConfiguration(
      symbol: symbol, kind: kind, calendar: try .named(calendar),
      firstDay: try Timestamp(parsing: date).utcDate, dayCount: days, tickCount: ticks, seed: seed)
  }
}

/// All records of a tape, whatever their kind.
struct Records: Equatable {
  var times: [Int64] = []
  /// Prices of trades, or bids.
  var prices: [Int64] = []
  /// Every other column, one behind the other in each batch's order of rows.
  var rest: [[Int64]] = []

  init(of configuration: SampleTapeConfiguration, limit: Int = 16_384) throws {
    var tape = try SampleTape(configuration)
    switch configuration.kind {
    case .trades:
      var trades = TradeColumns()
      while tape.next(into: &trades, limit: limit) {
        times += trades.times
        prices += trades.prices
        for row in 0..<trades.count {
          rest.append([
            trades.quantities[row], Int64(trades.aggressors[row]), trades.sequences[row],
            trades.receiveTimes[row],
          ])
        }
      }
    case .quotes:
      var quotes = QuoteColumns()
      while tape.next(into: &quotes, limit: limit) {
        times += quotes.times
        prices += quotes.bids
        for row in 0..<quotes.count {
          rest.append([quotes.asks[row], quotes.bidSizes[row], quotes.askSizes[row]])
        }
      }
    }
  }
}
