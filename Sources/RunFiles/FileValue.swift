import Market

/// A value of a run file on its way to what it should be: each reading says what it expects, and what is
/// wrong is refused with its place.
public struct FileValue: Sendable {
  public let node: FileNode
  /// The keys that lead here, `strategy.parameters.fast`; empty for the whole file.
  public let path: String
  private let file: String

  /// The whole file.
  public init(_ root: FileNode, file: String) {
    node = root
    path = ""
    self.file = file
  }

  private init(_ node: FileNode, _ path: String, _ file: String) {
    self.node = node
    self.path = path
    self.file = file
  }

  private var name: String { path.isEmpty ? "the file" : path }

  /// The error that this value is not what was expected.
  public func refused(_ expected: String) -> RunFileError {
    error(.invalidValue(path: name, found: node.summary, expected: expected), at: node.mark)
  }

  /// The error that this value is right in itself and does not go with something else.
  public func conflict(_ reason: String) -> RunFileError {
    error(.conflict(path: name, reason), at: node.mark)
  }

  private func error(_ problem: RunFileError.Problem, at mark: FileMark?) -> RunFileError {
    RunFileError(problem, file: mark == nil ? "--set \(path)" : file, at: mark)
  }

  // MARK: Text and what it stands for

  /// Text that is not empty.
  public func text(_ expected: String = "text") throws(RunFileError) -> String {
    guard case .text(let text, _) = node.content, !node.isNothing, !text.isEmpty else {
      throw refused(expected)
    }
    return text
  }

  /// What `parse` makes of the text; nil from it refuses the value.
  public func value<Value>(
    _ expected: String, _ parse: (String) -> Value?
  ) throws(RunFileError) -> Value {
    guard let value = parse(try text(expected)) else { throw refused(expected) }
    return value
  }

  /// A whole number, in digits alone.
  public func integer(in range: ClosedRange<Int>) throws(RunFileError) -> Int {
    let expected =
      range.upperBound == .max
      ? "a whole number from \(range.lowerBound) on"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return try value(expected) { text in
      guard !text.hasPrefix("+"), let number = Int(text), range.contains(number) else { return nil }
      return number
    }
  }

  /// A number that need not be exact, as a speed or a share.
  public func number(in range: ClosedRange<Double>) throws(RunFileError) -> Double {
    let (least, most) = (FileValue.text(range.lowerBound), FileValue.text(range.upperBound))
    return try value("a number from \(least) to \(most)") { text in
      guard let first = text.utf8.first, first != UInt8(ascii: "+"),
        text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }),
        let number = Double(text), range.contains(number)
      else { return nil }
      return number
    }
  }

  /// `1`, not `1.0`.
  private static func text(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  /// `true` or `false`.
  public func truth() throws(RunFileError) -> Bool {
    try value("true or false") { ["true": true, "false": false][$0] }
  }

  /// One of the enumeration's words.
  public func choice<Value>(_: Value.Type = Value.self) throws(RunFileError) -> Value
  where Value: CaseIterable & RawRepresentable<String> {
    let words = Value.allCases.map(\.rawValue)
    let text = try text("one of \(words.joined(separator: ", "))")
    guard let value = Value(rawValue: text) else {
      throw refused(
        "one of \(words.joined(separator: ", ")); did you mean '\(text.closestFirst(among: words)[0])'?"
      )
    }
    return value
  }

  // MARK: Lists and sections

  /// The values of a list; text alone is a list of one.
  public func list(of expected: String) throws(RunFileError) -> [FileValue] {
    switch node.content {
    case .list(let items):
      return items.enumerated().map { index, item in
        FileValue(item, "\(path)[\(index + 1)]", file)
      }
    case .text where !node.isNothing: return [self]
    case .text, .section: throw refused("a list of \(expected)")
    }
  }

  /// The values of a section that has these keys and no others.
  /// - Throws: `RunFileError` at the first key that is not among `keys`.
  public func section(_ keys: [String]) throws(RunFileError) -> FileSection {
    let section = try section()
    for member in section.members where !keys.contains(member.key) {
      let problem = RunFileError.Problem.unknownKey(
        member.key, section: name, known: member.key.closestFirst(among: keys))
      throw self.member(member).error(problem, at: member.mark)
    }
    return section
  }

  /// The values of a section of any keys, as the names of indicators.
  public func section() throws(RunFileError) -> FileSection {
    guard case .section(let members) = node.content else { throw refused("a section of keys") }
    return FileSection(value: self, members: members)
  }

  fileprivate func member(_ member: FileNode.Member) -> FileValue {
    FileValue(member.value, path.isEmpty ? member.key : "\(path).\(member.key)", file)
  }

  fileprivate func missing(_ key: String, _ expected: String) -> RunFileError {
    error(.missingKey(key, section: name, expected: expected), at: node.mark)
  }
}

/// Keys and their values, in the order of the file.
public struct FileSection: Sendable {
  private let value: FileValue
  fileprivate let members: [FileNode.Member]

  fileprivate init(value: FileValue, members: [FileNode.Member]) {
    self.value = value
    self.members = members
  }

  /// Each key with its value.
  public var all: [(key: String, value: FileValue)] {
    members.map { ($0.key, value.member($0)) }
  }

  /// The value of a key; nil where it is missing or nothing stands there.
  public subscript(_ key: String) -> FileValue? {
    members.first { $0.key == key && !$0.value.isNothing }.map(value.member)
  }

  /// - Throws: `RunFileError` where the key is missing, or nothing stands behind it.
  public func required(_ key: String, _ expected: String) throws(RunFileError) -> FileValue {
    if let value = self[key] { return value }
    if let empty = members.first(where: { $0.key == key }) {
      throw value.member(empty).refused(expected)
    }
    throw value.missing(key, expected)
  }
}
