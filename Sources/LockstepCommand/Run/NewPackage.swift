/// The files of a package that `lockstep new` begins.
struct NewPackage {
  /// Of the strategy's type, and of the package.
  let name: String
  /// The checkout it builds against.
  let lockstep: String

  /// `MyStrategy` as `my_strategy`, `SMACross2` as `sma_cross2`.
  var strategyName: String {
    let letters = Array(name)
    var text = ""
    for (index, letter) in letters.enumerated() {
      let beginsWord =
        index > 0 && letter.isUppercase
        && (!letters[index - 1].isUppercase
          || index + 1 < letters.count && letters[index + 1].isLowercase)
      if beginsWord { text += "_" }
      text += letter.lowercased()
    }
    return text
  }

  /// The names of its targets.
  var targets: [String] { [name, "\(name)Strategy", "\(name)Tests"] }

  /// Paths and texts.
  var files: [(path: String, text: String)] {
    [
      ("Package.swift", manifest), ("Sources/\(name)Strategy/\(name).swift", strategy),
      ("Sources/\(name)/main.swift", main), ("Tests/\(name)Tests/\(name)Tests.swift", test),
      ("system.yaml", runFile), (".gitignore", ".build/\nruns/\n"),
    ]
  }

  private var manifest: String {
    """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "\(name)",
      dependencies: [.package(name: "Lockstep", path: "\(lockstep)")],
      targets: [
        .target(
          name: "\(name)Strategy", dependencies: [.product(name: "Lockstep", package: "Lockstep")]),
        .executableTarget(
          name: "\(name)",
          dependencies: [
            "\(name)Strategy", .product(name: "LockstepCommand", package: "Lockstep"),
          ]),
        .testTarget(name: "\(name)Tests", dependencies: ["\(name)Strategy"]),
      ]
    )

    """
  }

  private var strategy: String {
    """
    import Lockstep

    /// Buys when the price closes above its moving average, and sells when it closes below.
    public final class \(name): Strategy {
      public static let definition = StrategyDefinition(
        "\(strategyName)", "holds while the price is above its average",
        [.integer("period", 20, in: 1...1000, "bars of the average")]
      ) { values in \(name)(period: values.integer("period")) }

      private let period: Int
      /// By symbol.
      private var averages: [Feature] = []

      public init(period: Int) { self.period = period }

      /// What the engine has to keep, and to tell of.
      public var needs: StrategyNeeds {
        StrategyNeeds(bars: [.role(.ltf)], indicators: [.ltf: ["sma(\\(period))"]])
      }

      public func onStart(_ context: borrowing StrategyContext) throws {
        averages = []
        for symbol in context.symbols {
          averages.append(try context.feature("sma(\\(period))", of: symbol))
        }
      }

      public func onBar(
        _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
        _ context: borrowing StrategyContext
      ) throws {
        let instrument = context.listing(of: close.symbol).instrument
        let price = instrument.precision(of: close.source).double(close.bar.close.raw)
        let average = snapshot[averages[close.symbol.index]].value
        if \(name).shouldHold(price: price, average: average) {
          guard snapshot.position == 0 else { return }
          try context.submit(OrderIntent(.buy, of: close.symbol, reason: "above"))
        } else if snapshot.position > 0 {
          try context.submit(OrderIntent(.sell, of: close.symbol, .wholePosition, reason: "below"))
        }
      }

      /// The rule by itself, to be tested without a tape.
      public static func shouldHold(price: Double, average: Double) -> Bool { price > average }
    }

    """
  }

  private var main: String {
    """
    import Foundation
    import Lockstep
    import LockstepCommand
    import \(name)Strategy

    exit(run(strategies: builtInStrategies + [\(name).definition]))

    """
  }

  private var test: String {
    """
    import Lockstep
    import Testing
    import \(name)Strategy

    @Suite struct \(name)Tests {
      @Test func `it holds above the average, and not at it`() {
        #expect(\(name).shouldHold(price: 101, average: 100))
        #expect(!\(name).shouldHold(price: 100, average: 100))
      }

      @Test func `its definition makes it`() throws {
        let values = try \(name).definition.values([("period", "50")])
        _ = try \(name).definition.make(values)
        #expect(throws: StrategyError.self) {
          try \(name).definition.values([("period", "0")])
        }
      }
    }

    """
  }

  /// The example's file with this strategy in it, and the demo's store where it is.
  private var runFile: String {
    """
    # swift run -c release \(name) run system.yaml
    # The store is the one that `make demo` makes in the checkout: put yours in its place.
    store: \(lockstep)/demo/market.db
    symbols: [BTCUSDT]
    window: {from: 2024-03-06, to: 2024-03-18}
    timeframes: {ltf: 15m, mtf: 1H, htf: 4H}
    strategy:
      name: \(strategyName)
      parameters: {period: 20}
    exchange:
      deposit: 10000
      fees: {maker: 0.0002, taker: 0.0005}
    risk:
      sizing: {equity_share: 0.5}

    """
  }
}
