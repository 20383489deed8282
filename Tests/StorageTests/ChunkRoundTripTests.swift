import Market
import Testing

@testable import Storage

/// What goes into a chunk comes out of it.
@Suite struct ChunkRoundTripTests {
  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func randomTradesComeBack(seed: UInt64) throws {
    var tape = RandomTape(seed: seed)
    vary(&tape, seed)
    let trades = tape.trades([1, 2, 3, 1023, 1024, 1025, 5000][tape.random.below(7)])
    try expectRoundTrip(TradeColumns(trades))
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func randomQuotesComeBack(seed: UInt64) throws {
    var tape = RandomTape(seed: seed)
    vary(&tape, seed)
    let quotes = tape.quotes([1, 2, 3, 1023, 1024, 1025, 5000][tape.random.below(7)])
    try expectRoundTrip(QuoteColumns(quotes))
  }

  @Test func aFullChunkComesBack() throws {
    var tape = RandomTape(seed: 7)
    tape.presence = 90
    try expectRoundTrip(TradeColumns(tape.trades(ChunkFormat.capacity)))
  }

  @Test func theLargestChunkComesBack() throws {
    var tape = RandomTape(seed: 8)
    try expectRoundTrip(QuoteColumns(tape.quotes(ChunkFormat.maximumCount)))
  }

  @Test func extremesComeBack() throws {
    let limits: [Int64] = [-Price.limit, Price.limit, 0, -1, 1, Price.limit]
    let sizes: [Int64] = [0, Quantity.limit - 1, 1, Quantity.limit - 1, 0, 1]
    let sequences: [Int64?] = [.max, .min + 1, nil, 0, -1, .max]
    let trades = limits.indices.map { index in
      Trade(
        time: index < 3 ? .earliest : .latest, price: try! Price(raw: limits[index]),
        quantity: try! Quantity(raw: sizes[index]), aggressor: Aggressor.allCases[index % 3],
        sequence: sequences[index],
        receiveTime: [nil, .earliest, .latest][index % 3])
    }
    try expectRoundTrip(TradeColumns(trades))
    let quotes = limits.indices.map { index in
      Quote(
        time: index < 3 ? .earliest : .latest, bid: try! Price(raw: limits[index]),
        ask: try! Price(raw: -limits[index]), bidSize: try! Quantity(raw: sizes[index]),
        askSize: try! Quantity(raw: sizes[5 - index]), sequence: sequences[index],
        receiveTime: [.latest, nil, .earliest][index % 3])
    }
    try expectRoundTrip(QuoteColumns(quotes))
  }

  @Test func equalRecordsTakeNoPlanes() throws {
    let trade = Trade(
      time: .latest, price: try Price(raw: 5), quantity: try Quantity(raw: 7), aggressor: .seller,
      sequence: 9, receiveTime: .latest)
    let columns = TradeColumns(Array(repeating: trade, count: 3000))
    var encoder = ChunkEncoder()
    let chunk = encoder.encode(columns, rows: 0..<3000)
    #expect(chunk.count == 12 + 6 * 28 + 8)
    try expectRoundTrip(columns)
  }

  /// A column of which no row has a value is stored as one that is not there.
  @Test func allAbsentIsTheSameAsNoColumn() throws {
    var tape = RandomTape(seed: 3)
    let bare = TradeColumns(tape.trades(50))
    var padded = bare
    padded.sequences = Array(repeating: TradeColumns.absentSequence, count: 50)
    padded.receiveTimes = Array(repeating: TradeColumns.absentTime, count: 50)
    padded.aggressors = Array(repeating: 0, count: 50)
    var encoder = ChunkEncoder()
    #expect(encoder.encode(padded, rows: 0..<50) == encoder.encode(bare, rows: 0..<50))
  }

  /// Quotes with sizes have both, also where one of them is nowhere.
  @Test func sizesComeTogether() throws {
    var columns = QuoteColumns()
    for size in 1...3 as ClosedRange<Int64> {
      try columns.append(
        Quote(
          time: .latest, bid: try Price(raw: 1), ask: try Price(raw: 2),
          askSize: try Quantity(raw: size)))
    }
    #expect(columns.bidSizes == [0, 0, 0])
    try expectRoundTrip(columns)
  }

  @Test func whatCannotBeReadAgainIsNotWritten() async {
    await #expect(processExitsWith: .failure) {
      var encoder = ChunkEncoder()
      _ = encoder.encode(TradeColumns(), rows: 0..<0)
    }
    await #expect(processExitsWith: .failure) {
      var tape = RandomTape(seed: 1)
      var columns = TradeColumns(tape.trades(10))
      columns.times[9] = 0
      var encoder = ChunkEncoder()
      _ = encoder.encode(columns, rows: 0..<10)
    }
    await #expect(processExitsWith: .failure) {
      var tape = RandomTape(seed: 1)
      var columns = TradeColumns(tape.trades(10))
      columns.quantities[9] = Quantity.limit
      var encoder = ChunkEncoder()
      _ = encoder.encode(columns, rows: 0..<10)
    }
  }

  @Test func oneDecoderServesChunksOfAllShapes() throws {
    var encoder = ChunkEncoder()
    var decoder = ChunkDecoder()
    var decoded = TradeColumns()
    for seed in 1...40 as ClosedRange<UInt64> {
      var tape = RandomTape(seed: seed)
      vary(&tape, seed)
      let columns = TradeColumns(tape.trades(1 + tape.random.below(3000)))
      try decoder.decode(encoder.encode(columns, rows: 0..<columns.count), into: &decoded)
      #expect(decoded.rows == columns.rows, "seed \(seed)")
    }
  }

  @Test func rowsWithinColumnsAreEncodedAsIfAlone() throws {
    var tape = RandomTape(seed: 12)
    tape.presence = 60
    let trades = tape.trades(100)
    var encoder = ChunkEncoder()
    let part = encoder.encode(TradeColumns(trades), rows: 30..<77)
    #expect(part == encoder.encode(TradeColumns(Array(trades[30..<77])), rows: 0..<47))
  }

  @Test func encodersDoNotRemember() {
    var tape = RandomTape(seed: 5)
    tape.presence = 50
    let columns = QuoteColumns(tape.quotes(4000))
    var used = ChunkEncoder()
    _ = used.encode(QuoteColumns(tape.quotes(5000)), rows: 0..<5000)
    var fresh = ChunkEncoder()
    #expect(used.encode(columns, rows: 0..<4000) == fresh.encode(columns, rows: 0..<4000))
  }

  private func expectRoundTrip(_ columns: TradeColumns) throws {
    var encoder = ChunkEncoder()
    var decoder = ChunkDecoder()
    var decoded = TradeColumns()
    try decoder.decode(encoder.encode(columns, rows: 0..<columns.count), into: &decoded)
    #expect(decoded == columns)
  }

  private func expectRoundTrip(_ columns: QuoteColumns) throws {
    var encoder = ChunkEncoder()
    var decoder = ChunkDecoder()
    var decoded = QuoteColumns()
    try decoder.decode(encoder.encode(columns, rows: 0..<columns.count), into: &decoded)
    #expect(decoded == columns)
  }

  /// Makes the tapes of different seeds different in kind.
  private func vary(_ tape: inout RandomTape, _ seed: UInt64) {
    tape.presence = [0, 100, 50, 1][Int(seed % 4)]
    tape.tiesOneIn = [1, 2, 3, 1000][Int(seed / 4 % 4)]
    switch seed % 5 {
    case 0: tape.prices = -Price.limit...Price.limit
    case 1: tape.prices = 25...25
    case 2: tape.prices = -40...40
    default: break
    }
    switch seed % 6 {
    case 0: tape.quantities = 0...Quantity.limit - 1
    case 1: tape.quantities = 100...100
    case 2: tape.quantities = 1...200
    default: break
    }
    switch seed % 7 {
    case 0: tape.stepNanoseconds = 0...1_000_000_000_000_000_000
    case 1: tape.stepNanoseconds = 1_000_000...1_000_000
    default: break
    }
  }
}
