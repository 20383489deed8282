import Market
import Sessions
import Storage

extension MarketStore {
  /// - Throws: `CommandFailure` that lists the symbols there are.
  func knownInstrument(_ symbol: String) throws -> Instrument {
    if let instrument = try instrument(symbol: symbol) { return instrument }
    let known = try instruments().map(\.symbol)
    let remedy =
      known.isEmpty
      ? "the store is empty: 'lockstep import' brings data in"
      : "it has \(known.joined(separator: ", "))"
    throw CommandFailure("the store has no symbol '\(symbol)'", remedy: remedy)
  }

  /// The price that charts usually show: the last where there are trades, else the bid.
  func usualPrice(of symbol: String) throws -> PriceSource {
    let streams = try streams(symbol: symbol)
    if streams.contains(where: { $0.kind == .trade }) { return .last }
    if streams.contains(where: { $0.kind == .quote }) { return .bid }
    let ofBars = streams.compactMap(\.bars?.source)
    return ofBars.contains(.last) ? .last : ofBars.min { $0.rawValue < $1.rawValue } ?? .last
  }
}

extension StreamSummary {
  /// Whether the records are trades or quotes.
  var isTicks: Bool { kind == .trade || kind == .quote }
}
