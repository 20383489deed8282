import Backtest
import Exchange
import Indicators
import Market
import MultiTimeframe
import Reports
import RunFiles
import Storage

/// A run file, read: everything that a run is made from.
struct SystemFile {
  let store: MarketStore
  let definition: StrategyDefinition
  let values: StrategyValues
  var configuration: BacktestConfiguration
  /// One for each symbol of the configuration.
  let tapes: [SymbolTape]
  let metrics: MetricParameters
  /// The symbol that the run is measured against.
  let benchmark: SymbolTape?
  let artifacts: Set<Artifact>
  /// What the file says, with what the command line set, in words that do not depend on the machine.
  let canonicalText: String
  private let places: PlanPlaces

  static let keys = [
    "store", "symbols", "price", "window", "timeframes", "indicators", "strategy", "exchange",
    "risk",
    "metrics", "artifacts", "seed", "state_hash_interval", "history_length",
  ]

  /// - Parameters:
  ///   - name: the file's, for errors.
  ///   - storePath: from the command line; before what the file says.
  /// - Throws: `RunFileError` with the place of what is wrong, `StoreError`, `CommandFailure`.
  init(
    _ root: FileNode, name: String, storePath: String?, _ registry: StrategyRegistry
  ) throws {
    let file = FileValue(root, file: name)
    let section = try file.section(SystemFile.keys)
    let strategy = try section.required("strategy", "a section with the strategy's name")
    (definition, values) = try SystemFile.strategy(strategy, registry)
    let window = try SystemFile.window(section["window"])
    let historyLength = try section["history_length"]?.integer(in: 1...1_000_000) ?? 1_000
    let bars = try BarSettings(
      section["timeframes"], section["indicators"], historyLength: historyLength)
    places = PlanPlaces(bars: bars, strategy: strategy, risk: section["risk"])

    let path = try storePath ?? section.required("store", "the market database's file").text()
    let store = try SystemFile.store(at: path, storePath == nil ? section["store"] : nil)
    self.store = store
    let price = try section["price"]?.choice(PriceChoice.self)
    let exchange = try ExchangeSettings(section["exchange"])
    let listed = try section.required("symbols", "a list of the store's symbols").list(
      of: "symbols")
    var tapes: [SymbolTape] = []
    for value in listed {
      let tape = try SymbolTape(value, price, bars, exchange, in: store)
      guard !tapes.contains(where: { $0.name == tape.name }) else {
        throw value.conflict("stands twice in the list")
      }
      tapes.append(tape)
    }
    try exchange.checkSymbols(tapes.map(\.name))
    self.tapes = tapes
    guard let first = tapes.first else {
      throw try section.required("symbols", "").refused("a list of at least one symbol")
    }

    let currency = try exchange.currency(tapes)
    var configuration = BacktestConfiguration(
      symbols: try tapes.map { try $0.traded(bars, exchange, in: store) }, roles: bars.roles,
      deposits: [try exchange.deposit(in: currency)])
    try SystemFile.checkCurrencies(configuration, tapes, exchange)
    for tape in tapes {
      try tape.checkExpiry(try exchange.listing(of: tape.name), tradedFrom: window.from)
    }
    try SystemFile.checkShares(configuration, tapes, exchange)
    configuration.account = try exchange.account(
      in: currency, SystemFile.currencies(of: configuration))
    configuration.latency = try exchange.latency()
    configuration.risk = try RiskSettings.rules(section["risk"])
    configuration.start = window.from
    configuration.end = window.to
    configuration.seed = UInt64(try section["seed"]?.integer(in: 0 ... .max) ?? 1)
    configuration.stateHashInterval =
      try section["state_hash_interval"]?.integer(in: 1 ... .max) ?? 1_000
    configuration.historyLength = historyLength
    self.configuration = configuration

    let measures = try section["metrics"]?.section(MetricSettings.keys)
    metrics = try MetricSettings.parameters(measures, first.calendar)
    benchmark = try MetricSettings.benchmark(measures, in: store)
    artifacts = try SystemFile.artifacts(section["artifacts"])
    canonicalText = root.without("store").canonicalText
  }

  /// What the run is made from, with a strategy that the file's parameters have made.
  /// - Throws: `RunFileError` where a key stands behind what does not fit, else `BacktestError`.
  func plan(for strategy: any Strategy) throws -> BacktestPlan {
    do throws(BacktestError) {
      return try BacktestPlan(configuration, strategy.needs)
    } catch {
      throw places.refusal(of: error)
    }
  }

  /// - Parameter value: where the file names it; nil where the command line does.
  /// - Throws: `RunFileError` for a file that is not there, or is no store; `StoreError`.
  private static func store(at path: String, _ value: FileValue?) throws -> MarketStore {
    do throws(StoreError) { return try MarketStore(path: path, mode: .readOnly) } catch {
      switch error {
      case .missingFile, .notAStore:
        if let value { throw value.conflict("\(error)") }
      default: break
      }
      throw error
    }
  }

  // MARK: The strategy

  /// Nil where the file does not say it, or not rightly.
  static func strategyName(in root: FileNode) -> String? {
    let section = try? FileValue(root, file: "").section()["strategy"]?.section()
    return try? section?["name"]?.text()
  }

  private static func strategy(
    _ value: FileValue, _ registry: StrategyRegistry
  ) throws -> (StrategyDefinition, StrategyValues) {
    let section = try value.section(["name", "parameters"])
    let name = try section.required("name", "a strategy, see 'lockstep strategies --list'")
    let names = registry.definitions.map(\.name)
    let wanted = try name.text("one of \(names.joined(separator: ", "))")
    guard let definition = registry.definitions.first(where: { $0.name == wanted }) else {
      let near = wanted.closestFirst(among: names).first.map { "; did you mean '\($0)'?" } ?? ""
      throw name.refused("one of \(names.joined(separator: ", "))\(near)")
    }
    guard let parameters = section["parameters"] else { return (definition, definition.defaults) }
    let known = try parameters.section(definition.parameters.map(\.name))
    var texts: [(name: String, text: String)] = []
    for parameter in definition.parameters {
      guard let value = known[parameter.name] else { continue }
      let text = try value.text(parameter.expectation)
      if parameter.value(of: text) == nil {
        var near = ""
        if case .choice(let words) = parameter.kind {
          near = "; did you mean '\(text.closestFirst(among: words)[0])'?"
        }
        throw value.refused(parameter.expectation + near)
      }
      texts.append((parameter.name, text))
    }
    let values = try definition.values(texts)
    do throws(StrategyError) { _ = try definition.make(values) } catch {
      guard case .conflict(_, let reason) = error else { throw error }
      throw parameters.conflict(reason)
    }
    return (definition, values)
  }

  // MARK: Smaller sections

  /// What an account of the run can have or owe, each once.
  private static func currencies(of configuration: BacktestConfiguration) -> [Currency] {
    var currencies = [configuration.currency]
    for contract in configuration.symbols.map(\.listing.contract) {
      for currency in [contract.currency, contract.kind.base].compactMap(\.self)
      where !currencies.contains(currency) {
        currencies.append(currency)
      }
    }
    return currencies
  }

  /// That the equity can be counted: every contract's currency can be converted to the account's.
  private static func checkCurrencies(
    _ configuration: BacktestConfiguration, _ tapes: [SymbolTape], _ exchange: ExchangeSettings
  ) throws(RunFileError) {
    let contracts = configuration.symbols.map(\.listing.contract)
    let traded = contracts.flatMap { [$0.currency, $0.kind.base].compactMap(\.self) }
    if let value = exchange.currencyValue, !traded.contains(configuration.currency) {
      var names: [String] = []
      for currency in traded where !names.contains(currency.code) { names.append(currency.code) }
      throw value.refused(
        "one that the run's contracts are in or hold, \(names.joined(separator: ", ")); did you mean "
          + "'\(configuration.currency.code.closestFirst(among: names)[0])'?")
    }
    var known: Set<Currency> = [configuration.currency]
    var count = 0
    while known.count > count {
      count = known.count
      for contract in contracts {
        guard let base = contract.kind.base else { continue }
        if known.contains(base) { known.insert(contract.currency) }
        if known.contains(contract.currency) { known.insert(base) }
      }
    }
    for (contract, tape) in zip(contracts, tapes) where !known.contains(contract.currency) {
      throw tape.value.conflict(
        "its contract is in \(contract.currency), which nothing in the run converts to "
          + "\(configuration.currency): expected another exchange.currency, or contract.currency")
    }
  }

  /// That no two symbols are the same share, which the ledger keeps as one.
  private static func checkShares(
    _ configuration: BacktestConfiguration, _ tapes: [SymbolTape], _ exchange: ExchangeSettings
  ) throws(RunFileError) {
    var owners: [Currency: String] = [:]
    for (symbol, tape) in zip(configuration.symbols, tapes) {
      guard case .equity(let share) = symbol.listing.contract.kind,
        let owner = owners.updateValue(tape.name, forKey: share)
      else { continue }
      throw (try exchange.listing(of: tape.name).contractBase() ?? tape.value).conflict(
        "the share \(share) of \(tape.name) is that of \(owner), too: expected "
          + "exchange.symbols.\(tape.name).contract.base to name another")
    }
  }

  private static func window(
    _ value: FileValue?
  ) throws(RunFileError) -> (from: Timestamp?, to: Timestamp?) {
    guard let value else { return (nil, nil) }
    let section = try value.section(["from", "to"])
    let (from, to) = (try section["from"]?.time(), try section["to"]?.time())
    if let from, let to, from >= to {
      throw value.conflict("from \(from) does not lie before to \(to)")
    }
    return (from, to)
  }

  private static func artifacts(_ value: FileValue?) throws(RunFileError) -> Set<Artifact> {
    var artifacts = Set(Artifact.allCases)
    guard let section = try value?.section(Artifact.allCases.map(\.rawValue)) else {
      return artifacts
    }
    for artifact in Artifact.allCases where try section[artifact.rawValue]?.truth() == false {
      artifacts.remove(artifact)
    }
    return artifacts
  }
}

extension FileNode {
  /// The file without one of its keys.
  fileprivate func without(_ key: String) -> FileNode {
    guard case .section(let members) = content else { return self }
    var node = self
    node.content = .section(members.filter { $0.key != key })
    return node
  }
}

/// Whose prices form the bars that decisions are made on.
enum PriceChoice: String, CaseIterable {
  case last, bid, ask, mid

  var source: PriceSource {
    switch self {
    case .last: .last
    case .bid: .bid
    case .ask: .ask
    case .mid: .mid
    }
  }
}
