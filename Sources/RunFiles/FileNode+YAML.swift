import CYAML

extension FileNode {
  /// Deeper files are refused: reading goes down a level with each.
  static let depthLimit = 64

  /// The one document of a YAML file. JSON is YAML, too.
  ///
  /// - Parameter file: the name that errors begin with.
  /// - Throws: `RunFileError`, with line and column.
  public init(yaml bytes: [UInt8], file: String) throws(RunFileError) {
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(RunFileError) in
        let reader = unsafe YAMLReader(bytes, file)
        return try reader.document()
      }
    }
    self = try result.get()
  }
}

/// The events of the C library's parser, read into nodes: what is refused stops the parser where it stands.
@safe private struct YAMLReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ file: String) {
    unsafe self.bytes = bytes
    self.file = file
    unsafe parser = .allocate(capacity: 1)
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      preconditionFailure("no memory for a parser")
    }
    unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
  }

  // MARK: Events

  /// An event, its strings copied.
  private enum Event {
    case begin, end, list, section, close
    case text(String, isQuoted: Bool)
  }

  private func next() throws(RunFileError) -> (event: Event, mark: FileMark) {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw parserError() }
    defer { unsafe yaml_event_delete(&event) }
    let mark = unsafe FileMark(event.start_mark)
    return (try unsafe known(event, mark), mark)
  }

  private func known(_ event: yaml_event_t, _ mark: FileMark) throws(RunFileError) -> Event {
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      if unsafe scalar.anchor != nil { throw refused(.alias, mark) }
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isQuoted = unsafe scalar.style != YAML_PLAIN_SCALAR_STYLE
      return unsafe .text(String(decoding: bytes, as: UTF8.self), isQuoted: isQuoted)
    case YAML_SEQUENCE_START_EVENT:
      if unsafe event.data.sequence_start.anchor != nil { throw refused(.alias, mark) }
      return .list
    case YAML_MAPPING_START_EVENT:
      if unsafe event.data.mapping_start.anchor != nil { throw refused(.alias, mark) }
      return .section
    case YAML_ALIAS_EVENT: throw refused(.alias, mark)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .close
    case YAML_STREAM_END_EVENT: return .end
    default: return .begin
    }
  }

  private func refused(_ problem: RunFileError.Problem, _ mark: FileMark?) -> RunFileError {
    RunFileError(problem, file: file, at: mark)
  }

  private func parserError() -> RunFileError {
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      // The parser says only after how many bytes.
      let before = unsafe Array(bytes.prefix(parser.pointee.problem_offset))
      let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let column = String(decoding: lines.last ?? [], as: UTF8.self).unicodeScalars.count + 1
      // A character takes four bytes at most; one that cannot be read becomes U+FFFD.
      let rest = unsafe String(decoding: bytes.dropFirst(before.count).prefix(4), as: UTF8.self)
      let isCharacter =
        String(validating: before, as: UTF8.self) != nil && rest.unicodeScalars.first != "\u{FFFD}"
      return refused(
        isCharacter ? .controlCharacter : .notUTF8,
        FileMark(line: max(1, lines.count), column: column))
    }
    let words = unsafe [parser.pointee.context, parser.pointee.problem].compactMap { words in
      unsafe words.map { unsafe String(cString: $0) }
    }
    let mark = unsafe FileMark(parser.pointee.problem_mark)
    if isTab(at: mark) { return refused(.malformed("a tab: expected spaces"), mark) }
    return refused(.malformed(words.joined(separator: ": ")), mark)
  }

  /// The parser says only that it cannot begin anything.
  private func isTab(at mark: FileMark) -> Bool {
    let text = unsafe Array(bytes)
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.indices.contains(mark.line - 1) else { return false }
    let line = String(decoding: lines[mark.line - 1], as: UTF8.self).unicodeScalars
    return line.dropFirst(mark.column - 1).first == "\t"
  }

  // MARK: Nodes

  /// The one document of the stream.
  func document() throws(RunFileError) -> FileNode {
    _ = try next()
    guard case (.begin, _) = try next() else { throw refused(.empty, nil) }
    let (event, mark) = try next()
    let node = try node(event, mark, depth: 1)
    // The end of the document, and of the stream.
    _ = try next()
    let (end, place) = try next()
    guard case .end = end else { throw refused(.severalDocuments, place) }
    if node.isNothing { throw refused(.empty, nil) }
    return node
  }

  private func node(
    _ event: Event, _ mark: FileMark, depth: Int
  ) throws(RunFileError) -> FileNode {
    if depth > FileNode.depthLimit { throw refused(.tooDeep(limit: FileNode.depthLimit), mark) }
    switch event {
    case .text(let text, let isQuoted):
      return FileNode(.text(text, isQuoted: isQuoted), at: mark)
    case .list:
      var items: [FileNode] = []
      while let item = try child(depth) { items.append(item) }
      return FileNode(.list(items), at: mark)
    case .section:
      var members: [FileNode.Member] = []
      var places: [String: FileMark] = [:]
      while let key = try child(depth) {
        let name = try name(of: key)
        if let first = places.updateValue(key.mark ?? mark, forKey: name) {
          throw refused(.duplicateKey(name, first: first), key.mark)
        }
        guard let value = try child(depth) else { preconditionFailure("a key without a value") }
        members.append(FileNode.Member(key: name, mark: key.mark, value: value))
      }
      return FileNode(.section(members), at: mark)
    case .begin, .end, .close: preconditionFailure("no node begins with \(event)")
    }
  }

  /// The next node of a list or a section; nil at its end.
  private func child(_ depth: Int) throws(RunFileError) -> FileNode? {
    let (event, mark) = try next()
    if case .close = event { return nil }
    return try node(event, mark, depth: depth + 1)
  }

  private func name(of key: FileNode) throws(RunFileError) -> String {
    guard case .text(let name, _) = key.content, !key.isNothing else {
      throw refused(.keyNotText(found: key.summary), key.mark)
    }
    return name
  }
}

extension FileMark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}
