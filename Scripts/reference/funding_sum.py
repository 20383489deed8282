#!/usr/bin/env python3
"""Adds up funding on a fixed position in decimal numbers, apart from all Swift.

funding_sum.py RATES.csv.gz: the payments of 2021 to 2023 to a long of 1.537 contracts at a mark of
29876.54321098, each rounded once, half to even, to 8 decimals. RealFundingTests holds the sum.
"""

import csv
import gzip
import sys
from datetime import datetime, timezone
from decimal import ROUND_HALF_EVEN, Decimal, getcontext

getcontext().prec = 60
VALUE = Decimal("1.537") * Decimal("29876.54321098")
UNIT = Decimal("0.00000001")


def milliseconds(year):
    return int(datetime(year, 1, 1, tzinfo=timezone.utc).timestamp()) * 1000


total, count = Decimal(0), 0
with gzip.open(sys.argv[1], "rt", newline="") as file:
    for row in csv.DictReader(file):
        if milliseconds(2021) <= int(row["funding_time_ms"]) < milliseconds(2024):
            paid = VALUE * Decimal(row["rate"])
            total -= paid.quantize(UNIT, rounding=ROUND_HALF_EVEN)
            count += 1
print(f"{count} payments, {total}")
