import Glibc
public import Hashing

/// Why the files of a run cannot be written, or not be read.
public enum ArtifactError: Error, Hashable, Sendable {
  public enum Operation: String, Sendable {
    case create, write, synchronize, close, rename, read, list
  }

  /// A call to the file system failed; `code` is the system's error number (`errno`).
  case file(Operation, path: String, code: Int32)
  /// A run writes into a folder of its own.
  case folderNotEmpty(path: String)
  /// A folder without a manifest.
  case noRun(path: String)
  /// A manifest, or metrics, that do not say what they should.
  case malformed(path: String, String)
  /// A line of the log, counted from 1, whose hash is not that of what stands before it.
  case damagedLog(path: String, line: Int)
  /// A file that is not what the manifest says it is.
  case changed(path: String, expected: XXHash64.Digest, found: XXHash64.Digest)
  /// The metrics cannot be worked out.
  case metrics(ReportError)
}

extension ArtifactError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let operation, let path, let code):
      unsafe "cannot \(operation.rawValue) '\(path)': \(String(cString: strerror(code))) (\(code))"
    case .folderNotEmpty(let path):
      "'\(path)' is not empty: expected a new folder for the run, or an empty one"
    case .noRun(let path):
      "'\(path)' is no run's folder: expected a '\(Artifact.manifestName)' in it"
    case .malformed(let path, let fault): "'\(path)': \(fault)"
    case .damagedLog(let path, let line):
      "'\(path)', line \(line): the hash is not that of the lines up to here; the log was changed"
    case .changed(let path, let expected, let found):
      "'\(path)' was changed: its hash is \(found), and the manifest says \(expected)"
    case .metrics(let error): "the metrics cannot be worked out: \(error)"
    }
  }
}
