import Glibc
import Storage

/// `lockstep new`: a package with a strategy of the user's own.
enum NewCommand {
  private static let name = Parameter.optionalPositional(
    "NAME", .typeName, "the strategy's type, as MyStrategy")
  private static let path = Parameter.optional(
    "--path", "FOLDER", .text, "the package's folder, which must not exist; NAME unless given")
  private static let checkout = Parameter.optional(
    "--lockstep", "FOLDER", .text,
    "the checkout of lockstep it builds against; the one this program was built from unless given")

  static let command = Command(
    name: "new",
    summary: "begin a package with a strategy of your own",
    discussion: """
      Writes a Swift package with one strategy, a test of it, and a program that has all commands of this
      one and runs the strategy by its name. 'swift run -c release' in its folder builds it against this
      checkout.
      """,
    parameters: [name, path, checkout],
    examples: [
      Command.Example(
        title: "a package, and its first run",
        commandLine:
          "lockstep new MyStrategy; cd MyStrategy; swift run -c release MyStrategy run system.yaml")
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    guard let name = arguments[name] else { throw UsageError.missingArgument("NAME") }
    let folder = arguments[path] ?? name
    let files = PosixFileSystem()
    guard try !files.exists(folder) else {
      throw CommandFailure("'\(folder)' exists already", remedy: "choose another with --path")
    }
    let root = arguments[checkout] ?? buildFolder
    guard try files.exists("\(root)/Package.swift") else {
      throw CommandFailure(
        "there is no checkout of lockstep in '\(root)'", remedy: "say where it is with --lockstep")
    }
    let package = NewPackage(name: name, lockstep: try absolute(root))
    if let reason = try TakenNames.reason(against: package) {
      throw CommandFailure(
        "a strategy cannot be named '\(name)': \(reason)", remedy: "choose another name",
        status: .wrongUsage)
    }
    for (path, text) in package.files {
      try makeFolders(of: "\(folder)/\(path)")
      var file = try NewFile(path: "\(folder)/\(path)", replacing: false, fileSystem: files)
      var bytes = Array(text.utf8)
      do { try file.write(&bytes) } catch {
        file.discard()
        throw error
      }
      try file.commit()
    }
    try console.print(
      """
      \(folder): a package with the strategy '\(package.strategyName)'
        cd \(folder)
        swift test
        swift run -c release \(name) strategies --list
        swift run -c release \(name) run system.yaml

      """)
  }

  /// The checkout that this file was compiled in.
  private static var buildFolder: String {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(4).joined(separator: "/")
  }

  private static func absolute(_ path: String) throws -> String {
    guard let resolved = unsafe realpath(path, nil) else {
      throw CommandFailure("'\(path)' cannot be found")
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func makeFolders(of path: String) throws {
    var folder = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
      folder += part + "/"
      if folder == "/" { continue }
      guard unsafe mkdir(folder, 0o777) == 0 || errno == EEXIST else {
        let reason = unsafe String(cString: strerror(errno))
        throw CommandFailure("'\(folder)' cannot be made: \(reason)")
      }
    }
  }
}

extension ArgumentType where Value == String {
  /// The name of a Swift type.
  static var typeName: Self {
    Self { text throws(ArgumentFault) in
      let isName = text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
      guard isName, let first = text.first, first.isUppercase else {
        throw ArgumentFault("expected a type's name such as MyStrategy")
      }
      return text
    }
  }
}
