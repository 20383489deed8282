import Market
import Sessions

extension RowParser {
  /// Reads one line, its line feed left out, into the next row of `batch`, or says why not.
  /// A blank line is no row.
  mutating func parseCarefully(
    _ line: ArraySlice<UInt8>, into batch: inout RowBatch, rejects: inout RejectLog
  ) {
    let number = nextLine
    nextLine += 1
    guard !line.allSatisfy(\.isBlank) else { return }
    do throws(RejectReason) {
      try readRow(line, into: &batch)
      batch.cells[RowBatch.Slot.line.offset + batch.count] = Int64(number)
      batch.count += 1
    } catch {
      rejects.add(error, line: number, place: place)
    }
  }

  private mutating func readRow(
    _ line: ArraySlice<UInt8>, into batch: inout RowBatch
  ) throws(RejectReason) {
    guard line.count <= RowParser.lineLimit else {
      throw .lineTooLong(limit: RowParser.lineLimit)
    }
    guard !line.contains(0) else { throw .nulByte }
    let fields = line.fields(separatedBy: layout.delimiter)
    let count = operations.count
    guard fields.count == count || (layout.allowsMoreFields && fields.count > count) else {
      throw .fieldCount(found: fields.count, expected: count)
    }
    var update = memory.standing
    for (index, operation) in operations.enumerated() where operation.code != .skip {
      let value = try read(fields[index], operation, layout.columns[index], update: &update)
      guard let value else { continue }
      batch.cells[operation.offset + batch.count] = value
    }
    if layout.updatesOneSide {
      // What is known of one side is kept, even while the other one is missing.
      memory.standing = update
      guard update.isComplete else { throw .incompleteQuote(side: update.missingSide) }
    }
  }

  /// The value of one field; nil where it has none to keep.
  private mutating func read(
    _ field: ArraySlice<UInt8>, _ operation: FieldOperation, _ column: RowLayout.Column,
    update: inout StandingQuote
  ) throws(RejectReason) -> Int64? {
    switch operation.code {
    case .skip: return nil
    case .symbol:
      guard symbol.matches(field) else {
        throw .otherSymbol(column: column.name, found: field.shown, expected: symbol.text)
      }
      memory.symbol = ShortKey(field) ?? ShortKey()
      return nil
    case .decimal:
      return try decimal(field, operation, column)
    case .numericTime, .textTime:
      if field.isEmpty && operation.mayBeEmpty { return TradeColumns.absentTime }
      guard operation.code == .textTime else { return try numericTime(field, operation, column) }
      return try textTime(field, operation, column)
    case .identifier:
      return field.isEmpty ? TradeColumns.absentSequence : TradeIdentifier.value(of: field)
    case .side:
      return Int64(
        try aggressor(field, column, buyer: ["buy", "b"], seller: ["sell", "s"]).rawValue)
    case .buyerIsMaker:
      let result = try aggressor(field, column, buyer: ["false", "0"], seller: ["true", "1"])
      return Int64(result.rawValue)
    case .rate:
      return try rate(field, column)
    case .standingPrice:
      let number = try decimal(field, operation, column)
      return update.price(number, offset: operation.offset) ?? 0
    case .standingSize:
      let number = try decimal(field, operation, column)
      return update.size(number, offset: operation.offset)
    }
  }

  private func decimal(
    _ field: ArraySlice<UInt8>, _ operation: FieldOperation, _ column: RowLayout.Column
  ) throws(RejectReason) -> Int64 {
    guard !field.isEmpty else {
      // A bar that does not say how many ticks formed it was formed by one.
      if operation.mayBeEmpty { return column.role == .ticks ? 1 : 0 }
      throw .empty(column: column.name)
    }
    let value = try number(field, operation, column)
    if value <= 0, operation.minimum == 1 {
      throw .notPositive(column: column.name, found: field.shown)
    }
    guard value >= operation.minimum, value <= operation.maximum else {
      let bound = value < operation.minimum ? operation.minimum : operation.maximum
      let words = value < operation.minimum ? "at least" : "at most"
      let limit = operation.scale.format(bound)
      throw .outOfRange(column: column.name, found: field.shown, expected: "\(words) \(limit)")
    }
    return value
  }

  /// Decimal text in units of 10^-digits, by the definition in `Precision`.
  private func number(
    _ field: ArraySlice<UInt8>, _ operation: FieldOperation, _ column: RowLayout.Column
  ) throws(RejectReason) -> Int64 {
    var text = String(decoding: field, as: UTF8.self)
    if operation.digits < 0 { text += "e\(operation.digits)" }
    switch operation.scale.parse(text) {
    case .success(let value): return value
    case .failure(.empty): throw .empty(column: column.name)
    case .failure(.notANumber): throw .notANumber(column: column.name, found: field.shown)
    case .failure(.tooManyDecimals):
      let isPrice = operation.code != .numericTime && column.role.isPrice
      let allowed = operation.digits - (isPrice ? layout.priceExponent : 0)
      throw .tooManyDecimals(column: column.name, found: field.shown, allowed: allowed)
    case .failure(.tooLarge):
      // The same limit as for a number that fits into 64 bits; times have theirs in years.
      let isBounded = operation.code != .numericTime && operation.maximum < Int64.max
      throw .outOfRange(
        column: column.name, found: field.shown,
        expected: isBounded
          ? "at most \(operation.scale.format(operation.maximum))" : "less than 2^63 units")
    }
  }

  private func rate(
    _ field: ArraySlice<UInt8>, _ column: RowLayout.Column
  ) throws(RejectReason) -> Int64 {
    do throws(MarketError) {
      return try Rate(parsing: String(decoding: field, as: UTF8.self)).units
    } catch .malformedDecimal(_, .tooManyDecimals(let allowed)) {
      throw .tooManyDecimals(column: column.name, found: field.shown, allowed: allowed)
    } catch .malformedDecimal(_, .tooLarge) {
      throw .outOfRange(
        column: column.name, found: field.shown,
        expected: "\(Rate(units: -.max)) to \(Rate(units: .max))")
    } catch {
      guard !field.isEmpty else { throw .empty(column: column.name) }
      throw .notANumber(column: column.name, found: field.shown)
    }
  }

  private mutating func numericTime(
    _ field: ArraySlice<UInt8>, _ operation: FieldOperation, _ column: RowLayout.Column
  ) throws(RejectReason) -> Int64 {
    guard !field.isEmpty else { throw .empty(column: column.name) }
    let value = try number(field, operation, column)
    guard value >= operation.minimum, value <= operation.maximum else {
      let expected =
        operation.addend == 0 && operation.maximum == Timestamp.latest.nanoseconds
        ? "a time within the years 1900 to 2200" : "a time within one day"
      throw .outOfRange(column: column.name, found: field.shown, expected: expected)
    }
    let local = value + operation.addend
    return operation.isLocal ? try utc(forLocal: local, field, column) : local
  }

  private mutating func textTime(
    _ field: ArraySlice<UInt8>, _ operation: FieldOperation, _ column: RowLayout.Column
  ) throws(RejectReason) -> Int64 {
    guard let time = TextTime(field) else {
      guard !field.isEmpty else { throw .empty(column: column.name) }
      throw .malformedTime(
        column: column.name, found: field.shown, expected: TextTime.expectation)
    }
    if let key = ShortKey(field.prefix(time.dateLength)) {
      memory.date = key
      memory.dateStart = time.local.flooredDivision(by: nanosecondsPerDay) * nanosecondsPerDay
    }
    let moment =
      if let offset = time.offset {
        time.local - offset
      } else if operation.isLocal {
        try utc(forLocal: time.local, field, column)
      } else {
        time.local
      }
    guard Timestamp.isValid(moment) else {
      throw .outOfRange(
        column: column.name, found: field.shown, expected: "a time within the years 1900 to 2200")
    }
    return moment
  }

  /// The moment at which the clock of the layout's zone shows `local`.
  private mutating func utc(
    forLocal local: Int64, _ field: ArraySlice<UInt8>, _ column: RowLayout.Column
  ) throws(RejectReason) -> Int64 {
    guard let zone = layout.zone else { return local }
    guard let resolution = try? zone.table.utc(forLocal: local) else {
      throw .outOfRange(
        column: column.name, found: field.shown, expected: "a time within the years 1900 to 2200")
    }
    switch resolution {
    case .unique(let moment):
      memory.rememberOffset(around: local, zone.table)
      return moment.nanoseconds
    case .ambiguous(let earlier, let later):
      switch zone.fold {
      case .earlier: return earlier.nanoseconds
      case .later: return later.nanoseconds
      case nil:
        throw .ambiguousLocalTime(
          column: column.name, found: field.shown, zone: zone.table.identifier)
      }
    case .gap:
      throw .nonexistentLocalTime(
        column: column.name, found: field.shown, zone: zone.table.identifier)
    }
  }

  private func aggressor(
    _ field: ArraySlice<UInt8>, _ column: RowLayout.Column, buyer: [String], seller: [String]
  ) throws(RejectReason) -> Aggressor {
    let word = String(decoding: field, as: UTF8.self).lowercased()
    if buyer.contains(word) { return .buyer }
    if seller.contains(word) { return .seller }
    if word.isEmpty || word == "unknown" { return .unknown }
    throw .unknownWord(
      column: column.name, found: field.shown, expected: "\(buyer[0]) or \(seller[0])")
  }
}

extension RowMemory {
  /// Keeps the offset that holds around `local`, if it holds through its quarter of an hour on
  /// the clock, within which no zone changes its offset twice.
  fileprivate mutating func rememberOffset(around local: Int64, _ table: TimeZoneTable) {
    let quarter = 900 * nanosecondsPerSecond
    let start = local.flooredDivision(by: quarter) * quarter
    guard case .unique(let first)? = try? table.utc(forLocal: start),
      case .unique(let last)? = try? table.utc(forLocal: start + quarter - 1),
      last.nanoseconds - first.nanoseconds == quarter - 1
    else { return }
    localBounds = start..<start + quarter
    localOffset = start - first.nanoseconds
  }
}

extension FieldOperation {
  /// The precision whose units the value is in; prices written finer than that get an exponent.
  fileprivate var scale: Precision {
    guard let precision = try? Precision(max(0, digits)) else {
      preconditionFailure("a field has at most nine decimals")
    }
    return precision
  }
}
