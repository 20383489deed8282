import Foundation

/// A run of the benchmark: what was asked for, and the figures so far.
final class Bench {
  let options: Options
  let stopwatch = Stopwatch()
  private(set) var figures: [Figure] = []
  /// Figures that could not be measured, and why.
  private(set) var missing: [(name: String, reason: String)] = []

  init(_ options: Options) { self.options = options }

  /// `full`, or `quick` where a quick run was asked for.
  func size<Size>(_ full: Size, quick: Size) -> Size { options.isQuick ? quick : full }

  /// Whether one of these figures was asked for.
  func wants(_ names: String...) -> Bool { names.contains(where: options.wants) }

  func report(_ figure: Figure) {
    if options.wants(figure.name) { figures.append(figure) }
  }

  /// Runs a suite, if one of its figures was asked for.
  func run(_ suite: String, _ measure: (Bench) throws -> Void) {
    guard options.wants(suite) else { return }
    FileHandle.standardError.write(Data("measuring \(suite)\n".utf8))
    attempt(suite) { try measure(self) }
  }

  /// Where something cannot be measured, this is said, and the rest goes on.
  func attempt(_ name: String, _ measure: () throws -> Void) {
    do { try measure() } catch { missing.append((name, "\(error)")) }
  }

  /// A path in the scratch folder, from which files whose names begin so have been removed.
  func scratchPath(_ name: String) throws -> String {
    let folder = options.scratchFolder
    let files = FileManager.default
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for file in try files.contentsOfDirectory(atPath: folder) where file.hasPrefix(name) {
      try files.removeItem(atPath: "\(folder)/\(file)")
    }
    return "\(folder)/\(name)"
  }
}
