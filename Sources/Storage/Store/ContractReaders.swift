import Market

/// The rows of a query whose last two placeholders are the bounds of a time, one after the other.
struct RowQuery {
  private let statement: Statement
  private var isAtEnd = false

  /// - Parameters:
  ///   - values: of the placeholders in front of the bounds.
  ///   - from: the first time; nil for the earliest that there may be.
  ///   - to: the last time; nil for the latest.
  init(
    _ connection: Connection, _ sql: String, _ values: [SQLiteValue], _ from: Timestamp?,
    _ to: Timestamp?
  ) throws(StoreError) {
    statement = try connection.prepare(sql)
    try statement.bind(
      values + [
        .integer((from ?? .earliest).nanoseconds), .integer((to ?? .latest).nanoseconds),
      ])
  }

  /// The statement on its next row; nil when there is no more, then and from then on.
  mutating func next() throws(StoreError) -> Statement? {
    if !isAtEnd { isAtEnd = try !statement.step() }
    return isAtEnd ? nil : statement
  }
}

/// Reads the funding rates of one instrument, in the order in which they are due.
///
/// It sees the store as it was at the first `next()`, whatever is written meanwhile.
public final class FundingRateReader {
  private var rows: RowQuery
  private let symbol: String
  /// What was wrong behind the batch that was given last: its records are delivered first.
  var fault: StoreError?

  init(
    _ connection: Connection, symbol: String, from: Timestamp?, to: Timestamp?
  ) throws(StoreError) {
    self.symbol = symbol
    rows = try RowQuery(
      connection,
      """
      SELECT time, raw_time, rate FROM funding_rates
      WHERE symbol = ? AND time BETWEEN ? AND ? ORDER BY time
      """,
      [.text(symbol)], from, to)
  }

  /// The next rate; nil when there is no more.
  ///
  /// - Throws: `StoreError.malformedRow`, or what SQLite says.
  public func next() throws(StoreError) -> FundingRate? {
    guard let query = try rows.next() else { return nil }
    guard let time = try? Timestamp(nanoseconds: query.integer(0)),
      let rawTime = try? Timestamp(nanoseconds: query.integer(1))
    else {
      throw .malformedRow(
        table: "funding_rates", row: "\(symbol) time \(query.integer(0))",
        what: "a time outside 1900 to 2200")
    }
    return FundingRate(time: time, rawTime: rawTime, rate: Rate(units: query.integer(2)))
  }
}

/// Reads the mark prices of one instrument, in the order of their times. As `FundingRateReader`.
public final class MarkPriceReader {
  /// The unit of the prices, often finer than that of the instrument's.
  public let precision: Precision
  private var rows: RowQuery
  private let symbol: String
  /// What was wrong behind the batch that was given last: its records are delivered first.
  var fault: StoreError?

  init(
    _ connection: Connection, symbol: String, precision: Precision, from: Timestamp?,
    to: Timestamp?
  ) throws(StoreError) {
    self.symbol = symbol
    self.precision = precision
    rows = try RowQuery(
      connection,
      """
      SELECT time, price FROM mark_prices
      WHERE symbol = ? AND time BETWEEN ? AND ? ORDER BY time
      """,
      [.text(symbol)], from, to)
  }

  /// The next price; nil when there is no more.
  ///
  /// - Throws: `StoreError.malformedRow`, or what SQLite says.
  public func next() throws(StoreError) -> MarkPrice? {
    guard let query = try rows.next() else { return nil }
    guard let time = try? Timestamp(nanoseconds: query.integer(0)),
      let price = try? Price(raw: query.integer(1))
    else {
      throw .malformedRow(
        table: "mark_prices", row: "\(symbol) time \(query.integer(0))",
        what: "a value outside its range")
    }
    return MarkPrice(time: time, price: price)
  }
}

extension MarketStore {
  /// Reads the funding rates that are due within the bounds, both included; nil is open. An
  /// instrument without any has none to read.
  public func fundingRates(
    symbol: String, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> FundingRateReader {
    try FundingRateReader(connection, symbol: symbol, from: from, to: to)
  }

  /// Reads the mark prices whose time lies within the bounds, both included; nil is open.
  ///
  /// - Returns: nil for an instrument without mark prices, which have no precision then.
  public func markPrices(
    symbol: String, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> MarkPriceReader? {
    guard let precision = try markPricePrecision(symbol: symbol) else { return nil }
    return try MarkPriceReader(
      connection, symbol: symbol, precision: precision, from: from, to: to)
  }

  /// How many decimals the stored mark prices have; nil where there are none.
  func markPricePrecision(symbol: String) throws(StoreError) -> Precision? {
    let query = try connection.prepare(
      "SELECT price_precision FROM mark_price_streams WHERE symbol = ?")
    try query.bind([.text(symbol)])
    guard try query.step() else { return nil }
    guard let precision = try? Precision(Int(query.integer(0))) else {
      throw .malformedRow(
        table: "mark_price_streams", row: symbol, what: "a precision outside 0 to 9")
    }
    return precision
  }
}
