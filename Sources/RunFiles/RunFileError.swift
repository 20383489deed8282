/// What is wrong with a run file, and where.
public struct RunFileError: Error, Hashable, Sendable {
  public enum Problem: Hashable, Sendable {
    /// Text that is not YAML, in the words of the parser.
    case malformed(String)
    case notUTF8
    /// A character that no text has, such as NUL.
    case controlCharacter
    case empty
    case severalDocuments
    /// `&name`, `*name`: a file says everything where it is used.
    case alias
    case tooDeep(limit: Int)
    case keyNotText(found: String)
    case duplicateKey(String, first: FileMark)
    /// A key that its section does not have; `known` begins with the one most like it.
    case unknownKey(String, section: String, known: [String])
    case missingKey(String, section: String, expected: String)
    case invalidValue(path: String, found: String, expected: String)
    /// A value that is right in itself, and does not go with the others.
    case conflict(path: String, String)
    /// An override whose keys are not words between dots.
    case malformedPath(String)
    /// An override that would have to go through text or a list; empty for the whole file.
    case noSection(path: String)
  }

  /// The file's name, or the option that set the value.
  public let file: String
  /// Nil where the whole file is meant, or the command line set the value.
  public let mark: FileMark?
  public let problem: Problem

  public init(_ problem: Problem, file: String, at mark: FileMark?) {
    self.file = file
    self.mark = mark
    self.problem = problem
  }
}

extension RunFileError: CustomStringConvertible {
  public var description: String {
    let place = mark.map { "\(file):\($0)" } ?? file
    return "\(place): \(problem)"
  }
}

extension RunFileError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let words): "not valid YAML: \(words)"
    case .notUTF8: "not UTF-8 text"
    case .controlCharacter: "a control character: expected text"
    case .empty: "an empty file: expected the keys of a run, 'lockstep run --example' prints a file"
    case .severalDocuments: "a second document begins here: expected one"
    case .alias: "anchors and aliases are not taken: expected the value itself"
    case .tooDeep(let limit): "nested too deeply: expected at most \(limit) levels"
    case .keyNotText(let found): "\(found) as a key: expected a word"
    case .duplicateKey(let key, let first):
      "'\(key)' stands here again, first in line \(first.line)"
    case .unknownKey(let key, let section, let known):
      "'\(key)' is no key of \(section): "
        + (known.isEmpty
          ? "it has none"
          : "did you mean '\(known[0])'?"
            + (known.count > 1 ? " Its keys: \(known.sorted().joined(separator: ", "))" : ""))
    case .missingKey(let key, let section, let expected):
      "\(section) has no key '\(key)': expected \(expected)"
    case .invalidValue(let path, let found, let expected):
      "\(path) is \(found): expected \(expected)"
    case .conflict(let path, let reason): "\(path): \(reason)"
    case .malformedPath(let path):
      "'\(path)' is no path: expected keys between dots, such as exchange.deposit"
    case .noSection(let path):
      (path.isEmpty ? "the file" : "'\(path)'") + " is not a section: nothing can be set in it"
    }
  }
}
