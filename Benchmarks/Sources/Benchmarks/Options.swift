/// What the command line asks for.
struct Options {
  /// Names of suites or figures, or beginnings of them; empty for all.
  var only: [String] = []
  /// Smaller tapes and fewer rounds: to see that everything runs, not to be quoted.
  var isQuick = false
  /// Whether a missed limit is a failure of the run.
  var isStrict = false
  /// Where the figures are written.
  var output = ".build/bench.json"

  // What `Scripts/bench` has prepared.

  /// The folder of the compiled C references.
  var referenceFolder = "Benchmarks/.build/reference"
  /// A folder for files that are measured on.
  var scratchFolder = "Benchmarks/.build/scratch"
  /// A build of this program without an audit trail in the library.
  var withoutTrail: String?
  /// A Python environment that has the libraries to compare with, but for vectorbt.
  var python: String?
  /// A Python environment that has vectorbt, whose numpy others do not take.
  var vectorbt: String?
  /// A single measurement in a process of its own, see `Probe`.
  var probe: (name: String, arguments: [String])?

  static let usage = """
    usage: bench [--only NAME]... [--quick] [--strict]

      --only NAME    measure only the suite or the figures whose names begin with NAME, and keep
                     the others of the last run
      --quick        smaller tapes and fewer repetitions
      --strict       exit with 1 where a limit is missed or a figure could not be measured
    """

  init(_ arguments: some Sequence<String>) throws(BenchmarkError) {
    var rest = arguments.makeIterator()
    while let argument = rest.next() {
      func value() throws(BenchmarkError) -> String {
        guard let value = rest.next() else { throw .usage("\(argument) needs a value") }
        return value
      }
      switch argument {
      case "--quick": isQuick = true
      case "--strict": isStrict = true
      case "--only": only.append(try value())
      case "--output": output = try value()
      case "--reference": referenceFolder = try value()
      case "--scratch": scratchFolder = try value()
      case "--without-trail": withoutTrail = try value()
      case "--python": python = try value()
      case "--vectorbt": vectorbt = try value()
      case "--probe":
        let name = try value()
        var arguments: [String] = []
        while let argument = rest.next() { arguments.append(argument) }
        probe = (name, arguments)
      default: throw .usage("unknown argument \(argument)")
      }
    }
  }

  /// Whether a figure, or one of the figures of a suite, was asked for.
  func wants(_ name: String) -> Bool {
    only.isEmpty || only.contains { name.hasPrefix($0) || $0.hasPrefix(name + ".") }
  }
}

/// Why a figure cannot be measured.
enum BenchmarkError: Error, CustomStringConvertible {
  case usage(String)
  case missingReference(String)
  /// What was measured did not do the same work as the reference.
  case differentResults(String)
  /// A tool or a file is missing that is needed for this figure alone.
  case unavailable(String)

  var description: String {
    switch self {
    case .usage(let problem): "\(problem)\n\(Options.usage)"
    case .missingReference(let problem): "C reference: \(problem)"
    case .differentResults(let what): "void: \(what)"
    case .unavailable(let what): "skipped: \(what)"
    }
  }
}
