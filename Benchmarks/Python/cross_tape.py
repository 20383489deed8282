"""What the scripts share that run the cross of averages on other libraries: `cross_*.py`.

The rule: while SMA(10) of the closes of one-minute bars lies above SMA(30) a unit is held; where the two
are equal nothing changes. It is bought and sold at the market, for a fee of 5 basis points.
"""

import json
import time

import numpy as np

FAST, SLOW = 10, 30
DEPOSIT = 1_000_000
FEE = 0.0005
# How many units of the last digit there are to a price of 1, and to a quantity of 1.
PRICE_UNITS, QUANTITY_UNITS = 100, 1000


def columns(path, names):
    """The columns of a file, each of so many little-endian int64."""
    return dict(zip(names, np.fromfile(path, "<i8").reshape(len(names), -1)))


def trades(path):
    return columns(path, ["time", "price", "quantity"])


def bars(path):
    return columns(path, ["open_time", "open", "high", "low", "close", "volume"])


def fills(path):
    """Lockstep's fills; a side is 1 or -1."""
    return columns(path, ["time", "side", "price"])


def measure(rounds, run):
    """The seconds of each round, after one that does not count, and what the last one gave."""
    seconds = []
    for _ in range(rounds + 1):
        prepared = run()
        start = time.process_time()
        result = prepared()
        seconds.append(time.process_time() - start)
    return seconds[1:] or seconds, result


def report(version, count, seconds, found, expected):
    """Prints what the benchmark reads. The fills are pairs of side and price, `expected` those that
    follow from Lockstep's by the rules of the library."""
    found = [(int(side), int(price)) for side, price in found]
    expected = [(int(side), int(price)) for side, price in expected]
    differing = [pair for pair in zip(found, expected) if pair[0] != pair[1]]
    difference = f"{len(found)} fills for {len(expected)}"
    if differing:
        difference += ", the first that differs: {} for {}".format(*differing[0])
    print(
        json.dumps(
            {
                "version": version, "count": count, "seconds": seconds, "fills": len(found),
                "difference": None if found == expected else difference,
            }  # fmt: skip
        )
    )
