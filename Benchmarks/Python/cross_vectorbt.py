"""Runs the cross of averages on vectorbt: cross_vectorbt.py ROUNDS BARS FILLS

It takes one-minute bars, all at once: arrays of averages, of signals, and one compiled loop over them. An
order is filled at the next bar's open. Prices are in units of the last digit, so that averages that are
equal are seen to be. Compilation is done before.
"""

import sys

import pandas as pd
import vectorbt as vbt

import cross_tape


def main():
    rounds, tape, expected = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    bars = cross_tape.bars(tape)
    index = pd.to_datetime(bars["open_time"])
    close = pd.Series(bars["close"].astype(float), index)
    open_ = pd.Series(bars["open"].astype(float), index)

    def run():
        fast = vbt.MA.run(close, cross_tape.FAST).ma
        slow = vbt.MA.run(close, cross_tape.SLOW).ma
        portfolio = vbt.Portfolio.from_signals(
            close,
            (fast > slow).vbt.signals.fshift(1),
            (fast < slow).vbt.signals.fshift(1),
            price=open_,
            size=1.0,
            fees=cross_tape.FEE,
            init_cash=float(cross_tape.DEPOSIT * cross_tape.PRICE_UNITS),
        )
        portfolio.final_value()
        return portfolio.order_records

    seconds, records = cross_tape.measure(rounds, lambda: run)
    found = zip(1 - 2 * records["side"], records["price"])
    fills = cross_tape.fills(expected)
    cross_tape.report(
        vbt.__version__, len(close), seconds, found, zip(fills["side"], fills["price"])
    )


if __name__ == "__main__":
    main()
