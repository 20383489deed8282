"""Runs trades through hftbacktest: backtest.py ROUNDS FILE ORDERS

FILE holds times (ns), prices (raw) and quantities (raw), each as so many little-endian int64.
Prints one JSON object: the seconds of each round for passing every trade one by one (feed), for
passing them in steps of a second (elapse), and for as many market orders as ORDERS says, each sent
and filled between two trades (orders). Compilation is done before.
"""

import json
import sys
import time

import numpy as np
from hftbacktest import (
    BUY_EVENT, DEPTH_EVENT, EXCH_EVENT, GTC, LOCAL_EVENT, MARKET, SELL_EVENT, TRADE_EVENT,
    BacktestAsset, HashMapMarketDepthBacktest,
)  # fmt: skip
from hftbacktest.types import event_dtype
from numba import njit

TICK = 0.01
LOT = 0.001


@njit
def feed(hbt):
    count = 0
    while hbt.wait_next_feed(False, 1_000_000_000_000_000) == 2:
        count += 1
    return count


@njit
def elapse(hbt):
    count = 0
    while hbt.elapse(1_000_000_000) == 0:
        count += 1
    return count


@njit
def orders(hbt, count):
    sent = 0
    while sent < count and hbt.wait_next_feed(False, 1_000_000_000_000_000) == 2:
        sent += 1
        if sent % 2 == 1:
            hbt.submit_buy_order(0, sent, 0.0, LOT, GTC, MARKET, False)
        else:
            hbt.submit_sell_order(0, sent, 0.0, LOT, GTC, MARKET, False)
        hbt.clear_inactive_orders(0)
    hbt.elapse(1_000_000)
    return hbt.state_values(0).num_trades


def events(times, prices, quantities):
    """The trades, after one bid and one ask that stay, so that market orders find somebody."""
    data = np.zeros(len(times) + 2, event_dtype)
    both = EXCH_EVENT | LOCAL_EVENT
    data["ev"][0] = DEPTH_EVENT | both | BUY_EVENT
    data["ev"][1] = DEPTH_EVENT | both | SELL_EVENT
    data["ev"][2:] = TRADE_EVENT | both | BUY_EVENT
    data["exch_ts"][:2] = data["local_ts"][:2] = times[0]
    data["exch_ts"][2:] = data["local_ts"][2:] = times
    data["px"][0] = (prices.min() - 1) * TICK
    data["px"][1] = (prices.max() + 1) * TICK
    data["px"][2:] = prices * TICK
    data["qty"][:2] = 1e6
    data["qty"][2:] = quantities * LOT
    return data


def backtest(data):
    asset = (
        BacktestAsset()
        .data(data)
        .linear_asset(1.0)
        .constant_order_latency(0, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0002, 0.0005)
        .tick_size(TICK)
        .lot_size(LOT)
    )
    return HashMapMarketDepthBacktest([asset])


def main():
    rounds, path, order_count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    columns = np.fromfile(path, "<i8").reshape(3, -1)
    data = events(*columns)
    small = events(*columns[:, :1000])
    loops = {"feed": feed, "elapse": elapse, "orders": lambda hbt: orders(hbt, order_count)}
    result = {"trades": len(columns[0]), "orders": order_count}
    for name, loop in loops.items():
        hbt = backtest(small)
        loop(hbt)
        hbt.close()
        result[name + "Seconds"] = []
        for _ in range(rounds):
            hbt = backtest(data)
            begin = time.perf_counter()
            done = loop(hbt)
            result[name + "Seconds"].append(time.perf_counter() - begin)
            result[name + "Done"] = int(done)
            hbt.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
