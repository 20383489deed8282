import Foundation
import Hashing
import Testing

@testable import LockstepCommand

/// Bars of real tapes as others computed them, see the README beside the data: bins on plain UTC
/// multiples, empty ones dropped, and the hash of all rows.
struct KnownAnswer: Decodable {
  struct Bars: Decodable {
    let count: Int
    let firstRow: String
    let lastRow: String
    let xxh64: String
  }

  let price: String?
  let priceDecimals: Int
  let volumeDecimals: Int
  let ticks: Int?
  let bars: [String: Bars]

  static func load(_ name: String) throws -> KnownAnswer {
    let data = try Data(contentsOf: URL(filePath: RealData.folder + "/answers/\(name).json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(KnownAnswer.self, from: data)
  }

  /// The rows of `bars --output csv --times ns`, in the form that the answers hash.
  static func rows(csv: String) -> [String] {
    csv.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let milliseconds = String(fields[0].dropLast(6))
      return ([milliseconds] + fields[2...].map(String.init)).joined(separator: ",")
    }
  }

  /// Compares printed bars with the answer for a timeframe.
  func check(_ timeframe: String, csv: String) throws {
    let expected = try #require(bars[timeframe])
    let rows = KnownAnswer.rows(csv: csv)
    #expect(rows.count == expected.count, "\(timeframe)")
    #expect(rows.first == expected.firstRow, "\(timeframe)")
    #expect(rows.last == expected.lastRow, "\(timeframe)")
    let bytes = Array(rows.map { $0 + "\n" }.joined().utf8)
    #expect(XXHash64.hash(bytes).description == expected.xxh64, "\(timeframe)")
  }
}

/// Where the real data lies.
enum RealData {
  static let folder =
    ProcessInfo.processInfo.environment["LOCKSTEP_DATA"]
    ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data").path

  static let isThere = FileManager.default.fileExists(atPath: folder + "/answers")

  /// Files of a folder whose names end so, in the order of their names.
  static func files(_ folder: String, suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: self.folder + "/" + folder).sorted()
      .filter { $0.hasSuffix(suffix) }.map { "\(self.folder)/\(folder)/\($0)" }
  }
}
