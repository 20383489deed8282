import Glibc
import Market

/// The loop that reads well-formed rows.
///
/// It trusts nothing: every row it accepts has exactly the right fields, within their ranges.
/// What it does not understand it leaves alone, at the beginning of that row. It never reads past
/// a line feed, and the lines it is given end with one; only `ShortKey` looks up to 16 bytes ahead.
struct FastRows {
  let delimiter: UInt8
  let allowsMoreFields: Bool
  let updatesOneSide: Bool

  static let lineFeed = UInt8(ascii: "\n")

  /// Parses rows from `start` on until one is not understood, the cells are full, or `end` comes.
  ///
  /// - Returns: how many rows the cells hold, and where the next row begins.
  @inline(never)
  func parse(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    operations: UnsafeBufferPointer<FieldOperation>, cells: UnsafeMutableBufferPointer<Int64>,
    from firstRow: Int, memory: inout RowMemory
  ) -> (rows: Int, next: UnsafePointer<UInt8>) {
    guard let operation = operations.baseAddress, let cells = cells.baseAddress else {
      return unsafe (firstRow, start)
    }
    let count = operations.count
    let known = memory
    var standing = memory.standing
    defer { memory.standing = standing }
    return unsafe Precision.powersOfTen.withUnsafeBufferPointer { table in
      guard let powers = table.baseAddress else { return unsafe (firstRow, start) }
      var row = firstRow
      var next = unsafe start
      while unsafe next < end, row < RowBatch.capacity {
        var position = unsafe next
        var update = standing
        for index in 0..<count {
          if index > 0 {
            guard unsafe position[0] == delimiter else { return unsafe (row, next) }
            unsafe position += 1
          }
          let isRead = unsafe read(
            operation[index], &position, to: cells + row, known: known, update: &update, powers)
          guard isRead else { return unsafe (row, next) }
        }
        guard unsafe endRow(&position), unsafe position - next <= RowParser.lineLimit + 1,
          !updatesOneSide || update.isComplete
        else { return unsafe (row, next) }
        standing = update
        unsafe next = position
        row += 1
      }
      return unsafe (row, next)
    }
  }

  /// Goes past the end of the row; false where it does not end.
  @inline(__always)
  private func endRow(_ position: inout UnsafePointer<UInt8>) -> Bool {
    if unsafe allowsMoreFields && position[0] == delimiter {
      while unsafe position[0] != FastRows.lineFeed { unsafe position += 1 }
    }
    while unsafe position[0] == UInt8(ascii: " ") { unsafe position += 1 }
    if unsafe position[0] == UInt8(ascii: "\r") { unsafe position += 1 }
    guard unsafe position[0] == FastRows.lineFeed else { return false }
    unsafe position += 1
    return true
  }

  /// Reads one field, and goes past it; false where it is not understood.
  ///
  /// - Parameter cell: the row in the first column.
  @inline(__always)
  private func read(
    _ operation: FieldOperation, _ position: inout UnsafePointer<UInt8>,
    to cell: UnsafeMutablePointer<Int64>, known: RowMemory, update: inout StandingQuote,
    _ powers: UnsafePointer<Int64>
  ) -> Bool {
    let value: Int64
    switch operation.code {
    case .skip:
      while unsafe position[0] != delimiter, unsafe position[0] != FastRows.lineFeed {
        unsafe position += 1
      }
      return true
    case .symbol:
      guard unsafe known.symbol.matches(position) else { return false }
      unsafe position += known.symbol.length
      return true
    case .decimal:
      guard let number = unsafe decimal(&position, operation.digits, powers),
        number >= operation.minimum, number <= operation.maximum
      else { return false }
      value = number
    case .numericTime:
      guard let number = unsafe decimal(&position, operation.digits, powers),
        number >= operation.minimum, number <= operation.maximum,
        let moment = utc(number &+ operation.addend, isLocal: operation.isLocal, known)
      else { return false }
      value = moment
    case .textTime:
      guard let (local, hasZone) = unsafe textTime(&position, known, powers),
        let moment = utc(local, isLocal: operation.isLocal && !hasZone, known),
        moment >= operation.minimum, moment <= operation.maximum
      else { return false }
      value = moment
    case .identifier:
      guard let number = unsafe identifier(&position) else { return false }
      value = number
    case .rate:
      return false
    case .side:
      guard let aggressor = unsafe side(&position) else { return false }
      value = Int64(aggressor.rawValue)
    case .buyerIsMaker:
      guard let isMaker = unsafe truth(&position) else { return false }
      value = Int64((isMaker ? Aggressor.seller : .buyer).rawValue)
    case .standingPrice:
      guard let number = unsafe decimal(&position, operation.digits, powers),
        number >= operation.minimum, number <= operation.maximum,
        let price = update.price(number, offset: operation.offset)
      else { return false }
      value = price
    case .standingSize:
      guard let number = unsafe decimal(&position, operation.digits, powers),
        number >= operation.minimum, number <= operation.maximum
      else { return false }
      value = update.size(number, offset: operation.offset)
    }
    unsafe cell[operation.offset] = value
    return true
  }
}
