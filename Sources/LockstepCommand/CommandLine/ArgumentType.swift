import Market
import Sessions

/// How the text of an argument becomes a value.
struct ArgumentType<Value: Sendable>: Sendable {
  let parse: @Sendable (String) throws(ArgumentFault) -> Value
  /// The words that may be given, where they are few.
  var choices: [String] = []

  init(
    choices: [String] = [], parse: @escaping @Sendable (String) throws(ArgumentFault) -> Value
  ) {
    self.choices = choices
    self.parse = parse
  }
}

/// Why a text is not a value of its type: what was expected.
struct ArgumentFault: Error, Equatable {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension ArgumentType where Value == String {
  /// Any text but the empty one: names, symbols, paths.
  static var text: Self {
    Self { text throws(ArgumentFault) in
      guard !text.isEmpty else { throw ArgumentFault("expected some text") }
      return text
    }
  }
}

extension ArgumentType where Value: FixedWidthInteger {
  static func integer(in range: ClosedRange<Value>) -> Self {
    Self { text throws(ArgumentFault) in
      guard let value = Value(text), range.contains(value) else {
        throw ArgumentFault(
          range.upperBound == Value.max
            ? "expected a whole number from \(range.lowerBound) on"
            : "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
  }
}

extension ArgumentType where Value == Double {
  /// How many times as fast as the clock on the wall; 0 for as fast as possible.
  static var speed: Self {
    Self { text throws(ArgumentFault) in
      guard let value = Double(text), value >= 0, value <= 1e9 else {
        throw ArgumentFault("expected a number from 0 to 1000000000")
      }
      return value
    }
  }
}

extension ArgumentType
where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the enumeration's raw values.
  static var choice: Self {
    let names = Value.allCases.map(\.rawValue)
    return Self(choices: names) { text throws(ArgumentFault) in
      guard let value = Value(rawValue: text) else {
        throw ArgumentFault("expected " + names.joined(separator: ", "))
      }
      return value
    }
  }
}

extension ArgumentType where Value == Timeframe {
  static var timeframe: Self {
    Self { text throws(ArgumentFault) in
      do {
        return try Timeframe(parsing: text)
      } catch {
        throw ArgumentFault("expected a number and a unit, such as 30s, 5m, 4H, 1D, 1W or 1M")
      }
    }
  }
}

extension ArgumentType where Value == CalendarDate {
  static var date: Self {
    Self { text throws(ArgumentFault) in
      guard let date = CalendarDate(parsing: text) else {
        throw ArgumentFault("expected a date such as 2024-03-10")
      }
      return date
    }
  }
}

extension ArgumentType where Value == Timestamp {
  /// ISO 8601, UTC unless an offset stands behind it; a date alone means 00:00 UTC. Or a whole
  /// number since 1970 with its unit, such as `1549238400000ms`: a number alone could be meant
  /// in any of four units, so it is refused.
  static var time: Self {
    Self { text throws(ArgumentFault) in
      let nanoseconds = try epochNanoseconds(text)
      do throws(MarketError) {
        if let nanoseconds { return try Timestamp(nanoseconds: nanoseconds) }
        return try Timestamp(parsing: text)
      } catch .timestampOutOfRange {
        throw ArgumentFault("lies outside the years 1900 to 2200")
      } catch {
        throw ArgumentFault("expected ISO 8601, such as 2024-03-10T09:30:00Z or 2024-03-10")
      }
    }
  }

  private static func epochNanoseconds(_ text: String) throws(ArgumentFault) -> Int64? {
    let digits = text.prefix { $0.isNumber || $0 == "-" }
    guard let count = Int64(digits) else { return nil }
    let units: KeyValuePairs<String, Int64> = [
      "ns": 1, "us": 1000, "ms": nanosecondsPerMillisecond, "s": nanosecondsPerSecond,
    ]
    let unit = text.dropFirst(digits.count)
    if let scale = units.first(where: { $0.key == unit })?.value {
      let (product, overflow) = count.multipliedReportingOverflow(by: scale)
      return overflow ? Int64.max : product
    }
    guard !unit.isEmpty else {
      throw ArgumentFault("a number alone is no time: add its unit, \(text)ns, us, ms or s")
    }
    return nil
  }
}

extension ArgumentType where Value == TradingCalendar {
  /// A built-in calendar, by its name.
  static var calendar: Self {
    Self(choices: TradingCalendar.builtInNames) { text throws(ArgumentFault) in
      do {
        return try TradingCalendar.named(text)
      } catch {
        throw ArgumentFault("expected " + TradingCalendar.builtInNames.joined(separator: ", "))
      }
    }
  }
}
