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
    if keys.contains("") { throw RunFileError(.malformedPath(path), file: option, at: nil) }
    guard let changed = setting(keys[...], to: value) else {
      throw RunFileError(.noSection(path: obstacle(to: keys)), file: option, at: nil)
    }
    return changed
  }

  /// The first keys of a path that lead to text or a list, where sections should be.
  private func obstacle(to path: [String]) -> String {
    var node = self
    for (index, key) in path.enumerated() {
      guard case .section(let members) = node.content,
        let member = members.first(where: { $0.key == key })
      else { return path[..<index].joined(separator: ".") }
      node = member.value
    }
    return path.joined(separator: ".")
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
