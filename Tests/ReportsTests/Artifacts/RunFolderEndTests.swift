import Foundation
import Market
import Synchronization
import Testing

@testable import Backtest
@testable import Reports

/// However a run ends, what happened so far stays readable.
@Suite struct RunFolderEndTests {
  @Test func `a run that fails says why, and keeps what it did`() throws {
    let folder = try ArtifactFolder()
    for (name, isInterrupted) in [("failed", false), ("interrupted", true)] {
      let run = try RunFolder(path: folder.file(name), identity())
      try run.append(.note("first"), number: 0, at: hour(0))
      run.fail("the strategy's onBar failed", interrupted: isInterrupted)
      let stored = try StoredRun(path: folder.file(name))
      #expect(stored.status == name)
      #expect(stored.error == "the strategy's onBar failed")
      #expect(!stored.isComplete)
      #expect(stored.counts.map(\.value) == [1, 0])
      #expect(try folder.lines("\(name)/events.jsonl").count == 1)
      try stored.verify()
    }
  }

  /// A run that was stopped in order has its metrics; a `fail` that comes too late changes nothing.
  @Test func `a run that was stopped`() throws {
    let folder = try ArtifactFolder()
    let run = try RunFolder(path: folder.file("run"), identity())
    try run.append(sample(-24, .start, "1000", day: "2023-12-31"))
    let end = sample(1, .end, "1001", day: "2024-01-01")
    try run.append(end)
    run.end(summary(.stopped, end: end))
    _ = try run.complete(qualities: [])
    run.fail("late", interrupted: false)
    let stored = try StoredRun(path: folder.file("run"))
    #expect(stored.status == "interrupted")
    #expect(stored.error == nil)
    #expect(stored.metrics.count == MetricDefinition.all.count)
  }

  /// The rest of the run is there; only its metrics cannot be.
  @Test func `metrics that cannot be worked out fail the run`() throws {
    let folder = try ArtifactFolder()
    let run = try RunFolder(path: folder.file("run"), identity())
    try run.append(sample(-24, .start, "1000", day: "2023-12-31"))
    try run.append(sample(24, .day, "1000", day: "2024-01-02"))
    try run.append(sample(48, .day, "1000", day: "2024-01-01"))
    let end = sample(48, .end, "1000", day: "2024-01-03")
    try run.append(end)
    run.end(summary(end: end))
    let error = ArtifactError.metrics(.outOfOrder(field: "days", place: 1))
    #expect(throws: error) { try run.complete(qualities: []) }
    #expect(error.description.contains("the metrics cannot be worked out: days[1] lies before"))
    run.fail("\(error)", interrupted: false)
    let stored = try StoredRun(path: folder.file("run"))
    #expect((stored.status, stored.metrics.count) == ("failed", 0))
    #expect(stored.files?.map(\.artifact) == [.events, .equity, .trades])
    try stored.verify()
  }

  /// A process that dies leaves whole lines of everything but its last moment, and a
  /// manifest that says that it runs.
  @Test func `a process that dies`() async throws {
    let folder = try ArtifactFolder()
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = folder.file("run") as String] in
      let run = try RunFolder(path: path, identity())
      try run.append(sample(-24, .start, "1000", day: "2023-12-31"))
      for number in 0..<2000 {
        try run.append(.note("event \(number)"), number: number, at: hour(number))
      }
      // What has been handed over reaches the file by itself, without an end.
      var (lines, looks) = (0, 0)
      while lines < 2000, looks < 3000 {
        usleep(10_000)
        looks += 1
        let bytes = try Data(contentsOf: URL(filePath: path + "/events.jsonl"))
        lines = bytes.count { $0 == UInt8(ascii: "\n") }
      }
      kill(getpid(), SIGKILL)
    }
    let stored = try StoredRun(path: folder.file("run"))
    #expect(stored.status == "running")
    #expect(!stored.isComplete)
    #expect(stored.files == nil)
    #expect(stored.resultHash == nil)
    #expect(stored.metrics.isEmpty)
    try stored.verify()
    #expect(try folder.lines("run/events.jsonl").count == 2000)
    #expect(try folder.lines("run/equity_curve.csv").count == 2)
    // A line that was cut off is no damage; it is not read.
    try folder.change("run/events.jsonl") { $0.removeLast(10) }
    try stored.verify()
    var log = try EventLogReader(folder.file("run/events.jsonl"))
    while try log.next() != nil {}
    let (count, isCutOff) = (log.count, log.isCutOff)
    #expect(count == 1999)
    #expect(isCutOff)
  }

  // MARK: A full disk

  /// Whose files take so many bytes together, and then none.
  private final class SmallDisk: ArtifactDisk {
    private let room: Mutex<Int>

    init(_ room: Int) { self.room = Mutex(room) }

    func create(_ path: String) throws(ArtifactError) -> Int32 { try PosixDisk().create(path) }

    func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(ArtifactError) {
      let taken = room.withLock { room in
        let taken = min(room, bytes.count)
        room -= taken
        return taken
      }
      try PosixDisk().write(Array(bytes.prefix(taken)), to: descriptor, path)
      if taken < bytes.count { throw .file(.write, path: path, code: ENOSPC) }
    }
  }

  /// Of which one file is the system's device that is always full.
  private struct FullDevice: ArtifactDisk {
    let fileName: String

    func create(_ path: String) throws(ArtifactError) -> Int32 {
      path.hasSuffix(fileName) ? unsafe open("/dev/full", O_WRONLY) : try PosixDisk().create(path)
    }

    func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(ArtifactError) {
      try PosixDisk().write(bytes, to: descriptor, path)
    }
  }

  /// Plays notes until the disk is full.
  private func fill(_ run: RunFolder) throws(ArtifactError) {
    for number in 0..<1_000_000 {
      try run.append(.note("event \(number)"), number: number, at: hour(0))
    }
  }

  @Test(arguments: [0, 1000, 100_000, 1_000_000])
  func `a full disk stops the run, and what was written stays`(room: Int) throws {
    let folder = try ArtifactFolder()
    let run = try RunFolder(
      path: folder.file("run"), identity(), artifacts: [.events], disk: SmallDisk(room))
    let error = ArtifactError.file(.write, path: folder.file("run/events.jsonl"), code: ENOSPC)
    #expect(throws: error) { try fill(run) }
    #expect(error.description.contains("run/events.jsonl': No space left on device (28)"))
    // Whatever is tried, the fault stays the same.
    #expect(throws: error) { try run.append(.note("more"), number: 0, at: hour(0)) }
    run.fail(error.description, interrupted: false)
    let stored = try StoredRun(path: folder.file("run"))
    #expect(stored.status == "failed")
    #expect(stored.error == error.description)
    #expect(stored.files == nil)
    try stored.verify()
    #expect(try Data(contentsOf: URL(filePath: folder.file("run/events.jsonl"))).count == room)
    var log = try EventLogReader(folder.file("run/events.jsonl"))
    while try log.next() != nil {}
    let count = log.count
    #expect(count >= room / 150)
  }

  @Test func `a device that is full`() throws {
    let folder = try ArtifactFolder()
    let run = try RunFolder(
      path: folder.file("run"), identity(), artifacts: Set(Artifact.allCases),
      disk: FullDevice(fileName: "equity_curve.csv"))
    let error = ArtifactError.file(.write, path: folder.file("run/equity_curve.csv"), code: ENOSPC)
    #expect(throws: error) { try fill(run) }
    run.fail("\(error)", interrupted: false)
    #expect(try StoredRun(path: folder.file("run")).error == "\(error)")
  }

  /// The metrics are written last: a disk that is full by then fails the run, too.
  @Test func `a disk that is full at the end`() throws {
    let folder = try ArtifactFolder()
    let run = try RunFolder(
      path: folder.file("run"), identity(), artifacts: Set(Artifact.allCases),
      disk: FullDevice(fileName: "metrics.json"))
    try play(into: run)
    let error = ArtifactError.file(.write, path: folder.file("run/metrics.json"), code: ENOSPC)
    #expect(throws: error) { try run.complete(qualities: []) }
    #expect(try StoredRun(path: folder.file("run")).status == "running")
    run.fail("\(error)", interrupted: false)
    let stored = try StoredRun(path: folder.file("run"))
    #expect(stored.status == "failed")
    #expect(stored.stateHash == "0000000000000abc")
    #expect(stored.metrics.isEmpty)
    #expect(try folder.lines("run/events.jsonl").count == 7)
  }
}
