import Glibc
import Market

extension FastRows {
  /// Digits, with a point between two of them or without one, in units of 10^-digits.
  ///
  /// Nil for anything else: a sign, an exponent, other digits than zeros past the precision, more
  /// than 18 digits in all, more than 63 bits.
  @inline(__always)
  func decimal(
    _ position: inout UnsafePointer<UInt8>, _ digits: Int, _ powers: UnsafePointer<Int64>
  ) -> Int64? {
    let start = unsafe position
    var value: Int64 = 0
    var digit = unsafe position[0] &- UInt8(ascii: "0")
    while digit < 10 {
      value = value &* 10 &+ Int64(digit)
      unsafe position += 1
      digit = unsafe position[0] &- UInt8(ascii: "0")
    }
    let wholeDigits = unsafe position - start
    var decimals = 0
    if unsafe position[0] == UInt8(ascii: ".") {
      let point = unsafe position
      unsafe position += 1
      digit = unsafe position[0] &- UInt8(ascii: "0")
      while digit < 10, decimals < digits {
        value = value &* 10 &+ Int64(digit)
        decimals += 1
        unsafe position += 1
        digit = unsafe position[0] &- UInt8(ascii: "0")
      }
      while unsafe position[0] == UInt8(ascii: "0") { unsafe position += 1 }
      digit = unsafe position[0] &- UInt8(ascii: "0")
      guard digit >= 10, unsafe position - point > 1 else { return nil }
    }
    guard wholeDigits > 0, wholeDigits + decimals <= 18, digits >= 0 else { return nil }
    let (scaled, overflow) = unsafe value.multipliedReportingOverflow(by: powers[digits - decimals])
    return overflow ? nil : scaled
  }

  /// A date that was seen before and a time of day with seconds: `2016-01-31T17:00:05.123Z`.
  ///
  /// - Returns: what the clock shows, in nanoseconds, and whether the text says that it shows UTC.
  @inline(__always)
  func textTime(
    _ position: inout UnsafePointer<UInt8>, _ known: RowMemory, _ powers: UnsafePointer<Int64>
  ) -> (local: Int64, isUTC: Bool)? {
    guard unsafe known.date.matches(position) else { return nil }
    // A date is at least 8 bytes of a line; what follows is looked at only as far as it is right.
    let clock = unsafe position + known.date.length
    guard unsafe clock[0] == UInt8(ascii: "T") || clock[0] == UInt8(ascii: " "),
      let hour = unsafe twoDigits(clock + 1), hour < 24, unsafe clock[3] == UInt8(ascii: ":"),
      let minute = unsafe twoDigits(clock + 4), minute < 60, unsafe clock[6] == UInt8(ascii: ":"),
      let second = unsafe twoDigits(clock + 7), second < 60
    else { return nil }
    unsafe position = clock + 9
    var time = known.dateStart &+ ((hour * 60 + minute) * 60 + second) * nanosecondsPerSecond
    if unsafe position[0] == UInt8(ascii: ".") {
      unsafe position += 1
      let start = unsafe position
      var fraction: Int64 = 0
      var digit = unsafe position[0] &- UInt8(ascii: "0")
      while digit < 10 {
        fraction = fraction &* 10 &+ Int64(digit)
        unsafe position += 1
        digit = unsafe position[0] &- UInt8(ascii: "0")
      }
      let decimals = unsafe position - start
      guard decimals > 0, decimals <= 9 else { return nil }
      time &+= fraction * (unsafe powers[9 - decimals])
    }
    if unsafe position[0] == UInt8(ascii: "Z") {
      unsafe position += 1
      return (time, true)
    }
    guard unsafe position[0] == UInt8(ascii: "+") else { return (time, false) }
    guard unsafe position[1] == UInt8(ascii: "0"), unsafe position[2] == UInt8(ascii: "0"),
      unsafe position[3] == UInt8(ascii: ":"), unsafe position[4] == UInt8(ascii: "0"),
      unsafe position[5] == UInt8(ascii: "0")
    else { return nil }
    unsafe position += 6
    return (time, true)
  }

  @inline(__always)
  private func twoDigits(_ position: UnsafePointer<UInt8>) -> Int64? {
    let tens = unsafe position[0] &- UInt8(ascii: "0")
    guard tens < 10 else { return nil }
    let ones = unsafe position[1] &- UInt8(ascii: "0")
    return ones < 10 ? Int64(tens * 10 + ones) : nil
  }

  /// The moment at which a clock shows `local`; nil where the offset has to be looked up.
  @inline(__always)
  func utc(_ local: Int64, isLocal: Bool, _ known: RowMemory) -> Int64? {
    guard isLocal else { return local }
    return known.localBounds.contains(local) ? local &- known.localOffset : nil
  }

  /// Up to 18 digits; ids that are more or other than that are hashed by the careful path.
  @inline(__always)
  func identifier(_ position: inout UnsafePointer<UInt8>) -> Int64? {
    let start = unsafe position
    var value: Int64 = 0
    var digit = unsafe position[0] &- UInt8(ascii: "0")
    while digit < 10 {
      value = value &* 10 &+ Int64(digit)
      unsafe position += 1
      digit = unsafe position[0] &- UInt8(ascii: "0")
    }
    let digits = unsafe position - start
    return (1...18).contains(digits) ? value : nil
  }

  /// `buy` or `sell`.
  @inline(__always)
  func side(_ position: inout UnsafePointer<UInt8>) -> Aggressor? {
    if unsafe position[0] == UInt8(ascii: "b"), unsafe position[1] == UInt8(ascii: "u"),
      unsafe position[2] == UInt8(ascii: "y")
    {
      unsafe position += 3
      return .buyer
    }
    if unsafe position[0] == UInt8(ascii: "s"), unsafe position[1] == UInt8(ascii: "e"),
      unsafe position[2] == UInt8(ascii: "l"), unsafe position[3] == UInt8(ascii: "l")
    {
      unsafe position += 4
      return .seller
    }
    return nil
  }

  /// `true`, `True`, `1`, `false`, `False` or `0`.
  @inline(__always)
  func truth(_ position: inout UnsafePointer<UInt8>) -> Bool? {
    let first = unsafe position[0] | 0x20
    if first == UInt8(ascii: "t"), unsafe position[1] == UInt8(ascii: "r"),
      unsafe position[2] == UInt8(ascii: "u"), unsafe position[3] == UInt8(ascii: "e")
    {
      unsafe position += 4
      return true
    }
    if first == UInt8(ascii: "f"), unsafe position[1] == UInt8(ascii: "a"),
      unsafe position[2] == UInt8(ascii: "l"), unsafe position[3] == UInt8(ascii: "s"),
      unsafe position[4] == UInt8(ascii: "e")
    {
      unsafe position += 5
      return false
    }
    guard unsafe position[0] == UInt8(ascii: "1") || position[0] == UInt8(ascii: "0") else {
      return nil
    }
    defer { unsafe position += 1 }
    return unsafe position[0] == UInt8(ascii: "1")
  }

  /// One past the line feed that ends the line at `position`; there is one before `end`.
  static func endOfLine(
    _ position: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    guard let found = unsafe memchr(position, Int32(lineFeed), end - position) else {
      preconditionFailure("lines end with a line feed")
    }
    return unsafe UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
  }

  /// Whether the lines hold a byte that only the careful path knows what to do with.
  static func needsCare(_ position: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
    unsafe memchr(position, 0, end - position) != nil
      || memchr(position, Int32(UInt8(ascii: "\"")), end - position) != nil
  }
}
