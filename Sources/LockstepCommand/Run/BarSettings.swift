import Backtest
import Indicators
import Market
import RunFiles

/// Which bars and indicators are kept: the sections `timeframes` and `indicators`.
struct BarSettings {
  let roles: RoleMap
  /// Besides those of the roles.
  let also: [Timeframe]
  let anchor: BarAnchor
  let hours: TradingHoursChoice
  let indicators: [Timeframe: [IndicatorDeclaration]]
  /// Where the roles stand, for what a calendar has to say about them.
  private let value: FileValue?

  init(_ timeframes: FileValue?, _ indicators: FileValue?) throws(RunFileError) {
    value = timeframes
    let section = try timeframes?.section(["ltf", "mtf", "htf", "also", "anchor", "hours"])
    let ltf = try section?["ltf"]?.timeframe() ?? .minutes15
    let mtf = try section?["mtf"]?.timeframe() ?? max(ltf, .hour1)
    let htf = try section?["htf"]?.timeframe() ?? max(mtf, .hours4)
    do throws(BacktestError) { roles = try RoleMap(ltf: ltf, mtf: mtf, htf: htf) } catch {
      guard let timeframes else { preconditionFailure("the defaults are in order") }
      throw timeframes.conflict("\(error)")
    }
    var also: [Timeframe] = []
    for item in try section?["also"]?.list(of: "timeframes") ?? [] {
      let timeframe = try item.timeframe()
      if !also.contains(timeframe) { also.append(timeframe) }
    }
    self.also = also
    anchor = try section?["anchor"]?.choice() ?? .session
    hours = try section?["hours"]?.choice() ?? .regular
    self.indicators = try BarSettings.indicators(indicators, roles)
  }

  private static func indicators(
    _ value: FileValue?, _ roles: RoleMap
  ) throws(RunFileError) -> [Timeframe: [IndicatorDeclaration]] {
    guard let section = try value?.section(Role.allCases.map(\.rawValue)) else { return [:] }
    var indicators: [Timeframe: [IndicatorDeclaration]] = [:]
    for role in Role.allCases {
      for item in try section[role.rawValue]?.list(of: "indicators") ?? [] {
        let text = try item.text("an indicator such as sma(20), see 'lockstep indicators --list'")
        let declaration: IndicatorDeclaration
        do throws(IndicatorError) {
          declaration = try IndicatorDeclaration(parsing: text)
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
    value = nil
    roles = RoleMap(timeframe)
    also = []
    anchor = .session
    hours = .regular
    indicators = [:]
  }
}
