public import Market
public import Sessions
public import Streams

/// The records of one file, read as they are asked for, without a store.
///
/// Rows come in the order of the file. Unlike an import it neither sorts nor takes out duplicates:
/// where the time goes back, the run decides what is done.
public final class FileSource<Batch: RecordBatch>: Source {
  private let take: (inout Batch) throws -> Bool
  private let countRejected: () -> Int64

  /// - Parameter append: puts rows of a batch behind those that are there, and says how many of them
  ///   it has dealt with; fewer than all where the time goes back.
  private init(
    _ rows: FileRows, _ rejects: @escaping () -> Int64 = { 0 },
    append: @escaping (inout Batch, RowBatch, Range<Int>) throws -> Int
  ) {
    countRejected = { rows.rejectedCount + rejects() }
    take = { batch in
      batch.removeAll()
      while batch.isEmpty {
        guard try rows.next(append: { try append(&batch, $0, $1) }) else { return false }
      }
      return true
    }
  }

  public func next(into batch: inout Batch) throws -> Bool { try take(&batch) }

  /// How many rows could not be read so far. They are left out.
  public var rejectedCount: Int64 { countRejected() }
}

extension FileSource where Batch == TradeColumns {
  /// - Parameters:
  ///   - instrument: the precision of the numbers.
  ///   - options: how the file is to be read, as for an import; what is about storing has no effect.
  /// - Throws: `InputError`, `ImportError`; also where the file does not hold trades.
  public convenience init(
    trades path: String, of instrument: Instrument, _ options: ImportOptions,
    fileSystem: any FileSystem = PosixFileSystem()
  ) throws {
    try self.init(FileRows(path, .trade, instrument, options, fileSystem)) {
      $0.appendInOrder($1, $2)
    }
  }
}

extension FileSource where Batch == QuoteColumns {
  /// As for trades.
  public convenience init(
    quotes path: String, of instrument: Instrument, _ options: ImportOptions,
    fileSystem: any FileSystem = PosixFileSystem()
  ) throws {
    try self.init(FileRows(path, .quote, instrument, options, fileSystem)) {
      $0.appendInOrder($1, $2)
    }
  }
}

extension FileSource where Batch == BarBatch {
  /// As for trades. A row that is no bar of its length is left out and counted.
  ///
  /// - Parameters:
  ///   - calendar: says where bars begin and end.
  ///   - options: also the bars' timeframe and which end their times say, where the format does not.
  public convenience init(
    bars path: String, of instrument: Instrument, calendar: TradingCalendar,
    _ options: ImportOptions, fileSystem: any FileSystem = PosixFileSystem()
  ) throws {
    let rows = try FileRows(path, .bar, instrument, options, fileSystem)
    guard let bars = rows.bars else { preconditionFailure("bars have a series") }
    var reader = BarRows(bars, calendar)
    var rejectedCount: Int64 = 0
    func append(_ batch: inout BarBatch, _ rows: RowBatch, _ range: Range<Int>) -> Int {
      for row in range {
        let bar: Bar
        do throws(RejectReason) {
          bar = try reader.bar(rows, row)
        } catch {
          rejectedCount += 1
          continue
        }
        do throws(MarketError) { try batch.append(bar) } catch { return row - range.lowerBound }
      }
      return range.count
    }
    self.init(rows, { rejectedCount }, append: append)
  }
}

extension FileSource where Batch == FundingRateBatch {
  /// As for trades. Times are brought to the moments at which the funding was due, as an import does.
  public convenience init(
    fundingRates path: String, of instrument: Instrument, _ options: ImportOptions,
    fileSystem: any FileSystem = PosixFileSystem()
  ) throws {
    try self.init(FileRows(path, .fundingRate, instrument, options, fileSystem)) {
      $0.appendInOrder($1, $2, FundingRate.init(_:_:))
    }
  }
}

extension FileSource where Batch == MarkPriceBatch {
  /// As for trades.
  ///
  /// - Parameter precision: the decimals of the prices, where they have others than the instrument.
  public convenience init(
    markPrices path: String, of instrument: Instrument, precision: Precision? = nil,
    _ options: ImportOptions, fileSystem: any FileSystem = PosixFileSystem()
  ) throws {
    let numbers = instrument.with(pricePrecision: precision ?? instrument.pricePrecision)
    try self.init(FileRows(path, .markPrice, numbers, options, fileSystem)) {
      $0.appendInOrder($1, $2, MarkPrice.init(_:_:))
    }
  }
}

extension ImportedColumns {
  /// Appends the rows of `range` up to where the time goes back, and says how many they are.
  fileprivate mutating func appendInOrder(_ rows: RowBatch, _ range: Range<Int>) -> Int {
    let times = rows.column(.time)
    let start = times.startIndex
    var end = range.lowerBound + 1
    while end < range.upperBound, times[start + end] >= times[start + end - 1] { end += 1 }
    append(rows, rows: range.lowerBound..<end)
    return end - range.lowerBound
  }
}

extension MomentBatch {
  /// As for columns.
  fileprivate mutating func appendInOrder(
    _ rows: RowBatch, _ range: Range<Int>, _ record: (RowBatch, Int) -> Record
  ) -> Int {
    for row in range {
      do throws(MarketError) {
        try append(record(rows, row))
      } catch {
        return row - range.lowerBound
      }
    }
    return range.count
  }
}

/// The rows of the texts of a file, one after the other.
private final class FileRows {
  let bars: PlannedBars?
  private let instrument: Instrument
  private let sourceSymbol: String?
  private var texts: ArraySlice<(text: TapeText, tape: RecognizedTape)>
  /// The text that is being read; nil between two.
  private var reader: TapeRows?
  private var rejectedBefore: Int64 = 0
  private var batch = RowBatch()
  /// The first row of the batch that has not been given.
  private var row = 0

  init(
    _ path: String, _ kind: RecordKind, _ instrument: Instrument, _ options: ImportOptions,
    _ fileSystem: any FileSystem
  ) throws {
    let planned = try PlannedFile(try TapeFile(path, fileSystem), options)
    guard planned.kind == kind else {
      throw InputError.noTape(
        path: path, members: planned.texts.compactMap(\.text.member),
        expected: "\(kind.rawValue)s, not \(planned.kind.rawValue)s")
    }
    bars = planned.bars
    self.instrument = instrument
    sourceSymbol = options.sourceSymbol
    texts = planned.texts[...]
  }

  var rejectedCount: Int64 { rejectedBefore + (reader?.rejects.count ?? 0) }

  /// Gives the next rows to `append`, which says how many of them it took.
  ///
  /// - Returns: false where there are no more.
  func next(append: (RowBatch, Range<Int>) throws -> Int) throws -> Bool {
    if row == batch.count {
      guard try readBatch() else { return false }
    }
    row += try append(batch, row..<batch.count)
    return true
  }

  private func readBatch() throws -> Bool {
    row = 0
    while true {
      if try reader?.next(into: &batch) ?? false { return true }
      rejectedBefore = rejectedCount
      reader = nil
      batch.removeAll()
      guard let (text, tape) = texts.first else { return false }
      reader = try text.rows(tape, instrument: instrument, sourceSymbol: sourceSymbol)
      texts = texts.dropFirst()
    }
  }
}
