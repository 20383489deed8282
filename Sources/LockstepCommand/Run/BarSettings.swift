import Backtest
import Indicators
import Market
import RunFiles
import Sessions

/// Which bars and indicators are kept: the sections `timeframes` and `indicators`.
struct BarSettings {
  let roles: RoleMap
  /// Besides those of the roles.
  let also: [Timeframe]
  let anchor: BarAnchor
  let hours: TradingHoursChoice
  let indicators: [Timeframe: [IndicatorDeclaration]]
  /// Where the roles stand that the file says, from short to long.
  private let written: [(timeframe: Timeframe, value: FileValue)]

  /// - Parameter historyLength: what an indicator may look back at most.
  init(
    _ timeframes: FileValue?, _ indicators: FileValue?, historyLength: Int
  ) throws(RunFileError) {
    let section = try timeframes?.section(["ltf", "mtf", "htf", "also", "anchor", "hours"])
    var written: [(timeframe: Timeframe, value: FileValue)] = []
    var given: [Role: Timeframe] = [:]
    for role in Role.allCases {
      guard let value = section?[role.rawValue] else { continue }
      let timeframe = try value.timeframe()
      given[role] = timeframe
      written.append((timeframe, value))
    }
    self.written = written
    let ltf = given[.ltf] ?? .minutes15
    // Under a given one a day may fit where an hour does not.
    let usualMiddle = given[.htf] == nil ? [Timeframe.hour1] : [.hour1, .day1]
    let mtf = given[.mtf] ?? BarSettings.usual(usualMiddle, from: ltf, to: given[.htf])
    let htf = given[.htf] ?? BarSettings.usual([.hours4], from: mtf, to: nil)
    do throws(BacktestError) { roles = try RoleMap(ltf: ltf, mtf: mtf, htf: htf) } catch {
      // The first that is shorter than the one before it.
      let later = zip(written, written.dropFirst()).first { $0.timeframe > $1.timeframe }?.1
      guard let place = later?.value ?? written.last?.value else {
        preconditionFailure("the defaults are in order")
      }
      throw place.conflict("\(error)")
    }
    var also: [Timeframe] = []
    for item in try section?["also"]?.list(of: "timeframes") ?? [] {
      let timeframe = try item.timeframe()
      if !also.contains(timeframe) { also.append(timeframe) }
    }
    self.also = also
    anchor = try section?["anchor"]?.choice() ?? .session
    hours = try section?["hours"]?.choice() ?? .regular
    self.indicators = try BarSettings.indicators(indicators, roles, historyLength)
  }

  /// What a role is unless given: the first that bars of `shorter` fit into, and that fits into those of
  /// `longer`; else as long as the role below. Whether the calendars agree is seen later.
  private static func usual(
    _ timeframes: [Timeframe], from shorter: Timeframe, to longer: Timeframe?
  ) -> Timeframe {
    guard let days = try? TradingCalendar.named("24x7") else { return shorter }
    let fitting = timeframes.first { timeframe in
      days.nests(shorter, in: timeframe) && longer.map { days.nests(timeframe, in: $0) } ?? true
    }
    return fitting ?? shorter
  }

  /// Where the file says one of two roles, the longer one first.
  func place(of lower: Timeframe, under upper: Timeframe) -> FileValue? {
    written.last { $0.timeframe == upper }?.value ?? written.last { $0.timeframe == lower }?.value
  }

  private static func indicators(
    _ value: FileValue?, _ roles: RoleMap, _ historyLength: Int
  ) throws(RunFileError) -> [Timeframe: [IndicatorDeclaration]] {
    guard let section = try value?.section(Role.allCases.map(\.rawValue)) else { return [:] }
    var indicators: [Timeframe: [IndicatorDeclaration]] = [:]
    for role in Role.allCases {
      for item in try section[role.rawValue]?.list(of: "indicators") ?? [] {
        let text = try item.text("an indicator such as sma(20), see 'lockstep indicators --list'")
        let declaration: IndicatorDeclaration
        do throws(IndicatorError) {
          declaration = try IndicatorDeclaration(parsing: text, maximumPeriod: historyLength)
        } catch {
          throw item.conflict("\(error)")
        }
        if indicators[roles[role]]?.contains(declaration) != true {
          indicators[roles[role], default: []].append(declaration)
        }
      }
    }
    return indicators
  }
}

extension BarSettings {
  /// One timeframe and nothing else.
  init(day timeframe: Timeframe) {
    written = []
    roles = RoleMap(timeframe)
    also = []
    anchor = .session
    hours = .regular
    indicators = [:]
  }
}
