import Foundation

/// The figures of a run as a table and as JSON.
struct Report {
  let bench: Bench

  init(_ bench: Bench) { self.bench = bench }

  /// Whether everything was measured that was asked for, and kept to its limit.
  var allHold: Bool {
    bench.missing.isEmpty && bench.figures.allSatisfy { $0.holds != false }
  }

  var table: String {
    let header = ["figure", "value", "unit", "reference", "ratio", "limit", "holds"]
    let rows = [header] + bench.figures.map(\.cells)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      row.enumerated().map { column, cell in
        let isText = column == 0 || column == 2 || column == 6
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isText ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }
    lines += bench.missing.map { "\($0.name): \($0.reason)" }
    let missed = bench.figures.filter { $0.holds == false }.map(\.name)
    if !missed.isEmpty { lines.append("MISSED: " + missed.joined(separator: ", ")) }
    lines.append("on \(Machine.description)")
    return lines.joined(separator: "\n")
  }

  /// Writes the figures as JSON; where only some were asked for, the others stay as they were.
  func write(to path: String) throws {
    let url = URL(fileURLWithPath: path)
    var figures = bench.figures
    if !bench.options.only.isEmpty, let data = try? Data(contentsOf: url) {
      let known = try JSONDecoder().decode([Figure].self, from: data)
      let measured = Set(figures.map(\.name))
      figures = known.filter { !measured.contains($0.name) } + figures
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try encoder.encode(figures).write(to: url, options: .atomic)
  }
}

extension Figure {
  fileprivate var cells: [String] {
    func number(_ value: Double?) -> String {
      guard let value else { return "-" }
      let decimals = abs(value) >= 1000 ? 0 : abs(value) >= 10 ? 1 : 3
      return String(format: "%.\(decimals)f", value)
    }
    let bound = side.map { "\($0.sign) \(number(limit))" } ?? "-"
    return [
      name, number(value), unit, number(reference), number(ratio), bound,
      holds.map { $0 ? "yes" : "NO" } ?? "",
    ]
  }
}

/// The machine that the figures come from.
enum Machine {
  static var description: String {
    let processors = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = processors.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = model?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    return "\(name ?? "an unknown processor"), \(ProcessInfo.processInfo.processorCount) cores"
  }
}
