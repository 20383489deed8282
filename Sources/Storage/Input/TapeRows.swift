import Market

/// The rows of one text, batch by batch: bytes to lines to integers.
@safe package struct TapeRows: ~Copyable {
  private var lines: LineReader
  private var parser: RowParser
  /// The part of the current block that has not been parsed.
  private var rest: UnsafeBufferPointer<UInt8>
  private var isPlain: Bool
  package private(set) var rejects = RejectLog()

  /// - Parameter tape: what the beginning of the text was recognised as.
  package init(
    _ source: any ByteSource, _ tape: RecognizedTape, instrument: Instrument,
    sourceSymbol: String? = nil, path: String, place: String
  ) throws(InputError) {
    lines = LineReader(source, path: path)
    parser = RowParser(
      layout: tape.layout, instrument: instrument, sourceSymbol: sourceSymbol, place: place,
      firstLine: tape.body.line)
    let block = unsafe try lines.next() ?? UnsafeBufferPointer(start: nil, count: 0)
    unsafe rest = UnsafeBufferPointer(rebasing: block.dropFirst(tape.body.offset))
    isPlain = unsafe RowParser.isPlain(rest)
  }

  /// How many bytes of the stored file have been read, for progress.
  package var storedBytesRead: Int64 { lines.storedBytesRead }

  /// Puts the next rows into `batch`, in place of what it held; false at the end of the text.
  ///
  /// - Throws: what reading does, behind the rows in front of it, and from then on.
  package mutating func next(into batch: inout RowBatch) throws(InputError) -> Bool {
    batch.removeAll()
    while !batch.isFull {
      if unsafe rest.isEmpty {
        do throws(InputError) {
          guard let block = unsafe try lines.next() else { break }
          unsafe rest = block
          isPlain = unsafe RowParser.isPlain(block)
        } catch {
          // The next call says it again.
          guard batch.count > 0 else { throw error }
          break
        }
      }
      let count = unsafe parser.parse(rest, isPlain: isPlain, into: &batch, rejects: &rejects)
      unsafe rest = UnsafeBufferPointer(rebasing: rest[count...])
    }
    return batch.count > 0
  }
}

extension TapeText {
  /// Tells how the text is to be read.
  package func recognize(_ options: FormatOptions) throws(InputError) -> RecognizedTape {
    var lines = LineReader(try open(), path: place)
    guard let block = unsafe try lines.next() else { throw .noRows(path: place) }
    do throws(InputError) {
      return unsafe try options.recognize(block, path: file.path, member: member)
    } catch {
      // Where the text breaks off behind its first lines, that is what is wrong with it.
      _ = unsafe try lines.next()
      throw error
    }
  }

  package func rows(
    _ tape: RecognizedTape, instrument: Instrument, sourceSymbol: String? = nil
  ) throws(InputError) -> TapeRows {
    try TapeRows(
      try open(), tape, instrument: instrument, sourceSymbol: sourceSymbol, path: file.path,
      place: place)
  }
}
