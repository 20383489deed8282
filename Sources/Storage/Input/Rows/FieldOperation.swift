import Market

/// What to do with one field of a row: how to read it, where the value goes, what it may be.
///
/// A layout and an instrument are turned into a list of these once, and every row is read by
/// walking the list. One loop serves all formats at the speed of a parser written for one. Plain
/// numbers only: a reference in here would be counted at every field.
struct FieldOperation {
  enum Code: UInt8 {
    case skip
    /// Decimal text in units of 10^-digits.
    case decimal
    /// The price or size of one side of a quote; a price of zero keeps the side as it was.
    case standingPrice, standingSize
    /// Decimal text in units of 10^-digits nanoseconds, to which `addend` is added.
    case numericTime
    case textTime
    case symbol, side, buyerIsMaker, identifier
    /// Decimal text in units of `Rate`; there are few, and the careful path reads them.
    case rate
  }

  let code: Code
  /// Where the column of the value begins in the batch's cells.
  let offset: Int
  var digits = 0
  /// The least and the greatest value allowed, before `addend`.
  var minimum = Int64.min
  var maximum = Int64.max
  var addend: Int64 = 0
  /// Whether the time is read off the clock of a zone.
  var isLocal = false
  /// Whether an empty field is a value too: nothing was offered, or nobody said.
  var mayBeEmpty = false
}

extension FieldOperation {
  /// What to do with `column`, for an instrument's numbers.
  init(_ column: RowLayout.Column, layout: RowLayout, instrument: Instrument) {
    func operation(_ code: Code, _ slot: RowBatch.Slot) -> FieldOperation {
      FieldOperation(code: code, offset: slot.offset)
    }
    func price(_ slot: RowBatch.Slot) -> FieldOperation {
      var result = operation(.decimal, slot)
      // Below zero where prices are written in finer units than the instrument keeps.
      result.digits = instrument.pricePrecision.digits + layout.priceExponent
      result.minimum = instrument.allowsNonPositivePrices ? -Price.limit : 1
      result.maximum = Price.limit
      return result
    }
    func quantity(_ slot: RowBatch.Slot, from minimum: Int64) -> FieldOperation {
      var result = operation(.decimal, slot)
      result.digits = instrument.quantityPrecision.digits
      result.minimum = minimum
      result.maximum = Quantity.limit - 1
      result.mayBeEmpty = minimum == 0
      return result
    }
    func oneSided(_ code: Code, _ full: FieldOperation) -> FieldOperation {
      guard layout.updatesOneSide else { return full }
      var result = FieldOperation(code: code, offset: full.offset)
      result.digits = full.digits
      result.maximum = full.maximum
      result.minimum = 0
      result.mayBeEmpty = true
      return result
    }
    // Names and what is not read go nowhere; no operation writes for them.
    let slot = column.role.slot ?? .line
    switch column.role {
    case .ignored: self = operation(.skip, slot)
    case .symbol: self = operation(.symbol, slot)
    case .time, .receiveTime: self = FieldOperation(time: column, slot, layout.zone != nil)
    case .side: self = operation(.side, slot)
    case .buyerIsMaker: self = operation(.buyerIsMaker, slot)
    case .id: self = operation(.identifier, slot)
    case .bid, .ask: self = oneSided(.standingPrice, price(slot))
    case .bidSize, .askSize: self = oneSided(.standingSize, quantity(slot, from: 0))
    case .price, .open, .high, .low, .close, .mark: self = price(slot)
    case .rate: self = operation(.rate, slot)
    case .quantity: self = quantity(slot, from: 1)
    case .volume: self = quantity(slot, from: 0)
    case .ticks:
      self = operation(.decimal, slot)
      minimum = 1
      maximum = Quantity.limit - 1
      mayBeEmpty = true
    }
  }

  private init(time column: RowLayout.Column, _ slot: RowBatch.Slot, _ hasZone: Bool) {
    guard let encoding = column.time else { preconditionFailure("a time has an encoding") }
    let code: Code = encoding == .text ? .textTime : .numericTime
    self.init(code: code, offset: slot.offset)
    minimum = Timestamp.earliest.nanoseconds
    maximum = Timestamp.latest.nanoseconds
    mayBeEmpty = column.role == .receiveTime
    switch encoding {
    case .epoch(let unit):
      digits = unit.decimals
    case .millisecondsOfDay(let date):
      digits = TimeUnit.milliseconds.decimals
      minimum = 0
      maximum = nanosecondsPerDay - 1
      addend = date.utcMidnight
      isLocal = hasZone
    case .text:
      isLocal = hasZone
    }
  }
}
