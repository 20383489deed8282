import Foundation
import Lockstep

/// What the store does with ticks: how fast they come back, and how little room they take.
enum StoreSuite {
  static func run(_ bench: Bench) throws {
    for kind in StoredTape.Kind.allCases where bench.wants("store.read.\(kind)") {
      bench.attempt("store.read.\(kind)") { try read(kind, bench) }
    }
    for set in RealTape.all where bench.wants(set.name) {
      bench.attempt(set.name) { try size(set, bench) }
    }
  }

  /// The store beside C and polars on the same columns, all from the page cache.
  private static func read(_ kind: StoredTape.Kind, _ bench: Bench) throws {
    let name = "store.read.\(kind)"
    let count = bench.size(5_000_000, quick: 500_000)
    let tape = try StoredTape(kind, count: count, bench)
    try tape.check()
    let programs = try CReference.flavours.map { try CPlanes(tape, flavour: $0, bench) }
    let times = try interleave(
      rounds: bench.size(9, quick: 3),
      [{ try bench.stopwatch.time { try tape.read() } }]
        + programs.map { program in { try program.read(bench) } })
    let rates = times.map { $0.map { Double(count) / $0 * 1e9 } }
    func report(_ suffix: String, beside reference: [Double]? = nil, limit: Limit? = nil) {
      bench.report(
        Figure(
          name + suffix, unit: "ticks/s", samples: rates[0], reference: reference?.median,
          limit: limit))
    }
    report("", limit: .atLeast(1e8))
    report(".beside-c", beside: rates[1])
    report(".beside-c-native", beside: rates[2])
    bench.attempt("\(name).beside-polars") {
      let reading = try tape.readWithPolars(rounds: bench.size(7, quick: 2), bench)
      report(".beside-polars", beside: reading.seconds.map { Double(count) / $0 })
    }
  }

  /// The bytes of the chunks of a real tape.
  private static func size(_ set: RealTape, _ bench: Bench) throws {
    let path = try bench.scratchPath("size.db")
    let store = try MarketStore(path: path, mode: .create)
    let report = try Importer(set.options).run([try set.path()], into: store)
    guard let stream = try store.streams(symbol: set.options.symbol).first,
      stream.count == report.counts.accepted, report.counts.rejected == 0
    else { throw BenchmarkError.differentResults("\(set.file) was not stored as a whole") }
    bench.report(
      Figure(
        set.name, unit: "bytes/tick", samples: [Double(stream.byteCount) / Double(stream.count)],
        limit: set.limit))
  }
}

/// Real ticks, whose size in the store is limited.
struct RealTape {
  let name: String
  let file: String
  let options: ImportOptions
  let limit: Limit?

  static var all: [RealTape] {
    let tardis = "tardis_full/binance-futures_BTCUSDT_trades_2020-02-22.csv.gz"
    var withoutReceiveTimes = ImportOptions(symbol: "BTCUSDT")
    withoutReceiveTimes.format.columns = try? ColumnMapping(
      parsing: "time=timestamp:us,price=price,quantity=amount,side=side,id=id")
    return [
      RealTape(
        name: "store.bytes.dukascopy",
        file: "dukascopy_csv/EURUSD_ticks_20190204_20190205.csv.gz",
        options: ImportOptions(symbol: "EURUSD"), limit: .atMost(4.5)),
      RealTape(
        name: "store.bytes.tardis", file: tardis, options: withoutReceiveTimes, limit: .atMost(3.5)),
      RealTape(
        name: "store.bytes.tardis-received", file: tardis,
        options: ImportOptions(symbol: "BTCUSDT"), limit: nil),
    ]
  }

  /// - Throws: `BenchmarkError.unavailable` where the data is not there.
  func path() throws(BenchmarkError) -> String {
    let folder = ProcessInfo.processInfo.environment["LOCKSTEP_DATA"] ?? "../shared/data"
    let path = "\(folder)/\(file)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw .unavailable("\(path) is not there; LOCKSTEP_DATA may name another folder")
    }
    return path
  }
}
