import Foundation

/// The Python references, in an environment that `Scripts/bench` prepares.
struct Python {
  /// What a script says about one file.
  struct Reading: Decodable {
    let file: String
    let rows: Int
    let bytes: Int?
    let seconds: [Double]
  }

  private let interpreter: URL
  private let scripts: URL

  /// - Parameter library: what is to be run there; vectorbt needs an environment of its own.
  /// - Throws: `BenchmarkError.unavailable` where there is no environment.
  init(_ bench: Bench, of library: String = "") throws(BenchmarkError) {
    let options = bench.options
    guard let environment = library == "vectorbt" ? options.vectorbt : options.python else {
      throw .unavailable("its Python package could not be installed, the script says why")
    }
    interpreter = URL(fileURLWithPath: environment + "/bin/python")
    scripts = URL(fileURLWithPath: "Benchmarks/Python")
  }

  /// Runs a script that prints one reading a line.
  func run(_ script: String, _ arguments: [String]) throws -> [Reading] {
    try run(script, arguments, as: Reading.self)
  }

  func run<Line: Decodable>(
    _ script: String, _ arguments: [String], as: Line.Type
  ) throws -> [Line] {
    let output = try Program.run(
      interpreter, [scripts.appendingPathComponent(script).path] + arguments)
    return try output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }
}

/// Another program, run to its end.
enum Program {
  /// - Returns: what it printed.
  /// - Throws: `BenchmarkError.unavailable` where it fails.
  static func run(_ executable: URL, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchmarkError.unavailable(
        "\(executable.lastPathComponent) \(arguments.joined(separator: " ")) failed")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
