import Sessions

/// An object of a JSON file that a run has left behind, with errors that name the file and the key.
struct StoredObject {
  private let path: String
  private let members: [JSONMember]

  init(contentsOf path: String) throws(ArtifactError) {
    let value: JSONValue
    let bytes = try PosixDisk.contents(of: path)
    do throws(CalendarError) {
      value = try JSONValue(parsing: bytes)
    } catch .malformedJSON(let line, let column, let found, let expected) {
      throw .malformed(
        path: path, "line \(line), column \(column): found \(found), expected \(expected)")
    } catch {
      throw .malformed(path: path, "\(error)")
    }
    guard case .object(let members) = value else {
      throw .malformed(path: path, "found \(value), expected an object")
    }
    self.init(path, members)
  }

  private init(_ path: String, _ members: [JSONMember]) {
    self.path = path
    self.members = members
  }

  func fault(_ text: String) -> ArtifactError { .malformed(path: path, text) }

  private func fault(_ key: String, expected: String) -> ArtifactError {
    let found = self[key].map { "\($0)" } ?? "nothing"
    return fault("'\(key)': found \(found), expected \(expected)")
  }

  private subscript(key: String) -> JSONValue? { members.first { $0.key == key }?.value }

  func has(_ key: String) -> Bool { self[key] != nil }

  func isList(_ key: String) -> Bool { if case .array = self[key] { true } else { false } }

  /// Nil for `null`, and where there is no such key.
  func optionalText(_ key: String) throws(ArtifactError) -> String? {
    switch self[key] {
    case nil, .null: return nil
    case .string(let text): return text
    default: throw fault(key, expected: "a text")
    }
  }

  func text(_ key: String) throws(ArtifactError) -> String {
    guard let text = try optionalText(key) else { throw fault(key, expected: "a text") }
    return text
  }

  /// A number with its digits as they stand there; nil where there is no such key.
  func optionalNumber(_ key: String) throws(ArtifactError) -> String? {
    switch self[key] {
    case nil, .null: return nil
    case .number(let digits): return digits
    default: throw fault(key, expected: "a number")
    }
  }

  func number(_ key: String) throws(ArtifactError) -> String {
    guard let digits = try optionalNumber(key) else { throw fault(key, expected: "a number") }
    return digits
  }

  func integer<Value: FixedWidthInteger>(
    _ key: String, as _: Value.Type
  ) throws(ArtifactError) -> Value {
    guard let value = Value(try number(key)) else {
      throw fault(key, expected: "a whole number of \(Value.bitWidth) bits")
    }
    return value
  }

  func int(_ key: String) throws(ArtifactError) -> Int { try integer(key, as: Int.self) }

  func object(_ key: String) throws(ArtifactError) -> StoredObject {
    guard case .object(let members) = self[key] else { throw fault(key, expected: "an object") }
    return StoredObject(path, members)
  }

  func objects(_ key: String) throws(ArtifactError) -> [StoredObject] {
    guard case .array(let elements) = self[key] else { throw fault(key, expected: "a list") }
    return try elements.map { element throws(ArtifactError) in
      guard case .object(let members) = element else {
        throw fault("'\(key)': found \(element), expected objects")
      }
      return StoredObject(path, members)
    }
  }

  /// All members, which are texts.
  func texts() throws(ArtifactError) -> [(name: String, value: String)] {
    try members.map { member throws(ArtifactError) in (member.key, try text(member.key)) }
  }

  /// All members, which are whole numbers.
  func integers() throws(ArtifactError) -> [(name: String, value: Int)] {
    try members.map { member throws(ArtifactError) in (member.key, try int(member.key)) }
  }
}
