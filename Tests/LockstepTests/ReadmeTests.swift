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

  @Test(arguments: [("ReadmeExample", "README.md"), ("ExchangeExample", "docs/exchange.md")])
  func `the example is the one that is compiled`(source: String, page: String) throws {
    let compiled = try lines(
      of: text("Tests/LockstepTests/\(source).swift"), from: "// begin", to: "// end", indent: 2)
    let shown = try lines(of: text(page), from: "```swift", to: "```", indent: 0)
    #expect(shown == ["import Lockstep", ""] + compiled)
  }

  private func output(shownIn page: String) throws -> [String] {
    try lines(of: text(page), from: "```text", to: "```", indent: 0).map(String.init)
  }

  @Test func `the examples print what their pages say`() throws {
    try readmeExample()
    #expect(readmeOutput.withLock { $0 } == (try output(shownIn: "README.md")))
    try exchangeExample()
    #expect(exchangeOutput.withLock { $0 } == (try output(shownIn: "docs/exchange.md")))
  }
}
