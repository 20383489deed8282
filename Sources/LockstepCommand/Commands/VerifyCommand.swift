import Market
import Storage

/// `lockstep verify`: reads everything again and says what is not as it should be.
enum VerifyCommand {
  static let command = Command(
    name: "verify",
    summary: "read everything in a store again and report what is wrong",
    discussion: """
      Checks the database itself, the hash and content of every chunk of ticks and their order,
      the numbers of records against those of the imports, and every stored bar, funding rate and
      mark price. Where a symbol
      has bars and the ticks of their price, the bars are formed again from the ticks and
      compared: open, high, low and close, and the volume and the ticks where the stored bar has
      them. Bars that the ticks cover only in part are not compared. A bar that the ticks form and
      that is not stored is a fault within what one import brought, and counted between imports.

      Nothing is changed. The status is 0 if the store is sound, and 3 if it is not.
      """,
    parameters: [CommonParameters.store, CommonParameters.quiet],
    examples: [
      Command.Example(
        title: "the whole store", commandLine: "lockstep verify --store market.db")
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let path = arguments[CommonParameters.store]
    let quiet = arguments[CommonParameters.quiet]
    let store = try MarketStore(path: path, mode: .readOnly)
    let symbols = try store.instruments().map(\.symbol)
    let tickCount = try symbols.flatMap { try store.streams(symbol: $0) }
      .reduce(0) { $0 + ($1.isTicks ? Int($1.count) : 0) }
    let reading = Progress("read", total: tickCount, unit: "ticks", console: console, quiet: quiet)
    var ticksRead: Int64 = 0
    let verification = try store.verify { count in
      // The store cannot be stopped in here; what was asked for meanwhile is looked at below.
      try? reading.advance(by: Int(count - ticksRead))
      ticksRead = count
    }
    reading.finish()
    try console.interruption.check()

    var findings = verification.findings.map(\.description)
    var comparedBars = 0
    var unstoredBars = 0
    // Ticks that cannot be read are a finding already, and nothing to form bars from.
    if verification.isSound {
      let forming = Progress("bars", total: 0, unit: "ticks", console: console, quiet: quiet)
      for symbol in symbols {
        var comparison = BarComparison(store, symbol: symbol)
        try comparison.run(forming)
        comparedBars += comparison.comparedCount
        unstoredBars += comparison.unstoredCount
        findings += comparison.findings
      }
      forming.finish()
    }
    try console.print(
      """
      \(NumberText.grouped(verification.tickCount)) ticks in \
      \(NumberText.grouped(verification.chunkCount)) chunks, \
      \(NumberText.grouped(verification.barCount)) bars, \
      \(NumberText.grouped(verification.importCount)) imports; \
      \(NumberText.grouped(comparedBars)) bars formed again from ticks

      """)
    if verification.fundingRateCount > 0 || verification.markPriceCount > 0 {
      try console.print(
        "\(NumberText.grouped(verification.fundingRateCount)) funding rates, "
          + "\(NumberText.grouped(verification.markPriceCount)) mark prices\n")
    }
    if unstoredBars > 0 {
      try console.print(
        "\(NumberText.grouped(unstoredBars)) bars that the ticks form are missing between the stored "
          + "ones\n")
    }
    guard !findings.isEmpty else { return try console.print("sound\n") }
    for finding in findings.prefix(shownFindings) { try console.print("wrong: \(finding)\n") }
    throw CommandFailure(
      "\(path): \(NumberText.grouped(findings.count)) findings",
      remedy: findings.count > shownFindings ? "the first \(shownFindings) are shown" : nil,
      status: .dataNotFit)
  }

  /// How many findings are printed one by one.
  private static let shownFindings = 100
}
