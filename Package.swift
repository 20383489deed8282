// swift-tools-version: 6.2
import PackageDescription

// The architecture, read from top to bottom: a target may import what stands above it in this
// table, never what stands beside or below. `docs/architecture.md` says what lives where.

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func system(_ name: String, _ pkgConfig: String, apt package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
  name: "Lockstep",
  products: [
    .library(name: "Lockstep", targets: ["Lockstep"]),
    // Not for users: the nested packages Benchmarks and Fuzz see only products.
    .library(name: "SampleTapes", targets: ["SampleTapes"]),
    .library(name: "FuzzTargets", targets: ["FuzzTargets"]),
    .library(name: "LockstepCommand", targets: ["LockstepCommand", "BuildCommit"]),
    .executable(name: "lockstep", targets: ["LockstepMain"]),
  ],
  targets: [
    system("CSQLite", "sqlite3", apt: "libsqlite3-dev"),
    system("CZstd", "libzstd", apt: "libzstd-dev"),
    system("CXXHash", "libxxhash", apt: "libxxhash-dev"),
    system("CArchive", "libarchive", apt: "libarchive-dev"),
    system("CYAML", "yaml-0.1", apt: "libyaml-dev"),

    library("Market"),
    library("Indicators", ["Market"]),
    library("Hashing", ["CXXHash"]),
    library("Sessions", ["Market"]),
    library("MultiTimeframe", ["Market", "Sessions", "Indicators"]),
    library("Streams", ["Market", "Sessions"]),
    library("Exchange", ["Market", "Sessions", "Hashing"]),
    library(
      "Backtest",
      ["Market", "Sessions", "Indicators", "MultiTimeframe", "Streams", "Exchange", "Hashing"]),
    library(
      "Reports",
      ["Market", "Sessions", "MultiTimeframe", "Streams", "Exchange", "Backtest", "Hashing"]),
    library("Strategies", ["Market", "MultiTimeframe", "Exchange", "Backtest"]),
    library(
      "Storage", ["Market", "Sessions", "Streams", "Hashing", "CSQLite", "CZstd", "CArchive"]),
    library("RunFiles", ["Market", "CYAML"]),
    library("SampleTapes", ["Market", "Sessions"]),
    library("FuzzTargets", ["Market", "Sessions", "Storage"]),
    library(
      "Lockstep",
      [
        "Market", "Sessions", "Indicators", "MultiTimeframe", "Streams", "Exchange", "Storage",
        "Backtest", "Strategies", "Reports",
      ]),
    // The commit that a program was built from. It is linked in, so that a new one compiles
    // BuildCommit and the program's main file alone.
    .plugin(name: "AskCommit", capability: .buildTool()),
    .target(name: "CBuildCommit"),
    .target(name: "BuildCommit", swiftSettings: settings, plugins: ["AskCommit"]),
    library(
      "LockstepCommand",
      ["Lockstep", "Reports", "Hashing", "RunFiles", "SampleTapes", "CBuildCommit"]),
    .executableTarget(
      name: "LockstepMain", dependencies: ["LockstepCommand", "BuildCommit"],
      swiftSettings: settings),

    .target(
      name: "TestSupport",
      dependencies: ["Market", "Sessions", "Indicators", "MultiTimeframe", "Storage"],
      path: "Tests/TestSupport", swiftSettings: settings),
    // Whole numbers and fractions of any size, to hold exact arithmetic against.
    .target(name: "ExactNumbers", path: "Tests/ExactNumbers", swiftSettings: settings),
    // Counts allocations by standing in front of the C library's; nothing under a sanitizer.
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    tests("MarketTests", ["Market", "ExactNumbers"]),
    tests(
      "IndicatorsTests", ["Indicators", "MultiTimeframe", "SampleTapes"], exclude: ["Reference"]),
    tests("HashingTests", ["Hashing"]),
    tests("SessionsTests", ["Sessions"]),
    tests(
      "MultiTimeframeTests",
      ["MultiTimeframe", "Indicators", "TestSupport", "CAllocationCounter", "Hashing"]),
    tests(
      "StreamsTests",
      ["Streams", "MultiTimeframe", "Storage", "TestSupport", "CAllocationCounter"]),
    tests("ExchangeTests", ["Exchange", "ExactNumbers", "TestSupport", "Hashing"]),
    tests("BacktestTests", ["Backtest", "Storage", "TestSupport"]),
    tests(
      "ReportsTests",
      ["Reports", "Backtest", "Exchange", "MultiTimeframe", "Streams", "Sessions", "Hashing"],
      exclude: ["Reference"]),
    tests(
      "StrategiesTests",
      [
        "Strategies", "Backtest", "Exchange", "MultiTimeframe", "SampleTapes", "Sessions",
        "Streams",
      ]),
    tests("StorageTests", ["Storage", "Streams", "Hashing", "CArchive", "TestSupport"]),
    tests("RunFilesTests", ["RunFiles"]),
    tests("LockstepTests", ["Lockstep"]),
    tests("SampleTapesTests", ["SampleTapes", "Hashing"]),
    tests(
      "LockstepCommandTests",
      ["LockstepCommand", "Reports", "Indicators", "TestSupport", "Hashing"]),
  ],
  swiftLanguageModes: [.v6]
)
