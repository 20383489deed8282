#!/usr/bin/env python3
"""A crossing of two moving averages on real data, in pandas and whole numbers: what a run must come to.

    sma_cross_reference.py CASE FILE

reads the provider's own file and prints every fill, every closed trade, the equity at every close
of a minute and the equity at the end, as lines of integers. IndependentResultTests holds a run
against them, line by line. The rules, which is all that the two have in common:

Bars. A minute's bar lasts from its whole minute to the next, in UTC, and is known at its end. In
files of bars it is the row, which is labelled with its start; of trades it is made of those with
start <= time < end, in the order of the file. A minute without rows has no bar. The last bar of a
file of trades never ends, because no later record says that it is over: nothing is decided on it.

Longer bars (usdjpy). A quarter of an hour begins at :00, :15, :30 and :45; four hours begin at 17:00
New York, the start of the trading day, and every four hours from there. Either closes with the
last minute in it that has a bar, and is known from its end on: at a minute's close the longer bars are
those whose end is not later. The first ones count although the file begins inside of them.

Averages are those of the last n closes, and are ready with the nth.

Decisions are made at the close of each minute from the first at which every average is ready:
  - eurusd, btcusdt: long when the average of 10 lies above that of 30, short when it lies below, and as
    before when they are equal; nothing as long as there was no such close.
  - usdjpy: long when the average of 10 minutes lies above that of 30, and the last quarter's
    close above its average of 20, and the last four hours' close above theirs of 20; short when all
    three lie below; else nothing is held.

Orders are at the market, for the difference between what is to be held and what is: a turn from
long to short is one order for twice the quantity. An order is sent at the close and meets what comes
next: of bars the open of the next bar, whenever that is, filled at the time of its start; of
trades the first one whose time is not before the close. It fills whole, at that price.

Money is in the currency of the price, in units of 10^-8. A fee is rate x price x quantity. A profit is
(exit - entry) x quantity, for a short turned round. Each is an entry of the ledger and is rounded
once, half to even; so is the unrealised profit, at the last price. Of the fee of a fill that turns, the
trade that ends bears the part that closes, rounded half to even, and the next one the rest.

Equity is deposit + profits - fees + unrealised profit, with the fills inside of the minute that closes,
and before what is decided at its close. Nothing is borrowed, refused or liquidated.

Lines, times in nanoseconds since the epoch, prices and quantities in units of their last digit:
    fill,TIME,SIDE,QUANTITY,PRICE,FEE,PROFIT
    trade,SIDE,ENTRY TIME,EXIT TIME,QUANTITY,ENTRY PRICE,EXIT PRICE,PROFIT,FEES
    equity,TIME,EQUITY,BALANCE
    end,EQUITY
"""

import sys
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

MINUTE = pd.Timedelta(minutes=1)
MONEY_DIGITS = 8
RATE_DIGITS = 12


@dataclass
class Case:
    """How an instrument is traded; amounts in units of their last digit."""

    price_digits: int
    quantity_digits: int
    quantity: int
    fee_rate: str
    deposit: int

    @property
    def rate(self):
        return int(Decimal(self.fee_rate).scaleb(RATE_DIGITS))

    def money(self, value, extra_digits=0):
        """Price x quantity in units of money, `extra_digits` being those of a factor."""
        digits = self.price_digits + self.quantity_digits + extra_digits
        return half_even(value * 10**MONEY_DIGITS, 10**digits)


# 12,345.6789 euros: nine decimals in each value, so that profits are rounded, and not only fees.
CASES = {
    "eurusd": Case(5, 4, 123_456_789, "0.00002", 10_000),
    "usdjpy": Case(3, 0, 10_000, "0.000023", 1_000_000),
    "btcusdt": Case(2, 3, 123, "0.0004", 10_000),
}


def half_even(numerator, denominator):
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1):
        quotient += 1
    return quotient


def whole(texts, digits):
    """Decimal texts in units of 10^-digits; what has more digits is an error."""

    def convert(text):
        value = Decimal(text).scaleb(digits)
        if value != int(value):
            raise ValueError(f"{text} has more than {digits} decimals")
        return int(value)

    return texts.map(convert).astype("int64")


# Minutes: start (time of the bar), opened (time of the open price), end, open, close, is_over.


def minutes_of_bars(path, case, time_column):
    rows = pd.read_csv(path, dtype=str)
    if time_column == "ts_ms":
        start = pd.to_datetime(rows[time_column].astype("int64"), unit="ms", utc=True)
    else:
        start = pd.to_datetime(rows[time_column], utc=True)
    start = start.dt.as_unit("ns")
    assert start.is_monotonic_increasing and start.is_unique
    return pd.DataFrame(
        {
            "opened": start,
            "end": start + MINUTE,
            "open": whole(rows["open"], case.price_digits),
            "close": whole(rows["close"], case.price_digits),
            "is_over": True,
        }
    )


def minutes_of_trades(path, case):
    rows = pd.read_csv(path, dtype=str)
    time = pd.to_datetime(rows["timestamp"].astype("int64"), unit="us", utc=True).dt.as_unit("ns")
    assert time.is_monotonic_increasing
    trades = pd.DataFrame(
        {
            "time": time,
            "start": time.dt.floor("min"),
            "price": whole(rows["price"], case.price_digits),
        }
    )
    minutes = trades.groupby("start").agg(
        opened=("time", "first"), open=("price", "first"), close=("price", "last")
    )
    minutes["end"] = minutes.index + MINUTE
    minutes["is_over"] = minutes["end"] <= time.iloc[-1]
    return minutes.reset_index(drop=True)


def exact_sum(closes, count):
    """The rolling sums: of whole numbers far below 2^53, so exact."""
    assert closes.abs().max() * (count + 1) < 2**53
    return closes.rolling(count).sum()


def sign(numbers):
    """-1, 0 or 1; NaN stays."""
    return (numbers > 0).astype(float).where(numbers.notna()) - (numbers < 0).astype(float)


def cross(minutes):
    """Whether the average of 10 lies above (1) or below (-1) that of 30; NaN before they are ready."""
    closes = minutes["close"]
    return sign(3 * exact_sum(closes, 10) - exact_sum(closes, 30))


def trend(minutes, ends, count=20):
    """At each minute's close the sign of (close - average) of the last longer bar that has ended."""
    longer = minutes.groupby(ends.rename("known"))["close"].last().reset_index()
    longer["trend"] = sign(count * longer["close"] - exact_sum(longer["close"], count))
    at_close = pd.merge_asof(
        minutes[["end"]], longer[["known", "trend"]], left_on="end", right_on="known"
    )
    return at_close["trend"]


def quarter_ends(minutes):
    return minutes["opened"].dt.floor("15min") + pd.Timedelta(minutes=15)


def four_hour_ends(minutes):
    # On the wall clock of New York, seven hours ahead: the trading day begins at its midnight. Its
    # clocks change on Sundays at 2:00, when nothing is traded.
    wall = minutes["opened"].dt.tz_convert("America/New_York").dt.tz_localize(None)
    ahead = pd.Timedelta(hours=7)
    start = (wall + ahead).dt.floor("4h") - ahead
    start = start.dt.tz_localize("America/New_York").dt.tz_convert("UTC")
    return start + pd.Timedelta(hours=4)


def targets_of_cross(minutes):
    return cross(minutes).replace(0, float("nan")).ffill().fillna(0).astype(int)


def targets_of_three_roles(minutes):
    signs = pd.DataFrame(
        {
            "minute": cross(minutes),
            "quarter": trend(minutes, quarter_ends(minutes)),
            "four_hours": trend(minutes, four_hour_ends(minutes)),
        }
    )
    total = signs.sum(axis="columns", skipna=False)
    return (total == 3).astype(int) - (total == -3).astype(int)


def minutes_and_targets(name, path):
    """The minutes of a file, and what is to be held from the close of each: -1, 0 or 1."""
    case = CASES[name]
    if name == "eurusd":
        minutes = minutes_of_bars(path, case, "ts_ms")
        return minutes, targets_of_cross(minutes)
    if name == "usdjpy":
        minutes = minutes_of_bars(path, case, "timestamp")
        return minutes, targets_of_three_roles(minutes)
    minutes = minutes_of_trades(path, case)
    return minutes, targets_of_cross(minutes)


class Account:
    """One position and its money, in whole numbers."""

    def __init__(self, case):
        self.case = case
        self.balance = case.deposit * 10**MONEY_DIGITS
        self.held = 0
        self.entry_price = self.entry_time = self.entry_fee = 0

    def trade(self, target, price, time):
        """Brings what is held to `target`; gives the lines of the fill, and of the trade it ends."""
        case, before = self.case, self.held
        change = target - before
        fee = case.money(case.rate * price * abs(change), RATE_DIGITS)
        profit, lines = 0, []
        closed = abs(before) if before * change < 0 else 0
        closing_fee = half_even(fee * closed, abs(change))
        if closed:
            profit = case.money(before * (price - self.entry_price))
            fees = self.entry_fee + closing_fee
            lines.append(
                f"trade,{side(before)},{self.entry_time},{time},{closed},"
                f"{self.entry_price},{price},{profit},{fees}"
            )
        self.balance += profit - fee
        self.held = target
        self.entry_price, self.entry_time, self.entry_fee = price, time, fee - closing_fee
        lines.insert(0, f"fill,{time},{side(change)},{abs(change)},{price},{fee},{profit}")
        return lines

    def equity(self, price):
        return self.balance + self.case.money(self.held * (price - self.entry_price))


def side(quantity):
    return "buy" if quantity > 0 else "sell"


def main(name, path):
    case = CASES[name]
    minutes, targets = minutes_and_targets(name, path)
    columns = [minutes["open"], minutes["close"], minutes["is_over"]]
    times = [minutes[column].astype("int64") for column in ["opened", "end"]]
    account, target = Account(case), 0
    for opened, end, first, last, is_over, next_target in zip(*times, *columns, targets):
        if target != account.held:
            print("\n".join(account.trade(target, first, opened)))
        equity = account.equity(last)
        if is_over:
            print(f"equity,{end},{equity},{account.balance}")
            target = next_target * case.quantity
    print(f"end,{equity}")


if __name__ == "__main__":
    main(*sys.argv[1:])
