import Foundation
import Lockstep
import SampleTapes

/// One tape, in the store and in memory.
struct StoredTape {
  enum Kind: String, CaseIterable {
    /// Time, bid, ask and both sizes, of currencies.
    case quotes
    /// Time, price, quantity, aggressor and sequence, of a coin.
    case trades
  }

  let kind: Kind
  /// The columns that every reader must bring, with the names that Parquet knows them by.
  private(set) var columns: [(name: String, values: [Int64])]
  /// Where the files lie: this one with `.db`, those of other readers beside it.
  let base: String
  private let store: MarketStore
  private let symbol: String

  init(_ kind: Kind, count: Int, _ bench: Bench) throws {
    self.kind = kind
    base = try bench.scratchPath(kind.rawValue)
    store = try MarketStore(path: base + ".db", mode: .create)
    var tape =
      try kind == .quotes ? Tapes.forex(count: count) : Tapes.crypto(count: count, days: 30)
    symbol = tape.configuration.symbol
    var kept = StoredTape.columns(kind)
    try store.write { transaction in
      try transaction.put(tape.configuration.instrument)
      switch kind {
      case .quotes:
        var batch = QuoteColumns()
        while tape.next(into: &batch) {
          try transaction.add(batch, symbol: tape.configuration.symbol)
          kept.append(batch.columns)
        }
      case .trades:
        var batch = TradeColumns()
        while tape.next(into: &batch) {
          let trades = try batch.withoutReceiveTimes()
          try transaction.add(trades, symbol: tape.configuration.symbol)
          kept.append(trades.columns)
        }
      }
    }
    columns = kept
  }

  private static func columns(_ kind: Kind) -> [(name: String, values: [Int64])] {
    let names =
      switch kind {
      case .quotes: ["time", "bid", "ask", "bid_size", "ask_size"]
      case .trades: ["time", "price", "quantity", "aggressor", "sequence"]
      }
    return names.map { ($0, []) }
  }

  /// Reads all ticks and hands over the columns of each part.
  private func forEachPart(_ body: (QuoteColumns) -> Void, _ other: (TradeColumns) -> Void) throws {
    switch kind {
    case .quotes:
      let reader = try store.quotes(symbol: symbol)
      var batch = QuoteColumns()
      while try reader.next(into: &batch) { body(batch) }
    case .trades:
      let reader = try store.trades(symbol: symbol)
      var batch = TradeColumns()
      while try reader.next(into: &batch) { other(batch) }
    }
  }

  /// Reads all ticks.
  /// - Returns: something of every part.
  func read() throws -> UInt64 {
    var evidence: UInt64 = 0
    try forEachPart {
      evidence = evidence &* 31 &+ UInt64(bitPattern: $0.times[$0.count - 1] &+ $0.asks[0])
    } _: {
      evidence = evidence &* 31 &+ UInt64(bitPattern: $0.times[$0.count - 1] &+ $0.prices[0])
    }
    return evidence
  }

  /// - Throws: `BenchmarkError.differentResults` if the store gives other ticks than it was given.
  func check() throws {
    var found = StoredTape.columns(kind)
    try forEachPart {
      found.append($0.columns)
    } _: {
      found.append($0.columns)
    }
    guard found.map(\.values) == columns.map(\.values) else {
      throw BenchmarkError.differentResults("\(base).db: other \(kind) than were stored")
    }
  }

  /// Lets polars write the columns as Parquet and read them.
  func readWithPolars(rounds: Int, _ bench: Bench) throws -> Python.Reading {
    let python = try Python(bench)
    let path = base + ".parquet"
    for (name, values) in columns {
      let data = unsafe values.withUnsafeBytes { unsafe Data($0) }
      try data.write(to: URL(fileURLWithPath: "\(path).\(name)"))
    }
    return try python.run("polars_parquet.py", ["\(rounds)", path] + columns.map(\.name))[0]
  }
}

extension [(name: String, values: [Int64])] {
  fileprivate mutating func append(_ part: [[Int64]]) {
    for index in indices { self[index].values += part[index] }
  }
}

extension QuoteColumns {
  fileprivate var columns: [[Int64]] { [times, bids, asks, bidSizes, askSizes] }
}

extension TradeColumns {
  fileprivate var columns: [[Int64]] {
    [times, prices, quantities, aggressors.map(Int64.init), sequences]
  }

  func withoutReceiveTimes() throws -> TradeColumns {
    var trades = TradeColumns()
    for row in 0..<count {
      var trade = self[row]
      trade.receiveTime = nil
      try trades.append(trade)
    }
    return trades
  }
}

/// The C program that keeps the same columns in a form of its own.
@safe struct CPlanes {
  private typealias Write =
    @convention(c) (UnsafePointer<CChar>, UnsafeRawPointer, Int64, Int64) -> CInt
  private typealias Read =
    @convention(c) (UnsafePointer<CChar>, Int64, UnsafeMutablePointer<UInt64>) -> Int64

  private let path: String
  private let rows: Int
  private let columnCount: Int
  private let read: Read

  /// Writes the columns of `tape`.
  init(_ tape: StoredTape, flavour: String, _ bench: Bench) throws {
    let reference = try CReference("planes", flavour: flavour, bench)
    unsafe read = unsafe try reference.function("planes_read")
    let write: Write = unsafe try reference.function("planes_write")
    path = "\(tape.base)-\(flavour).planes"
    rows = tape.columns[0].values.count
    columnCount = tape.columns.count
    // The columns one after the other in one piece of memory.
    let values = Array(tape.columns.map(\.values).joined())
    let isWritten = unsafe values.withUnsafeBufferPointer { values in
      let starts = unsafe (0..<columnCount).map { unsafe values.baseAddress! + $0 * rows }
      return unsafe starts.withUnsafeBytes { starts in
        unsafe write(path, starts.baseAddress!, Int64(columnCount), Int64(rows))
      }
    }
    guard isWritten == 1 else {
      throw BenchmarkError.missingReference("\(path) could not be written")
    }
  }

  /// The nanoseconds that reading the file takes.
  func read(_ bench: Bench) throws -> Double {
    var count: Int64 = 0
    let time = bench.stopwatch.time {
      var sum: UInt64 = 0
      count = unsafe read(path, Int64(columnCount), &sum)
      return sum
    }
    guard count == rows else {
      throw BenchmarkError.differentResults("C read \(count) of \(rows) rows")
    }
    return time
  }
}
