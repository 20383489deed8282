import Market

/// Closings of the New York Stock Exchange that follow from no rule.
///
/// Source: the exchange's list "Special Closings" (closings since 1885) and its notices since. Full
/// days other than Saturdays since 1900, early closings since 1990.
extension NewYorkHolidays {
  static func specialClosures(in year: Int) -> [CalendarDate] {
    dates(of: closedDays, in: year)
  }

  /// Dates that closed at 13:00.
  static func specialEarlyCloses(in year: Int) -> [CalendarDate] {
    dates(of: earlyDays, in: year)
  }

  private typealias SpecialDays = (year: Int, month: Int, days: [Int])

  private static func dates(of table: [SpecialDays], in year: Int) -> [CalendarDate] {
    table.filter { $0.year == year }
      .flatMap { entry in entry.days.map { day(entry.year, entry.month, $0) } }
  }

  private static let closedDays: [SpecialDays] = [
    (1900, 12, [24]),  // Christmas Eve
    (1901, 7, [5]),  // the day after Independence Day
    (1901, 9, [19]),  // funeral of President McKinley
    (1903, 4, [22]),  // opening of the exchange's building
    // Outbreak of the World War, until bonds and then shares were traded again.
    (1914, 7, [31]), (1914, 8, Array(1...31)), (1914, 9, Array(1...30)),
    (1914, 10, Array(1...31)), (1914, 11, Array(1...30)), (1914, 12, Array(1...11)),
    (1917, 6, [5]),  // draft registration
    (1918, 1, [28]), (1918, 2, [4, 11]),  // Mondays without heating
    (1918, 9, [12]),  // draft registration
    (1918, 11, [11]),  // armistice
    (1919, 3, [25]), (1919, 5, [6]), (1919, 9, [10]),  // homecoming parades
    (1921, 11, [11]),  // burial of the Unknown Soldier
    (1923, 8, [3, 10]),  // death and funeral of President Harding
    (1927, 6, [13]),  // parade for Lindbergh
    (1929, 11, [1, 29]),  // backlog
    (1933, 3, [6, 7, 8, 9, 10, 13, 14]),  // bank holiday
    (1945, 8, [15, 16]),  // victory over Japan
    (1945, 12, [24]),  // Christmas Eve
    (1954, 12, [24]),  // Christmas Eve
    (1956, 12, [24]),  // Christmas Eve
    (1958, 12, [26]),  // the day after Christmas
    (1961, 5, [29]),  // the day before Decoration Day
    (1963, 11, [25]),  // funeral of President Kennedy
    (1968, 2, [12]),  // Lincoln's birthday
    (1968, 4, [9]),  // mourning for Martin Luther King
    // Wednesdays of the paperwork crisis.
    (1968, 6, [12, 19, 26]),
    (1968, 7, [5]),  // the day after Independence Day
    (1968, 7, [10, 17, 24, 31]),
    (1968, 8, [7, 14, 21, 28]),
    (1968, 9, [11, 18, 25]),
    (1968, 10, [2, 9, 16, 23, 30]),
    (1968, 11, [11, 20]),  // Veterans Day; paperwork crisis
    (1968, 12, [4, 11, 18]),
    (1969, 2, [10]),  // snow
    (1969, 3, [31]),  // funeral of President Eisenhower
    (1969, 7, [21]),  // first landing on the moon
    (1972, 12, [28]),  // funeral of President Truman
    (1973, 1, [25]),  // funeral of President Johnson
    (1977, 7, [14]),  // blackout of New York City
    (1985, 9, [27]),  // hurricane Gloria
    (1994, 4, [27]),  // funeral of President Nixon
    (2001, 9, [11, 12, 13, 14]),  // attack on the World Trade Center
    (2004, 6, [11]),  // funeral of President Reagan
    (2007, 1, [2]),  // mourning for President Ford
    (2012, 10, [29, 30]),  // hurricane Sandy
    (2018, 12, [5]),  // mourning for President George H. W. Bush
    (2025, 1, [9]),  // mourning for President Carter
  ]

  private static let earlyDays: [SpecialDays] = [
    (1997, 12, [26]),  // the day after Christmas
    (1999, 12, [31]),  // the eve of the year 2000
    (2003, 12, [26]),  // the day after Christmas
  ]
}
