import Foundation
import Synchronization
import Testing

@Suite struct ReadmeTests {
  private let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The lines between two markers, without their common indentation.
  private func lines(of text: String, from start: String, to end: String, indent: Int) throws
    -> [Substring]
  {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = try #require(lines.firstIndex { $0.hasSuffix(start) })
    let last = try #require(lines[(first + 1)...].firstIndex { $0.hasSuffix(end) })
    return lines[(first + 1)..<last].map { $0.dropFirst(indent) }
  }

  @Test func `the README's example is the one that is compiled`() throws {
    let compiled = try lines(
      of: text("Tests/LockstepTests/ReadmeExample.swift"), from: "// begin", to: "// end", indent: 2
    )
    let shown = try lines(of: text("README.md"), from: "```swift", to: "```", indent: 0)
    #expect(shown == ["import Lockstep", ""] + compiled)
  }

  @Test func `the example prints what the README says`() throws {
    try readmeExample()
    let shown = try lines(of: text("README.md"), from: "```text", to: "```", indent: 0)
    #expect(readmeOutput.withLock { $0 } == shown.map(String.init))
  }
}
