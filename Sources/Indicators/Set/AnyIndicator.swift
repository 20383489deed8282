import Market

/// An indicator of any kind, in memory of its own.
///
/// A closed set of cases rather than a protocol's value: the one switch below is all the dispatch
/// there is, and each visitor is compiled for every kind. On the path of a bar it takes about a
/// nanosecond; a closure takes six, because its context is retained and released, and a class or
/// an existential fifty, because their generic code is not specialised.
enum AnyIndicator: ~Copyable {
  case sma(IndicatorBox<SMA<Int64>>)
  case smaOfNumbers(IndicatorBox<SMA<Double>>)
  case ema(IndicatorBox<EMA>)
  case wma(IndicatorBox<WMA<Int64>>)
  case wmaOfNumbers(IndicatorBox<WMA<Double>>)
  case dema(IndicatorBox<DEMA>)
  case tema(IndicatorBox<TEMA>)
  case hma(IndicatorBox<HMA<Int64>>)
  case hmaOfNumbers(IndicatorBox<HMA<Double>>)
  case kama(IndicatorBox<KAMA<Int64>>)
  case kamaOfNumbers(IndicatorBox<KAMA<Double>>)
  case t3(IndicatorBox<T3>)
  case vwap(IndicatorBox<VWAP>)
  case rsi(IndicatorBox<RSI>)
  case stochasticRSI(IndicatorBox<StochasticRSI>)
  case macd(IndicatorBox<MACD>)
  case stochastic(IndicatorBox<Stochastic>)
  case fastStochastic(IndicatorBox<FastStochastic>)
  case williamsR(IndicatorBox<WilliamsR>)
  case cci(IndicatorBox<CCI>)
  case cmo(IndicatorBox<CMO>)
  case roc(IndicatorBox<ROC<Int64>>)
  case rocOfNumbers(IndicatorBox<ROC<Double>>)
  case momentum(IndicatorBox<Momentum<Int64>>)
  case momentumOfNumbers(IndicatorBox<Momentum<Double>>)
  case trix(IndicatorBox<TRIX>)
  case ultimateOscillator(IndicatorBox<UltimateOscillator>)
  case adx(IndicatorBox<ADX>)
  case aroon(IndicatorBox<Aroon>)
  case parabolicSAR(IndicatorBox<ParabolicSAR>)
  case superTrend(IndicatorBox<SuperTrend>)
  case ichimoku(IndicatorBox<Ichimoku>)
  case bollingerBands(IndicatorBox<BollingerBands<Int64>>)
  case bollingerBandsOfNumbers(IndicatorBox<BollingerBands<Double>>)
  case keltnerChannel(IndicatorBox<KeltnerChannel>)
  case donchianChannel(IndicatorBox<DonchianChannel>)
  case atr(IndicatorBox<ATR>)
  case natr(IndicatorBox<NATR>)
  case trueRange(IndicatorBox<TrueRange>)
  case standardDeviation(IndicatorBox<StandardDeviation<Int64>>)
  case standardDeviationOfNumbers(IndicatorBox<StandardDeviation<Double>>)
  case linearRegression(IndicatorBox<LinearRegression<Int64>>)
  case linearRegressionOfNumbers(IndicatorBox<LinearRegression<Double>>)
  case obv(IndicatorBox<OBV>)
  case mfi(IndicatorBox<MFI>)
  case chaikinAD(IndicatorBox<ChaikinAD>)
  case chaikinMoneyFlow(IndicatorBox<ChaikinMoneyFlow>)
  case chaikinOscillator(IndicatorBox<ChaikinOscillator>)

  /// Has `visitor` see the indicator as what it is.
  @inline(__always)
  borrowing func accept<Visitor: IndicatorVisitor & ~Copyable>(
    _ visitor: inout Visitor
  ) throws(Visitor.Failure) {
    switch self {
    case .sma(let box): try visitor.visit(box)
    case .smaOfNumbers(let box): try visitor.visit(box)
    case .ema(let box): try visitor.visit(box)
    case .wma(let box): try visitor.visit(box)
    case .wmaOfNumbers(let box): try visitor.visit(box)
    case .dema(let box): try visitor.visit(box)
    case .tema(let box): try visitor.visit(box)
    case .hma(let box): try visitor.visit(box)
    case .hmaOfNumbers(let box): try visitor.visit(box)
    case .kama(let box): try visitor.visit(box)
    case .kamaOfNumbers(let box): try visitor.visit(box)
    case .t3(let box): try visitor.visit(box)
    case .vwap(let box): try visitor.visit(box)
    case .rsi(let box): try visitor.visit(box)
    case .stochasticRSI(let box): try visitor.visit(box)
    case .macd(let box): try visitor.visit(box)
    case .stochastic(let box): try visitor.visit(box)
    case .fastStochastic(let box): try visitor.visit(box)
    case .williamsR(let box): try visitor.visit(box)
    case .cci(let box): try visitor.visit(box)
    case .cmo(let box): try visitor.visit(box)
    case .roc(let box): try visitor.visit(box)
    case .rocOfNumbers(let box): try visitor.visit(box)
    case .momentum(let box): try visitor.visit(box)
    case .momentumOfNumbers(let box): try visitor.visit(box)
    case .trix(let box): try visitor.visit(box)
    case .ultimateOscillator(let box): try visitor.visit(box)
    case .adx(let box): try visitor.visit(box)
    case .aroon(let box): try visitor.visit(box)
    case .parabolicSAR(let box): try visitor.visit(box)
    case .superTrend(let box): try visitor.visit(box)
    case .ichimoku(let box): try visitor.visit(box)
    case .bollingerBands(let box): try visitor.visit(box)
    case .bollingerBandsOfNumbers(let box): try visitor.visit(box)
    case .keltnerChannel(let box): try visitor.visit(box)
    case .donchianChannel(let box): try visitor.visit(box)
    case .atr(let box): try visitor.visit(box)
    case .natr(let box): try visitor.visit(box)
    case .trueRange(let box): try visitor.visit(box)
    case .standardDeviation(let box): try visitor.visit(box)
    case .standardDeviationOfNumbers(let box): try visitor.visit(box)
    case .linearRegression(let box): try visitor.visit(box)
    case .linearRegressionOfNumbers(let box): try visitor.visit(box)
    case .obv(let box): try visitor.visit(box)
    case .mfi(let box): try visitor.visit(box)
    case .chaikinAD(let box): try visitor.visit(box)
    case .chaikinMoneyFlow(let box): try visitor.visit(box)
    case .chaikinOscillator(let box): try visitor.visit(box)
    }
  }
}

/// Something to do with an indicator, whatever its kind.
protocol IndicatorVisitor: ~Copyable {
  associatedtype Failure: Error
  mutating func visit<Kind: Indicator & ~Copyable>(
    _ box: borrowing IndicatorBox<Kind>
  ) throws(Failure)
}

/// An indicator in memory of its own, so that all kinds take the same room.
@safe struct IndicatorBox<Kind: Indicator & ~Copyable>: ~Copyable, @unchecked Sendable {
  // Sendable by hand: the memory has one owner, the box, and no other way in.
  private let memory: UnsafeMutablePointer<Kind>

  init(_ indicator: consuming Kind) {
    unsafe memory = .allocateCacheLines(capacity: 1)
    unsafe memory.initialize(to: indicator)
  }

  deinit {
    unsafe memory.deinitialize(count: 1)
    unsafe memory.deallocate()
  }

  /// The indicator itself. To change it, the owner of the box must be at hand to be changed.
  @inline(__always)
  var indicator: Kind {
    _read { yield unsafe memory.pointee }
    nonmutating _modify { yield unsafe &memory.pointee }
  }

  /// Has `body` change the indicator many times. Meanwhile it is the body's own, so that its numbers
  /// can stay in the processor's registers: other memory that is written might be the box's.
  @inline(__always)
  borrowing func withOwned(_ body: (inout Kind) -> Void) {
    var indicator = unsafe memory.move()
    body(&indicator)
    unsafe memory.initialize(to: indicator)
  }
}
