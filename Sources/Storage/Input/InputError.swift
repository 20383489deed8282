/// Why an input file could not be read as a tape.
public enum InputError: Error, Hashable, Sendable {
  case file(FileError)
  /// A compressed file that ends early or does not decompress; `offset` counts the bytes that
  /// came out of it (of `member`, where it has members) before that.
  case damaged(path: String, member: String?, offset: Int64, reason: String)
  /// An archive in which no member, or no single one, can be taken for the tape.
  case noTape(path: String, members: [String], expected: String)
  case notText(path: String, found: String)
  /// A file without a single row.
  case noRows(path: String)
  case unknownFormat(path: String, line: String, expected: String)
  /// A file that is not in the format it was said to be in.
  case wrongFormat(path: String, format: String, found: String, expected: String)
}

extension InputError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error):
      "\(error)"
    case .damaged(let path, let member, let offset, let reason):
      "\(path)\(member.map { ":\($0)" } ?? "") is damaged or ends early: \(reason), "
        + "after \(offset) bytes of text"
    case .noTape(let path, let members, let expected):
      "\(path) holds \(InputError.list(members)): expected \(expected)"
    case .notText(let path, let found):
      "\(path) is \(found): expected text in UTF-8 or ASCII"
    case .noRows(let path):
      "\(path) holds no rows: expected at least one"
    case .unknownFormat(let path, let line, let expected):
      "the format of \(path) is not recognised by its first line '\(line)': expected \(expected)"
    case .wrongFormat(let path, let format, let found, let expected):
      "\(path) is not in the format '\(format)': found \(found), expected \(expected)"
    }
  }

  private static func list(_ members: [String]) -> String {
    guard !members.isEmpty else { return "no file" }
    let shown = members.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    return members.count > 5 ? "\(shown) and \(members.count - 5) more" : shown
  }
}
