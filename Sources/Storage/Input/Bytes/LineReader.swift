import Glibc

/// Cuts a stream of bytes into blocks of whole lines, without copying more than the rest of the
/// line that a block ends in.
///
/// A line that does not fit into a block is cut to one byte more than `RowParser.lineLimit`, so
/// that it is seen and rejected at a bounded cost. A byte-order mark at the beginning is left out, and a
/// line feed that is missing at the end is added.
@safe package struct LineReader: ~Copyable {
  private let source: any ByteSource
  private let path: String
  private let buffer: UnsafeMutableRawBufferPointer
  /// The bytes that have been read and not been handed out: [begin, end).
  private var begin = 0
  private var end = 0
  private var isAtStart = true
  /// Why the source cannot be read further: thrown once the lines in front are handed out, and from
  /// then on.
  private var fault: InputError?

  private let blockSize: Int

  /// - Parameter blockSize: how many bytes are read at a time; the default fits into a core's
  ///   cache together with what is made of it.
  package init(_ source: any ByteSource, path: String, blockSize: Int = 1 << 18) {
    precondition(blockSize > RowParser.lineLimit + 1, "a block holds the longest line")
    self.source = source
    self.path = path
    self.blockSize = blockSize
    unsafe buffer = .allocate(byteCount: blockSize + RowParser.slack, alignment: 16)
    unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { unsafe buffer.deallocate() }

  package var storedBytesRead: Int64 { source.storedBytesRead }

  /// The next lines, each ended by a line feed; nil at the end. They stay where they are until
  /// the next call, with `RowParser.slack` readable bytes behind them.
  ///
  /// - Throws: what the source does, behind the whole lines that it gave before.
  package mutating func next() throws(InputError) -> UnsafeBufferPointer<UInt8>? {
    if let fault { throw fault }
    moveRestToFront()
    while true {
      let isAtEnd: Bool
      do throws(InputError) {
        isAtEnd = try fill()
      } catch {
        if isAtStart { try start() }
        guard let lineEnd = lastLineEnd() else { throw error }
        return unsafe take(until: lineEnd)
      }
      if isAtStart { try start() }
      if isAtEnd {
        guard begin < end else { return nil }
        endLastLine()
      }
      if let lineEnd = lastLineEnd() { return unsafe take(until: lineEnd) }
      try shortenLine()
    }
  }

  /// Adds the line feed that may be missing at the end of the stream.
  private mutating func endLastLine() {
    guard unsafe buffer[end - 1] != UInt8(ascii: "\n") else { return }
    unsafe buffer[end] = UInt8(ascii: "\n")
    end += 1
  }

  private mutating func moveRestToFront() {
    guard begin > 0, let base = unsafe buffer.baseAddress else { return }
    unsafe memmove(base, base + begin, end - begin)
    end -= begin
    begin = 0
  }

  /// Reads until the buffer is full; true at the end of the stream.
  private mutating func fill() throws(InputError) -> Bool {
    while end < blockSize {
      let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[end..<blockSize])
      var span = unsafe free.mutableBytes
      let count: Int
      do throws(InputError) {
        count = try source.read(into: &span)
      } catch {
        fault = error
        throw error
      }
      guard count > 0 else { return true }
      end += count
    }
    return false
  }

  /// Leaves a byte-order mark out, and refuses text in 16 bits a character.
  private mutating func start() throws(InputError) {
    isAtStart = false
    let mark = unsafe Array(buffer[..<min(3, end)])
    if mark == [0xEF, 0xBB, 0xBF] { begin = 3 }
    if mark.starts(with: [0xFF, 0xFE]) || mark.starts(with: [0xFE, 0xFF]) {
      throw .notText(path: path, found: "text in UTF-16")
    }
  }

  /// One past the last line feed of what has not been handed out.
  private func lastLineEnd() -> Int? {
    unsafe buffer[begin..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
  }

  private mutating func take(until lineEnd: Int) -> UnsafeBufferPointer<UInt8> {
    defer { begin = lineEnd }
    let lines = unsafe UnsafeRawBufferPointer(rebasing: buffer[begin..<lineEnd])
    return unsafe lines.assumingMemoryBound(to: UInt8.self)
  }

  /// Cuts the line that fills the buffer, and drops its bytes up to its line feed, or to the end.
  private mutating func shortenLine() throws(InputError) {
    moveRestToFront()
    let kept = RowParser.lineLimit + 1
    var isAtEnd = false
    while !isAtEnd {
      end = kept
      isAtEnd = try fill()
      let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[kept..<end])
      if let feed = unsafe rest.firstIndex(of: UInt8(ascii: "\n")) {
        if let base = unsafe buffer.baseAddress {
          unsafe memmove(base + kept, base + kept + feed, end - kept - feed)
        }
        end -= feed
        return
      }
    }
    end = kept
  }
}
