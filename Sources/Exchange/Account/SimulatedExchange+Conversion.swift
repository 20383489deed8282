public import Market

extension SimulatedExchange {
  /// What an amount is worth in another currency, at the marks of the tape.
  ///
  /// Listings whose price is that of one currency in another lead there: spot, shares and forex, by
  /// the shortest way, of two as short ones by the order of the listings. Each listing on the way
  /// multiplies by its mark, or divides by it the other way round, and rounds once to 10^-8, half to
  /// even. Where the marks of longs and shorts differ, what is given gets the bid and what is
  /// wanted costs the ask.
  ///
  /// - Returns: Nil where no way leads there, or one of its listings has no mark.
  /// - Throws: `ExchangeError.overflow`.
  /// - Complexity: O(listings²).
  public func converted(
    _ amount: Money, to currency: Currency
  ) throws(ExchangeError) -> Money? {
    if amount.currency == currency { return amount }
    if amount.units == 0 { return .zero(currency) }
    guard let way = conversion(from: amount.currency, to: currency) else { return nil }
    var amount = amount
    for step in way {
      guard let next = try converted(amount, by: step) else { return nil }
      amount = next
    }
    return amount
  }

  private struct ConversionStep {
    let listing: Int
    /// From the base to the currency of the price.
    let isForward: Bool
  }

  private func conversion(from: Currency, to: Currency) -> [ConversionStep]? {
    var ways: [(end: Currency, steps: [ConversionStep])] = [(from, [])]
    var next = 0
    while next < ways.count {
      let way = ways[next]
      if way.end == to { return way.steps }
      next += 1
      for index in books.indices {
        let contract = books[index].listing.contract
        guard let base = contract.kind.base, base == way.end || contract.currency == way.end else {
          continue
        }
        let isForward = base == way.end
        let end = isForward ? contract.currency : base
        guard !ways.contains(where: { $0.end == end }) else { continue }
        ways.append((end, way.steps + [ConversionStep(listing: index, isForward: isForward)]))
      }
    }
    return nil
  }

  private func converted(
    _ amount: Money, by step: ConversionStep
  ) throws(ExchangeError) -> Money? {
    let index = step.listing
    let contract = books[index].listing.contract
    // Base is sold like a long, and bought like a short is closed.
    let isSale = (amount.units > 0) == step.isForward
    guard let base = contract.kind.base,
      let mark = isSale ? books[index].marks.long : books[index].marks.short,
      step.isForward || mark.price.raw > 0
    else { return nil }
    let (price, scale) = (Int128(mark.price.raw), Int128.powerOfTen(mark.digits))
    let units =
      step.isForward
      ? amount.units.multiplied(by: price, dividedBy: scale)
      : amount.units.multiplied(by: scale, dividedBy: price)
    guard let units else { throw books[index].listing.overflow("conversion") }
    return Money(units: units, step.isForward ? contract.currency : base)
  }
}
