import Market

/// Turns lines of bytes into rows of integers, without a `String` or an allocation per row.
///
/// A fast path reads what well-formed rows look like; a row with anything else in it goes through
/// a careful path from its beginning, which either reads it or says what is wrong with it. Where
/// both can read a row they agree.
package struct RowParser: Sendable {
  let layout: RowLayout
  let operations: [FieldOperation]
  private let slots: Set<RowBatch.Slot>
  /// The instrument's name as the file may write it, without regard to case and separators.
  let symbol: SymbolName
  /// Which file, for messages.
  let place: String
  /// The line that comes next.
  var nextLine = 1
  var memory = RowMemory()

  /// No line may be longer, in bytes.
  package static let lineLimit = 65_536
  /// How many bytes behind the last line must be readable; what they are does not matter.
  package static let slack = 16

  /// - Parameters:
  ///   - sourceSymbol: the instrument's name in the file, if it is not the instrument's own.
  ///   - place: the file's name for messages.
  ///   - firstLine: the line number of the first line that will be parsed.
  package init(
    layout: RowLayout, instrument: Instrument, sourceSymbol: String? = nil, place: String = "",
    firstLine: Int = 1
  ) {
    self.layout = layout
    self.place = place
    operations = layout.columns.map { column in
      FieldOperation(column, layout: layout, instrument: instrument)
    }
    slots = Set(layout.columns.compactMap(\.role.slot)).union([.time, .line])
    symbol = SymbolName(sourceSymbol ?? instrument.symbol)
    nextLine = firstLine
  }

  /// Parses lines from the beginning of `lines` until `batch` is full.
  ///
  /// - Parameters:
  ///   - lines: whole lines, the last one ended by a line feed too, with `slack` readable bytes
  ///     behind them.
  ///   - isPlain: whether `RowParser.isPlain` said so of these lines.
  /// - Returns: how many bytes were parsed; always whole lines.
  package mutating func parse(
    _ lines: UnsafeBufferPointer<UInt8>, isPlain: Bool, into batch: inout RowBatch,
    rejects: inout RejectLog
  ) -> Int {
    batch.slots = slots
    guard let start = lines.baseAddress, lines.count > 0 else { return 0 }
    let end = unsafe start + lines.count
    precondition(unsafe end[-1] == UInt8(ascii: "\n"), "lines end with a line feed")
    var position = unsafe start
    while unsafe position < end, !batch.isFull {
      let lineEnd = unsafe isPlain ? end : FastRows.endOfLine(position, end)
      if unsafe isPlain || !FastRows.needsCare(position, lineEnd) {
        let next = unsafe parseFast(position, lineEnd, into: &batch)
        let isDone = unsafe next == lineEnd || batch.isFull
        unsafe position = next
        if isDone { continue }
      }
      let careEnd = unsafe FastRows.endOfLine(position, end)
      let line = unsafe Array(UnsafeBufferPointer(start: position, count: careEnd - position - 1))
      parseCarefully(line[...], into: &batch, rejects: &rejects)
      unsafe position = careEnd
    }
    return unsafe position - start
  }

  /// Whether `lines` hold no byte that needs the careful path by itself: no NUL byte and no
  /// quotation mark. Few files have any.
  package static func isPlain(_ lines: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = lines.baseAddress else { return true }
    return unsafe !FastRows.needsCare(start, start + lines.count)
  }

  /// Parses rows until one needs care, `batch` is full, or `end` is reached.
  private mutating func parseFast(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, into batch: inout RowBatch
  ) -> UnsafePointer<UInt8> {
    let first = batch.count
    let rows = FastRows(
      delimiter: layout.delimiter, allowsMoreFields: layout.allowsMoreFields,
      updatesOneSide: layout.updatesOneSide)
    let (count, next) = unsafe operations.withUnsafeBufferPointer { operations in
      unsafe batch.cells.withUnsafeMutableBufferPointer { cells in
        unsafe rows.parse(
          start, end, operations: operations, cells: cells, from: first, memory: &memory)
      }
    }
    for row in first..<count {
      batch.cells[RowBatch.Slot.line.offset + row] = Int64(nextLine + row - first)
    }
    nextLine += count - first
    batch.count = count
    return unsafe next
  }
}

/// What rows have shown so far that makes the next ones cheaper, or possible, to read.
///
/// The careful path writes it, the fast path looks things up in it.
struct RowMemory: Sendable {
  /// The bytes of the last date, and the moment it begins on its clock.
  var date = ShortKey()
  var dateStart: Int64 = 0
  /// Local times within these bounds are ahead of UTC by `localOffset`.
  var localBounds: Range<Int64> = 0..<0
  var localOffset: Int64 = 0
  /// The bytes of the last name that was the instrument's.
  var symbol = ShortKey()
  /// The quote as it stands, where rows update one side; a price of zero is not known.
  var standing = StandingQuote()
}

/// The bid and the ask with their sizes, as the rows so far left them.
struct StandingQuote: Sendable {
  struct Side: Sendable {
    /// Zero until a row has given one.
    var price: Int64 = 0
    var size: Int64 = 0
    /// Whether the row at hand gives this side's price.
    var isUpdated = false
  }

  var bid = Side()
  var ask = Side()

  /// Whether both sides are known, and the row at hand says something about one of them.
  var isComplete: Bool {
    bid.price != 0 && ask.price != 0 && (bid.isUpdated || ask.isUpdated)
  }

  /// What is missing for a complete quote, in words.
  var missingSide: String {
    if !bid.isUpdated && !ask.isUpdated { return "bid or ask" }
    return bid.price == 0 ? "bid" : "ask"
  }

  /// The price of the side whose prices lie at `offset`, after a row gave `price`, or zero to keep
  /// it; nil when it is not known yet.
  @inline(__always)
  mutating func price(_ price: Int64, offset: Int) -> Int64? {
    offset == RowBatch.Slot.bid.offset ? bid.update(price) : ask.update(price)
  }

  /// The size of the side whose sizes lie at `offset`; its price in this row has been given before.
  @inline(__always)
  mutating func size(_ size: Int64, offset: Int) -> Int64 {
    offset == RowBatch.Slot.bidSize.offset ? bid.update(size: size) : ask.update(size: size)
  }
}

extension StandingQuote.Side {
  @inline(__always)
  fileprivate mutating func update(_ newPrice: Int64) -> Int64? {
    isUpdated = newPrice != 0
    if isUpdated { price = newPrice }
    return price == 0 ? nil : price
  }

  @inline(__always)
  fileprivate mutating func update(size newSize: Int64) -> Int64 {
    if isUpdated { size = newSize }
    return size
  }
}

/// Up to 16 bytes of text that can be compared with memory in two steps.
struct ShortKey: Sendable {
  private(set) var length = 0
  private(set) var words: (UInt64, UInt64) = (0, 0)
  private(set) var masks: (UInt64, UInt64) = (0, 0)

  /// A key that nothing equals.
  init() { words = (1, 1) }

  /// Nil for text that is empty or longer than 16 bytes.
  init?(_ text: ArraySlice<UInt8>) {
    guard (1...16).contains(text.count) else { return nil }
    length = text.count
    for (index, byte) in text.enumerated() {
      let shift = UInt64(index % 8 * 8)
      if index < 8 {
        words.0 |= UInt64(byte) << shift
        masks.0 |= 0xFF << shift
      } else {
        words.1 |= UInt64(byte) << shift
        masks.1 |= 0xFF << shift
      }
    }
  }

  /// Whether the bytes at `position`, of which 16 are readable, begin with this key.
  @inline(__always)
  func matches(_ position: UnsafePointer<UInt8>) -> Bool {
    let bytes = unsafe UnsafeRawPointer(position)
    let low = unsafe UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    let high = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    return (low & masks.0) == words.0 && (high & masks.1) == words.1
  }
}

/// A name of an instrument, compared without regard to case and separators: `EUR/USD` is `eurusd`.
struct SymbolName: Sendable {
  let text: String
  private let significant: [UInt8]

  init(_ text: String) {
    self.text = text
    significant = SymbolName.significant(in: Array(text.utf8)[...])
  }

  func matches(_ other: ArraySlice<UInt8>) -> Bool {
    SymbolName.significant(in: other) == significant
  }

  private static func significant(in text: ArraySlice<UInt8>) -> [UInt8] {
    text.compactMap { byte in
      switch byte {
      case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: " "):
        nil
      case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
      default: byte
      }
    }
  }
}
