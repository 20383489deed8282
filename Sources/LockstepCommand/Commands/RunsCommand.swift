import Reports

/// `lockstep runs`: what runs have left behind.
enum RunsCommand {
  private static let words = Parameter.positionals(
    "ACTION", .text, "list, show RUN, or diff RUN RUN; a run is a folder, or its name in --in")
  private static let folder = Parameter.option(
    "--in", "FOLDER", .text, default: "runs", "where the runs' folders are")

  static let command = Command(
    name: "runs",
    summary: "list, show and compare what runs have left behind",
    discussion: """
      'list' shows the runs of a folder, one a line. 'show' shows one: what it was made from, what it came
      to, and all its metrics; its files are held against the hashes in its manifest.

      'diff' shows the first event in which two runs differ, and their metrics side by side. It ends with
      status 0 where the runs led to the same, and with 1 where they did not.
      """,
    parameters: [words, folder],
    examples: [
      Command.Example(title: "what there is", commandLine: "lockstep runs list"),
      Command.Example(
        title: "where two runs part",
        commandLine:
          "lockstep runs diff 2024-03-20T120000-sma_cross 2024-03-20T120500-sma_cross"),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let given = arguments[words]
    let runs = Array(given.dropFirst())
    do {
      switch (given[0], runs.count) {
      case ("list", 0): try list(in: arguments[folder], console)
      case ("show", 1): try console.print(show(try stored(runs[0], arguments)))
      case ("diff", 2):
        try compare(try stored(runs[0], arguments), try stored(runs[1], arguments), console)
      case ("list", _): throw UsageError.unexpectedArgument(runs[0])
      case ("show", _), ("diff", _):
        throw UsageError.conflict(
          "\(given[0]) takes \(given[0] == "show" ? "one run" : "two runs"), found \(runs.count)")
      default:
        throw UsageError.malformedValue(
          name: "ACTION", value: given[0], reason: "expected list, show or diff")
      }
    } catch let error as ArtifactError {
      throw CommandFailure("\(error)", status: error.isAboutData ? .dataNotFit : .failed)
    }
  }

  /// A folder, or the name of one in the folder of the runs.
  private static func stored(_ name: String, _ arguments: Arguments) throws -> StoredRun {
    do throws(ArtifactError) { return try StoredRun(path: "\(arguments[folder])/\(name)") } catch {
      guard case .noRun = error else { throw error }
      return try StoredRun(path: name)
    }
  }

  // MARK: One and all

  private static func list(in folder: String, _ console: Console) throws {
    guard let runs = try StoredRun.found(in: folder), !runs.isEmpty else {
      return try console.print("no runs in \(folder): 'lockstep run' makes one\n")
    }
    let table = TextTable.text(
      [
        ("run", .left), ("status", .left), ("strategy", .left), ("symbols", .left),
        ("from", .left), ("to", .left), ("equity", .right), ("return", .right),
        ("trades", .right), ("result", .left),
      ],
      runs.map { name, run in
        guard case .success(let run) = run else { return [name, "unreadable"] + blanks }
        return [
          run.name, run.status, run.strategy, run.symbols.joined(separator: " "),
          run.start ?? "", run.end ?? "", run.finalEquity.map { amount($0, run) } ?? "",
          metric("total_return", of: run), tradeCount(of: run), run.resultHash ?? "",
        ]
      })
    try console.print(table)
    for case (_, .failure(let error)) in runs { console.note("\(error)") }
  }

  /// Of a run that cannot be read, in the columns behind its status.
  private static let blanks = Array(repeating: "", count: 8)

  private static func show(_ run: StoredRun) throws -> String {
    try run.verify()
    var rows: [(String, String)] = [
      ("run", run.name), ("status", run.status), ("strategy", run.strategy),
    ]
    if let error = run.error { rows.append(("error", error)) }
    rows += run.parameters.map { ("  \($0.name)", $0.value) }
    rows += [
      ("symbols", run.symbols.joined(separator: " ")), ("loaded from", run.loadFrom ?? ""),
      ("from", run.start ?? ""), ("to", run.end ?? ""), ("seed", "\(run.seed)"),
      ("started", run.started), ("took", run.seconds.map { "\($0) s" } ?? ""),
      ("version", "\(run.version), \(run.commit), \(run.toolchain)"),
      ("configuration", run.configurationHash), ("data", run.dataHash),
      ("calendars", run.calendarHash), ("state", run.stateHash ?? ""),
      ("log", run.logHash ?? ""), ("result", run.resultHash ?? ""),
    ]
    rows += run.counts.map {
      ($0.name.replacing("_", with: " "), NumberText.grouped($0.value))
    }
    if let count = run.foreignTradeCount, count > 0 {
      rows.append(("trades in other currencies", NumberText.grouped(count)))
    }
    if let start = run.startingEquity, let end = run.finalEquity {
      rows.append(("equity", "\(amount(start, run)) to \(amount(end, run))"))
    }
    if let days = run.daysPerYear { rows.append(("days per year", NumberText.plain(days))) }
    rows += run.metrics.map {
      (
        $0.title.lowercased(),
        MetricText.text($0.value, $0.unit, currency: run.currency)
      )
    }
    return table(rows.filter { !$0.1.isEmpty })
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, value in
      name + String(repeating: " ", count: width + 2 - name.count) + value + "\n"
    }.joined()
  }

  private static func amount(_ text: String, _ run: StoredRun) -> String {
    "\(Double(text).map { AmountText.text($0) } ?? text) \(run.currency)"
  }

  private static func metric(_ key: String, of run: StoredRun) -> String {
    guard let metric = run.metrics.first(where: { $0.key == key }) else { return "" }
    if case .none = metric.value { return "-" }
    return MetricText.text(metric.value, metric.unit, currency: run.currency)
  }

  /// Known without metrics, too.
  private static func tradeCount(of run: StoredRun) -> String {
    run.counts.first { $0.name == "trades" }.map { NumberText.grouped($0.value) } ?? ""
  }

  // MARK: Two

  private static func compare(
    _ left: StoredRun, _ right: StoredRun, _ console: Console
  ) throws {
    let difference = try StoredRun.difference(left, right)
    try console.print(text(difference, left, right))
    guard difference.isSame else {
      throw CommandFailure("the runs are not the same")
    }
  }

  private static func text(
    _ difference: RunDifference, _ left: StoredRun, _ right: StoredRun
  ) -> String {
    var text = ""
    // Folders of one name lie in different ones.
    let names = left.name == right.name ? (left.path, right.path) : (left.name, right.name)
    for (name, leftHash, rightHash) in [
      ("run files", left.configurationHash, right.configurationHash),
      ("data", left.dataHash, right.dataHash), ("calendars", left.calendarHash, right.calendarHash),
    ] where leftHash != rightHash {
      text += "the \(name) differ\n"
    }
    for (run, name) in [(left, names.0), (right, names.1)] where !run.hasLog {
      text += "\(name) has no log of events\n"
    }
    if let event = difference.firstEvent {
      text += "the first event that differs is line \(event.line):\n"
      text += "  \(names.0): \(event.left ?? "the log has ended")\n"
      text += "  \(names.1): \(event.right ?? "the log has ended")\n"
    } else if difference.withoutLog.isEmpty {
      text += "all \(NumberText.grouped(difference.sameEvents)) events are the same\n"
    }
    let rows = difference.metrics.filter { metric in
      if case .table = metric.left ?? metric.right { return !metric.isSame }
      return true
    }
    guard !rows.isEmpty else { return text }
    return text + "\n"
      + TextTable.text(
        [("metric", .left), (names.0, .right), (names.1, .right), ("", .left)],
        rows.map { metric in
          let (leftText, rightText) = texts(of: metric, left.currency, right.currency)
          return [
            metric.title.lowercased(), leftText, rightText, metric.isSame ? "" : "differs",
          ]
        })
  }

  /// Both values, with all their digits where fewer do not show that they differ.
  private static func texts(
    of metric: RunDifference.Metric, _ leftCurrency: String, _ rightCurrency: String
  ) -> (String, String) {
    func text(_ value: StoredMetric.Value?, _ currency: String) -> String {
      value.map { MetricText.text($0, metric.unit, currency: currency) } ?? ""
    }
    let texts = (text(metric.left, leftCurrency), text(metric.right, rightCurrency))
    if !metric.isSame, texts.0 == texts.1, case .number(let left) = metric.left,
      case .number(let right) = metric.right
    {
      return (left, right)
    }
    return texts
  }
}

extension ArtifactError {
  /// Whether what a run has left is not what it should be; else it cannot be reached.
  fileprivate var isAboutData: Bool {
    switch self {
    case .damagedLog, .changed, .malformed: true
    case .file, .folderNotEmpty, .noRun, .metrics: false
    }
  }
}
