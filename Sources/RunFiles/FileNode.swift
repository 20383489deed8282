/// A value in a run file, and where it stands: text, a list, or keys with values.
///
/// Text stays text until somebody says what it should be. So a price goes from its digits straight to an
/// integer, and nothing depends on what a YAML library takes for a number or a date.
public struct FileNode: Hashable, Sendable {
  public indirect enum Content: Hashable, Sendable {
    /// - isQuoted: whether it stands in quotes: `"null"` is a word, `null` is nothing.
    case text(String, isQuoted: Bool)
    case list([FileNode])
    case section([Member])
  }

  /// A key and its value.
  public struct Member: Hashable, Sendable {
    public let key: String
    /// Nil where the command line set it.
    public let mark: FileMark?
    public var value: FileNode
  }

  public var content: Content
  /// Nil where the command line set it.
  public let mark: FileMark?

  init(_ content: Content, at mark: FileMark?) {
    self.content = content
    self.mark = mark
  }

  /// Whether nothing stands here: `key:`, `key: ~` or `key: null`.
  var isNothing: Bool {
    guard case .text(let text, isQuoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// What an error says was found.
  var summary: String {
    switch content {
    case _ where isNothing: "nothing"
    case .text(let text, _): "'\(text)'"
    case .list(let items): "a list of \(items.count)"
    case .section(let members) where members.isEmpty: "a section without keys"
    case .section(let members):
      "a section with the key\(members.count > 1 ? "s" : "") "
        + members.map { "'\($0.key)'" }.joined(separator: ", ")
    }
  }
}

// MARK: - Changing and comparing

extension FileNode {
  /// The node with another value at `path`, whose sections are made where they are missing.
  ///
  /// - Returns: nil where text or a list is in the way.
  func setting(_ path: ArraySlice<String>, to value: FileNode) -> FileNode? {
    guard let key = path.first else { return value }
    var members: [Member]
    switch content {
    case .section(let existing): members = existing
    case _ where isNothing: members = []
    case .text, .list: return nil
    }
    let rest = path.dropFirst()
    if let index = members.firstIndex(where: { $0.key == key }) {
      guard let changed = members[index].value.setting(rest, to: value) else { return nil }
      members[index].value = changed
    } else {
      let empty = FileNode(.section([]), at: nil)
      guard let made = empty.setting(rest, to: value) else { return nil }
      members.append(Member(key: key, mark: nil, value: made))
    }
    return FileNode(.section(members), at: mark)
  }

  /// JSON with sorted keys and without places: equal for files that say the same, in whatever order
  /// and with whatever comments. Plain words and numbers are text there, too.
  public var canonicalText: String {
    switch content {
    case _ where isNothing: "null"
    case .text(let text, _): FileNode.quoted(text)
    case .list(let items): "[" + items.map(\.canonicalText).joined(separator: ",") + "]"
    case .section(let members):
      "{"
        + members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { FileNode.quoted($0.key) + ":" + $0.value.canonicalText }
        .joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
