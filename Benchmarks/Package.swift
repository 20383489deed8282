// swift-tools-version: 6.2
import PackageDescription

// The figures of speed and size that the project promises; `docs/benchmarks.md` says how each is
// measured. It sees of the library what every user sees: its products.

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Lockstep", path: "..")],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        .product(name: "Lockstep", package: "Lockstep"),
        .product(name: "SampleTapes", package: "Lockstep"),
      ],
      swiftSettings: settings)
  ],
  swiftLanguageModes: [.v6]
)
