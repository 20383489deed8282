import CArchive
import Glibc

/// A compressed file opened with libarchive, which reads it through the project's file system.
///
/// One reader goes through the file once: `nextMember`, then `read` until it returns 0.
@safe final class ArchiveReader {
  private let archive: OpaquePointer
  private let feed: ArchiveFeed
  /// The member being read; nil for what is no archive of members.
  private(set) var member: String?
  private(set) var textBytes: Int64 = 0
  /// What was decompressed and has not been handed out; it stays there until libarchive is called again.
  private var rest = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  var storedBytesRead: Int64 { feed.furthest }

  /// - Throws: `InputError.damaged` if the file is not what `compression` says.
  init(_ file: StoredFile, _ compression: Compression) throws(InputError) {
    guard let archive = unsafe archive_read_new() else { fatalError("out of memory") }
    unsafe self.archive = archive
    feed = ArchiveFeed(file)
    switch compression {
    case .zip:
      // By its directory at the end only: one without it has been cut.
      _ = unsafe archive_read_support_format_zip_seekable(archive)
      _ = unsafe archive_read_set_seek_callback(archive, seekInFeed)
    case .gzip:
      _ = unsafe archive_read_support_filter_gzip(archive)
    case .zstd:
      _ = unsafe archive_read_support_filter_zstd(archive)
    case .xz:
      _ = unsafe archive_read_support_filter_xz(archive)
    case .none:
      preconditionFailure("a file that is not compressed is read without libarchive")
    }
    if compression != .zip {
      _ = unsafe archive_read_support_format_raw(archive)
      _ = unsafe archive_read_support_format_empty(archive)
    }
    _ = unsafe archive_read_set_read_callback(archive, readFromFeed)
    _ = unsafe archive_read_set_callback_data(archive, Unmanaged.passUnretained(feed).toOpaque())
    try check(unsafe archive_read_open1(archive))
  }

  deinit { _ = unsafe archive_read_free(archive) }

  /// Goes to the next member that is a file; false when there is none. Other compressed files
  /// have one, without a name.
  func nextMember() throws(InputError) -> Bool {
    var entry: OpaquePointer?
    unsafe rest = UnsafeRawBufferPointer(start: nil, count: 0)
    while true {
      let status = withUnicodeNames { unsafe archive_read_next_header(archive, &entry) }
      if status == ARCHIVE_EOF { return false }
      try check(status)
      // A raw stream names itself 'data', which nobody has given it.
      guard unsafe archive_format(archive) == ARCHIVE_FORMAT_ZIP else { return true }
      // The bits of st_mode that say a member is a regular file: S_IFREG.
      guard unsafe archive_entry_filetype(entry) == 0o100000 else { continue }
      member = withUnicodeNames {
        unsafe archive_entry_pathname(entry).map { unsafe String(cString: $0) } ?? ""
      }
      textBytes = 0
      return true
    }
  }

  /// Reads up to `buffer`'s length of the current member; 0 at its end.
  ///
  /// - Throws: what is wrong with the file, behind everything that could be decompressed before.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if unsafe rest.isEmpty, try !readBlock() { return 0 }
    let count = unsafe min(buffer.count, rest.count)
    unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
    unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    textBytes += Int64(count)
    return count
  }

  /// Has the next block decompressed; false at the end of the member.
  private func readBlock() throws(InputError) -> Bool {
    while true {
      // libarchive takes a failing read for the end where it looks for another gzip member.
      if let error = feed.failure { throw error }
      var start: UnsafeRawPointer?
      var count = 0
      var offset: la_int64_t = 0
      let status = unsafe archive_read_data_block(archive, &start, &count, &offset)
      if status == ARCHIVE_EOF {
        guard let error = feed.failure else { return false }
        throw error
      }
      // Warnings too: it only warns of a wrong checksum.
      try check(status)
      guard count > 0 else { continue }
      unsafe rest = UnsafeRawBufferPointer(start: start, count: count)
      return true
    }
  }

  private func check(_ status: Int32) throws(InputError) {
    guard status != ARCHIVE_OK else { return }
    if let error = feed.failure { throw error }
    let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    throw .damaged(
      path: feed.file.path, member: member, offset: textBytes,
      reason: words ?? "it does not decompress")
  }
}

/// What libarchive's callbacks read from.
@safe private final class ArchiveFeed {
  let file: StoredFile
  private(set) var failure: InputError?
  private(set) var furthest: Int64 = 0
  private var position: Int64 = 0
  private let block: UnsafeMutableRawBufferPointer

  init(_ file: StoredFile) {
    self.file = file
    unsafe block = .allocate(byteCount: 1 << 16, alignment: 16)
  }

  deinit { unsafe block.deallocate() }

  func read() -> UnsafeRawBufferPointer? {
    var span = unsafe block.mutableBytes
    do throws(InputError) {
      let count = try file.read(at: position, into: &span)
      position += Int64(count)
      furthest = max(furthest, position)
      return unsafe UnsafeRawBufferPointer(rebasing: block[..<count])
    } catch {
      failure = error
      return nil
    }
  }

  /// Where `offset`, counted from `whence` as `lseek` does, lies; nil outside of the file.
  func seek(_ offset: Int64, _ whence: Int32) -> Int64? {
    let origin: [Int32: Int64] = [0: 0, 1: position, 2: file.size]
    guard let start = origin[whence], (0...file.size).contains(start + offset) else { return nil }
    position = start + offset
    return position
  }
}

/// Runs `body` in a locale whose text is UTF-8, whatever the process has: libarchive loses names
/// that the locale cannot write.
private func withUnicodeNames<Result>(_ body: () -> Result) -> Result {
  let previous = unsafe uselocale(unicodeLocale)
  defer { _ = unsafe uselocale(previous) }
  return body()
}

/// Glibc's own, which needs no language to be installed; nil changes nothing.
private nonisolated(unsafe) let unicodeLocale = unsafe newlocale(1 << LC_CTYPE, "C.UTF-8", nil)

private func readFromFeed(
  _ archive: OpaquePointer?, _ data: UnsafeMutableRawPointer?,
  _ block: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> la_ssize_t {
  guard let data = unsafe data, let block = unsafe block else { return la_ssize_t(ARCHIVE_FATAL) }
  let feed = unsafe Unmanaged<ArchiveFeed>.fromOpaque(data).takeUnretainedValue()
  guard let bytes = unsafe feed.read() else { return la_ssize_t(ARCHIVE_FATAL) }
  unsafe block.pointee = bytes.baseAddress
  return bytes.count
}

private func seekInFeed(
  _ archive: OpaquePointer?, _ data: UnsafeMutableRawPointer?, _ offset: la_int64_t,
  _ whence: Int32
) -> la_int64_t {
  guard let data = unsafe data else { return la_int64_t(ARCHIVE_FATAL) }
  let feed = unsafe Unmanaged<ArchiveFeed>.fromOpaque(data).takeUnretainedValue()
  return feed.seek(offset, whence) ?? la_int64_t(ARCHIVE_FATAL)
}
