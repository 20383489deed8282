import Backtest
import Foundation
import Testing

@testable import LockstepCommand

@Suite struct NewCommandTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private static let checkout = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  private func run(_ options: String) -> (status: CommandStatus, output: String, errors: String) {
    let test = TestConsole()
    let status = test.run("new \(options)")
    return (status, test.output.text, test.errors.text)
  }

  @Test func `a package has a strategy, its test, a main and a run file`() throws {
    let path = folder.file("deep/package")
    let result = run("TrendRider --path \(path) --lockstep \(NewCommandTests.checkout)")
    #expect(result.status == .done && result.errors.isEmpty)
    #expect(result.output.contains("'trend_rider'"))
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }
    let manifest = try text("Package.swift")
    #expect(manifest.contains("name: \"TrendRider\""))
    #expect(manifest.contains(".package(name: \"Lockstep\", path: \""))
    let strategy = try text("Sources/TrendRiderStrategy/TrendRider.swift")
    #expect(strategy.contains("public final class TrendRider: Strategy {"))
    #expect(strategy.contains("\"sma(\\(period))\""))
    #expect(
      try text("Sources/TrendRider/main.swift").contains(
        "exit(run(strategies: builtInStrategies + [TrendRider.definition]))"))
    #expect(try text("Tests/TrendRiderTests/TrendRiderTests.swift").contains("@Suite"))
    #expect(try text("system.yaml").contains("name: trend_rider"))
    #expect(try text(".gitignore").contains(".build/"))
  }

  @Test func `the products that its manifest names are exported`() throws {
    let manifest = try String(
      contentsOfFile: "\(NewCommandTests.checkout)/Package.swift", encoding: .utf8)
    for product in ["Lockstep", "LockstepCommand"] {
      #expect(manifest.contains(".library(name: \"\(product)\""))
    }
  }

  @Test func `nothing is replaced, and what is no name is refused`() throws {
    let path = folder.file("package")
    #expect(run("Mine --path \(path) --lockstep \(NewCommandTests.checkout)").status == .done)
    let again = run("Mine --path \(path) --lockstep \(NewCommandTests.checkout)")
    #expect(again.status == .failed && again.errors.contains("exists already"))
    for name in ["mine", "My-Strategy", "9Lives", ""] {
      #expect(run("\(name) --path \(folder.file("other"))").status == .wrongUsage)
    }
    let lost = run("Mine --path \(folder.file("other")) --lockstep \(folder.path)")
    #expect(lost.status == .failed && lost.errors.contains("no checkout of lockstep"))
    #expect(try folder.names == ["package"])
  }

  @Test(arguments: [
    ("BuyAndHold", "there is a strategy 'buy_and_hold' already"),
    ("Market", "lockstep has a target 'Market'"),
    ("Backtest", "lockstep has a target 'Backtest'"),
    ("LockstepMain", "lockstep has a target 'LockstepMain'"),
    ("OrderIntent", "lockstep has a type of that name"),
    ("EMARSIATR", "lockstep has a type of that name"),
    ("Strategy", "lockstep has a type of that name"), ("String", "Swift has the name"),
  ])
  func `names that would clash are refused`(name: String, reason: String) throws {
    let result = run("\(name) --path \(folder.file(name)) --lockstep \(NewCommandTests.checkout)")
    #expect(result.status == .wrongUsage)
    #expect(
      result.errors
        == "lockstep new: a strategy cannot be named '\(name)': \(reason)\nchoose another name\n")
    #expect(try folder.names.isEmpty)
  }

  @Test func `names become words`() {
    for (name, words) in [
      ("MyStrategy", "my_strategy"), ("A", "a"), ("SMA2", "sma2"),
      ("SMACross", "sma_cross"), ("Top10Picks", "top10_picks"), ("EMARSIATR", "emarsiatr"),
    ] {
      #expect(NewPackage(name: name, lockstep: "/").strategyName == words)
    }
  }
}

@Suite struct StrategiesCommandTests {
  @Test func `all strategies are listed with their parameters`() throws {
    let text = try TestConsole.output(of: "strategies --list")
    #expect(
      text.contains(
        """
        sma_cross: long while a fast moving average is above a slow one
          fast 10         bars of the fast average (a whole number from 1 to 10000)
          slow 30         bars of the slow average (a whole number from 2 to 10000)
          mode long_flat  whether to go short, or to hold nothing, below (one of long_flat, long_short)

        """))
    let json = try JSONSerialization.jsonObject(
      with: Data(try TestConsole.output(of: "strategies --list --output json").utf8))
    let list = try #require(json as? [[String: Any]])
    #expect(list.count == 6 && list.first?["name"] as? String == "bollinger_reversion")
    let parameters = try #require(list.last?["parameters"] as? [[String: String]])
    #expect(parameters.map { $0["default"] } == ["10", "30", "long_flat"])
  }

  @Test func `a package's own strategies stand among them`() {
    let own = StrategyDefinition("a_first", "is the first") { _ in Idle() }
    let test = TestConsole()
    #expect(test.run("strategies", commands: commands(StrategyRegistry([own]))) == .done)
    #expect(test.output.text == "a_first: is the first\n")
  }
}

private final class Idle: Strategy {}
