#!/usr/bin/env python3
"""What backtesting.py makes of the crossings of sma_cross_reference.py, trade by trade.

    compare_backtesting.py CASE FILE <LINES

LINES are what Lockstep, or that reference, has made of the file; only its trades are read.

The strategy is the same and is written as backtesting.py's users write it: averages are rolling means
of floats, and `next` looks at their last values. The longer bars of usdjpy are those of the reference,
because backtesting.py's own resampling counts four hours from midnight UTC. Quantities are whole units
of their last digit and cash is scaled alike, because it takes whole sizes only.

Trades that both have are the same in both times and both prices. Each other one has to be explained by a rule:

  warm-up    `next` is first called one bar after the averages are ready, so that what is decided at the
             first ready close is decided a bar later.
  equality   the two averages are equal, and their floats are not: the strategy sees a cross there.
  end        what is still open is closed at the last bar; the reference leaves it open.

Ends with 1 where a trade is left unexplained.
"""

import sys
import warnings
from collections import Counter

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy

import sma_cross_reference as reference

# Profits are floats there, and rounded to 10^-8 three times here.
TOLERANCE = 1e-6


def mean(values, count):
    return pd.Series(values).rolling(count).mean()


def longer_trends(name, minutes):
    """The longer bars' side of their averages, at each minute; none for a case without them."""
    if name != "usdjpy":
        return []
    return [
        reference.trend(minutes, ends(minutes)).to_numpy()
        for ends in (reference.quarter_ends, reference.four_hour_ends)
    ]


def strategy_class(case, trends, wanted):
    """A strategy that writes down in `wanted` what it wants to hold after each bar."""

    class Cross(Strategy):
        def init(self):
            self.fast = self.I(mean, self.data.Close, 10)
            self.slow = self.I(mean, self.data.Close, 30)
            # Attributes of their own: what stands in a list is not cut to the bars that are known.
            if trends:
                self.quarter = self.I(lambda: trends[0])
                self.four_hours = self.I(lambda: trends[1])

        def next(self):
            sides = [np.sign(self.fast[-1] - self.slow[-1])]
            if trends:
                sides += [self.quarter[-1], self.four_hours[-1]]
            held = int(np.sign(self.position.size))
            if all(side == 1 for side in sides):
                target = 1
            elif all(side == -1 for side in sides):
                target = -1
            else:
                target = 0 if trends else held
            wanted[len(self.data) - 1] = target
            change = (target - held) * case.quantity
            if change > 0:
                self.buy(size=change)
            elif change < 0:
                self.sell(size=-change)

    return Cross


def their_trades(name, minutes):
    """The trades of backtesting.py by (side, entry bar, exit bar), and what was wanted at each bar."""
    case = reference.CASES[name]
    scale = 10**case.price_digits
    bars = pd.DataFrame(
        {
            "Open": minutes["open"] / scale,
            "High": minutes[["open", "close"]].max(axis="columns") / scale,
            "Low": minutes[["open", "close"]].min(axis="columns") / scale,
            "Close": minutes["close"] / scale,
        }
    ).set_index(pd.DatetimeIndex(minutes["opened"]))
    wanted = np.zeros(len(minutes), dtype=int)
    strategy = strategy_class(case, longer_trends(name, minutes), wanted)
    units = 10**case.quantity_digits
    with warnings.catch_warnings():
        # An order that was cancelled for want of margin would be told as a warning.
        warnings.simplefilter("error", UserWarning)
        result = Backtest(
            bars,
            strategy,
            cash=case.deposit * units,
            commission=float(case.fee_rate),
            margin=0.001,
            finalize_trades=True,
        ).run()
    trades = {}
    for row in result["_trades"].itertuples():
        key = (1 if row.Size > 0 else -1, row.EntryBar, row.ExitBar)
        prices = (round(row.EntryPrice * scale), round(row.ExitPrice * scale))
        trades[key] = (prices, row.PnL / units)
    return trades, wanted


def our_trades(name, minutes, lines):
    """The trades among lines of the reference's form, in the same shape."""
    times = minutes["opened"].astype("int64").to_numpy().tolist()
    bar = {time: index for index, time in enumerate(times)}
    trades = {}
    for line in lines:
        kind, *fields = line.strip().split(",")
        if kind != "trade":
            continue
        side = 1 if fields[0] == "buy" else -1
        prices = (int(fields[4]), int(fields[5]))
        net = (int(fields[6]) - int(fields[7])) / 10**reference.MONEY_DIGITS
        trades[(side, bar[int(fields[1])], bar[int(fields[2])])] = (prices, net)
    return trades


def explanation(trade, minutes, ours, theirs, first):
    """The rule because of which one side alone has a trade; nothing where there is none.

    Decisions from the one before the entry's (the other side may be in already) to the exit's are looked
    at. Each stretch of them in which the two want different things has to begin where a rule tells them apart.
    """
    fast = reference.exact_sum(minutes["close"], 10)
    slow = reference.exact_sum(minutes["close"], 30)
    _, entry, exit = trade
    rules = []
    for bar in range(max(0, entry - 2), exit):
        if ours[bar] == theirs[bar]:
            continue
        while ours[bar - 1] != theirs[bar - 1]:
            bar -= 1
        if bar == first:
            rules.append("warm-up")
        elif 3 * fast[bar] == slow[bar]:
            rules.append("equality")
        else:
            return None
    if not rules and exit == len(minutes) - 1:
        return "end"
    return rules[0] if rules else None


def compare(name, path, lines):
    """Prints a row of the table, and the differing trades; gives how many are left unexplained."""
    minutes, targets = reference.minutes_and_targets(name, path)
    theirs, wanted = their_trades(name, minutes)
    ours = our_trades(name, minutes, lines)
    both = ours.keys() & theirs.keys()
    other_prices = sum(ours[key][0] != theirs[key][0] for key in both)
    gap = max(abs(ours[key][1] - theirs[key][1]) for key in both)
    first = first_ready(name, minutes)
    rules = Counter()
    rows = []
    for key in sorted(ours.keys() ^ theirs.keys(), key=lambda key: key[1:]):
        rule = explanation(key, minutes, targets.to_numpy(), wanted, first)
        rules[rule or "UNEXPLAINED"] += 1
        side, entry, exit = key
        who = "Lockstep" if key in ours else "backtesting.py"
        times = [minutes["opened"][bar].strftime("%Y-%m-%d %H:%M") for bar in (entry, exit)]
        rows.append(f"| {name} | {who} | {'long' if side > 0 else 'short'} | {times[0]} | "
                    f"{times[1]} | {rule or 'UNEXPLAINED'} |")
    explained = ", ".join(f"{rule}: {count}" for rule, count in sorted(rules.items())) or "none"
    print(f"| {name} | {len(ours)} | {len(theirs)} | {len(both)} | {other_prices} | {gap:.1e} | "
          f"{explained} |")
    is_wrong = other_prices > 0 or gap > TOLERANCE
    return rows, rules["UNEXPLAINED"] + (1 if is_wrong else 0)


def first_ready(name, minutes):
    """The first bar at whose close everything is ready."""
    signs = [reference.cross(minutes).to_numpy()] + longer_trends(name, minutes)
    return int(np.argmax(~np.isnan(np.sum(signs, axis=0))))


def main(name, path):
    print("| case | Lockstep | backtesting.py | in both | other prices | largest gap in profit | "
          "differing |")
    print("|---|---|---|---|---|---|---|")
    differing, faults = compare(name, path, sys.stdin)
    print("\n| case | only in | side | entry | exit | rule |\n|---|---|---|---|---|---|")
    print("\n".join(differing))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
