"""Runs the cross of averages on NautilusTrader: cross_nautilus.py ROUNDS TRADES FILLS

Trades come one by one; the bars are formed by its own aggregator, and a minute without a trade has none.
All times are a nanosecond later: it lets a minute close behind the trade of the same moment, which in
Lockstep belongs to the next one. An order takes a nanosecond, so that the next trade fills it and not the
last one. The unit is the least quantity: a larger order would not be filled whole by a small trade.
"""

import sys
from decimal import Decimal

import nautilus_trader
import numpy as np
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.config import (
    BacktestEngineConfig, DataEngineConfig, LoggingConfig,
)  # fmt: skip
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, BookType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.wranglers import TradeTickDataWrangler
from nautilus_trader.trading.strategy import Strategy

import cross_tape

VENUE = Venue("SIM")
INSTRUMENT = CryptoPerpetual(
    instrument_id=InstrumentId(Symbol("BTCUSDT"), VENUE),
    raw_symbol=Symbol("BTCUSDT"), base_currency=BTC, quote_currency=USDT,
    settlement_currency=USDT, is_inverse=False, price_precision=2, size_precision=3,
    price_increment=Price.from_str("0.01"), size_increment=Quantity.from_str("0.001"),
    ts_event=0, ts_init=0, maker_fee=Decimal(str(cross_tape.FEE)),
    taker_fee=Decimal(str(cross_tape.FEE)), margin_init=Decimal("0.1"),
    margin_maint=Decimal("0.05"),
)  # fmt: skip
BARS = BarType.from_str(f"{INSTRUMENT.id}-1-MINUTE-LAST-INTERNAL")


class Cross(Strategy):
    def __init__(self):
        super().__init__()
        self.fast = SimpleMovingAverage(cross_tape.FAST)
        self.slow = SimpleMovingAverage(cross_tape.SLOW)
        self.wanted = False
        self.fills = []

    def on_start(self):
        self.register_indicator_for_bars(BARS, self.fast)
        self.register_indicator_for_bars(BARS, self.slow)
        self.subscribe_bars(BARS)

    def on_bar(self, bar):
        if not self.slow.initialized:
            return
        # As whole numbers, so that a tie is one.
        difference = round((self.fast.value - self.slow.value) * 3000)
        above = difference > 0 if difference else self.wanted
        if above == self.wanted:
            return
        self.wanted = above
        side = OrderSide.BUY if above else OrderSide.SELL
        quantity = INSTRUMENT.make_qty(Decimal("0.001"))
        self.submit_order(self.order_factory.market(INSTRUMENT.id, side, quantity))

    def on_order_filled(self, event):
        side = 1 if event.order_side == OrderSide.BUY else -1
        self.fills.append((side, round(float(event.last_px) * cross_tape.PRICE_UNITS)))


def main():
    rounds, tape, expected = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    trades = cross_tape.trades(tape)
    frame = pd.DataFrame(
        {
            "price": trades["price"] / cross_tape.PRICE_UNITS,
            "quantity": trades["quantity"] / cross_tape.QUANTITY_UNITS,
            "trade_id": np.arange(len(trades["time"])).astype(str),
        },
        index=pd.to_datetime(trades["time"] + 1, utc=True),
    )
    engine = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            data_engine=DataEngineConfig(time_bars_build_with_no_updates=False),
            run_analysis=False,
        )
    )
    engine.add_venue(
        VENUE, OmsType.NETTING, AccountType.MARGIN, [Money(cross_tape.DEPOSIT, USDT)],
        base_currency=USDT, default_leverage=Decimal(10), latency_model=LatencyModel(1),
        book_type=BookType.L1_MBP, bar_execution=False, trade_execution=True,
    )  # fmt: skip
    engine.add_instrument(INSTRUMENT)
    engine.add_data(TradeTickDataWrangler(INSTRUMENT).process(frame))

    def prepare():
        engine.reset()
        engine.clear_strategies()
        strategy = Cross()
        engine.add_strategy(strategy)

        def run():
            engine.run()
            return strategy.fills

        return run

    seconds, found = cross_tape.measure(rounds, prepare)
    fills = cross_tape.fills(expected)
    cross_tape.report(
        nautilus_trader.__version__, len(frame), seconds, found, zip(fills["side"], fills["price"])
    )


if __name__ == "__main__":
    main()
