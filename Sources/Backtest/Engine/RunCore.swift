import Exchange
import Hashing
import Market
import MultiTimeframe
import Sessions
import Streams

/// One run under way: the tape, the timeframes, the exchange, the strategy, and the moment at which
/// all of them stand.
///
/// A class, so that the snapshot and the context of a call are views of it and copy nothing.
final class RunCore {
  let plan: BacktestPlan
  let symbols: [SymbolPlan]
  let strategy: any Strategy
  let journal: any RunJournal
  let monitor: RunMonitor?
  let control: RunControl?
  private let statePlace: FixedBuffer<SynchronizedState>
  private let exchangePlace: FixedBuffer<SimulatedExchange>
  private let coordinatorPlace: FixedBuffer<Coordinator>
  private let closesPlace: FixedBuffer<CloseWatch>
  private let meterPlace: FixedBuffer<EquityMeter>
  private let valuationPlace: FixedBuffer<Valuation>
  private let bookPlace: FixedBuffer<OrderBookkeeping>
  private let riskPlace: FixedBuffer<RiskManager>
  private let featuresPlace: FixedBuffer<FeatureBoard>
  private let queuesPlace = FixedBuffer(RunQueues())
  /// Whether what the exchange does is told later than it happens.
  let hasLateReports: Bool
  /// Of each stream: the place of its symbol, and its kind.
  let streams: [(symbol: Int, kind: StreamKind)]

  /// Where the run stands. What the coordinator has handed over already may lie behind it.
  var now = Moment(.earliest, .sourceBars)
  /// The symbol of the call at hand.
  var current = 0
  var random: SeededGenerator
  var qualities: [StreamQuality] = []

  /// The first and the last look at what the account is worth.
  var start: EquitySample?
  var end: EquitySample?
  /// What went wrong while a snapshot was read.
  var failure: BacktestError?
  /// Whether something has: an error is much to look at after every call.
  var hasFailed = false
  /// How often the strategy has ordered, cancelled, amended or set a timer.
  var actionCount = 0
  var answers = AnswerCount()
  var timerCalls = TimerCount()
  /// How much had changed when the account was valued last.
  var valuedChangeCount = 0
  var recordCount = 0
  var eventCount = 0
  var decisionCount = 0
  var exchangeDigest = ExchangeDigest()

  init(
    _ plan: BacktestPlan, _ strategy: any Strategy, _ tape: [TapeStream],
    _ journal: any RunJournal, _ monitor: RunMonitor?, _ control: RunControl?
  ) throws(BacktestError) {
    self.plan = plan
    self.strategy = strategy
    self.journal = journal
    self.monitor = monitor
    self.control = control
    let configuration = plan.configuration
    var state = try BacktestError.state { () throws(StateError) in
      try SynchronizedState(plan.state)
    }
    let exchange = SimulatedExchange(
      configuration.symbols.map(\.listing), latency: configuration.latency,
      account: configuration.account)
    hasLateReports = configuration.latency.reports != .none
    symbols = try RunCore.symbols(plan, state, exchange)
    closesPlace = FixedBuffer(CloseWatch(plan, symbols, &state))
    featuresPlace = FixedBuffer(FeatureBoard(&state))
    random = SeededGenerator(seed: configuration.seed)
    bookPlace = FixedBuffer(OrderBookkeeping(listingCount: symbols.count))
    riskPlace = FixedBuffer(RiskManager(configuration.risk, symbolCount: symbols.count))
    meterPlace = FixedBuffer(EquityMeter(configuration.currency))
    valuationPlace = FixedBuffer(Valuation(line: .constant(.zero(configuration.currency))))
    var coordinator = Coordinator(through: configuration.end, control: control)
    streams = try RunCore.register(tape, in: &coordinator, symbols)
    statePlace = FixedBuffer(state)
    exchangePlace = FixedBuffer(exchange)
    coordinatorPlace = FixedBuffer(coordinator)
    trading = symbols.map { _ in TradingGate() }
    queues.ahead = streams.map { _ in nil }
  }

  private static func symbols(
    _ plan: BacktestPlan, _ state: borrowing SynchronizedState,
    _ exchange: borrowing SimulatedExchange
  ) throws(BacktestError) -> [SymbolPlan] {
    var symbols: [SymbolPlan] = []
    for symbol in plan.configuration.symbols {
      let name = symbol.listing.instrument.symbol
      let listingID: ListingID
      do { listingID = try exchange.listing(name) } catch { throw .exchange(error) }
      let id: SymbolID
      var roleSeries: [SeriesID] = []
      do throws(StateError) {
        id = try state.symbol(name)
        for role in Role.allCases {
          roleSeries.append(
            try state.series(plan.configuration.roles[role], symbol.priceSource, of: id))
        }
      } catch {
        throw .state(error)
      }
      var lookbacks: [Int] = []
      for series in roleSeries { lookbacks.append(plan.lookback(of: series, in: state.layout)) }
      symbols.append(SymbolPlan(symbol, listingID, id, roleSeries, lookbacks))
    }
    return symbols
  }

  private static func register(
    _ tape: [TapeStream], in coordinator: inout Coordinator, _ symbols: [SymbolPlan]
  ) throws(BacktestError) -> [(symbol: Int, kind: StreamKind)] {
    var streams: [(symbol: Int, kind: StreamKind)] = []
    for stream in tape {
      guard let symbol = symbols.firstIndex(where: { $0.name == stream.key.symbol }) else {
        throw .strayStream(stream.key)
      }
      var options = stream.options
      options.calendar = options.calendar ?? symbols[symbol].listing.calendar
      do { try stream.register(&coordinator, options) } catch { throw .stream(error) }
      streams.append((symbol, stream.key.kind))
    }
    return streams
  }
}

// MARK: The parts

// Each in memory of its own. A stored property of a class is checked for overlapping accesses whenever it
// is touched, and is copied to be asked something: on the way of every bar both cost more than what
// is asked. By its address neither happens. What the checks would find must be kept by hand: no part
// calls back into the run, no source asks it anything, and no access to a part goes on while the
// strategy is called.
extension RunCore {
  var state: SynchronizedState {
    @inline(__always) unsafeAddress { unsafe statePlace.address }
    @inline(__always) unsafeMutableAddress { unsafe statePlace.elements }
  }

  var exchange: SimulatedExchange {
    @inline(__always) unsafeAddress { unsafe exchangePlace.address }
    @inline(__always) unsafeMutableAddress { unsafe exchangePlace.elements }
  }

  var coordinator: Coordinator {
    @inline(__always) unsafeAddress { unsafe coordinatorPlace.address }
    @inline(__always) unsafeMutableAddress { unsafe coordinatorPlace.elements }
  }

  var closes: CloseWatch {
    @inline(__always) unsafeAddress { unsafe closesPlace.address }
    @inline(__always) unsafeMutableAddress { unsafe closesPlace.elements }
  }

  var meter: EquityMeter {
    @inline(__always) unsafeAddress { unsafe meterPlace.address }
    @inline(__always) unsafeMutableAddress { unsafe meterPlace.elements }
  }

  var valuation: Valuation {
    @inline(__always) unsafeAddress { unsafe valuationPlace.address }
    @inline(__always) unsafeMutableAddress { unsafe valuationPlace.elements }
  }

  var book: OrderBookkeeping {
    @inline(__always) unsafeAddress { unsafe bookPlace.address }
    @inline(__always) unsafeMutableAddress { unsafe bookPlace.elements }
  }

  var risk: RiskManager {
    @inline(__always) unsafeAddress { unsafe riskPlace.address }
    @inline(__always) unsafeMutableAddress { unsafe riskPlace.elements }
  }

  var features: FeatureBoard {
    @inline(__always) unsafeAddress { unsafe featuresPlace.address }
    @inline(__always) unsafeMutableAddress { unsafe featuresPlace.elements }
  }

  var queues: RunQueues {
    @inline(__always) unsafeAddress { unsafe queuesPlace.address }
    @inline(__always) unsafeMutableAddress { unsafe queuesPlace.elements }
  }

  var timers: RunTimers {
    @inline(__always) _read { yield queues.timers }
    @inline(__always) _modify { yield &queues.timers }
  }

  var trading: [TradingGate] {
    @inline(__always) _read { yield queues.trading }
    @inline(__always) _modify { yield &queues.trading }
  }

  var pending: PendingTrades {
    @inline(__always) _read { yield queues.pending }
    @inline(__always) _modify { yield &queues.pending }
  }
}

/// What waits for its time, and who may act: asked on the way of every record and every close.
struct RunQueues {
  var timers = RunTimers()
  var trading: [TradingGate] = []
  /// Trades that the strategy has been told of, and that nobody has looked behind yet.
  var pending = PendingTrades()
  /// Source bars of this moment that the strategy is still to be told of, with what they led to.
  var bars: [(symbol: Int, bar: Bar)] = []
  /// When that is; `Int64.max` where there are none.
  var barsDue = Int64.max
  /// What the exchange has told last.
  var news = ExchangeNews()
  /// Of each stream: what cuts its trades ahead, where it is long enough.
  var ahead: [SlicesAhead?] = []
}

/// What the account is worth by the price of a symbol, as it was looked up last.
struct Valuation {
  /// How much had changed at the exchange by then.
  var changeCount = -1
  /// How often it has been looked up.
  var number = 0
  /// Whether it is that straight line.
  var isLine = false
  var line: WorthLine
}

/// Whether a symbol may be traded.
struct TradingGate {
  /// Every role has closed a bar and has its indicators.
  var isReady = false
  /// It is ready, and the window has begun.
  var isOpen = false
}

extension BacktestError {
  static func state<Result>(
    _ body: () throws(StateError) -> Result
  ) throws(BacktestError) -> Result where Result: ~Copyable {
    do { return try body() } catch { throw .state(error) }
  }

  static func exchange<Result>(
    _ body: () throws(ExchangeError) -> Result
  ) throws(BacktestError) -> Result {
    do { return try body() } catch { throw .exchange(error) }
  }
}
