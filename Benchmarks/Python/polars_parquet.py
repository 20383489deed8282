"""Reads columns of integers from Parquet with polars on one thread.

polars_parquet.py ROUNDS FILE NAME...: beside FILE, which it writes first, lie FILE.NAME with the
64-bit integers of each column. Prints a JSON object: the rows, the bytes of the file and the
seconds that each reading took.
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"

import array
import json
import sys
import time

import polars

rounds, path, names = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
columns = {}
for name in names:
    values = array.array("q")
    with open(f"{path}.{name}", "rb") as file:
        values.frombytes(file.read())
    columns[name] = polars.Series(values, dtype=polars.Int64)
polars.DataFrame(columns).write_parquet(path, compression="zstd")

seconds = []
for _ in range(rounds + 1):
    start = time.perf_counter()
    rows = polars.read_parquet(path).height
    seconds.append(time.perf_counter() - start)
size = os.path.getsize(path)
print(json.dumps({"file": path, "rows": rows, "bytes": size, "seconds": seconds[1:]}))
