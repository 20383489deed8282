import Foundation
import Testing

@testable import Reports

/// Runs that begin at the same moment.
@Suite struct NewFolderConcurrencyTests {
  @Test func `each has a folder of its own`() throws {
    let folder = try ArtifactFolder()
    let lock = NSLock()
    nonisolated(unsafe) var paths: [String] = []
    let base = folder.file("deep/runs/2024-03-20T120000-sma_cross")
    DispatchQueue.concurrentPerform(iterations: 24) { _ in
      let path = try? RunFolder.makeNew(base)
      lock.withLock { unsafe paths.append(path ?? "none") }
    }
    let expected = [base] + (2...24).map { "\(base)-\($0)" }
    #expect(Set(unsafe paths) == Set(expected))
    #expect(throws: ArtifactError.file(.create, path: "/dev/null/runs", code: ENOTDIR)) {
      try RunFolder.makeNew("/dev/null/runs/a")
    }
  }
}
