public import Market
public import Streams

/// The ticks of one file, read as they are asked for, without a store.
///
/// Rows come in the order of the file. Unlike an import it neither sorts nor takes out duplicates:
/// where the time goes back, the run decides what is done.
public final class FileSource<Batch: RecordBatch>: Source {
  private let take: (inout Batch) throws -> Bool
  private let countRejected: () -> Int64

  private init(
    _ rows: TickFileRows<some ImportedColumns>, take: @escaping (inout Batch) throws -> Bool
  ) {
    self.take = take
    countRejected = { rows.rejectedCount }
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
    let rows = try TickFileRows<TradeColumns>(path, instrument, options, fileSystem)
    self.init(rows) { try rows.next(into: &$0) }
  }
}

extension FileSource where Batch == QuoteColumns {
  /// As for trades.
  public convenience init(
    quotes path: String, of instrument: Instrument, _ options: ImportOptions,
    fileSystem: any FileSystem = PosixFileSystem()
  ) throws {
    let rows = try TickFileRows<QuoteColumns>(path, instrument, options, fileSystem)
    self.init(rows) { try rows.next(into: &$0) }
  }
}

/// The rows of the texts of a file, one after the other, in columns.
private final class TickFileRows<Columns: ImportedColumns> {
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
    _ path: String, _ instrument: Instrument, _ options: ImportOptions,
    _ fileSystem: any FileSystem
  ) throws {
    let planned = try PlannedFile(try TapeFile(path, fileSystem), options)
    guard planned.kind == Columns.kind else {
      throw InputError.noTape(
        path: path, members: planned.texts.compactMap(\.text.member),
        expected: "\(Columns.kind.rawValue)s, not \(planned.kind.rawValue)s")
    }
    self.instrument = instrument
    sourceSymbol = options.sourceSymbol
    texts = planned.texts[...]
  }

  var rejectedCount: Int64 { rejectedBefore + (reader?.rejects.count ?? 0) }

  func next(into columns: inout Columns) throws -> Bool {
    columns = Columns()
    if row == batch.count {
      guard try readBatch() else { return false }
    }
    let times = batch.column(.time)
    let start = times.startIndex
    var end = row + 1
    while end < batch.count, times[start + end] >= times[start + end - 1] { end += 1 }
    columns.append(batch, rows: row..<end)
    row = end
    return true
  }

  private func readBatch() throws -> Bool {
    row = 0
    while true {
      if try reader?.next(into: &batch) ?? false { return true }
      rejectedBefore = rejectedCount
      reader = nil
      batch.removeAll()
      guard let (text, tape) = texts.popFirst() else { return false }
      reader = try text.rows(tape, instrument: instrument, sourceSymbol: sourceSymbol)
    }
  }
}
