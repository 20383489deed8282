import Glibc

/// Takes bytes: a stream of the process, or memory in a test.
protocol ByteSink: Sendable {
  func write(_ bytes: [UInt8]) throws(OutputError)
}

/// Why bytes did not reach their stream.
enum OutputError: Error, Equatable {
  /// The reader of a pipe has gone, as `head` does when it has seen enough.
  case closed
  /// Anything else, with the system's error number: a full disk, for example.
  case failed(code: Int32)
}

extension OutputError: CustomStringConvertible {
  var description: String {
    switch self {
    case .closed: "nobody reads the output any more"
    case .failed(let code): unsafe "cannot write the output: " + String(cString: strerror(code))
    }
  }
}

/// An open file descriptor of the process.
struct FileDescriptorSink: ByteSink {
  let descriptor: Int32

  static let standardOutput = FileDescriptorSink(descriptor: STDOUT_FILENO)
  static let standardError = FileDescriptorSink(descriptor: STDERR_FILENO)

  func write(_ bytes: [UInt8]) throws(OutputError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, buffer.baseAddress! + written, buffer.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw errno == EPIPE ? .closed : .failed(code: errno)
      }
    }
  }

  /// The width of the terminal behind the descriptor; nil when there is none.
  var terminalColumns: Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }
}
