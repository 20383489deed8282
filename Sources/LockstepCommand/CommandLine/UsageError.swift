import Market

/// What is wrong with a command line, in the user's words.
enum UsageError: Error, Equatable, CustomStringConvertible {
  case unknownCommand(String, suggestion: String?)
  case unknownOption(String, suggestion: String?)
  case missingOption(String)
  case missingArgument(String)
  case missingValue(option: String, placeholder: String)
  case unexpectedValue(flag: String, value: String)
  case unexpectedArgument(String)
  case givenTwice(String)
  case malformedValue(name: String, value: String, reason: String)
  /// Options that are each right but do not go together.
  case conflict(String)

  var description: String {
    switch self {
    case .unknownCommand(let name, let suggestion):
      "unknown command '\(name)'" + UsageError.question(suggestion)
    case .unknownOption(let name, let suggestion):
      "unknown option '\(name)'" + UsageError.question(suggestion)
    case .missingOption(let name): "'\(name)' is required"
    case .missingArgument(let name): "\(name) is missing"
    case .missingValue(let option, let placeholder):
      "'\(option)' needs a value: \(option) \(placeholder)"
    case .unexpectedValue(let flag, let value): "'\(flag)' takes no value, found '\(value)'"
    case .unexpectedArgument(let text): "unexpected argument '\(text)'"
    case .givenTwice(let name): "'\(name)' is given twice"
    case .malformedValue(let name, let value, let reason): "\(name) '\(value)': \(reason)"
    case .conflict(let what): what
    }
  }

  private static func question(_ suggestion: String?) -> String {
    suggestion.map { ", did you mean '\($0)'?" } ?? ""
  }
}

/// The candidate that `word` was probably meant to be; nil when more than a third of the letters
/// would have to change.
func spellingSuggestion(for word: String, among candidates: [String]) -> String? {
  guard let nearest = word.closestFirst(among: candidates).first,
    word.editDistance(to: nearest) * 3 <= max(word.count, nearest.count)
  else { return nil }
  return nearest
}
