import Foundation
import Market
import Testing

@testable import Backtest
@testable import Reports

/// What is read back of runs.
@Suite struct StoredRunTests {
  private let folder: ArtifactFolder

  init() throws { folder = try ArtifactFolder() }

  @discardableResult
  private func write(_ name: String, note: String = "done") throws -> StoredRun {
    let run = try RunFolder(path: folder.file(name), identity())
    try play(into: run, note: note)
    _ = try run.complete(qualities: [quality()])
    return try StoredRun(path: folder.file(name))
  }

  @Test func `everything comes back`() throws {
    let run = try write("run")
    #expect((run.path, run.name) == (folder.file("run"), "run"))
    #expect((run.status, run.isComplete, run.error) == ("complete", true, nil))
    #expect((run.version, run.commit, run.toolchain) == ("0.1.0", "0123abc", "Swift 6.3"))
    #expect(run.strategy == "sma-cross")
    #expect(run.parameters.map { "\($0.name)=\($0.value)" } == ["fast=10", "slow=30"])
    #expect(run.configuration == #"{"seed":7}"#)
    #expect((run.dataHash, run.calendarHash) == ("0000000000000001", "0000000000000002"))
    #expect((run.seed, run.currency, run.symbols) == (7, "USDT", ["BTCUSDT", "ETHBTC"]))
    #expect(run.loadFrom == "2023-12-31T00:00:00Z")
    #expect((run.start, run.end) == ("2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z"))
    #expect(
      run.counts.map { "\($0.name) \($0.value)" } == [
        "records 100", "events 7", "orders 3", "fills 2", "path_dependent_fills 1", "refusals 1",
        "trades 2",
      ])
    #expect((run.startingEquity, run.finalEquity) == ("1000.00000000", "1021.00000000"))
    #expect(run.stateHash == "0000000000000abc")
    #expect(run.resultHash?.count == 16)
    #expect(run.files?.map(\.artifact) == Artifact.allCases)
    #expect(run.started.hasPrefix("2") && run.seconds ?? -1 >= 0)
    #expect(run.daysPerYear == 365)
    try run.verify()
  }

  @Test func `metrics come back with their digits, tables and reasons`() throws {
    let metrics = try write("run").metrics
    #expect(metrics.map(\.title) == MetricDefinition.all.map(\.title))
    func value(_ key: String) -> StoredMetric.Value? { metrics.first { $0.key == key }?.value }
    #expect(value("total_return") == .number("0.021"))
    #expect(value("fees_usdt") == .number("0.50000000"))
    #expect(value("beta") == .none(reason: "no benchmark was given"))
    #expect(
      value("yearly_returns")
        == .table([StoredMetric.Row(period: "2024", change: "0.021")]))
  }

  @Test func `a list of runs, by name`() throws {
    for name in ["b", "a"] { try write(name) }
    try FileManager.default.createDirectory(
      atPath: folder.file("no-run"), withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: folder.file("file")))
    #expect(try StoredRun.all(in: folder.path).map(\.name) == ["a", "b"])
    #expect(throws: ArtifactError.file(.list, path: folder.file("none"), code: ENOENT)) {
      try StoredRun.all(in: folder.file("none"))
    }
    #expect(throws: ArtifactError.noRun(path: folder.file("no-run"))) {
      try StoredRun(path: folder.file("no-run"))
    }
  }

  @Test func `a run that cannot be read stands among the others`() throws {
    for name in ["a", "b", "c"] { try write(name) }
    try Data("{".utf8).write(to: URL(filePath: folder.file("b/run_manifest.json")))
    let found = try #require(try StoredRun.found(in: folder.path))
    #expect(found.map(\.name) == ["a", "b", "c"])
    #expect(
      found.map { (try? $0.run.get())?.name } == ["a", nil, "c"])
    #expect(throws: ArtifactError.self) { try StoredRun.all(in: folder.path) }
    #expect(try StoredRun.found(in: folder.file("none"))?.count == nil)
  }

  @Test(
    arguments: [
      ("\"format\": 1", "\"format\": 2", "format 2: expected 1"),
      ("\"seed\": 7", "\"seed\": -1", "'seed': found -1, expected a whole number of 64 bits"),
      ("\"seed\": 7", "\"seed\": \"7\"", "'seed': found \"7\", expected a number"),
      ("\"version\": \"0.1.0\"", "\"version\": 1", "'version': found 1, expected a text"),
      ("\"strategy\"", "\"other\"", "'strategy': found nothing, expected a text"),
      ("\"machine\": {", "\"machine\": 1, \"x\": {", "'machine': found 1, expected an object"),
      ("\"symbols\": [", "\"symbols\": 1, \"x\": [", "'symbols': found 1, expected a list"),
      ("\"symbols\": [", "\"symbols\": [1,", "'symbols': found 1, expected objects"),
      ("\"name\": \"equity\"", "\"name\": \"what\"", "'what' with the hash"),
      ("{\n  \"format\"", "[{\n  \"format\"", "line "),
    ])
  func `a manifest that does not say what it should`(
    _ text: String, _ replacement: String, _ fault: String
  ) throws {
    try write("run")
    let manifest = try folder.text("run/run_manifest.json")
    #expect(manifest.contains(text))
    try manifest.replacing(text, with: replacement, maxReplacements: 1).write(
      toFile: folder.file("run/run_manifest.json"), atomically: false, encoding: .utf8)
    let error = #expect(throws: ArtifactError.self) { try StoredRun(path: folder.file("run")) }
    #expect(error?.description.contains(fault) == true)
    #expect(error?.description.contains("run_manifest.json") == true)
  }

  // MARK: Damage

  /// Any bit of the log that flips, and any line that goes, is found.
  @Test func `a changed log`() throws {
    let run = try write("run")
    let log = try Data(contentsOf: URL(filePath: folder.file("run/events.jsonl")))
    var random = SeededGenerator(seed: 1)
    for _ in 0..<300 {
      let (place, bit) = (random.below(log.count), random.below(8))
      try folder.change("run/events.jsonl") { data in
        data = log
        data[place] ^= 1 << UInt8(bit)
      }
      #expect(throws: ArtifactError.self, "byte \(place), bit \(bit)") { try run.verify() }
      #expect(throws: ArtifactError.self) { try StoredRun.difference(run, run) }
    }
    let lines = log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for removed in 0..<7 {
      var rest = lines
      rest.remove(at: removed)
      try Data(rest.joined(separator: [UInt8(ascii: "\n")])).write(
        to: URL(filePath: folder.file("run/events.jsonl")))
      // A line in the middle breaks the chain behind it; the last one shows in the manifest.
      let error = #expect(throws: ArtifactError.self) { try run.verify() }
      let path = folder.file("run/events.jsonl")
      if removed < 6 { #expect(error == .damagedLog(path: path, line: removed + 1)) }
      #expect(error?.description.contains("changed") == true)
    }
  }

  @Test func `other changed files`() throws {
    let run = try write("run")
    for name in ["equity_curve.csv", "trades.csv", "series.csv", "metrics.json"] {
      let before = try folder.text("run/\(name)")
      try folder.change("run/\(name)") { $0[$0.count / 2] ^= 1 }
      let error = #expect(throws: ArtifactError.self) { try run.verify() }
      #expect(error?.description.contains("run/\(name)' was changed") == true)
      try folder.change("run/\(name)") { $0 = Data(before.utf8) }
    }
    try run.verify()
    try FileManager.default.removeItem(atPath: folder.file("run/events.jsonl"))
    #expect(throws: ArtifactError.self) { try run.verify() }
  }

  // MARK: Differences

  @Test func `runs that are the same`() throws {
    let (a, b) = (try write("a"), try write("b"))
    let difference = try StoredRun.difference(a, b)
    #expect(difference.isSame)
    #expect(difference.sameEvents == 7)
    #expect(difference.metrics.count == MetricDefinition.all.count)
    #expect(a.resultHash == b.resultHash)
  }

  @Test func `runs that differ`() throws {
    let (a, b) = (try write("a"), try write("b", note: "else"))
    let difference = try StoredRun.difference(a, b)
    #expect(!difference.isSame)
    #expect(difference.sameEvents == 6)
    let event = try #require(difference.firstEvent)
    #expect(event.line == 7)
    #expect(event.left?.contains(#""text":"done""#) == true)
    #expect(event.right?.contains(#""text":"else""#) == true)
    #expect(difference.metrics.allSatisfy { $0.isSame })
    #expect(a.resultHash != b.resultHash)
  }

  @Test func `a run that ends before the other, without metrics`() throws {
    let whole = try write("whole")
    let short = try RunFolder(path: folder.file("short"), identity())
    try short.append(.roleReady(bitcoin, .ltf, .minute1), number: 0, at: hour(-1))
    short.fail("stopped", interrupted: true)
    let difference = try StoredRun.difference(StoredRun(path: folder.file("short")), whole)
    #expect(difference.firstEvent?.line == 2)
    #expect(difference.firstEvent?.left == nil)
    #expect(difference.firstEvent?.right?.contains("trading_began") == true)
    #expect(difference.metrics.count == MetricDefinition.all.count)
    #expect(difference.metrics.allSatisfy { $0.left == nil && $0.right != nil })
  }

  @Test func `a run without a log`() throws {
    let whole = try write("whole")
    let bare = try RunFolder(path: folder.file("bare"), identity(), artifacts: [])
    bare.fail("stopped", interrupted: true)
    let difference = try StoredRun.difference(whole, StoredRun(path: folder.file("bare")))
    #expect(difference.withoutLog == ["bare"])
    #expect(difference.firstEvent == nil)
    #expect(!difference.isSame)
  }

  /// Logs that are longer than what is read of them at once.
  @Test func `long logs`() throws {
    for name in ["a", "b"] {
      let run = try RunFolder(path: folder.file(name), identity(), artifacts: [.events])
      for number in 0..<20_000 {
        let isOther = name == "b" && number == 15_000
        let note = isOther ? "else" : String(repeating: "n", count: number % 100)
        try run.append(.note(note), number: number, at: hour(0))
      }
      run.fail("stopped", interrupted: true)
    }
    let (a, b) = (
      try StoredRun(path: folder.file("a")), try StoredRun(path: folder.file("b"))
    )
    try a.verify()
    let difference = try StoredRun.difference(a, b)
    #expect(difference.sameEvents == 15_000)
    #expect(difference.firstEvent?.right?.contains("else") == true)
  }
}
