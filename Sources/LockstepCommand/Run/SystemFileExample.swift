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
        # or, by what was traded on the days before:
        # days: 30
        # tiers:
        #   - {from: 0, maker: 0.0002, taker: 0.0005}
        #   - {from: 1000000, maker: 0.00016, taker: 0.0004}
        # or an amount for each unit, and at least so much for each fill:
        # per_unit: 0.005
        # minimum: 1
      # maintenance: 0.004      # below this share of its value a position is liquidated; or in tiers:
      # maintenance:
      #   - {from: 0, rate: 0.004}
      #   - {from: 50000, initial: 0.02, rate: 0.01}
      # liquidation_price: next_available
      # liquidation_size: smallest
      # interest: {USDT: 0.0003}   # of what is borrowed
      # interest_interval: 1D
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
