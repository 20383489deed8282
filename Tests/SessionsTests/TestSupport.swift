import Foundation
import Market
import Sessions

/// Times and dates from their text, for tests whose text is right.
func time(_ text: String) -> Timestamp {
  try! Timestamp(parsing: text)
}

func date(_ text: String) -> CalendarDate {
  CalendarDate(parsing: text)!
}

extension Timestamp {
  func adding(_ nanoseconds: Int64) -> Timestamp {
    try! Timestamp(nanoseconds: self.nanoseconds + nanoseconds)
  }
}

extension Timeframe {
  static func named(_ text: String) -> Timeframe { try! Timeframe(parsing: text) }
}

/// `open..close tradingDay` of the bar that holds a time, or `none`.
func bar(_ cursor: inout SessionCursor, _ timeframe: String, _ text: String) -> String {
  guard let bounds = cursor.bounds(of: .named(timeframe), at: time(text)) else { return "none" }
  return "\(bounds.tsOpen)..\(bounds.tsClose) \(bounds.tradingDay)"
}

extension TradingCalendar {
  init(definition: String) throws(CalendarError) {
    try self.init(json: Array(definition.utf8))
  }
}

/// The real data that some tests compare with; it is not part of the package.
enum TestData {
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let folder: URL? = {
    let given = ProcessInfo.processInfo.environment["LOCKSTEP_DATA"].map { URL(filePath: $0) }
    let folder = given ?? package.appending(path: "../shared/data").standardizedFileURL
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  static var isPresent: Bool { folder != nil }

  /// The lines of a gzip file.
  static func lines(of path: String) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", folder!.appending(path: path).path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
