public import Exchange
public import Hashing
public import Market

/// What is known of a run before it begins: everything that its result depends on, and by which
/// program it is made.
public struct RunIdentity: Sendable {
  /// Of Lockstep, and of its source; with which compiler it was built.
  public var version: String
  public var commit: String
  public var toolchain: String
  public var strategy: String
  /// In the order in which the strategy declares them.
  public var parameters: [(name: String, value: String)]
  /// The text of the run's file as canonical JSON.
  public var configuration: String
  public var dataHash: XXHash64.Digest
  public var calendarHash: XXHash64.Digest
  public var seed: UInt64
  /// The window in which there is trading; nil: from the tape's first record, and to its last.
  public var start: Timestamp?
  public var end: Timestamp?
  /// From where the tape is read, to warm up.
  public var loadFrom: Timestamp?
  /// In which equity is counted.
  public var currency: Currency
  /// In the order of the run: decimals and settlement currencies come from them.
  public var symbols: [Listing]
  public var metricParameters: MetricParameters

  public init(
    version: String, commit: String, toolchain: String, strategy: String,
    parameters: [(name: String, value: String)], configuration: String,
    dataHash: XXHash64.Digest, calendarHash: XXHash64.Digest, seed: UInt64, start: Timestamp?,
    end: Timestamp?, loadFrom: Timestamp?, currency: Currency, symbols: [Listing],
    metricParameters: MetricParameters
  ) {
    self.version = version
    self.commit = commit
    self.toolchain = toolchain
    self.strategy = strategy
    self.parameters = parameters
    self.configuration = configuration
    self.dataHash = dataHash
    self.calendarHash = calendarHash
    self.seed = seed
    self.start = start
    self.end = end
    self.loadFrom = loadFrom
    self.currency = currency
    self.symbols = symbols
    self.metricParameters = metricParameters
  }
}
