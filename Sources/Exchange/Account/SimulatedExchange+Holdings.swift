import Market

/// What an account holds of assets beside its positions: deposits, and what came as money.
extension SimulatedExchange {
  /// What is there of the asset that a listing delivers and belongs to no position, in units of the
  /// last quantity digit, rounded down; below zero where less is there than positions hold.
  /// - Throws: `ExchangeError.overflow` beyond 2^60, the most that a position can come to.
  func unallocated(_ index: Int, less taken: Int128 = 0) throws(ExchangeError) -> Int64 {
    guard let asset = books[index].listing.contract.kind.asset,
      let one = books[index].listing.assetAmount(1)?.units
    else { return 0 }
    let most = UInt128(1) << 60
    let all = ledger.netBalance(in: asset).units
    if all.magnitude > 2 * most * one.magnitude {
      throw books[index].listing.overflow("unallocated quantity")
    }
    var units = all - taken
    for other in delivering where books[other].listing.contract.kind.asset == asset {
      let quantity = books[other].holding.legs[0].quantity
      units -= books[other].listing.assetAmount(quantity)?.units ?? 0
    }
    let count = (units < 0 ? units - one + 1 : units) / one
    if count.magnitude > most { throw books[index].listing.overflow("unallocated quantity") }
    return Int64(count)
  }

  /// What of that the sales of a listing find there when those of other listings of the asset have had
  /// theirs.
  func unallocatedForSales(of index: Int) throws(ExchangeError) -> Int64 {
    guard books[index].market.held.unallocated > 0 else { return 0 }
    let asset = books[index].listing.contract.kind.asset
    var taken: Int128 = 0
    for other in delivering where other != index {
      let sold = books[other].market.open.sells - books[other].market.held.long
      guard sold > 0, books[other].listing.contract.kind.asset == asset else { continue }
      taken += books[other].listing.assetAmount(sold)?.units ?? 0
    }
    return max(0, try unallocated(index, less: taken))
  }

  /// How much of a position takes margin. Of one asset longs on some listings and shorts on others deliver
  /// each other, in the order of the listings: nothing of it is owed. One that waits to be
  /// closed by force delivers nothing.
  ///
  /// - Returns: In units of the last quantity digit, away from zero where listings count by others.
  /// - Complexity: O(listings that deliver).
  func uncovered(_ index: Int, _ place: Int = 0) -> Int64 {
    let leg = books[index].holding.legs[place]
    guard let asset = books[index].listing.contract.kind.asset, leg.quantity != 0,
      !leg.isLiquidating, delivering.count > 1,
      let one = books[index].listing.assetAmount(1)?.units
    else { return leg.quantity }
    var cover: Int128 = 0
    for other in delivering
    where other != index && books[other].listing.contract.kind.asset == asset {
      let standing = books[other].holding.legs[0]
      let isOpposite = standing.quantity.signum() == -leg.quantity.signum()
      // Those of its own side that stand before it have been served before it.
      guard !standing.isLiquidating, isOpposite || other < index else { continue }
      let units = books[other].listing.assetAmount(abs(standing.quantity))?.units ?? 0
      cover += isOpposite ? units : -units
    }
    let left = Int128(abs(leg.quantity)) * one - max(0, cover)
    return leg.quantity.signum() * Int64(max(0, left + one - 1) / one)
  }

  /// Tells the markets what belongs to no position, if the ledger has changed since.
  mutating func syncUnallocated() throws(ExchangeError) {
    guard unallocatedIsStale else { return }
    unallocatedIsStale = false
    for index in delivering {
      books[index].market.held.unallocated = max(0, try unallocated(index))
    }
  }

  /// What of a fill is delivered from what belongs to no position, so that it closes and opens none.
  mutating func deliveredFromHoldings(
    _ execution: Execution, _ index: Int, _ listing: Listing
  ) throws(ExchangeError) -> Int64 {
    guard execution.side == .sell, listing.contract.kind.asset != nil else { return 0 }
    return HeldQuantity.delivered(
      .sell, execution.quantity, long: max(0, books[index].holding.legs[0].quantity),
      unallocated: max(0, try unallocated(index)))
  }

  /// Has a deposit cover what is short of its asset, and a withdrawal of more than what belongs to no
  /// position lower what is long: in the order of the listings, at the marks.
  mutating func transferPositions(_ amount: Money, at time: Timestamp) throws(ExchangeError) {
    let isDeposit = amount.units > 0
    var left = abs(amount.units)
    for index in delivering where books[index].listing.contract.kind.asset == amount.currency {
      let (listing, id) = (books[index].listing, ListingID(index: index))
      var leg = books[index].holding.legs[0]
      guard let one = listing.assetAmount(1)?.units else { continue }
      let beside = try unallocated(index)
      let most = Int64(clamping: isDeposit ? left / one : (left + one - 1) / one)
      let quantity = min(most, isDeposit ? min(beside, -leg.quantity) : min(-beside, leg.quantity))
      guard quantity > 0, let mark = books[index].marks.mark(ofSign: leg.quantity.signum()) else {
        continue
      }
      left = max(0, left - Int128(quantity) * one)
      let settled = try leg.position.closing(quantity, at: mark, in: listing)
      try leg.take(
        settled, isDeposit ? .buy : .sell, quantity,
        profit: settled.profit.money(in: listing.contract.currency),
        fee: .zero(listing.contract.currency), at: time, .transfer, listing, id, tell: &outbox,
        knownAt: knownNow(time))
      books[index].holding.legs[0] = leg
      syncHeld(index)
    }
  }
}
