import Market

@testable import Streams

/// Streams of all kinds, from one seed: with ties, empty ones, ones that start late and end early,
/// and batches of any length.
struct RandomStreams {
  struct Stream {
    let kind: StreamKind
    /// When each record happens; for bars their close.
    let times: [Int64]
    /// Where the batches begin.
    let cuts: [Int]

    /// Which records of a moment come first.
    var phase: Int {
      switch kind {
      case .bars: 0
      case .fundingRates: 1
      case .trades, .quotes, .markPrices: 2
      }
    }
  }

  let streams: [Stream]
  /// The length of time in which everything happens.
  let span: Int64

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = 1 + random.below(random.below(4) == 0 ? 70 : 8)
    // A small span makes most times ties.
    let span = Int64(1) << Int64(3 + random.below(30))
    self.span = span
    let length = 1 + random.below(200)
    streams = (0..<count).map { _ in
      let kind: StreamKind = [
        .trades, .quotes, .bars(.last, .minute1), .fundingRates, .markPrices,
      ][random.below(5)]
      let records = random.below(5) == 0 ? 0 : random.below(length)
      let first = random.within(0...span)
      let last = random.within(first...span)
      let times = (0..<records).map { _ in 1_000_000 + random.within(first...last) }.sorted()
      let batch = random.below(3) == 0 ? 1 : 1 + random.below(30)
      return Stream(
        kind: kind, times: times, cuts: Array(stride(from: 0, to: times.count, by: batch)))
    }
  }

  /// The batches of a stream, in which a record's price is its place in the stream. Now and then
  /// one is empty.
  private func batches<Batch: RecordBatch>(
    _ stream: Stream, _ make: (Int64, Int64) -> Batch.Record
  ) -> [Batch] {
    var batches: [Batch] = []
    for (index, start) in stream.cuts.enumerated() {
      let end = index + 1 < stream.cuts.count ? stream.cuts[index + 1] : stream.times.count
      var batch = Batch()
      for row in start..<end { try! batch.append(make(stream.times[row], Int64(row))) }
      if index % 5 == 3 { batches.append(Batch()) }
      batches.append(batch)
    }
    return batches
  }

  func key(_ index: Int) -> StreamKey { StreamKey("S\(index)", streams[index].kind) }

  func register(
    _ index: Int, in coordinator: inout Coordinator, _ options: StreamOptions = .init()
  ) throws {
    let stream = streams[index]
    switch stream.kind {
    case .trades:
      try coordinator.register(
        MemorySource<TradeColumns>(batches(stream) { trade($0, $1) }), as: key(index), options)
    case .quotes:
      try coordinator.register(
        MemorySource<QuoteColumns>(batches(stream) { quote($0, $1) }), as: key(index), options)
    case .bars:
      try coordinator.register(
        MemorySource<BarBatch>(batches(stream) { bar(closing: $0, $1) }), as: key(index), options)
    case .fundingRates:
      try coordinator.register(
        MemorySource<FundingRateBatch>(batches(stream) { fundingRate($0, $1) }), as: key(index),
        options)
    case .markPrices:
      try coordinator.register(
        MemorySource<MarkPriceBatch>(batches(stream) { markPrice($0, $1) }), as: key(index), options
      )
    }
  }

  /// All records by time, bars first, then funding, then registration, then place: by the standard library's
  /// stable sort of everything in one list.
  var sorted: [Seen] {
    var all: [(order: (Int64, Int), record: Seen)] = []
    for (index, stream) in streams.enumerated() {
      for (row, time) in stream.times.enumerated() {
        all.append(
          ((time, stream.phase), .record(stream: index, time: time, number: Int64(row))))
      }
    }
    return all.sorted { $0.order < $1.order }.map(\.record)
  }
}
