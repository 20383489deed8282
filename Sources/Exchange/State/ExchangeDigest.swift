public import Hashing
import Market

/// A hash of the whole saved state of an exchange, kept beside it while it goes on.
///
/// What is over is taken in once: entries of the ledger one after the other, ended orders as a sum over
/// their hashes, since they end in another order than they are sent in. So the value follows from the
/// saved state alone, however often it was asked for before.
public struct ExchangeDigest: ~Copyable {
  private var entries = XXHash64()
  private var entryCount = 0
  private var endedOrders: UInt64 = 0
  private var orderCount = 0
  /// The orders that had not ended when it was asked last, in the order of sending.
  private var open: [Int] = []

  public init() {}

  /// The hash of what `exchange` would write as its saved state.
  ///
  /// - Parameter exchange: the same one at every call.
  /// - Complexity: O(orders and entries since the last call, and what is open or on its way).
  public mutating func value(of exchange: borrowing SimulatedExchange) -> XXHash64.Digest {
    takeEntries(of: exchange)
    takeOrders(of: exchange)
    var writer = StateWriter()
    exchange.encodeFrame(into: &writer)
    writer.write(entries.digest.rawValue)
    writer.write(endedOrders)
    for number in open { exchange.encodeOrder(number, into: &writer) }
    exchange.encodePresent(into: &writer)
    return XXHash64.hash(writer.bytes)
  }

  /// What is collected before it is hashed.
  private static var batch: Int { 1_024 }

  private mutating func takeEntries(of exchange: borrowing SimulatedExchange) {
    while entryCount < exchange.ledger.entries.count {
      let next = min(entryCount + Self.batch, exchange.ledger.entries.count)
      var writer = StateWriter()
      exchange.ledger.entries.encode(entryCount..<next, into: &writer)
      entries.update(writer.bytes)
      entryCount = next
    }
  }

  private mutating func takeOrders(of exchange: borrowing SimulatedExchange) {
    let known = open
    open.removeAll(keepingCapacity: true)
    takeOrders(known, of: exchange)
    while orderCount < exchange.orders.count {
      let next = min(orderCount + Self.batch, exchange.orders.count)
      takeOrders(orderCount..<next, of: exchange)
      orderCount = next
    }
  }

  private mutating func takeOrders(
    _ numbers: some Collection<Int>, of exchange: borrowing SimulatedExchange
  ) {
    var writer = StateWriter()
    var ends: [Int] = []
    for number in numbers {
      if exchange.orders[number].status.hasEnded {
        exchange.encodeOrder(number, into: &writer)
        ends.append(writer.byteCount)
      } else {
        open.append(number)
      }
    }
    unsafe writer.bytes.withUnsafeBytes { bytes in
      var start = 0
      for end in ends {
        let order = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        endedOrders &+= unsafe XXHash64.hash(order).rawValue
        start = end
      }
    }
  }
}

extension OrderStatus {
  /// Whether nothing about the order can change any more.
  fileprivate var hasEnded: Bool { self != .submitted && !isWorking }
}

extension SimulatedExchange {
  /// Writes what exchanges that can be compared begin with, and how much there is of what only grows.
  fileprivate func encodeFrame(into writer: inout StateWriter) {
    writer.write(symbols) { $0.write($1) }
    writer.write(clock)
    writer.write(ledger.currencies) { $0.write($1) }
    writer.write(Int64(ledger.entries.count))
    writer.write(Int64(orders.count))
  }

  fileprivate func encodeOrder(_ number: Int, into writer: inout StateWriter) {
    writer.write(Int64(number))
    orders[number].encode(into: &writer)
  }
}
