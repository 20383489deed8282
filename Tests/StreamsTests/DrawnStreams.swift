import Market
import Sessions

@testable import Streams

/// A stream drawn as text: each letter is a trade, each character a step of time, `-` a step in
/// which nothing happens. What stands in parentheses happens at one moment, `|` is the end, and `!`
/// a source that throws.
///
/// ```
/// a--b--(cd)|
/// ```
struct DrawnStream {
  struct Fault: Error, CustomStringConvertible {
    let description = "torn"
  }

  /// A letter and its step.
  private(set) var records: [(letter: Character, step: Int64)] = []
  private var throwsAtEnd = false

  init(_ drawing: String) {
    var step: Int64 = 0
    var isGroup = false
    for character in drawing {
      switch character {
      case "(": isGroup = true
      case ")": isGroup = false
      case "|": return
      case "!":
        throwsAtEnd = true
        return
      case "-": break
      default: records.append((character, step))
      }
      if !isGroup { step += 1 }
    }
  }

  /// When the first step is.
  static let start = try! Timestamp(parsing: "2024-03-08T12:00:00Z")

  static func moment(ofStep step: Int64) -> Timestamp {
    try! Timestamp(nanoseconds: start.nanoseconds + step * nanosecondsPerSecond)
  }

  /// - Parameter batchLength: small by default, so that runs go over the ends of batches.
  func source(batchLength: Int = 2) -> RecordSource<TradeColumns> {
    var rest = records[...]
    return RecordSource(batchLength: batchLength) { [throwsAtEnd] in
      guard let (letter, step) = rest.popFirst() else {
        if throwsAtEnd { throw Fault() }
        return nil
      }
      return Trade(
        time: DrawnStream.moment(ofStep: step),
        price: try Price(raw: Int64(letter.unicodeScalars.first!.value)),
        quantity: try Quantity(raw: 1))
    }
  }
}

extension Coordinator {
  /// A coordinator of streams called A, B, and so on.
  init(drawn drawings: [String], through end: Timestamp? = nil, _ options: StreamOptions = .init())
    throws
  {
    self.init(through: end)
    for (index, drawing) in drawings.enumerated() { try add(drawing, index, options) }
  }

  mutating func add(_ drawing: String, _ index: Int, _ options: StreamOptions = .init()) throws {
    try register(DrawnStream(drawing).source(), as: Coordinator.drawnKey(index), options)
  }

  static func drawnKey(_ index: Int) -> StreamKey {
    StreamKey(String("ABCDEFGH"[index]), .trades)
  }

  /// What is still to come, drawn: records as letters, timers as digits, boundaries as `/`,
  /// openings as `[` and closings as `]`.
  mutating func draw(
    boundary: (Int64) -> Timestamp? = { _ in nil },
    after event: (StreamEvent) throws -> Void = { _ in }
  ) throws -> String {
    var steps: [(step: Int64, text: String)] = []
    func note(_ time: Timestamp, _ text: String) {
      let step = (time.nanoseconds - DrawnStream.start.nanoseconds) / nanosecondsPerSecond
      if steps.last?.step == step {
        steps[steps.count - 1].text += text
      } else {
        steps.append((step, text))
      }
    }
    while true {
      let step = (clock.time ?? DrawnStream.start).nanoseconds - DrawnStream.start.nanoseconds
      guard let next = try next(boundary: boundary(step / nanosecondsPerSecond)) else { break }
      switch next {
      case .records(let run):
        for index in run.range {
          let trade = self[trades: run.stream][index]
          note(trade.time, String(UnicodeScalar(UInt8(trade.price.raw))))
        }
      case .boundary(let time): note(time, "/")
      case .sessionOpened(_, let boundary): note(boundary.time, "[")
      case .sessionClosed(_, let boundary): note(boundary.time, "]")
      case .timer(let id, let time): note(time, "\(id.index)")
      }
      try event(next)
    }
    var drawing = ""
    var step: Int64 = 0
    for (at, text) in steps {
      drawing += String(repeating: "-", count: max(0, Int(at - step)))
      drawing += text.count == 1 ? text : "(\(text))"
      step = at + 1
    }
    return drawing + "|"
  }
}

extension String {
  fileprivate subscript(index: Int) -> Character { self[self.index(startIndex, offsetBy: index)] }
}
