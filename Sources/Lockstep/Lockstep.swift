@_exported import Backtest
@_exported import Exchange
@_exported import Indicators
@_exported import Market
@_exported import MultiTimeframe
@_exported import Sessions
@_exported import Storage
@_exported import Streams
