import Foundation
import PackagePlugin

/// Asks git for the commit of this package before it is compiled, so that a program can say what it was
/// built from.
///
/// Git is asked again when what is built has changed, or what the checkout points to; what is written
/// changes with the answer only. So the same answer builds nothing anew.
@main
struct AskCommit: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let package = context.package.directoryURL
    let script = package.appending(path: "Plugins/AskCommit/commit.sh")
    let answer = context.pluginWorkDirectoryURL.appending(path: "Commit.swift")
    return [
      .buildCommand(
        displayName: "Asking git for the commit", executable: URL(filePath: "/bin/sh"),
        arguments: [script, package, answer].map { $0.path(percentEncoded: false) },
        inputFiles: built(in: package) + checkedOut(in: package), outputFiles: [answer])
    ]
  }

  /// What `commit.sh` compares with the commit.
  private func built(in package: URL) -> [URL] {
    let folders = ["Plugins", "Sources"].map { package.appending(path: $0) }
    let files = folders.flatMap { folder in
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
        .compactMap { $0 as? URL } ?? []
    }
    return [package.appending(path: "Package.swift")]
      + files.filter { !$0.hasDirectoryPath }.sorted { $0.path < $1.path }
  }

  /// The files of git that change with a commit or another checkout.
  private func checkedOut(in package: URL) -> [URL] {
    var folder = package.appending(path: ".git")
    // In a worktree that is a file which says where its folder is.
    if let text = try? String(contentsOf: folder, encoding: .utf8), text.hasPrefix("gitdir: ") {
      let path = text.dropFirst("gitdir: ".count).prefix { $0 != "\n" }
      folder = URL(filePath: String(path), relativeTo: package)
    }
    return ["HEAD", "index", "logs/HEAD"].map { folder.appending(path: $0).absoluteURL }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
  }
}
