"""Merges streams with Python's own heapq: heapq_merge.py STREAMS RECORDS ROUNDS

Prints the seconds of each round, one a line.
"""

import heapq
import random
import sys
import time

streams, records, rounds = (int(word) for word in sys.argv[1:4])
random.seed(1)
columns = [[] for _ in range(streams)]
now = 0
for _ in range(records):
    if random.randrange(4):
        now += random.randint(1, 1_000_000)
    columns[random.randrange(streams)].append(now)
for _ in range(rounds):
    start = time.perf_counter()
    count = sum(1 for _ in heapq.merge(*columns))
    assert count == records
    print(time.perf_counter() - start)
