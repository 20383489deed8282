import Market
import MultiTimeframe
import Reports
import Sessions

/// Which events `play` writes.
enum PlayEvents: String, CaseIterable, Sendable {
  /// Bars that close.
  case bars
  /// Records.
  case ticks
  /// Both, and sessions that open and close.
  case all

  var hasBars: Bool { self != .ticks }
  var hasTicks: Bool { self != .bars }
}

/// How `play` writes an event.
enum PlayFormat: String, CaseIterable, Sendable {
  /// A line of words and numbers.
  case table
  /// An object a line.
  case jsonl
}

/// Writes the events of a run, one a line, in the order in which they happen.
///
/// Lines wait for each other; `flush` hands them over, before every wait at the latest.
final class PlayLog {
  private let format: PlayFormat
  private let output: any ByteSink
  private let instruments: [SymbolConfiguration]
  private var line: EventLine
  private var bytes: [UInt8] = []
  private(set) var count = 0
  /// Called before lines are handed over, to make room for them where something else stands.
  private let makeRoom: () -> Void
  private static let bufferSize = 1 << 16

  init(
    _ format: PlayFormat, _ instruments: [SymbolConfiguration], to output: any ByteSink,
    makeRoom: @escaping () -> Void = {}
  ) {
    self.makeRoom = makeRoom
    self.format = format
    self.instruments = instruments
    self.output = output
    line = EventLine(format)
  }

  func add(_ close: BarClose) {
    let (configuration, bar) = (instruments[close.symbol.index], close.bar)
    let price = configuration.instrument.precision(of: close.source)
    line.begin(bar.tsClose, "bar_close", configuration.instrument.symbol)
    line.text("price", "\(close.source)")
    line.text("timeframe", "\(close.timeframe)")
    line.time("ts_open", bar.tsOpen)
    line.decimal("open", bar.open.raw, price)
    line.decimal("high", bar.high.raw, price)
    line.decimal("low", bar.low.raw, price)
    line.decimal("close", bar.close.raw, price)
    line.decimal("volume", bar.volume.raw, configuration.volumePrecision(of: close.source))
    line.decimal("ticks", bar.tickCount, .zero)
    end()
  }

  func add(_ boundary: SessionBoundary, of symbol: SymbolID) {
    let name = boundary.kind == .opened ? "session_opened" : "session_closed"
    line.begin(boundary.time, name, instruments[symbol.index].instrument.symbol)
    line.text("trading_day", "\(boundary.tradingDay)")
    end()
  }

  func add(_ trade: Trade, of symbol: SymbolID, isOutside: Bool) {
    let instrument = instruments[symbol.index].instrument
    line.begin(trade.time, "trade", instrument.symbol)
    line.decimal("price", trade.price.raw, instrument.pricePrecision)
    line.decimal("quantity", trade.quantity.raw, instrument.quantityPrecision)
    if trade.aggressor != .unknown { line.text("aggressor", "\(trade.aggressor)") }
    mark(isOutside)
  }

  func add(_ quote: Quote, of symbol: SymbolID, isOutside: Bool) {
    let instrument = instruments[symbol.index].instrument
    line.begin(quote.time, "quote", instrument.symbol)
    line.decimal("bid", quote.bid.raw, instrument.pricePrecision)
    line.decimal("ask", quote.ask.raw, instrument.pricePrecision)
    mark(isOutside)
  }

  func add(_ bar: Bar, _ source: PriceSource, of symbol: SymbolID, isOutside: Bool) {
    let configuration = instruments[symbol.index]
    let price = configuration.instrument.precision(of: source)
    line.begin(bar.tsClose, "bar", configuration.instrument.symbol)
    line.text("price", "\(source)")
    line.time("ts_open", bar.tsOpen)
    line.decimal("open", bar.open.raw, price)
    line.decimal("high", bar.high.raw, price)
    line.decimal("low", bar.low.raw, price)
    line.decimal("close", bar.close.raw, price)
    line.decimal("volume", bar.volume.raw, configuration.volumePrecision(of: source))
    mark(isOutside)
  }

  func add(_ funding: FundingRate, of symbol: SymbolID, isOutside: Bool) {
    line.begin(funding.time, "funding_rate", instruments[symbol.index].instrument.symbol)
    line.number("rate", "\(funding.rate)")
    line.time("raw_time", funding.rawTime)
    mark(isOutside)
  }

  /// - Parameter precision: of the stream's prices.
  func add(_ price: MarkPrice, _ precision: Precision, of symbol: SymbolID, isOutside: Bool) {
    line.begin(price.time, "mark_price", instruments[symbol.index].instrument.symbol)
    line.decimal("price", price.price.raw, precision)
    mark(isOutside)
  }

  private func mark(_ isOutside: Bool) {
    if isOutside { line.text("session", "outside") }
    end()
  }

  private func end() {
    line.end(into: &bytes)
    count += 1
  }

  /// Whether enough lines wait to be handed over.
  var isFull: Bool { bytes.count >= PlayLog.bufferSize }

  func flush() throws(OutputError) {
    guard !bytes.isEmpty else { return }
    makeRoom()
    try output.write(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

/// One line: members of an object, or words with the names in front of them.
private struct EventLine {
  private let isJSON: Bool
  private var bytes: [UInt8] = []

  init(_ format: PlayFormat) { isJSON = format == .jsonl }

  mutating func begin(_ time: Timestamp, _ event: String, _ symbol: String) {
    if isJSON {
      bytes += Array("{\"time\":\"".utf8)
      time.appendISO8601(to: &bytes)
      bytes += Array("\",\"event\":\"\(event)\",\"symbol\":".utf8)
      JSONText.append(symbol, to: &bytes)
    } else {
      pad(time.description, to: 31)
      pad(event, to: 15)
      bytes += symbol.utf8
    }
  }

  private mutating func pad(_ text: String, to width: Int) {
    bytes += text.utf8
    bytes += repeatElement(UInt8(ascii: " "), count: max(1, width - text.utf8.count))
  }

  mutating func text(_ name: String, _ text: String) {
    member(name)
    if isJSON { JSONText.append(text, to: &bytes) } else { bytes += text.utf8 }
  }

  mutating func time(_ name: String, _ time: Timestamp) { text(name, time.description) }

  mutating func decimal(_ name: String, _ raw: Int64, _ precision: Precision) {
    member(name)
    precision.append(raw, to: &bytes)
  }

  /// - Parameter number: decimal text.
  mutating func number(_ name: String, _ number: String) {
    member(name)
    bytes += number.utf8
  }

  private mutating func member(_ name: String) {
    bytes += Array((isJSON ? ",\"\(name)\":" : "  \(name) ").utf8)
  }

  mutating func end(into lines: inout [UInt8]) {
    if isJSON { bytes.append(UInt8(ascii: "}")) }
    lines += bytes
    lines.append(UInt8(ascii: "\n"))
    bytes.removeAll(keepingCapacity: true)
  }
}
