"""Computes the twenty most used indicators with another library: indicators.py LIBRARY ROUNDS FILE

LIBRARY is talib (all bars at once), talipp or nautilus (bar by bar, over the first bars, those of
the twenty that it has). FILE holds open, high, low, close and volume, each as so many doubles.
Prints one JSON object: the seconds of each round, the bars, how many indicators, and for talib the
last value of each.
"""

import json
import sys
import time

import numpy as np

INCREMENTAL_BARS = 20_000


def talib_indicators(o, h, l, c, v):
    import talib

    def compute():
        macd, signal, histogram = talib.MACD(c, 12, 26, 9)
        upper, middle, lower = talib.BBANDS(c, 20, 2.0, 2.0)
        k, d = talib.STOCH(h, l, c, 5, 3, 0, 3, 0)
        down, up = talib.AROON(h, l, 14)
        return {
            "sma(30)": talib.SMA(c, 30), "ema(30)": talib.EMA(c, 30), "wma(30)": talib.WMA(c, 30),
            "dema(30)": talib.DEMA(c, 30), "tema(30)": talib.TEMA(c, 30),
            "rsi(14)": talib.RSI(c, 14), "macd(12, 26, 9).signal": signal,
            "bbands(20, 2).upper": upper, "atr(14)": talib.ATR(h, l, c, 14),
            "adx(14).adx": talib.ADX(h, l, c, 14), "cci(14)": talib.CCI(h, l, c, 14),
            "stoch(5, 3, 3).d": d, "willr(14)": talib.WILLR(h, l, c, 14),
            "mfi(14)": talib.MFI(h, l, c, v, 14), "obv": talib.OBV(c, v),
            "roc(10)": talib.ROC(c, 10), "mom(10)": talib.MOM(c, 10),
            "natr(14)": talib.NATR(h, l, c, 14), "aroon(14).up": up,
            "stddev(5, 1)": talib.STDDEV(c, 5, 1.0),
        }  # fmt: skip

    return compute


def talipp_indicators(o, h, l, c, v):
    from talipp import indicators as t
    from talipp.ohlcv import OHLCV

    bars = [OHLCV(*row) for row in zip(o, h, l, c, v)]

    def compute():
        closes = [
            t.SMA(30), t.EMA(30), t.WMA(30), t.DEMA(30), t.TEMA(30), t.RSI(14),
            t.MACD(12, 26, 9), t.BB(20, 2), t.ROC(10), t.StdDev(5),
        ]  # fmt: skip
        whole = [
            t.ATR(14), t.ADX(14, 14), t.CCI(14), t.Stoch(5, 3), t.Williams(14), t.OBV(),
            t.NATR(14), t.Aroon(14),
        ]  # fmt: skip
        for bar in bars:
            for indicator in closes:
                indicator.add(bar.close)
            for indicator in whole:
                indicator.add(bar)
        return dict.fromkeys(range(len(closes) + len(whole)))

    return compute


def nautilus_indicators(o, h, l, c, v):
    from nautilus_trader import indicators as n

    rows = list(zip(o.tolist(), h.tolist(), l.tolist(), c.tolist(), v.tolist()))

    def compute():
        closes = [
            n.SimpleMovingAverage(30), n.ExponentialMovingAverage(30),
            n.WeightedMovingAverage(30, np.arange(1.0, 31.0)),
            n.DoubleExponentialMovingAverage(30), n.RelativeStrengthIndex(14),
            n.MovingAverageConvergenceDivergence(12, 26), n.RateOfChange(10),
        ]  # fmt: skip
        whole = [
            n.BollingerBands(20, 2.0), n.AverageTrueRange(14), n.CommodityChannelIndex(14),
            n.Stochastics(5, 3),
        ]  # fmt: skip
        ranges = [n.AroonOscillator(14), n.DirectionalMovement(14)]
        volume = n.OnBalanceVolume()
        for open_, high, low, close, traded in rows:
            for indicator in closes:
                indicator.update_raw(close)
            for indicator in whole:
                indicator.update_raw(high, low, close)
            for indicator in ranges:
                indicator.update_raw(high, low)
            volume.update_raw(open_, close, traded)
        return dict.fromkeys(range(len(closes) + len(whole) + len(ranges) + 1))

    return compute


library, rounds, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
fields = np.fromfile(path, dtype="<f8").reshape(5, -1)
if library != "talib":
    fields = np.ascontiguousarray(fields[:, :INCREMENTAL_BARS])
compute = {
    "talib": talib_indicators, "talipp": talipp_indicators, "nautilus": nautilus_indicators,
}[library](*fields)  # fmt: skip
seconds = []
for _ in range(rounds + 1):
    start = time.process_time()
    results = compute()
    seconds.append(time.process_time() - start)
last = {name: float(values[-1]) for name, values in results.items() if values is not None}
print(
    json.dumps(
        {"bars": fields.shape[1], "indicators": len(results), "seconds": seconds[1:], "last": last}
    )
)
