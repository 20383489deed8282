// swift-tools-version: 6.2
import PackageDescription

// Drivers for libFuzzer, one for each kind of bytes that come from outside. What they check stands
// in the root package's target FuzzTargets, which can see inside; a driver only hands over.
// Run them with `make fuzz`.

func driver(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: [.product(name: "FuzzTargets", package: "Lockstep")],
    swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)])
}

let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "Lockstep", path: "..")],
  targets: [
    driver("FuzzCalendar"),
    driver("FuzzChunk"),
    driver("FuzzRows"),
    driver("FuzzInput"),
  ],
  swiftLanguageModes: [.v6]
)
