extension FileNode {
  /// The file with one value set from the command line.
  ///
  /// - Parameters:
  ///   - path: the keys that lead to the value, between dots.
  ///   - text: the value as it would stand in the file: a word, a number, `[1m, 5m]`.
  /// - Throws: `RunFileError`.
  public func overriding(_ path: String, with text: String) throws(RunFileError) -> FileNode {
    let option = "--set \(path)"
    let value: FileNode
    do {
      value = try FileNode(yaml: Array(text.utf8), file: option).withoutMarks
    } catch  where error.problem == .empty {
      value = FileNode(.text("", isQuoted: false), at: nil)
    }
    let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !keys.contains(""), let changed = setting(keys[...], to: value) else {
      throw RunFileError(.noSection(path: "'\(path)'"), file: option, at: nil)
    }
    return changed
  }

  private var withoutMarks: FileNode {
    switch content {
    case .text: FileNode(content, at: nil)
    case .list(let items): FileNode(.list(items.map(\.withoutMarks)), at: nil)
    case .section(let members):
      FileNode(
        .section(members.map { Member(key: $0.key, mark: nil, value: $0.value.withoutMarks) }),
        at: nil)
    }
  }
}
