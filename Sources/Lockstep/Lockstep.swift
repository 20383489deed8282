@_exported import Market
