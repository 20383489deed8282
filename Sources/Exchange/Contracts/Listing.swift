public import Market
public import Sessions

/// Along which way a price is taken to have moved inside a bar.
public enum BarPath: Hashable, Sendable {
  case openHighLowClose
  case openLowHighClose
  /// The extreme that lies against the bar's direction first: low first in a bar that closes at or
  /// above its open.
  case byDirection
  /// Of both ways the one that leaves the trader worse off at the bar's close: less of
  /// cash + position × close, counted in price × quantity and without fees. Of two that come to the same
  /// it is the one by direction.
  case worstCase
}

/// Which records fill orders, and how.
public struct MatchingRules: Hashable, Sendable {
  /// The finest kind of record that the tape has. It fills orders; of the others only bars do,
  /// for the stretches in which the tape has nothing finer.
  public var records: FillingRecord
  /// Whether a resting order fills when a trade, or a bar's path, only touches its price; on
  /// quotes reaching it is enough.
  public var fillsOnTouch = false
  /// Whether the fills of one trade of the tape stay within its quantity.
  public var limitsToTradedVolume = false
  public var barPath = BarPath.byDirection
  /// Whether an order that arrives while there is no session is refused; else it waits.
  public var refusesWhenClosed = false
  public var slippage = SlippageModel.none
  public var queue = QueueModel.none

  public init(_ records: FillingRecord) { self.records = records }
}

/// An instrument as the exchange trades it.
public struct Listing: Sendable {
  /// Nothing of it ever changes, so that copies of a listing share it.
  final class Description: Sendable {
    let instrument: Instrument
    let calendar: TradingCalendar
    let contract: ContractSpecification
    let fees: any FeeModel
    /// The same where it is the plain rates.
    let rates: FeeRates?
    let matching: MatchingRules
    let mark: MarkRule
    let margin: MarginRules
    let positions: PositionMode
    let valueDigits: Int
    /// What a linear value of price × quantity × multiplier is multiplied by to be a notional; 0 for
    /// inverse contracts.
    let notionalScale: Int128
    /// The least of price × quantity × multiplier that is worth too much to count with.
    let leastUncounted: UInt128
    /// What the same times a rate is multiplied and divided by to be money.
    let shareScale: (factor: Int128, divisor: Int128)

    init(
      _ instrument: Instrument, _ calendar: TradingCalendar, _ contract: ContractSpecification,
      _ matching: MatchingRules, _ fees: any FeeModel, _ mark: MarkRule, _ margin: MarginRules,
      _ positions: PositionMode
    ) {
      self.instrument = instrument
      self.calendar = calendar
      self.contract = contract
      self.fees = fees
      rates = fees as? FeeRates
      self.matching = matching
      self.mark = mark
      self.margin = margin
      self.positions = positions
      valueDigits = Listing.valueDigits(instrument, contract)
      notionalScale =
        contract.settlement == .linear && valueDigits <= Notional.digits
        ? .powerOfTen(Notional.digits - valueDigits) : 0
      leastUncounted =
        notionalScale > 0 ? (Notional.largestCounted / notionalScale).magnitude : 0
      let shift = Money.digits - valueDigits - Rate.digits
      shareScale = (.powerOfTen(max(0, shift)), .powerOfTen(max(0, -shift)))
    }
  }

  let description: Description

  @inline(__always)
  public var instrument: Instrument { description.instrument }
  @inline(__always)
  public var calendar: TradingCalendar { description.calendar }
  @inline(__always)
  public var contract: ContractSpecification { description.contract }
  @inline(__always)
  public var fees: any FeeModel { description.fees }
  /// The fees where they are plain rates, which are asked for without going through their protocol.
  @inline(__always)
  var rates: FeeRates? { description.rates }
  @inline(__always)
  public var matching: MatchingRules { description.matching }
  /// How positions are valued.
  @inline(__always)
  public var mark: MarkRule { description.mark }
  @inline(__always)
  public var margin: MarginRules { description.margin }
  @inline(__always)
  public var positions: PositionMode { description.positions }
  /// The decimals of price × quantity × multiplier; for inverse contracts of
  /// quantity × multiplier ÷ price, where they may be below zero.
  @inline(__always)
  private var valueDigits: Int { description.valueDigits }

  /// - Parameter mark: the mid where quotes fill and the last price elsewhere, unless told.
  /// - Throws: `ExchangeError.badListing` for a description that cannot be traded.
  public init(
    _ instrument: Instrument, calendar: TradingCalendar, contract: ContractSpecification,
    matching: MatchingRules, fees: any FeeModel = FeeRates(), mark: MarkRule? = nil,
    margin: MarginRules = MarginRules(), positions: PositionMode = .netting
  ) throws(ExchangeError) {
    description = Description(
      instrument, calendar, contract, matching, fees,
      mark ?? (matching.records == .quote ? .mid : .last), margin, positions)
    let fault =
      Listing.fault(instrument, contract, valueDigits: valueDigits)
      ?? Listing.assetFault(instrument, contract, margin, positions)
      ?? margin.fault(in: contract.currency)
      ?? matching.slippage.fault
    if let fault {
      throw .badListing(symbol: instrument.symbol, fault)
    }
  }

  private static func valueDigits(
    _ instrument: Instrument, _ contract: ContractSpecification
  ) -> Int {
    let quantityDigits = instrument.quantityPrecision.digits + contract.multiplier.precision.digits
    return switch contract.settlement {
    case .linear: quantityDigits + instrument.pricePrecision.digits
    // The price divides, so its digits count the other way.
    case .inverse: quantityDigits - instrument.pricePrecision.digits
    }
  }

  private static func fault(
    _ instrument: Instrument, _ contract: ContractSpecification, valueDigits: Int
  ) -> String? {
    if valueDigits > Notional.digits {
      return "price, quantity and multiplier have \(valueDigits) decimals together: "
        + "expected at most \(Notional.digits)"
    }
    if contract.settlement == .inverse && instrument.allowsNonPositivePrices {
      return "an inverse contract on prices that may be zero: expected prices above zero"
    }
    if contract.priceIncrement < 1 || contract.quantityIncrement < 1 {
      return "increments of \(contract.priceIncrement) and \(contract.quantityIncrement): "
        + "expected at least 1 unit of the last digit"
    }
    if contract.minimumQuantity > contract.maximumQuantity {
      return "a minimum quantity of \(contract.minimumQuantity.raw) units above the maximum of "
        + "\(contract.maximumQuantity.raw)"
    }
    if contract.largestOrder < contract.minimumQuantity || contract.largestOrder == .zero {
      return "no multiple of \(contract.quantityIncrement) units between the minimum quantity of "
        + "\(contract.minimumQuantity.raw) and the maximum of \(contract.maximumQuantity.raw)"
    }
    if !(0...(1 << 60)).contains(contract.positionLimit) {
      return "a position limit of \(contract.positionLimit) units: expected 0 to 2^60"
    }
    if let minimum = contract.minimumNotional, minimum.currency != contract.currency {
      return "a minimum notional in \(minimum.currency): expected \(contract.currency)"
    }
    return nil
  }

  /// What is delivered is counted in money, and exists once.
  private static func assetFault(
    _ instrument: Instrument, _ contract: ContractSpecification, _ margin: MarginRules,
    _ positions: PositionMode
  ) -> String? {
    if contract.kind.base == contract.currency {
      return "\(contract.currency) priced in itself: expected two currencies"
    }
    guard contract.kind.asset != nil else { return nil }
    if contract.settlement != .linear || contract.multiplier != .one {
      return "what is delivered with a multiplier, or as an inverse contract: expected neither"
    }
    if instrument.allowsNonPositivePrices {
      return "what is delivered at prices that may be zero: expected prices above zero"
    }
    if instrument.quantityPrecision.digits > Money.digits {
      return "quantities of \(instrument.quantityPrecision.digits) decimals: "
        + "expected at most \(Money.digits) for what is delivered"
    }
    if margin.mode == .isolated || positions == .hedging {
      return "what is delivered with isolated margin or hedging: expected contracts for these"
    }
    return nil
  }

  /// `quantity` of what is delivered, as an amount of it.
  func assetAmount(_ quantity: Int64) -> Money? {
    contract.kind.asset.map { asset in
      let digits = Money.digits - instrument.quantityPrecision.digits
      return Money(units: Int128(quantity) * .powerOfTen(digits), asset)
    }
  }

  /// The value of `quantity` at `price`; exact for linear contracts, rounded once for inverse ones.
  /// - Throws: `ExchangeError.overflow`.
  func notional(_ quantity: Int64, at price: Price) throws(ExchangeError) -> Notional {
    if let exact = exactValue(quantity, price) {
      let (units, overflow) = exact.multipliedReportingOverflow(by: description.notionalScale)
      if !overflow { return Notional(units: units) }
    }
    let units = value(quantity, price, extraDigits: 0, .one, digits: Notional.digits)
    guard let units else { throw overflow("notional") }
    return Notional(units: units)
  }

  /// Whether the value of `quantity` is below what is counted with; of a linear contract that is a
  /// question of price × quantity × multiplier.
  @inline(__always)
  func canCount(_ quantity: Int64, at price: Price) -> Bool {
    if let exact = exactValue(quantity, price) {
      return exact.magnitude < description.leastUncounted
    }
    guard contract.settlement == .inverse, let value = try? notional(quantity, at: price) else {
      return false
    }
    return value.units.magnitude < UInt128(Notional.largestCounted)
  }

  /// The same at a price of so many digits.
  @inline(__always)
  func canCount(_ quantity: Int64, at price: Price, digits: Int) -> Bool {
    if digits == instrument.pricePrecision.digits { return canCount(quantity, at: price) }
    guard let value = try? notional(quantity, at: price, digits: digits) else { return false }
    return value.units.magnitude < UInt128(Notional.largestCounted)
  }

  /// Of a sum of price × quantity in units of their last digits, of what is delivered, where there is
  /// no multiplier; nil when it does not fit.
  func notional(ofProduct sum: Int128) -> Notional? {
    sum.multiplied(by: .powerOfTen(Notional.digits - valueDigits), dividedBy: 1)
      .map(Notional.init(units:))
  }

  /// The same at a mark, whose digits may make a linear value be rounded, too.
  func notional(_ quantity: Int64, at mark: Mark) throws(ExchangeError) -> Notional {
    try notional(quantity, at: mark.price, digits: mark.digits)
  }

  func notional(
    _ quantity: Int64, at price: Price, digits: Int
  ) throws(ExchangeError) -> Notional {
    let extra = digits - instrument.pricePrecision.digits
    if extra == 0 { return try notional(quantity, at: price) }
    let units = value(quantity, price, extraDigits: extra, .one, digits: Notional.digits)
    guard let units else { throw overflow("notional") }
    return Notional(units: units)
  }

  /// What `rate` takes of the value of `quantity` at `price`, whatever the sign of the price,
  /// rounded once from the exact value.
  /// - Throws: `ExchangeError.overflow`.
  func fee(_ quantity: Int64, at price: Price, _ rate: Rate) throws(ExchangeError) -> Money {
    let magnitude = Price(unchecked: abs(price.raw))
    if let exact = exactValue(quantity, magnitude) {
      let (factor, divisor) = description.shareScale
      let share = exact.multiplied(by: Int128(rate.units) * factor, dividedBy: divisor)
      if let share { return Money(units: share, contract.currency) }
    }
    let units = value(quantity, magnitude, extraDigits: 0, rate, digits: Money.digits)
    guard let units else { throw overflow("fee") }
    return Money(units: units, contract.currency)
  }

  /// What `rate` takes of the value of a position of `quantity` at its mark, rounded once from the
  /// exact value; negative for a short where the rate is positive.
  /// - Throws: `ExchangeError.overflow`.
  func share(
    _ rate: Rate, of quantity: Int64, at mark: Mark
  ) throws(ExchangeError) -> Money {
    let extra = mark.digits - instrument.pricePrecision.digits
    let units = value(quantity, mark.price, extraDigits: extra, rate, digits: Money.digits)
    guard let units else { throw overflow("funding") }
    return Money(units: units, contract.currency)
  }

  /// Price × quantity × multiplier of a linear contract in units of their last digits; nil for an
  /// inverse contract, and where it does not fit.
  @inline(__always)
  private func exactValue(_ quantity: Int64, _ price: Price) -> Int128? {
    guard description.notionalScale > 0 else { return nil }
    // Mostly one factor is 1, and the other two make no more than a word each.
    let product = quantity.multipliedFullWidth(by: price.raw)
    let value = Int128(truncatingIfNeeded: product.low) | Int128(product.high) << 64
    let multiplier = description.contract.multiplier.raw
    if multiplier == 1 { return value }
    let (exact, overflow) = value.multipliedReportingOverflow(by: Int128(multiplier))
    return overflow ? nil : exact
  }

  /// By how much the value of `quantity` of a linear contract grows with the last digit of the price, in
  /// 10^-18 of the currency; nil for an inverse contract, and where it does not fit.
  func slope(of quantity: Int64) -> Int128? {
    guard description.notionalScale > 0 else { return nil }
    let contracts = Int128(quantity) * Int128(description.contract.multiplier.raw)
    let (slope, overflow) = contracts.multipliedReportingOverflow(by: description.notionalScale)
    return overflow ? nil : slope
  }

  /// value × rate in units of 10^-digits, rounded once; nil when it does not fit. The price has
  /// `extraDigits` more digits than the instrument's.
  private func value(
    _ quantity: Int64, _ price: Price, extraDigits: Int, _ rate: Rate, digits: Int
  ) -> Int128? {
    // At most 2^60 × 2^63, so this product fits.
    let contracts = Int128(quantity) * Int128(contract.multiplier.raw)
    switch contract.settlement {
    case .linear:
      let (exact, overflow) = contracts.multipliedReportingOverflow(by: Int128(price.raw))
      let shift = digits - valueDigits - extraDigits - Rate.digits
      return overflow
        ? nil
        : exact.multiplied(
          by: Int128(rate.units) * .powerOfTen(max(0, shift)),
          dividedBy: .powerOfTen(max(0, -shift)))
    case .inverse:
      precondition(price.raw > 0, "inverse contracts have prices above zero")
      // At most 2^54 × 10^22, so the divisor fits.
      let shift = digits - valueDigits + extraDigits - Rate.digits
      return contracts.multiplied(
        by: Int128(rate.units) * .powerOfTen(max(0, shift)),
        dividedBy: Int128(price.raw) * .powerOfTen(max(0, -shift)))
    }
  }

  func overflow(_ field: String) -> ExchangeError {
    .overflow(symbol: instrument.symbol, field: field)
  }
}

extension Int128 {
  /// 10^exponent, for 0 to 38.
  static func powerOfTen(_ exponent: Int) -> Int128 {
    let small = Precision.powersOfTen
    return exponent < small.count
      ? Int128(small[exponent]) : Int128(small[18]) * powerOfTen(exponent - 18)
  }
}
