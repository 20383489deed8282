import Backtest
import Exchange
import Foundation
import Market
import Streams
import Testing

@testable import Storage

@Suite("A stored tape leads to the same run, whoever reads it")
struct StoredTapeTests {
  /// A store in a folder of its own, which goes with it.
  private final class Folder {
    let path: String

    init() throws {
      let files = FileManager.default
      path = files.temporaryDirectory.path + "/lockstep-\(UUID().uuidString)"
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Stores the trades and quotes of a tape, so many in a chunk.
    func store(_ tape: RunTape, chunkCapacity: Int) throws -> String {
      let path = "\(path)/\(chunkCapacity).db"
      let store = try MarketStore(path: path, mode: .create, chunkCapacity: chunkCapacity)
      try store.write { transaction in
        for symbol in tape.symbols { try transaction.put(symbol.listing.instrument) }
        for stream in tape.streams {
          switch stream.records {
          case .trades(let trades):
            var columns = TradeColumns()
            for trade in trades { try columns.append(trade) }
            try transaction.add(columns, symbol: stream.symbol)
          case .quotes(let quotes):
            var columns = QuoteColumns()
            for quote in quotes { try columns.append(quote) }
            try transaction.add(columns, symbol: stream.symbol)
          case .bars, .funding, .marks: break
          }
        }
      }
      return path
    }
  }

  private enum Reading: CaseIterable {
    case onRunsThread, ahead, oneBatchAhead

    func trades(_ path: String, _ symbol: String) throws -> any Source<TradeColumns> {
      let open: @Sendable () throws -> TradeReader = {
        try MarketStore(path: path, mode: .readOnly).trades(symbol: symbol)
      }
      return switch self {
      case .onRunsThread: try open()
      case .ahead: try MarketStore(path: path, mode: .readOnly).tradesAhead(symbol: symbol)
      case .oneBatchAhead: ReadAhead(depth: 1, open)
      }
    }

    func quotes(_ path: String, _ symbol: String) throws -> any Source<QuoteColumns> {
      let open: @Sendable () throws -> QuoteReader = {
        try MarketStore(path: path, mode: .readOnly).quotes(symbol: symbol)
      }
      return switch self {
      case .onRunsThread: try open()
      case .ahead: try MarketStore(path: path, mode: .readOnly).quotesAhead(symbol: symbol)
      case .oneBatchAhead: ReadAhead(depth: 1, open)
      }
    }
  }

  /// The streams of `tape`, trades and quotes from the store.
  private func streams(
    _ tape: RunTape, _ path: String, _ reading: Reading
  ) throws -> [TapeStream] {
    try zip(tape.streams, try tape.tape()).map { stream, inMemory in
      let symbol = stream.symbol
      return switch stream.records {
      case .trades: TapeStream(try reading.trades(path, symbol), of: symbol)
      case .quotes: TapeStream(try reading.quotes(path, symbol), of: symbol)
      case .bars, .funding, .marks: inMemory
      }
    }
  }

  @Test("by the run's thread or ahead of it, in chunks of any length", arguments: 100..<112)
  func equal(seed: Int) throws {
    let random = try RandomRun(seed: UInt64(seed))
    func entries(_ tape: [TapeStream]) throws -> [KeptJournal.Entry] {
      try run(
        random.configuration,
        RandomTrader(readsTicks: seed % 3 == 0, readsQualities: seed % 2 == 0), tape
      ).entries
    }
    let folder = try Folder()
    let fromMemory = try entries(try random.tape.tape())
    let isHashed = fromMemory.contains(where: \.isStateHash)
    #expect(isHashed, "the state is hashed on the way")
    for chunkCapacity in [1, 50, ChunkFormat.capacity] {
      let path = try folder.store(random.tape, chunkCapacity: chunkCapacity)
      for reading in Reading.allCases {
        let stored = try entries(try streams(random.tape, path, reading))
        if let difference = DeterminismTests.difference(fromMemory, stored) {
          Issue.record("seed \(seed), chunks of \(chunkCapacity), \(reading): \(difference)")
          return
        }
      }
    }
  }
}

extension KeptJournal.Entry {
  fileprivate var isStateHash: Bool {
    if case .event(.stateHash) = content { true } else { false }
  }
}
