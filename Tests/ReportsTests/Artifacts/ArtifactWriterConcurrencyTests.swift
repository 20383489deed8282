import Foundation
import Hashing
import Market
import Synchronization
import Testing

@testable import Backtest
@testable import Reports

/// The run's thread brings bytes while another writes them.
@Suite struct ArtifactWriterConcurrencyTests {
  /// Takes its time, and notes how much it is given at once.
  private final class SlowDisk: ArtifactDisk {
    let largest = Atomic(0)

    func create(_ path: String) throws(ArtifactError) -> Int32 { try PosixDisk().create(path) }

    func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(ArtifactError) {
      largest.max(bytes.count, ordering: .relaxed)
      usleep(500)
      try PosixDisk().write(bytes, to: descriptor, path)
    }
  }

  @Test func `a run waits for a slow disk, and loses nothing`() throws {
    let folder = try ArtifactFolder()
    let disk = SlowDisk()
    let run = try RunFolder(
      path: folder.file("run"), identity(), artifacts: Set(Artifact.allCases), disk: disk,
      waitingLimit: 100_000)
    for number in 0..<20_000 {
      try run.append(.note("event \(number)"), number: number, at: hour(0))
    }
    let end = sample(1, .end, "1", day: "2024-01-01")
    run.end(summary(end: end))
    _ = try run.complete(qualities: [])
    let stored = try StoredRun(path: folder.file("run"))
    try stored.verify()
    #expect(try folder.lines("run/events.jsonl").count == 20_000)
    // Never more than may wait, and the line that came last.
    let largest = disk.largest.load(ordering: .relaxed)
    #expect(largest < 100_200)
  }

  /// Everything at once, with room for less than a line: no one waits for another for ever.
  @Test func `almost no room`() throws {
    let folder = try ArtifactFolder()
    let writer = ArtifactWriter(PosixDisk(), limit: 1, batch: 1)
    let places = try (0..<3).map { try writer.create(folder.file("\($0)")) }
    var expected = ["", "", ""]
    for number in 0..<3000 {
      let text = "\(number) " + String(repeating: "x", count: number % 7)
      expected[number % 3] += text
      try writer.append(Array(text.utf8)[...], to: places[number % 3])
    }
    let written = try writer.finish()
    for (place, file) in written.enumerated() {
      #expect(try folder.text("\(place)") == expected[place])
      #expect(file.byteCount == expected[place].utf8.count)
      #expect(file.hash == XXHash64.hash(Array(expected[place].utf8)))
    }
  }
}
