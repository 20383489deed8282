import Hashing
import Market
import Testing

@testable import SampleTapes

@Suite struct SampleTapeTextTests {
  @Test func `quotes are lines of times, prices and sizes`() throws {
    let configuration = try TestTape.euro.configuration(ticks: 3000)
    let lines = try text(of: configuration).split(separator: "\n")
    #expect(lines[0] == "ts_ms,bid,ask,bid_vol_mio,ask_vol_mio")
    #expect(lines.count == 3001)
    var tape = try SampleTape(configuration)
    var quotes = QuoteColumns()
    let hasQuotes = tape.next(into: &quotes)
    #expect(hasQuotes)
    let (price, quantity) = (
      configuration.style.pricePrecision, configuration.style.quantityPrecision
    )
    for row in 0..<quotes.count {
      let expected = [
        "\(quotes.times[row] / 1_000_000)", price.format(quotes.bids[row]),
        price.format(quotes.asks[row]), quantity.format(quotes.bidSizes[row]),
        quantity.format(quotes.askSizes[row]),
      ]
      #expect(lines[row + 1] == expected.joined(separator: ","))
    }
  }

  @Test func `trades are lines that begin with exchange and symbol`() throws {
    let configuration = try TestTape.coin.configuration(ticks: 3000)
    let lines = try text(of: configuration).split(separator: "\n")
    #expect(lines[0] == "exchange,symbol,timestamp,local_timestamp,id,side,price,amount")
    #expect(lines.count == 3001)
    var tape = try SampleTape(configuration)
    var trades = TradeColumns()
    let hasTrades = tape.next(into: &trades)
    #expect(hasTrades)
    for row in 0..<trades.count {
      let expected = [
        "sample", "BTCUSDT", "\(trades.times[row] / 1000)", "\(trades.receiveTimes[row] / 1000)",
        "\(row + 1)", trades.aggressors[row] == 1 ? "buy" : "sell",
        configuration.style.pricePrecision.format(trades.prices[row]),
        configuration.style.quantityPrecision.format(trades.quantities[row]),
      ]
      #expect(lines[row + 1] == expected.joined(separator: ","))
    }
  }

  @Test func `the style follows from the calendar and the symbol`() {
    #expect(SampleStyle.suited(to: "EURUSD", calendar: "fx-ny").pricePrecision.digits == 5)
    #expect(SampleStyle.suited(to: "USDJPY", calendar: "fx-ny").pricePrecision.digits == 3)
    #expect(SampleStyle.suited(to: "BTCUSDT", calendar: "utc") == .crypto)
    #expect(SampleStyle.suited(to: "ACME", calendar: "XNYS") == .equity)
  }

  @Test func `names its format and its span`() throws {
    var quotes = SampleTapeText(try SampleTape(try TestTape.euro.configuration(ticks: 2)))
    #expect(quotes.formatName == "dukascopy")
    #expect(quotes.timeRange == nil)
    var bytes: [UInt8] = []
    let counts = [quotes.next(into: &bytes), quotes.next(into: &bytes)]
    #expect(counts == [2, 0])
    #expect(quotes.timeRange != nil)
    let trades = SampleTapeText(try SampleTape(try TestTape.coin.configuration(ticks: 2)))
    #expect(trades.formatName == "tardis-trades")
  }

  @Test func `times finer than the file's are the caller's bug`() async {
    await #expect(processExitsWith: .failure) {
      var configuration = try TestTape.euro.configuration(ticks: 2)
      configuration.timeUnit = 1000
      _ = SampleTapeText(try SampleTape(configuration))
    }
  }
}

/// The bytes of a tape may never change: people write seeds down.
@Suite struct SampleTapeDebugSubset {
  @Test(arguments: [
    (TestTape.euro, "1a5f57e521554023"), (.coin, "d49bffad0188e3e5"), (.share, "ba072f8a8af8912b"),
  ]) func `a seed gives the same bytes for ever`(tape: TestTape, hash: String) throws {
    let text = try text(of: tape.configuration(ticks: 40_000))
    #expect("\(XXHash64.hash(Array(text.utf8)))" == hash)
  }
}

private func text(of configuration: SampleTapeConfiguration) throws -> String {
  var text = SampleTapeText(try SampleTape(configuration))
  var bytes = text.header
  while text.next(into: &bytes) > 0 {}
  return String(decoding: bytes, as: UTF8.self)
}
