/// The texts that explain the command line, wrapped to a width.
struct HelpText {
  /// The name of the program, as the user typed it.
  static let program = "lockstep"

  let width: Int

  /// All commands, one line each.
  func overview(of commands: [Command]) -> String {
    let rows = commands.map { ($0.name, $0.summary) }
    return """
      \(HelpText.program): every timeframe of every symbol, exactly in step with the tape

      usage: \(HelpText.program) COMMAND [OPTION]...

      commands:
      \(table(rows + [("help", "explain a command: \(HelpText.program) help COMMAND")]))
      '\(HelpText.program) --version' prints the version.

      """
  }

  /// Everything about one command.
  func page(for command: Command) -> String {
    let shapes = command.parameters.map(\.shape)
    var rows = shapes.map { (heading(of: $0), explanation(of: $0)) }
    rows.append(("--help", "this text"))
    let paragraphs = command.discussion.split(separator: "\n\n").map { paragraph in
      wrap(paragraph.split(separator: "\n").joined(separator: " "), indent: 0) + "\n"
    }
    let examples = command.examples.map { "  # \($0.title)\n  \($0.commandLine)\n" }
    return """
      \(wrap("\(HelpText.program) \(command.name): \(command.summary)", indent: 0))

      \(usage(of: command))
      \(paragraphs.joined(separator: "\n"))
      options:
      \(table(rows))
      examples:
      \(examples.joined(separator: "\n"))
      """
  }

  /// `usage: lockstep bars --store FILE …`, continued below the first parameter.
  func usage(of command: Command) -> String {
    let start = "usage: \(HelpText.program) \(command.name)"
    let words = command.parameters.map { element(of: $0.shape) }
    guard !words.isEmpty else { return start + "\n" }
    return wrap(words: words, first: start + " ", indent: start.count + 1) + "\n"
  }

  private func element(of shape: ParameterShape) -> String {
    let core = heading(of: shape) + (shape.isRepeatable ? "..." : "")
    guard !shape.isRequired else { return core }
    return shape.isRepeatable ? "[\(heading(of: shape))]..." : "[\(core)]"
  }

  private func heading(of shape: ParameterShape) -> String {
    switch shape.kind {
    case .option: "\(shape.name) \(shape.placeholder)"
    case .flag, .positional: shape.name
    }
  }

  private func explanation(of shape: ParameterShape) -> String {
    var notes: [String] = []
    if !shape.choices.isEmpty { notes.append(shape.choices.joined(separator: ", ")) }
    if let value = shape.defaultText { notes.append("\(value) unless given") }
    if shape.isRepeatable, shape.kind == .option { notes.append("may be repeated") }
    return shape.help + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }

  /// Two columns; the second is wrapped, and begins below the first where that is very long.
  private func table(_ rows: [(String, String)]) -> String {
    let limit = 30
    let column = min(limit, rows.map(\.0.count).max() ?? 0) + 4
    return rows.map { left, right in
      let padding = String(repeating: " ", count: max(0, column - 2 - left.count))
      let first =
        left.count <= limit
        ? "  " + left + padding : "  " + left + "\n" + String(repeating: " ", count: column)
      return wrap(right, first: first, indent: column) + "\n"
    }.joined()
  }

  private func wrap(_ text: String, first: String = "", indent: Int) -> String {
    wrap(words: text.split(separator: " ").map(String.init), first: first, indent: indent)
  }

  /// Lines of at most `width` columns; every line but the first is indented.
  private func wrap(words: [String], first: String, indent: Int) -> String {
    var lines = [first]
    // Only what stands behind the last line break of `first` takes room in its line.
    var used = first.split(separator: "\n", omittingEmptySubsequences: false).last!.count
    var isFresh = true
    for word in words {
      if !isFresh, used + 1 + word.count > width {
        lines.append(String(repeating: " ", count: indent))
        used = indent
        isFresh = true
      }
      lines[lines.count - 1] += (isFresh ? "" : " ") + word
      used += word.count + (isFresh ? 0 : 1)
      isFresh = false
    }
    return lines.joined(separator: "\n")
  }
}
