import Market
import MultiTimeframe
import Sessions

/// A random configuration and a random tape for it, both from one seed.
///
/// It goes where things break: ties, boundaries and the nanosecond on either side, gaps, weekends,
/// both DST changes, half-days, breaks, grace, extended hours, odd timeframes, several symbols.
/// `TapeSituations` counts how often it has been where.
public struct RandomTape {
  public enum Record {
    case trade(Trade)
    case quote(Quote)
    case bar(Bar, PriceSource)

    public var time: Timestamp {
      switch self {
      case .trade(let trade): trade.time
      case .quote(let quote): quote.time
      case .bar(let bar, _): bar.tsClose
      }
    }

    /// The first moment that the record tells of: a source bar's open.
    public var earliest: Timestamp {
      if case .bar(let bar, _) = self { bar.tsOpen } else { time }
    }
  }

  public struct Entry {
    public let symbol: Int
    public let record: Record
  }

  /// How records follow each other.
  public enum Pace {
    /// Everywhere within months, one symbol after the other: every record is a surprise.
    case scattered
    /// Many records a minute, in runs of one symbol, as on a real tape.
    case dense
    /// The same, but records of one kind and symbol follow each other by the thousand.
    case longRuns
  }

  public let seed: UInt64
  public let configuration: StateConfiguration
  public let entries: [Entry]

  public init(seed: UInt64, recordCount: Int = 250, pace: Pace = .scattered) throws {
    var random = SeededGenerator(seed: seed)
    let configuration = try RandomTape.configuration(&random, seed: seed)
    var generator = try TapeGenerator(configuration, pace, random)
    self.seed = seed
    self.configuration = configuration
    entries = try generator.entries(recordCount)
  }

  /// The same configuration over other records.
  public init(_ tape: RandomTape, entries: [Entry]) {
    seed = tape.seed
    configuration = tape.configuration
    self.entries = entries
  }

  /// No tape spans more days.
  public static let longestDays: Int64 = 420
}

// MARK: The configuration

extension RandomTape {
  private static let lengths = [
    "1s", "7s", "90s", "1m", "5m", "7m", "15m", "45m", "1H", "2H", "4H", "5H", "23H", "24H", "1D",
    "2D", "3D", "1W", "2W", "1M", "3M",
  ]

  private static func configuration(
    _ random: inout SeededGenerator, seed: UInt64
  ) throws -> StateConfiguration {
    var symbols: [SymbolConfiguration] = []
    for index in 0..<1 + random.below(3) { symbols.append(try symbol("S\(index)", &random)) }
    let historyLength = 1 + random.below(40)
    // Of random numbers of their own: a tape does not depend on the indicators over it.
    var indicators = RandomIndicators(seed: ~seed, maximumPeriod: historyLength)
    var configuration = StateConfiguration(
      symbols: try symbols.map { symbol in
        SymbolConfiguration(
          instrument: symbol.instrument, calendar: symbol.calendar, timeframes: symbol.timeframes,
          priceSources: symbol.priceSources, isFormedByBars: symbol.isFormedByBars,
          indicators: try indicators.declarations(for: symbol.timeframes))
      })
    configuration.historyLength = historyLength
    return configuration
  }

  private static func symbol(
    _ name: String, _ random: inout SeededGenerator
  ) throws -> SymbolConfiguration {
    let calendars = try TestCalendars.all()
    let isFormedByBars = random.below(5) == 0
    var timeframes: [Timeframe] = []
    for _ in 0..<1 + random.below(6) {
      let timeframe = try Timeframe(parsing: lengths[random.below(lengths.count)])
      if timeframes.contains(timeframe) || isFormedByBars && !timeframe.isWholeMinutes { continue }
      timeframes.append(timeframe)
    }
    if timeframes.isEmpty { timeframes = [.minute1] }
    var sources = PriceSource.allCases.filter { _ in random.below(2) == 0 }
    if sources.isEmpty { sources = [.last] }
    return SymbolConfiguration(
      instrument: Instrument(
        symbol: name, pricePrecision: try Precision(2), quantityPrecision: .zero,
        allowsNonPositivePrices: true),
      calendar: calendars[random.below(calendars.count)], timeframes: timeframes,
      priceSources: sources, isFormedByBars: isFormedByBars)
  }
}

extension Timeframe {
  /// Whether source bars of one minute fit into bars of this length.
  fileprivate var isWholeMinutes: Bool { unit != .elapsed || count % 60 == 0 }
}
