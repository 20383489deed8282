import Market
import Sessions
import Storage
import Testing

@Suite struct ImportBarsTests {
  private typealias Support = ImportSupport

  private func options(
    _ timeframe: String? = "1m", _ label: BarLabel? = .start, calendar: String = "24x7",
    _ change: (inout ImportOptions) -> Void = { _ in }
  ) -> ImportOptions {
    Support.options("TEST", price: 2, quantity: 1) {
      $0.timeframe = timeframe.flatMap(Timeframe.init)
      $0.barLabel = label
      $0.calendar = .named(calendar)
      change(&$0)
    }
  }

  private func text(_ times: [String], _ values: String = "1.5,1.7,1.4,1.6,10,3") -> String {
    "time,open,high,low,close,volume,ticks\n" + times.map { "\($0),\(values)\n" }.joined()
  }

  /// `open..close day` of the bars that come out, and the reasons of those that do not.
  private func intervals(
    _ times: [String], _ options: ImportOptions
  ) throws -> (bars: [String], rejected: [String]) {
    let place = try Support.Place()
    // So many bars of a distant time that a few rejects are not too many.
    let filler = (0..<600).map { index in
      let time = Timestamp(unchecked: 0).nanoseconds + Int64(index) * 7 * nanosecondsPerDay
      return "\(Timestamp(unchecked: time))"
    }
    let length = options.timeframe?.elapsedNanoseconds
    let shifted = filler.map { text -> String in
      guard options.barLabel == .end, let length else { return text }
      return "\(Timestamp(unchecked: InputSupport.nanoseconds(text) + length))"
    }
    let usesFiller = options.calendar == .named("24x7")
    let report: ImportReport
    do {
      report = try place.run(text((usesFiller ? shifted : []) + times), options)
    } catch ImportError.tooManyRejected(let file) {
      return ([], file.firstRejected.map(\.reason.description))
    }
    let series = try #require(report.files[0].bars)
    let bars = try place.bars(series).filter { $0.tsOpen.utcDate.components.year > 1990 }
    return (
      bars.map { "\($0.tsOpen)..\($0.tsClose) \($0.tradingDay)" },
      report.files[0].firstRejected.map(\.reason.description)
    )
  }

  @Test func storesBars() throws {
    let place = try Support.Place()
    let report = try place.run(
      text(["2024-03-08T10:00:00Z", "2024-03-08T10:01:00Z"]), options())
    #expect(report.description.contains("tape.csv: bars, 1m bars of last\n"))
    #expect(report.counts.accepted == 2)
    let series = BarSeries(source: .last, timeframe: .minute1)
    #expect(report.files[0].bars == series)
    let bars = try place.bars(series)
    #expect(bars[0].open.raw == 150 && bars[0].high.raw == 170 && bars[0].low.raw == 140)
    #expect(bars[0].close.raw == 160 && bars[0].volume.raw == 100 && bars[0].tickCount == 3)
    #expect("\(bars[1].tsOpen)..\(bars[1].tsClose)" == "2024-03-08T10:01:00Z..2024-03-08T10:02:00Z")
    #expect("\(report.files[0].timeRange!.upperBound)" == "2024-03-08T10:02:00Z")
    #expect(try place.store.imports()[0].kind == .bar)
  }

  @Test func aLabelSaysWhichEnd() throws {
    let time = "2024-03-08T10:00:00Z"
    #expect(
      try intervals([time], options("5m", .start)).bars
        == ["2024-03-08T10:00:00Z..2024-03-08T10:05:00Z 2024-03-08"])
    #expect(
      try intervals([time], options("5m", .end)).bars
        == ["2024-03-08T09:55:00Z..2024-03-08T10:00:00Z 2024-03-08"])
    #expect(
      try intervals(["2024-03-08T00:00:00Z"], options("5m", .end)).bars
        == ["2024-03-07T23:55:00Z..2024-03-08T00:00:00Z 2024-03-07"])
  }

  @Test func rowsOffTheGridAreRejected() throws {
    let (bars, rejected) = try intervals(
      ["2024-03-08T10:00:00Z", "2024-03-08T10:00:01Z", "2024-03-08T10:02:30Z"], options("5m"))
    #expect(bars.count == 1)
    #expect(
      rejected == [
        "the bar of 2024-03-08T10:00:01Z is off the grid of its length: "
          + "expected 2024-03-08T10:00:00Z",
        "the bar of 2024-03-08T10:02:30Z is off the grid of its length: "
          + "expected 2024-03-08T10:00:00Z",
      ])
    #expect(
      try intervals(["2024-03-08T10:02:30Z"], options("5m", .end)).rejected == [
        "the bar of 2024-03-08T10:02:30Z is off the grid of its length: "
          + "expected 2024-03-08T10:05:00Z"
      ])
  }

  @Test func theGridIsTheCalendars() throws {
    // Four-hour bars of FX begin at 17:00 New York, which is 22:00 UTC in winter.
    let winter = try intervals(
      ["2024-01-09T22:00:00Z", "2024-01-10T02:00:00Z"], options("4H", calendar: "fx-ny"))
    #expect(
      winter.bars == [
        "2024-01-09T22:00:00Z..2024-01-10T02:00:00Z 2024-01-10",
        "2024-01-10T02:00:00Z..2024-01-10T06:00:00Z 2024-01-10",
      ])
    #expect(
      try intervals(["2024-01-10T00:00:00Z"], options("4H", calendar: "fx-ny")).rejected.count == 1)
    #expect(
      try intervals(["2024-01-10T00:00:00Z"], options("4H", calendar: "utc")).bars.count == 1)
    // The last minute of XNYS ends with the grace, whichever end is labelled.
    let last = ["2024-01-10T20:59:00Z..2024-01-10T21:01:00Z 2024-01-10"]
    #expect(try intervals(["2024-01-10T20:59:00Z"], options("1m", calendar: "XNYS")).bars == last)
    for label in ["2024-01-10T21:00:00Z", "2024-01-10T21:01:00Z"] {
      #expect(try intervals([label], options("1m", .end, calendar: "XNYS")).bars == last)
    }
    let day = try intervals(["2024-01-10T14:30:00Z"], options("1D", calendar: "XNYS"))
    #expect(day.bars == ["2024-01-10T14:30:00Z..2024-01-10T21:01:00Z 2024-01-10"])
  }

  /// New York opens at 13:30 UTC in July and closes at 20:00, and a minute later for late prints.
  @Test func barsOutsideOfSessionsReachIntoNone() throws {
    let hours = ["12:00", "13:00", "13:30", "14:30", "20:00", "21:00"]
    let times = hours.map { "2024-07-08T\($0):00Z" }
    #expect(
      try intervals(times, options("1H", calendar: "XNYS")).rejected == [
        "the bar of 2024-07-08T13:00:00Z is off the grid of its length: expected a bar that ends "
          + "before the open at 2024-07-08T13:30:00Z",
        "the bar of 2024-07-08T20:00:00Z is off the grid of its length: expected "
          + "2024-07-08T19:30:00Z",
      ])
    #expect(
      try intervals(["2024-07-08T21:00:00Z"], options("1H", .end, calendar: "XNYS")).rejected == [
        "the bar of 2024-07-08T21:00:00Z is off the grid of its length: expected a bar that "
          + "begins after the close at 2024-07-08T20:01:00Z"
      ])
    let place = try Support.Place()
    let sound = ["12:00", "13:30", "14:30", "21:00"].map { "2024-07-08T\($0):00Z" }
    #expect(try place.run(text(sound), options("1H", calendar: "XNYS")).counts.accepted == 4)
    #expect(try place.store.verify().findings == [])
  }

  @Test func barsOutsideOfSessionsLieOnMultiplesOfTheirLength() throws {
    let fx = options("5m", calendar: "fx-ny")
    // A Saturday.
    #expect(
      try intervals(["2024-01-06T12:05:00Z"], fx).bars
        == ["2024-01-06T12:05:00Z..2024-01-06T12:10:00Z 2024-01-06"])
    #expect(
      try intervals(["2024-01-06T12:05:00Z"], options("5m", .end, calendar: "fx-ny")).bars
        == ["2024-01-06T12:00:00Z..2024-01-06T12:05:00Z 2024-01-06"])
    #expect(
      try intervals(["2024-01-06T12:06:00Z"], fx).rejected == [
        "the bar of 2024-01-06T12:06:00Z is off the grid of its length: expected a multiple of 5m"
      ])
    #expect(
      try intervals(["2024-01-06T12:00:00Z"], options("1D", calendar: "fx-ny")).rejected == [
        "the bar of 2024-01-06T12:00:00Z is off the grid of its length: "
          + "expected a time within a trading day"
      ])
    #expect(
      try intervals(["1900-01-01T00:00:00Z"], options("5m", .end, calendar: "fx-ny")).rejected
        .count == 1)
  }

  @Test func inconsistentBarsAreRejected() throws {
    for values in ["1.5,1.4,1.3,1.4,1,1", "1.5,1.7,1.6,1.6,1,1", "1.5,1.7,1.5,1.4,1,1"] {
      let place = try Support.Place()
      let failure = Support.message {
        try place.run(text(["2024-03-08T10:00:00Z"], values), options())
      }
      #expect(
        failure.hasSuffix(
          "tape.csv:2: the bar of 2024-03-08T10:00:00Z: "
            + "expected its open and close between its low and its high"), "\(failure)")
    }
  }

  @Test func aBarIsStoredOnce() throws {
    let place = try Support.Place()
    let times = (0..<150).map { "\(Timestamp(unchecked: Int64($0) * 60 * nanosecondsPerSecond))" }
    try place.run(text(times), options())
    let again = try place.run(text(times) + "\n", name: "b.csv", options())
    #expect(again.counts.deduplicated == 150 && again.counts.accepted == 0)
    #expect(again.counts.read == 150)
    let report = try place.run(
      text(times) + "\(times[3]),1.5,1.7,1.4,1.5,10,3\n2024-03-08T10:00:00Z,1,1,1,1,1,1\n",
      name: "c.csv", options())
    #expect(report.counts.accepted == 1 && report.counts.deduplicated == 150)
    #expect(
      report.files[0].firstRejected.map(\.reason.description) == [
        "the bar of 1970-01-01T00:03:00Z: expected the values of the one that is there already"
      ])
    #expect(try place.bars(BarSeries(source: .last, timeframe: .minute1)).count == 151)
  }

  @Test func rejectsOfBothKindsComeInTheOrderOfTheFile() throws {
    let place = try Support.Place()
    let good = (0..<1000).map { "\(Timestamp(unchecked: Int64($0) * 60 * nanosecondsPerSecond))" }
    let bad = (0..<10).map { index in
      index % 2 == 0 ? "x,1,1,1,1,1,1\n" : "1970-01-02T00:00:01Z,1,1,1,1,1,1\n"
    }
    let report = try place.run(text(good) + bad.joined(), options())
    #expect(report.counts.rejected == 10)
    #expect(report.files[0].firstRejected.map(\.line) == Array(1002...1011))
  }

  @Test func barsOutOfOrderAreCountedOrRefused() throws {
    let times = ["2024-03-08T10:01:00Z", "2024-03-08T10:00:00Z", "2024-03-08T10:01:30Z"]
    let place = try Support.Place()
    let report = try place.run(text(Array(times.prefix(2))), options())
    #expect(report.counts.outOfOrder == 1)
    #expect(
      try place.bars(BarSeries(source: .last, timeframe: .minute1)).map { "\($0.tsOpen)" }
        == ["2024-03-08T10:00:00Z", "2024-03-08T10:01:00Z"])
    let strict = options { $0.isStrict = true }
    #expect(throws: ImportError.self) {
      try place.run(text(Array(times.prefix(2))) + "\n", name: "b.csv", strict)
    }
  }

  @Test func saysWhatIsMissing() throws {
    let place = try Support.Place()
    let path = place.write(text(["2024-03-08T10:00:00Z"]))
    #expect(
      Support.message { try place.run([path], options("1m", nil)) }
        == "\(path): 'label' is missing: expected start or end: which one the time of a bar says")
    #expect(
      Support.message { try place.run([path], options(nil)) }
        == "\(path): 'timeframe' is missing: expected the length of its bars, for example 1m")
  }

  @Test func fxcmBarsKnowTheirLabelAndLength() throws {
    let header = "timestamp,open,high,low,close\n"
    func run(_ rows: String, _ name: String) throws -> FileReport {
      let place = try Support.Place()
      return try place.run(header + rows, name: name, ImportOptions(symbol: "TEST")).files[0]
    }
    let minutes = try run(
      "2013-01-02 04:07:00+00:00,1,2,1,2\n2013-01-02 04:09:00+00:00,1,2,1,2\n"
        + "2013-01-02 04:10:00+00:00,1,2,1,2\n", "usdjpy-m1-ask-2013.csv")
    #expect(minutes.bars == BarSeries(source: .ask, timeframe: .minute1))
    #expect(minutes.format == "fxcm-bars")
    let hours = try run(
      "2013-01-02 04:00:00+00:00,1,2,1,2\n2013-01-02 05:00:00+00:00,1,2,1,2\n", "x_bid.csv")
    #expect(hours.bars == BarSeries(source: .bid, timeframe: .hour1))
    #expect(
      Support.message { _ = try run("2013-01-02 04:07:00+00:00,1,2,1,2\n", "one.csv") }
        .contains("'timeframe' is missing"))
    #expect(
      Support.message {
        _ = try run(
          "2013-01-02 04:07:00+00:00,1,2,1,2\nx,1,1,1,1\n2013-01-05 04:07:00+00:00,1,2,1,2\n",
          "w.csv")
      }.contains("'timeframe' is missing"))
    #expect(Support.message { _ = try run("x,1,1,1,1\n", "none.csv") }.contains("not recognised"))
  }

  @Test func thePriceMayBeGiven() throws {
    let place = try Support.Place()
    let report = try place.run(
      text(["2024-03-08T10:00:00Z"]), name: "eurusd_bid_m1.csv",
      options { $0.barSource = .ask })
    #expect(report.files[0].bars?.source == .ask)
    #expect(
      Support.message {
        try place.run(
          text(["2024-03-08T10:01:00Z"]), name: "mid.csv", options { $0.barSource = .mid })
      }.hasSuffix("a mid is made of two prices: expected bid, ask or last"))
    let named = try place.run(
      text(["2024-03-08T10:00:00Z"]) + "\n", name: "eurusd_bid_m1.csv", options())
    #expect(named.files[0].bars?.source == .bid)
  }
}
