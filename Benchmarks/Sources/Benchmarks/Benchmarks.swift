import Foundation

@main
struct Benchmarks {
  static func main() {
    do {
      let options = try Options(CommandLine.arguments.dropFirst())
      if let (name, arguments) = options.probe {
        for number in try Probe.measure(name, arguments) { print(number) }
        return
      }
      let bench = Bench(options)
      bench.run("fold", FoldSuite.run)
      bench.run("snapshot", SnapshotSuite.run)
      bench.run("publication", PublicationSuite.run)
      bench.run("trail", TrailSuite.run)
      bench.run("memory", MemorySuite.run)
      bench.run("csv", CSVSuite.run)
      bench.run("store", StoreSuite.run)
      bench.run("merge", MergeSuite.run)
      bench.run("indicators", IndicatorSuite.run)
      bench.run("exchange", ExchangeSuite.run)
      bench.run("backtest", BacktestSuite.run)
      let report = Report(bench)
      print(report.table)
      try report.write(to: options.output)
      exit(options.isStrict && !report.allHold ? 1 : 0)
    } catch {
      FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
      exit(2)
    }
  }
}
