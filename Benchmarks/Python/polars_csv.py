"""Reads CSV files with polars on one thread: polars_csv.py ROUNDS FILE...

Prints one JSON object a line: the file and the seconds that each reading took.
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"

import json
import sys
import time

import polars

for path in sys.argv[2:]:
    seconds = []
    for _ in range(int(sys.argv[1]) + 1):
        start = time.perf_counter()
        rows = polars.read_csv(path, try_parse_dates=True).height
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"file": path, "rows": rows, "seconds": seconds[1:]}))
