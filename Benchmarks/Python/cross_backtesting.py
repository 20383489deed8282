"""Runs the cross of averages on backtesting.py: cross_backtesting.py ROUNDS BARS FILLS

It takes one-minute bars, and fills at the next bar's open. Prices are in units of the last digit, so that
averages that are equal are seen to be. `next` is first called one bar after they are ready.
"""

import sys
import warnings

import backtesting
import pandas as pd

import cross_tape


def average(values, length):
    return pd.Series(values).rolling(length).mean()


class Cross(backtesting.Strategy):
    def init(self):
        self.fast = self.I(average, self.data.Close, cross_tape.FAST)
        self.slow = self.I(average, self.data.Close, cross_tape.SLOW)

    def next(self):
        if self.fast[-1] > self.slow[-1] and not self.position:
            self.buy(size=1)
        elif self.fast[-1] < self.slow[-1] and self.position:
            self.position.close()


def main():
    rounds, tape, expected = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    bars = cross_tape.bars(tape)
    frame = pd.DataFrame(
        {name: bars[name.lower()].astype(float) for name in ("Open", "High", "Low", "Close")}
        | {"Volume": bars["volume"] / cross_tape.QUANTITY_UNITS},
        index=pd.to_datetime(bars["open_time"]),
    )
    warnings.simplefilter("ignore")

    def prepare():
        backtest = backtesting.Backtest(
            frame, Cross, cash=cross_tape.DEPOSIT * cross_tape.PRICE_UNITS,
            commission=cross_tape.FEE,
        )  # fmt: skip
        return lambda: backtest.run()

    seconds, stats = cross_tape.measure(rounds, prepare)
    found = [
        fill
        for trade in stats._trades.itertuples()
        for fill in ((1, trade.EntryPrice), (-1, trade.ExitPrice))
    ]
    fills = cross_tape.fills(expected)
    prices = fills["price"].copy()
    if fills["time"][0] == bars["open_time"][cross_tape.SLOW]:
        prices[0] = bars["open"][cross_tape.SLOW + 1]
    # What is still open has no trade.
    closed = len(prices) // 2 * 2
    cross_tape.report(
        backtesting.__version__, len(frame), seconds, found,
        zip(fills["side"][:closed], prices[:closed]),
    )  # fmt: skip


if __name__ == "__main__":
    main()
