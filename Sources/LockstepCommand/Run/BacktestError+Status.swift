import Backtest
import MultiTimeframe
import RunFiles

extension BacktestError {
  /// The same for the shell: what is wrong with the file, with the data, or with the run.
  var failure: any Error {
    switch self {
    case .rolesOutOfOrder, .roleNotMultiple, .noSymbols, .hedging, .unknownTimeframe,
      .unknownFeature,
      .unknownSymbol, .fixedSize, .riskRule, .volatilityBars, .strayStream:
      CommandFailure("\(self)", status: .wrongUsage)
    case .stream: CommandFailure("\(self)", status: .dataNotFit)
    case .state(let error): error
    case .timerInThePast, .timerPeriod, .foreignSymbol, .foreignOrder, .exchange, .strategy,
      .endlessAnswers, .endlessTimers, .journal:
      CommandFailure("\(self)")
    }
  }
}

extension RunFileError {
  var failure: CommandFailure { CommandFailure("\(self)", status: .wrongUsage) }
}
