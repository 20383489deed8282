/// The commented run file that `lockstep run --example` prints.
enum SystemFileExample {
  static let text = """
    # A run of lockstep: lockstep run system.yaml
    # Every key but store, symbols and strategy may be left out; what stands here behind # is the default.
    # docs/run-file.md describes them all.

    # Where the market data lies, and what is traded. 'make demo' leaves this store behind.
    store: demo/market.db
    symbols: [BTCUSDT]

    # Trading begins at 'from'; what the indicators need is loaded before it. Both may be left out.
    window:
      from: 2024-03-06
      to: 2024-03-18

    # Decisions are made at the closes of the ltf; mtf and htf are multiples of it.
    timeframes:
      ltf: 15m
      mtf: 1H
      htf: 4H
      # also: [1m, 1D]        # further ones to keep

    # Indicators besides those of the strategy, by role.
    # indicators:
    #   htf: [ema(50)]

    # 'lockstep strategies --list' shows them all with their parameters.
    strategy:
      name: sma_cross
      parameters:
        fast: 10
        slow: 30
        mode: long_short

    exchange:
      deposit: 10000
      currency: USDT
      account: margin           # or cash, or unlimited
      leverage: 2
      fees:
        maker: 0.0002           # two basis points
        taker: 0.0005
      slippage:
        ticks: 1
      latency:
        orders: 50ms            # from the strategy to the exchange
        reports: 50ms           # and back
      # fills_on_touch: false   # whether a limit order is filled where the price only touches it

    risk:
      sizing:
        equity_share: 0.5       # each position is worth half of the equity
      maximum_leverage: 1
      daily_loss: 0.05
      # drawdown: 0.2
      # cooldown: 1H

    metrics:
      days_per_year: 365
      # benchmark: BTCUSDT

    # artifacts: {events: true, equity: true, trades: true, series: true, metrics: true}
    # seed: 1
    # state_hash_interval: 1000

    """
}
