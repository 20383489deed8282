public import Market

/// A sample tape as the text of a file that `import` recognises.
///
/// Quotes are written as Dukascopy does (`ts_ms,bid,ask,bid_vol_mio,ask_vol_mio`), trades as
/// Tardis does (`exchange,symbol,timestamp,local_timestamp,id,side,price,amount`, times in µs).
public struct SampleTapeText: Sendable {
  /// The first line.
  public let header: [UInt8]
  private var tape: SampleTape
  private var quotes = QuoteColumns()
  private var trades = TradeColumns()
  /// What each line of trades begins with.
  private let lineStart: [UInt8]

  /// - Precondition: the tape's times are whole milliseconds for quotes, microseconds for trades:
  ///   finer ones would be lost.
  public init(_ tape: SampleTape) {
    let configuration = tape.configuration
    let timeUnit = configuration.kind == .quotes ? nanosecondsPerMillisecond : 1000
    precondition(
      configuration.timeUnit % timeUnit == 0,
      "times of \(configuration.timeUnit) ns do not fit into the file's \(timeUnit) ns")
    header =
      switch configuration.kind {
      case .quotes: Array("ts_ms,bid,ask,bid_vol_mio,ask_vol_mio\n".utf8)
      case .trades:
        Array("exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n".utf8)
      }
    lineStart = Array("sample,\(configuration.symbol),".utf8)
    self.tape = tape
  }

  /// The name by which `import` knows the format.
  public var formatName: String {
    tape.configuration.kind == .quotes ? "dukascopy" : "tardis-trades"
  }

  /// The times of the first and the last record so far; nil before the first.
  public var timeRange: ClosedRange<Timestamp>? { tape.timeRange }

  /// Appends the lines of the next records, and says of how many; 0 when there are no more.
  public mutating func next(into bytes: inout [UInt8]) -> Int {
    switch tape.configuration.kind {
    case .quotes:
      guard tape.next(into: &quotes) else { return 0 }
      appendQuotes(to: &bytes)
      return quotes.count
    case .trades:
      guard tape.next(into: &trades) else { return 0 }
      appendTrades(to: &bytes)
      return trades.count
    }
  }

  private func appendQuotes(to bytes: inout [UInt8]) {
    let (pricePrecision, quantityPrecision) = precisions
    let comma = UInt8(ascii: ",")
    for row in 0..<quotes.count {
      Precision.zero.append(quotes.times[row] / nanosecondsPerMillisecond, to: &bytes)
      bytes.append(comma)
      pricePrecision.append(quotes.bids[row], to: &bytes)
      bytes.append(comma)
      pricePrecision.append(quotes.asks[row], to: &bytes)
      bytes.append(comma)
      quantityPrecision.append(quotes.bidSizes[row], to: &bytes)
      bytes.append(comma)
      quantityPrecision.append(quotes.askSizes[row], to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  private func appendTrades(to bytes: inout [UInt8]) {
    let (pricePrecision, quantityPrecision) = precisions
    let comma = UInt8(ascii: ",")
    let sides = [Array(",unknown,".utf8), Array(",buy,".utf8), Array(",sell,".utf8)]
    for row in 0..<trades.count {
      bytes += lineStart
      Precision.zero.append(trades.times[row] / 1000, to: &bytes)
      bytes.append(comma)
      Precision.zero.append(trades.receiveTimes[row] / 1000, to: &bytes)
      bytes.append(comma)
      Precision.zero.append(trades.sequences[row], to: &bytes)
      bytes += sides[Int(trades.aggressors[row])]
      pricePrecision.append(trades.prices[row], to: &bytes)
      bytes.append(comma)
      quantityPrecision.append(trades.quantities[row], to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  private var precisions: (price: Precision, quantity: Precision) {
    (tape.configuration.style.pricePrecision, tape.configuration.style.quantityPrecision)
  }
}
