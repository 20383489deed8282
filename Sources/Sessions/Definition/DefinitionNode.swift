import Market

/// A value of a calendar's definition and the path of keys that leads to it, so that every
/// complaint says where.
struct DefinitionNode {
  let path: String
  let value: JSONValue

  func fault(expected: String) -> CalendarError {
    .invalidValue(key: path, found: value.description, expected: expected)
  }

  /// The members of an object, in the order they were written.
  func members(expected: String) throws(CalendarError) -> [(key: String, node: DefinitionNode)] {
    guard case .object(let members) = value else { throw fault(expected: expected) }
    return members.map { member in
      let childPath = path.isEmpty ? member.key : "\(path).\(member.key)"
      return (member.key, DefinitionNode(path: childPath, value: member.value))
    }
  }

  /// The members of an object that has no other keys than `keys`.
  func object(keys: [String]) throws(CalendarError) -> DefinitionObject {
    let members = try members(expected: "an object with \(keys.joined(separator: ", "))")
    for (key, node) in members where !keys.contains(key) {
      throw .unknownKey(node.path, nearest: key.closestFirst(among: keys)[0])
    }
    return DefinitionObject(path: path, members: members)
  }

  func elements(expected: String) throws(CalendarError) -> [DefinitionNode] {
    guard case .array(let elements) = value else { throw fault(expected: expected) }
    return elements.enumerated().map { (index, element) in
      DefinitionNode(path: "\(path)[\(index)]", value: element)
    }
  }

  func text(expected: String) throws(CalendarError) -> String {
    guard case .string(let text) = value, !text.isEmpty else { throw fault(expected: expected) }
    return text
  }

  func localTime() throws(CalendarError) -> Int32 {
    guard case .string(let text) = value, let seconds = LocalTimeText.seconds(text) else {
      throw fault(expected: LocalTimeText.expected)
    }
    return seconds
  }

  func date() throws(CalendarError) -> CalendarDate {
    guard case .string(let text) = value else { throw fault(expected: DefinitionNode.dateForm) }
    return try date(of: text)
  }

  /// The date that `text`, this value or its key, is.
  func date(of text: String) throws(CalendarError) -> CalendarDate {
    guard let date = CalendarDate(parsing: text), TradingCalendar.dates.contains(date) else {
      throw .invalidValue(key: path, found: "\"\(text)\"", expected: DefinitionNode.dateForm)
    }
    return date
  }

  func weekday() throws(CalendarError) -> Weekday {
    guard case .string(let text) = value, let day = Weekday(lowercaseName: text) else {
      throw fault(expected: "a day of the week such as \"monday\"")
    }
    return day
  }

  func seconds(upTo limit: Int32) throws(CalendarError) -> Int32 {
    guard case .number(let digits) = value, let seconds = Int32(digits),
      (0...limit).contains(seconds)
    else { throw fault(expected: "whole seconds from 0 to \(limit)") }
    return seconds
  }

  private static let dateForm = "a date such as \"2024-12-25\", from 1900 to 2200"
}

/// An object of a definition whose keys are known to be right.
struct DefinitionObject {
  let path: String
  let members: [(key: String, node: DefinitionNode)]

  subscript(key: String) -> DefinitionNode? {
    members.first { $0.key == key }?.node
  }

  func required(_ key: String, expected: String) throws(CalendarError) -> DefinitionNode {
    guard let node = self[key] else {
      throw .missingKey(path.isEmpty ? key : "\(path).\(key)", expected: expected)
    }
    return node
  }
}

extension Weekday {
  /// `monday` to `sunday`, as definitions write it.
  var lowercaseName: String { "\(self)" }

  init?(lowercaseName: String) {
    guard let day = Weekday.allCases.first(where: { $0.lowercaseName == lowercaseName }) else {
      return nil
    }
    self = day
  }
}
