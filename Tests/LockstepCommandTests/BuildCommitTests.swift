import Foundation
import Testing

@testable import LockstepCommand

private func run(
  _ program: String, _ arguments: [String], _ environment: [String: String] = [:]
) throws -> (status: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [program] + arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  try process.run()
  let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
}

private let hasGit = (try? run("git", ["--version"]).status) == 0

/// What `commit.sh` writes of a checkout, in folders with a repository of their own.
@Suite(.enabled(if: hasGit, "git is not installed"))
struct BuildCommitTests {
  private let folder: TestFolder
  private var package: String { folder.file("package") }
  private var answer: String { folder.file("Commit.swift") }

  init() throws {
    folder = try TestFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("package/Sources"), withIntermediateDirectories: true)
    try folder.write("// 1", to: "package/Sources/a.swift")
    try folder.write("", to: "package/Package.swift")
  }

  @discardableResult
  private func git(_ arguments: String..., at place: String? = nil) throws -> String {
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    let result = try run("git", ["-C", place ?? package] + identity + arguments)
    #expect(result.status == 0, "git \(arguments)")
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A repository of what is there, and its commit.
  private func begin(at place: String? = nil) throws -> String {
    try git("init", "--quiet", at: place)
    try git("add", ".", at: place)
    try git("commit", "--quiet", "--no-gpg-sign", "--message", "First", at: place)
    return try git("rev-parse", "HEAD", at: place)
  }

  /// What the script writes.
  private func commit(
    _ environment: [String: String] = [:], of place: String? = nil
  ) throws -> String? {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Plugins/AskCommit/commit.sh")
    let arguments = [script.path, place ?? package, answer]
    #expect(try run("sh", arguments, environment).status == 0)
    let text = try folder.text(of: "Commit.swift")
    let parts = text.components(separatedBy: "\"")
    #expect(parts.count == 3 && parts[0] == "let commit: StaticString = " && parts[2] == "\n")
    return parts.count == 3 ? parts[1] : nil
  }

  @Test func `a clean checkout is its commit, and what is built beside it is named`() throws {
    let head = try begin()
    #expect(head.count == 40)
    #expect(try commit() == head)
    try folder.write("a page", to: "package/page.md")
    #expect(try commit() == head)
    try folder.write("// 2", to: "package/Sources/a.swift")
    #expect(try commit() == head + "+changes")
    try folder.write("// 1", to: "package/Sources/a.swift")
    #expect(try commit() == head)
    try folder.write("// new", to: "package/Sources/b.swift")
    #expect(try commit() == head + "+changes")
    try git("add", ".")
    #expect(try commit() == head + "+changes")
    try git("commit", "--quiet", "--no-gpg-sign", "--message", "Second")
    let second = try git("rev-parse", "HEAD")
    #expect(second != head)
    #expect(try commit() == second)
  }

  @Test func `without a repository, a commit or git nobody knows`() throws {
    #expect(try commit() == "unknown")
    try git("init", "--quiet")
    #expect(try commit() == "unknown")
    _ = try begin()
    // The shell and what it calls for output, without git.
    let tools = folder.file("tools")
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
    for tool in ["sh", "cat"] {
      let path = try run("sh", ["-c", "command -v \(tool)"]).output
        .trimmingCharacters(in: .whitespacesAndNewlines)
      try FileManager.default.createSymbolicLink(
        atPath: "\(tools)/\(tool)", withDestinationPath: path)
    }
    #expect(try commit(["PATH": tools]) == "unknown")
  }

  @Test func `the commit of a repository around it is not its own`() throws {
    let around = try begin(at: folder.path)
    #expect(try commit() == "unknown")
    let own = try begin()
    #expect(own != around)
    #expect(try commit() == own)
    // As a hook of the repository around it would have it.
    #expect(try commit(["GIT_DIR": folder.file(".git")]) == own)
  }

  @Test func `a worktree has a commit of its own`() throws {
    let head = try begin()
    let worktree = folder.file("worktree")
    try git("worktree", "add", "--quiet", "-b", "other", worktree)
    try folder.write("// 2", to: "package/Sources/a.swift")
    try git("commit", "--quiet", "--no-gpg-sign", "--all", "--message", "Second")
    #expect(try commit(of: worktree) == head)
    #expect(try commit() == git("rev-parse", "HEAD") && commit() != head)
  }

  @Test func `the same answer is not written again`() throws {
    _ = try begin()
    _ = try commit()
    let past = Date(timeIntervalSince1970: 1_000_000_000)
    try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: answer)
    func written() throws -> Date? {
      try FileManager.default.attributesOfItem(atPath: answer)[.modificationDate] as? Date
    }
    _ = try commit()
    #expect(try written() == past)
    try folder.write("// 2", to: "package/Sources/a.swift")
    _ = try commit()
    #expect(try written() != past)
  }
}
