import Backtest
import Glibc
import Strategies

/// Names that a package with a strategy cannot have, because it would not build or not be found.
enum TakenNames {
  /// What the package's own sources use of Swift's.
  private static let ofSwift: Set<String> = [
    "Any", "Array", "Bool", "Double", "Error", "Foundation", "Glibc", "Int", "Protocol", "Self",
    "String", "Swift", "Testing", "Type",
  ]

  /// - Returns: Why the package cannot have its name; nil where it can.
  /// - Throws: `FileError` for a checkout that cannot be read.
  static func reason(against package: NewPackage) throws -> String? {
    if ofSwift.contains(package.name) { return "Swift has the name" }
    if builtInStrategies.contains(where: { $0.name == package.strategyName }) {
      return "there is a strategy '\(package.strategyName)' already"
    }
    let manifest = try text(of: "\(package.lockstep)/Package.swift")
    // Targets have one name among all packages of a build.
    if let target = package.targets.first(where: { manifest.contains("\"\($0)\"") }) {
      return "lockstep has a target '\(target)'"
    }
    for path in sources(in: "\(package.lockstep)/Sources") {
      if declares(package.name, try text(of: path)) {
        return "lockstep has a type of that name"
      }
    }
    return nil
  }

  /// Whether a source says `public struct Name`, or the like, on its outermost level.
  private static func declares(_ name: String, _ source: String) -> Bool {
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor", "typealias"]
    for line in source.split(separator: "\n") where line.hasPrefix("public ") {
      let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
      let kind = words.firstIndex { kinds.contains($0) }
      if let kind, words.indices.contains(kind + 1), words[kind + 1] == name { return true }
    }
    return false
  }

  private static func text(of path: String) throws -> String {
    String(decoding: try SmallFile.bytes(of: path), as: UTF8.self)
  }

  /// The paths of all Swift files in a folder and those below it.
  private static func sources(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var paths: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = "\(folder)/\(name)"
      paths += name.hasSuffix(".swift") ? [path] : sources(in: path)
    }
    return paths
  }
}
