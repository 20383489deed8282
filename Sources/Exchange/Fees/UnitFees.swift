public import Market

/// An amount for each unit of quantity: so much a share, or a contract.
public struct PerUnitFee: Hashable, FeeModel {
  public var amount: Money

  public init(_ amount: Money) { self.amount = amount }

  /// `amount × quantity`, rounded once, half to even.
  /// - Precondition: the amount is in the listing's currency.
  public func fee(of fill: ChargedFill) throws(ExchangeError) -> Money {
    let digits = fill.listing.instrument.quantityPrecision.digits
    let units = amount.units.multiplied(
      by: Int128(fill.quantity.raw), dividedBy: .powerOfTen(digits))
    guard let units else { throw fill.listing.overflow("fee") }
    return Money(units: units, amount.currency)
  }
}

/// The same amount for each fill.
public struct PerTradeFee: Hashable, FeeModel {
  public var amount: Money

  public init(_ amount: Money) { self.amount = amount }

  /// - Precondition: the amount is in the listing's currency.
  public func fee(of fill: ChargedFill) throws(ExchangeError) -> Money {
    return amount
  }
}

/// What another model asks for, but no less than an amount.
public struct MinimumFee: FeeModel {
  public var minimum: Money
  public var model: any FeeModel

  public init(_ minimum: Money, _ model: any FeeModel) {
    self.minimum = minimum
    self.model = model
  }

  public var volumeDays: Int { model.volumeDays }

  /// - Precondition: the amount is in the listing's currency.
  public func fee(of fill: ChargedFill) throws(ExchangeError) -> Money {
    fill.requireCurrency(of: minimum)
    return max(minimum, try model.fee(of: fill))
  }
}
