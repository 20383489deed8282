"""Runs the cross of averages on backtrader: cross_backtrader.py ROUNDS TRADES FILLS

Trades come one by one and are resampled into Lockstep's six timeframes. A bar is seen to be complete
with the first trade behind it, and an order is filled by the first trade of a later time than that.
All times are 20 microseconds later, twice what its times tell apart: it puts the trade of the moment at
which a bar closes into that bar, Lockstep into the next one.
"""

import sys

import backtrader as bt
import numpy as np

import cross_tape

DAY = 86_400_000_000_000
TIMEFRAMES = [
    (bt.TimeFrame.Minutes, 1), (bt.TimeFrame.Minutes, 5), (bt.TimeFrame.Minutes, 15),
    (bt.TimeFrame.Minutes, 60), (bt.TimeFrame.Minutes, 240), (bt.TimeFrame.Days, 1),
]  # fmt: skip


class Trades(bt.feed.DataBase):
    params = (("times", ()), ("prices", ()), ("quantities", ()))

    def start(self):
        super().start()
        self.rows = zip(self.p.times, self.p.prices, self.p.quantities)

    def _load(self):
        row = next(self.rows, None)
        if row is None:
            return False
        lines = self.lines
        lines.datetime[0], price, lines.volume[0] = row
        lines.open[0] = lines.high[0] = lines.low[0] = lines.close[0] = price
        lines.openinterest[0] = 0
        return True


class Cross(bt.Strategy):
    def __init__(self):
        self.minutes = self.datas[1]
        self.fast = bt.indicators.SMA(self.minutes.close, period=cross_tape.FAST)
        self.slow = bt.indicators.SMA(self.minutes.close, period=cross_tape.SLOW)
        self.seen = 0
        self.wanted = False
        self.fills = []

    def prenext(self):
        # The longer timeframes need not have completed a bar.
        self.next()

    def next(self):
        count = len(self.minutes)
        if count == self.seen:
            return
        self.seen = count
        if count < cross_tape.SLOW:
            return
        # As whole numbers, so that a tie is one.
        difference = round((self.fast[0] - self.slow[0]) * 3000)
        above = difference > 0 if difference else self.wanted
        if above == self.wanted:
            return
        self.wanted = above
        self.buy(size=1) if above else self.sell(size=1)

    def notify_order(self, order):
        if order.status == order.Completed:
            price = round(order.executed.price * cross_tape.PRICE_UNITS)
            self.fills.append((1 if order.isbuy() else -1, price))


def main():
    rounds, tape, expected = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    trades = cross_tape.trades(tape)
    # Days since the year 1, as doubles.
    epoch = bt.date2num(bt.datetime.datetime(1970, 1, 1))
    times = (epoch + (trades["time"] + 20_000) / DAY).tolist()
    prices = (trades["price"] / cross_tape.PRICE_UNITS).tolist()
    quantities = (trades["quantity"] / cross_tape.QUANTITY_UNITS).tolist()

    def prepare():
        cerebro = bt.Cerebro(stdstats=False)
        data = Trades(
            times=times, prices=prices, quantities=quantities, timeframe=bt.TimeFrame.Ticks
        )
        cerebro.adddata(data)
        for timeframe, compression in TIMEFRAMES:
            cerebro.resampledata(data, timeframe=timeframe, compression=compression)
        cerebro.addstrategy(Cross)
        cerebro.broker.setcash(cross_tape.DEPOSIT)
        cerebro.broker.setcommission(commission=cross_tape.FEE)
        return lambda: cerebro.run()[0].fills

    seconds, found = cross_tape.measure(rounds, prepare)
    fills = cross_tape.fills(expected)
    rows = np.searchsorted(trades["time"], fills["time"], "right")
    sides = fills["side"][rows < len(times)]
    rows = rows[rows < len(times)]
    cross_tape.report(
        bt.__version__, len(times), seconds, found, zip(sides, trades["price"][rows])
    )


if __name__ == "__main__":
    main()
