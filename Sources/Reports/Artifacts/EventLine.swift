import Exchange
import Hashing
import Market

/// One line of the log while it is put together: a JSON object whose last member is the hash of the
/// log up to there.
struct EventLine {
  /// The digits of the hash before, which are hashed with the line, and the line.
  private var hashed: [UInt8] = []
  /// Of the lines so far; nothing but zeros before the first.
  private(set) var hash = XXHash64.Digest(rawValue: 0)
  /// The currency that was named last: mostly it is that of the next amount, too.
  private var latest: (currency: Currency, suffix: [UInt8])?

  /// The line.
  var bytes: ArraySlice<UInt8> { hashed[EventLine.digitCount...] }

  mutating func begin(_ number: Int, _ time: Timestamp, _ kind: String) {
    hashed.removeAll(keepingCapacity: true)
    hashed.append(hash)
    hashed += "{\"seq\":".utf8
    hashed.appendDecimal(UInt64(number))
    self.time("time", time)
    text("event", kind)
  }

  /// Ends the line with its hash and a line break.
  mutating func end() {
    hash = XXHash64.hash(hashed)
    hashed += ",\"hash\":\"".utf8
    hashed.append(hash)
    hashed += "\"}\n".utf8
  }

  /// How many bytes the hash and what stands around it take at the end of a line, without the line
  /// break.
  static let hashLength = 11 + digitCount
  private static let digitCount = 16

  /// The hash of a line up to its hash, behind the 16 digits of the one before.
  static func hash(
    of line: ArraySlice<UInt8>, after previous: XXHash64.Digest
  ) -> XXHash64.Digest {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digitCount + line.count)
    bytes.append(previous)
    bytes += line
    return XXHash64.hash(bytes)
  }

  // MARK: Members

  mutating func text(_ name: String, _ value: String) {
    member(name)
    JSONText.append(value, to: &hashed)
  }

  mutating func time(_ name: String, _ time: Timestamp) {
    member(name)
    hashed.append(UInt8(ascii: "\""))
    time.appendISO8601(to: &hashed)
    hashed.append(UInt8(ascii: "\""))
  }

  mutating func number(_ name: String, _ value: Int) {
    member(name)
    Precision.zero.append(Int64(value), to: &hashed)
  }

  /// As many digits as tell it from every other `Double`; what is not finite is a string.
  mutating func number(_ name: String, _ value: Double) {
    guard value.isFinite else { return text(name, "\(value)") }
    member(name)
    hashed += "\(value)".utf8
  }

  mutating func boolean(_ name: String, _ value: Bool) {
    member(name)
    hashed += (value ? "true" : "false").utf8
  }

  /// `raw` units of the last digit of `precision`, with all decimals.
  mutating func decimal(_ name: String, _ raw: Int64, _ precision: Precision) {
    member(name)
    precision.append(raw, to: &hashed)
  }

  mutating func rate(_ name: String, _ rate: Rate) {
    member(name)
    hashed += rate.description.utf8
  }

  /// An amount, its currency in the member's name: `fee_usdt`.
  mutating func amount(_ name: String, _ amount: Money) {
    let suffix: [UInt8]
    if let latest, latest.currency == amount.currency {
      suffix = latest.suffix
    } else {
      suffix = Array("_\(amount.currency.nameSuffix)".utf8)
      latest = (amount.currency, suffix)
    }
    member(name, suffix)
    hashed.append(amount)
  }

  private mutating func member(_ name: String, _ suffix: [UInt8] = []) {
    // Behind the number, with which every line begins.
    hashed += ",\"".utf8
    // A currency's code, like all names, holds nothing that needs an escape.
    hashed += name.utf8
    hashed += suffix
    hashed += "\":".utf8
  }
}

extension Currency {
  /// How it stands at the end of a column's or a member's name.
  var nameSuffix: String { code.lowercased() }
}

extension [UInt8] {
  /// Appends an amount with all its decimals, without its currency.
  mutating func append(_ amount: Money) {
    if let units = Int64(exactly: amount.units) {
      Precision.money.append(units, to: &self)
    } else {
      self += amount.decimalText.utf8
    }
  }
}

extension [UInt8] {
  /// Appends the 16 digits of a hash.
  fileprivate mutating func append(_ hash: XXHash64.Digest) {
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: hash.rawValue >> UInt64(shift)) & 15
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
    }
  }
}

extension Precision {
  fileprivate static let money: Precision = {
    guard let precision = try? Precision(Money.digits) else {
      preconditionFailure("amounts have as many decimals as numbers may have")
    }
    return precision
  }()
}
