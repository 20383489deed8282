import Market
import Storage

/// What the tests of importing share.
enum ImportSupport {
  /// A store in a folder of its own.
  final class Place {
    let folder = InputSupport.Folder()
    let store: MarketStore

    init() throws { store = try MarketStore(path: folder.path + "/market.db", mode: .create) }

    func write(_ text: String, _ name: String = "tape.csv") -> String { folder.write(text, name) }

    @discardableResult
    func run(
      _ paths: [String], _ options: ImportOptions = options()
    ) throws -> ImportReport {
      try Importer(options).run(paths, into: store)
    }

    /// Imports one text.
    @discardableResult
    func run(
      _ text: String, name: String = "tape.csv", _ options: ImportOptions = options()
    ) throws -> ImportReport {
      try run([write(text, name)], options)
    }

    func trades(_ symbol: String = "TEST") throws -> [Trade] {
      let reader = try store.trades(symbol: symbol)
      var columns = TradeColumns()
      var result: [Trade] = []
      while try reader.next(into: &columns) { result += (0..<columns.count).map { columns[$0] } }
      return result
    }

    func quotes(_ symbol: String = "TEST") throws -> [Quote] {
      let reader = try store.quotes(symbol: symbol)
      var columns = QuoteColumns()
      var result: [Quote] = []
      while try reader.next(into: &columns) { result += (0..<columns.count).map { columns[$0] } }
      return result
    }

    func bars(_ series: BarSeries, _ symbol: String = "TEST") throws -> [Bar] {
      let reader = try store.bars(symbol: symbol, series: series)
      var result: [Bar] = []
      while let bar = try reader.next() { result.append(bar) }
      return result
    }

    /// Everything the store holds, as text.
    func contents() throws -> String {
      let instruments = try store.instruments()
      let streams = try instruments.flatMap { try store.streams(symbol: $0.symbol) }
      return "\(instruments) \(streams) \(try store.imports())"
    }
  }

  static func options(
    _ symbol: String = "TEST", price: Int? = 5, quantity: Int? = 2,
    _ change: (inout ImportOptions) -> Void = { _ in }
  ) -> ImportOptions {
    var options = ImportOptions(symbol: symbol)
    options.pricePrecision = price.map { try! Precision($0) }
    options.quantityPrecision = quantity.map { try! Precision($0) }
    change(&options)
    return options
  }

  static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing failed"
    } catch {
      return "\(error)"
    }
  }
}
