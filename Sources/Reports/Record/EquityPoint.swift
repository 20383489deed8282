public import Market

/// What an account was worth at one moment.
public struct EquityPoint: Hashable, Sendable {
  public let time: Timestamp
  public let equity: Money

  public init(time: Timestamp, equity: Money) {
    self.time = time
    self.equity = equity
  }
}

/// What an account was worth at the close of one day.
public struct DailyEquity: Hashable, Sendable {
  /// The date that labels the day: of the trading calendar, or of UTC.
  public let date: CalendarDate
  public let equity: Money

  public init(date: CalendarDate, equity: Money) {
    self.date = date
    self.equity = equity
  }

  /// The last point of each UTC day.
  ///
  /// A point at midnight belongs to the day that ends there, as the close of a bar does. A day
  /// without a point is left out: nothing is carried forward.
  ///
  /// - Parameter curve: in time order.
  /// - Complexity: O(n).
  public static func utcDays(of curve: [EquityPoint]) -> [DailyEquity] {
    var days: [DailyEquity] = []
    for point in curve {
      let day = (point.time.nanoseconds - 1).flooredDivision(by: nanosecondsPerDay)
      let date = CalendarDate(daysSinceEpoch: Int32(day))
      if days.last?.date == date { days.removeLast() }
      days.append(DailyEquity(date: date, equity: point.equity))
    }
    return days
  }
}

/// A benchmark's last price of one day, in units of its last price digit.
public struct BenchmarkClose: Hashable, Sendable {
  public let date: CalendarDate
  public let price: Price

  public init(date: CalendarDate, price: Price) {
    self.date = date
    self.price = price
  }
}
