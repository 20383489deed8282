import Foundation
import Hashing
import Market
import Testing

@testable import Backtest
@testable import Reports

/// The bytes of a small run, written out.
@Suite struct RunFolderTests {
  /// A complete run in the folder `name`.
  private func complete(
    _ folder: ArtifactFolder, _ name: String = "run", note: String = "done",
    artifacts: Set<Artifact> = Set(Artifact.allCases)
  ) throws {
    let run = try RunFolder(path: folder.file(name), identity(), artifacts: artifacts)
    try play(into: run, note: note)
    _ = try run.complete(qualities: [quality()])
  }

  @Test func `the equity curve`() throws {
    let folder = try ArtifactFolder()
    try complete(folder)
    #expect(
      try folder.text("run/equity_curve.csv") == """
        time,occasion,trading_day,equity_usdt,balance_usdt,open_positions
        2023-12-31T00:00:00Z,start,2023-12-31,1000.00000000,1000.00000000,0
        2024-01-01T00:00:00Z,day,2023-12-31,1000.00000000,1000.00000000,0
        2024-01-01T01:00:00Z,decision,2024-01-01,1000.00000000,1000.00000000,0
        2024-01-01T02:00:00Z,decision,2024-01-01,1010.50000000,1000.00000000,1
        2024-01-02T00:00:00Z,day,2024-01-01,1010.00000000,1000.00000000,0
        2024-01-02T06:00:00Z,decision,2024-01-02,1020.00000000,1000.00000000,0
        2024-01-02T12:00:00Z,end,2024-01-02,1021.00000000,1000.00000000,0

        """)
  }

  /// Two currencies of settlement have columns of their own.
  @Test func `trades and series`() throws {
    let folder = try ArtifactFolder()
    try complete(folder)
    #expect(
      try folder.lines("run/trades.csv") == [
        "number,symbol,side,entry_time,exit_time,quantity,entry_price,exit_price,"
          + "profit_usdt,fees_usdt,funding_usdt,dividends_usdt,net_profit_usdt,mae_usdt,mfe_usdt,"
          + "profit_btc,fees_btc,funding_btc,dividends_btc,net_profit_btc,mae_btc,mfe_btc,"
          + "duration_ns,end,reason",
        "0,BTCUSDT,long,2024-01-01T02:00:00Z,2024-01-01T04:00:00Z,0.750,42000.1,42100.0,"
          + "10.75000000,0.50000000,-0.25000000,0.00000000,10.00000000,-3.50000000,12.00000000,"
          + ",,,,,,,7200000000000,fill,\"cross, up\"",
        "1,ETHBTC,long,2024-01-02T01:00:00Z,2024-01-02T02:00:00Z,0.750,42000.1,42100.0,"
          + ",,,,,,,0.10000000,0.50000000,-0.25000000,0.00000000,-0.65000000,-3.50000000,"
          + "12.00000000,3600000000000,fill,",
      ])
    #expect(
      try folder.text("run/series.csv") == """
        time,series,value
        2024-01-01T01:00:00Z,"fast, slow",1.5
        2024-01-01T02:00:00Z,spread,nan

        """)
  }

  @Test func `the log`() throws {
    let folder = try ArtifactFolder()
    try complete(folder)
    let lines = try folder.lines("run/events.jsonl")
    let expected = [
      #"{"seq":0,"time":"2023-12-31T23:00:00Z","event":"role_ready","symbol":"BTCUSDT","#
        + #""role":"ltf","timeframe":"1m""#,
      #"{"seq":1,"time":"2024-01-01T01:00:00Z","event":"trading_began","symbol":"BTCUSDT""#,
      #"{"seq":2,"time":"2024-01-01T01:00:00Z","event":"order_submitted","symbol":"BTCUSDT","#
        + #""order":0,"happened":"2024-01-01T01:00:00Z","status":"submitted","side":"buy","#
        + #""quantity":0.500,"type":"market","time_in_force":"good_till_cancelled","#
        + #""reduce_only":false"#,
    ]
    for (line, text) in zip(lines, expected) {
      #expect(line.hasPrefix(text + #","hash":""#))
    }
    #expect(lines.count == 7)
    #expect(try folder.text("run/events.jsonl").hasSuffix("}\n"))
    // The hash by its definition: of the hash before, 16 digits, and what stands before the hash.
    var hash = "0000000000000000"
    for line in lines {
      let parts = line.split(separator: #","hash":""#)
      hash = XXHash64.hash(Array((hash + parts[0]).utf8)).description
      #expect(parts[1] == "\(hash)\"}")
    }
  }

  @Test func `the metrics`() throws {
    let folder = try ArtifactFolder()
    let run = try RunFolder(path: folder.file("run"), identity())
    try play(into: run)
    let report = try run.complete(qualities: [])
    #expect(report.currency.code == "USDT")
    let text = try folder.text("run/metrics.json")
    let beginning = """
      {
        "currency": "USDT",
        "days_per_year": 365.0,
        "risk_free_rate": 0.0,
        "tail": 0.05,
        "trades_in_other_currencies": 1,
        "metrics": [
          {
            "key": "total_return",
            "title": "Total return",
            "value": 0.021,
            "unit": "fraction",
            "convention": "last day's equity / starting equity - 1."
          },
      """
    #expect(text.hasPrefix(beginning))
    #expect(
      text.contains(
        """
              "key": "maximum_drawdown_at_ticks",
              "title": "Maximum drawdown at ticks",
              "value": -0.05,
        """))
    #expect(
      text.contains(
        """
              "key": "beta",
              "title": "Beta",
              "value": null,
              "no_value": "no benchmark was given",
              "unit": "ratio",
        """))
    #expect(
      text.contains(
        """
              "key": "expectancy_usdt",
              "title": "Expectancy",
              "value": 10.00000000,
              "unit": "amount",
        """))
    #expect(
      text.contains(
        """
              "key": "average_trade_time",
              "title": "Average time of a trade",
              "value": 7200.000000000,
              "unit": "seconds",
        """))
    #expect(
      text.contains(
        """
              "key": "monthly_returns",
              "title": "Monthly returns",
              "value": [
                {
                  "period": "2024-01",
                  "change": 0.021
                }
              ],
        """))
    #expect(text.components(separatedBy: "\"key\"").count - 1 == MetricDefinition.all.count)
  }

  @Test func `the manifest, before and after`() throws {
    let folder = try ArtifactFolder()
    let run = try RunFolder(path: folder.file("run"), identity())
    let before = try folder.text("run/run_manifest.json")
    #expect(before.hasPrefix(RunFolderTests.manifest(status: "running", tradedFrom: "null")))
    // What goes on has not been counted.
    #expect(before.contains("\"counts\": {},\n  \"machine\""))
    try play(into: run)
    _ = try run.complete(qualities: [quality()])
    let after = try folder.text("run/run_manifest.json")
    let text = RunFolderTests.manifest(status: "complete", tradedFrom: "\"2024-01-01T01:00:00Z\"")
    #expect(after.hasPrefix(text + RunFolderTests.outcome))
    let artifacts = try Artifact.allCases.map { artifact in
      let bytes = Array(try folder.text("run/\(artifact.fileName)").utf8)
      return """
            {
              "name": "\(artifact.rawValue)",
              "file": "\(artifact.fileName)",
              "bytes": \(bytes.count),
              "hash": "\(XXHash64.hash(bytes))"
            }
        """
    }
    #expect(after.contains("\"artifacts\": [\n\(artifacts.joined(separator: ",\n"))\n  ],"))
    let hashed = try [Artifact.events, .equity, .trades, .series].map { artifact in
      let bytes = Array(try folder.text("run/\(artifact.fileName)").utf8)
      return "\(artifact.rawValue) \(XXHash64.hash(bytes))\n"
    }
    let result = XXHash64.hash(Array(hashed.joined().utf8))
    #expect(
      after.contains("\"result_hash\": \"\(result)\",\n  \"machine\": {\n    \"started\": \"2"))
    #expect(try folder.names(in: "run").contains { $0.hasSuffix(".part") } == false)
  }

  static func manifest(status: String, tradedFrom: String) -> String {
    """
    {
      "format": 1,
      "status": "\(status)",
      "version": "0.1.0",
      "commit": "0123abc",
      "toolchain": "Swift 6.3",
      "strategy": "sma-cross",
      "parameters": {
        "fast": "10",
        "slow": "30"
      },
      "configuration": "{\\"seed\\":7}",
      "configuration_hash": "\(XXHash64.hash(Array(#"{"seed":7}"#.utf8)))",
      "data_hash": "0000000000000001",
      "calendar_hash": "0000000000000002",
      "seed": 7,
      "currency": "USDT",
      "load_from": "2023-12-31T00:00:00Z",
      "start": "2024-01-01T00:00:00Z",
      "end": "2024-01-03T00:00:00Z",
      "warm_up_s": 86400.000000000,
      "symbols": [
        {
          "symbol": "BTCUSDT",
          "calendar": "24x7",
          "price_decimals": 2,
          "quantity_decimals": 3,
          "currency": "USDT",
          "traded_from": \(tradedFrom)
        },
        {
          "symbol": "ETHBTC",
          "calendar": "24x7",
          "price_decimals": 2,
          "quantity_decimals": 3,
          "currency": "BTC",
          "traded_from": null
        }
      ],

    """
  }

  static let outcome = """
      "counts": {
        "records": 100,
        "events": 7,
        "orders": 3,
        "fills": 2,
        "path_dependent_fills": 1,
        "refusals": 1,
        "trades": 2
      },
      "first": "2023-12-31T00:00:00Z",
      "last": "2024-01-02T12:00:00Z",
      "starting_equity_usdt": 1000.00000000,
      "final_equity_usdt": 1021.00000000,
      "final_balance_usdt": 1000.00000000,
      "traded_value_usdt": 42050.05000000,
      "fees_usdt": 0.50000000,
      "funding_usdt": -0.25000000,
      "open_positions": 0,
      "state_hash": "0000000000000abc",
      "streams": [
        {
          "symbol": "BTCUSDT",
          "stream": "trades",
          "records": 90,
          "outside": 0,
          "dropped": 4,
          "stale": 6,
          "out_of_order": 0,
          "interval_ns": 60000000000,
          "expected_intervals": 8,
          "received_intervals": 7,
          "percent": 87.50,
          "gap_count": 1,

    """

  @Test func `the same run leaves the same bytes, but for the machine's`() throws {
    let folder = try ArtifactFolder()
    try complete(folder, "a")
    try complete(folder, "b")
    for artifact in Artifact.allCases {
      #expect(
        try folder.text("a/\(artifact.fileName)") == folder.text("b/\(artifact.fileName)"))
    }
    let manifests = try ["a", "b"].map { name in
      try folder.text("\(name)/run_manifest.json").split(separator: "  \"machine\": {")
    }
    #expect(manifests[0].count == 2)
    #expect(manifests[0][0] == manifests[1][0])
  }

  @Test func `artifacts that nobody wants are not written`() throws {
    let folder = try ArtifactFolder()
    try complete(folder, "none", artifacts: [])
    #expect(try folder.names(in: "none") == ["run_manifest.json"])
    #expect(try folder.text("none/run_manifest.json").contains("\"artifacts\": [],"))
    try complete(folder, "one", artifacts: [.trades])
    #expect(try folder.names(in: "one") == ["run_manifest.json", "trades.csv"])
    // Without a value there is no series.
    let run = try RunFolder(path: folder.file("quiet"), identity(), artifacts: [.series, .metrics])
    try run.append(sample(-24, .start, "1000", day: "2023-12-31"))
    run.end(summary(end: sample(-24, .end, "1000", day: "2023-12-31")))
    _ = try run.complete(qualities: [])
    #expect(try folder.names(in: "quiet") == ["metrics.json", "run_manifest.json"])
  }

  @Test func `a folder of its own`() throws {
    let folder = try ArtifactFolder()
    _ = try RunFolder(path: folder.file("deep/er/run/"), identity())
    let error = ArtifactError.folderNotEmpty(path: folder.file("deep/er/run"))
    #expect(throws: error) { try RunFolder(path: folder.file("deep/er/run"), identity()) }
    #expect(error.description.contains("expected a new folder for the run, or an empty one"))
    let inFile = folder.file("deep/er/run/run_manifest.json/run")
    #expect(throws: ArtifactError.file(.list, path: inFile, code: ENOTDIR)) {
      try RunFolder(path: inFile, identity())
    }
  }
}
