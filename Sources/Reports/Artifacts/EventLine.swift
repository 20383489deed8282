import Exchange
import Hashing
import Market

/// One line of the log while it is put together: a JSON object whose last member is the hash of the
/// log up to there.
struct EventLine {
  private(set) var bytes: [UInt8] = []
  /// Of the lines so far; nothing but zeros before the first.
  private(set) var hash = XXHash64.Digest(rawValue: 0)

  mutating func begin(_ number: Int, _ time: Timestamp, _ kind: String) {
    bytes.removeAll(keepingCapacity: true)
    bytes += "{\"seq\":".utf8
    bytes.appendDecimal(UInt64(number))
    self.time("time", time)
    text("event", kind)
  }

  /// Ends the line with its hash and a line break.
  mutating func end() {
    hash = EventLine.hash(of: bytes[...], after: hash)
    bytes += ",\"hash\":\"\(hash)\"}\n".utf8
  }

  /// How many bytes the hash and what stands around it take at the end of a line, without the line
  /// break.
  static let hashLength = 27

  /// The hash of a line up to its hash, behind the 16 digits of the one before.
  static func hash(
    of line: ArraySlice<UInt8>, after previous: XXHash64.Digest
  ) -> XXHash64.Digest {
    XXHash64.hash(Array("\(previous)".utf8) + line)
  }

  // MARK: Members

  mutating func text(_ name: String, _ value: String) {
    member(name)
    JSONText.append(value, to: &bytes)
  }

  mutating func time(_ name: String, _ time: Timestamp) {
    member(name)
    bytes.append(UInt8(ascii: "\""))
    time.appendISO8601(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func number(_ name: String, _ value: Int) {
    member(name)
    Precision.zero.append(Int64(value), to: &bytes)
  }

  /// As many digits as tell it from every other `Double`; what is not finite is a string.
  mutating func number(_ name: String, _ value: Double) {
    guard value.isFinite else { return text(name, "\(value)") }
    member(name)
    bytes += "\(value)".utf8
  }

  mutating func boolean(_ name: String, _ value: Bool) {
    member(name)
    bytes += (value ? "true" : "false").utf8
  }

  /// `raw` units of the last digit of `precision`, with all decimals.
  mutating func decimal(_ name: String, _ raw: Int64, _ precision: Precision) {
    member(name)
    precision.append(raw, to: &bytes)
  }

  mutating func rate(_ name: String, _ rate: Rate) {
    member(name)
    bytes += rate.description.utf8
  }

  /// An amount, its currency in the member's name: `fee_usdt`.
  mutating func amount(_ name: String, _ amount: Money) {
    member("\(name)_\(amount.currency.nameSuffix)")
    bytes.append(amount)
  }

  private mutating func member(_ name: String) {
    // Behind the number, with which every line begins.
    bytes += ",\"".utf8
    // A currency's code, like all names, holds nothing that needs an escape.
    bytes += name.utf8
    bytes += "\":".utf8
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

extension Precision {
  fileprivate static let money: Precision = {
    guard let precision = try? Precision(Money.digits) else {
      preconditionFailure("amounts have as many decimals as numbers may have")
    }
    return precision
  }()
}
