#!/usr/bin/env python3
"""What TA-Lib makes of the same bars: the numbers that the indicators are held against.

    talib_reference.py numbers            the fixed numbers for the synthetic bars, as text
    talib_reference.py stream FILE KIND   every number for the bars of FILE, as bytes
    talib_reference.py stream FILE raw PRICE_DIGITS VOLUME_DIGITS

`numbers` is what stands in Tests/IndicatorsTests/Reference/talib.tsv: a line for each output of
each declaration, with a sample of its values. `stream` writes, for each output of each
declaration, a line of JSON and then its values as little-endian doubles, NaN before the first;
KIND says how FILE is laid out: `fxcm` (timestamp,open,high,low,close, 3 decimals) or `daily`
(date,open,high,low,close,volume, 2 decimals), both compressed; `raw` (trading day, open, high,
low, close, volume in whole units, no header). Scripts/talib-environment makes the environment.
"""

import csv
import gzip
import json
import sys

import numpy as np
import talib
from seeded_generator import SeededGenerator


class Bars:
    """Prices and volumes as whole units, and as the doubles that TA-Lib takes."""

    def __init__(self, rows, price_digits, volume_digits, days):
        """`days`: the trading day of each row, or how many rows make one."""
        raw = np.array(rows, dtype=np.int64)
        self.open, self.high, self.low, self.close = (
            raw[:, column] / 10.0**price_digits for column in range(4)
        )
        self.volume = raw[:, 4] / 10.0**volume_digits
        if isinstance(days, int):
            days = np.arange(len(raw)) // days
        edges = [0, *(np.flatnonzero(np.diff(days)) + 1), len(raw)]
        self.days = [slice(start, end) for start, end in zip(edges, edges[1:])]
        self.median = (self.high + self.low) / 2
        self.typical = (self.high + self.low + self.close) / 3
        self.weighted = (self.high + self.low + 2 * self.close) / 4


def synthetic_bars():
    """600 bars with gaps, flat stretches and bars without volume; 3 and 2 decimals.

    Volumes are quarters, exact as doubles: TA-Lib's running sums of others keep a residue where
    the volume ends, and its CMF divides by it.
    """
    random = SeededGenerator(20240229)
    rows = []
    close = 100_000
    for index in range(600):
        open_ = close
        if random.within(0, 9) == 0:
            open_ += random.within(-400, 400)
        close = open_ + random.within(-60, 60)
        high = max(open_, close) + random.within(0, 30)
        low = min(open_, close) - random.within(0, 30)
        volume = 25 * random.within(1, 40_000)
        if random.within(0, 5) == 0:
            open_ = high = low = close
        if random.within(0, 7) == 0:
            volume = 0
        if 200 <= index < 260:
            open_ = high = low = close = rows[199][3]
            volume = 0 if index >= 220 else volume
        rows.append((open_, high, low, close, volume))
    return Bars(rows, 3, 2, 48)


def read_bars(path, kind):
    """The bars of a file, through whole numbers, so that no text is rounded twice."""
    digits = {"fxcm": 3, "daily": 2}[kind]
    rows = []
    with gzip.open(path, "rt") as file:
        for row in list(csv.reader(file))[1:]:
            prices = [round(float(field) * 10**digits) for field in row[1:5]]
            rows.append((*prices, round(float(row[5])) if kind == "daily" else 1))
    return Bars(rows, digits, 0, {"fxcm": 1440, "daily": 1}[kind])


def read_raw_bars(path, price_digits, volume_digits):
    """Bars in whole units, each with its trading day."""
    with open(path) as file:
        rows = [[int(field) for field in row] for row in csv.reader(file)]
    return Bars(
        [row[1:] for row in rows], price_digits, volume_digits, np.array([row[0] for row in rows])
    )


def by_day(function, bars):
    """A function over each trading day's bars alone."""
    out = np.full(len(bars.close), np.nan)
    for day in bars.days:
        out[day] = function(
            bars.high[day], bars.low[day], bars.close[day], bars.volume[day]
        )
    return out


def cases(b):
    """Declarations, and what TA-Lib makes of them: pairs of output names and values."""
    h, l, c, v = b.high, b.low, b.close, b.volume
    single = {
        "sma": talib.SMA, "ema": talib.EMA, "wma": talib.WMA, "dema": talib.DEMA,
        "tema": talib.TEMA, "hma": talib.HMA, "kama": talib.KAMA, "rsi": talib.RSI,
        "cmo": talib.CMO, "roc": talib.ROC, "mom": talib.MOM, "trix": talib.TRIX,
    }  # fmt: skip
    default = {"hma": 20, "rsi": 14, "cmo": 14, "roc": 10, "mom": 10}
    for name, function in single.items():
        periods = [2, 3, default.get(name, 30), 200]
        if name not in ("rsi", "cmo"):
            periods.insert(0, 1)
        for period in periods:
            yield f"{name}({period})", ["value"], [function(c, period)]
    whole = {
        "willr": lambda n: talib.WILLR(h, l, c, n),
        "cci": lambda n: talib.CCI(h, l, c, n),
        "atr": lambda n: talib.ATR(h, l, c, n),
        "natr": lambda n: talib.NATR(h, l, c, n),
        "mfi": lambda n: talib.MFI(h, l, c, v, n),
        "cmf": lambda n: talib.CMF(h, l, c, v, n),
    }
    for name, function in whole.items():
        for period in [2, 3, 20 if name == "cmf" else 14, 200]:
            yield f"{name}({period})", ["value"], [function(period)]
    for n in [2, 3, 14, 200]:
        yield f"adx({n})", ["adx", "plusDI", "minusDI"], [
            talib.ADX(h, l, c, n), talib.PLUS_DI(h, l, c, n), talib.MINUS_DI(h, l, c, n)
        ]  # fmt: skip
        down, up = talib.AROON(h, l, n)
        yield f"aroon({n})", ["up", "down", "oscillator"], [up, down, talib.AROONOSC(h, l, n)]
        yield f"linearreg({n})", ["value", "slope"], [
            talib.LINEARREG(c, n), talib.LINEARREG_SLOPE(c, n)
        ]  # fmt: skip
    bands = ["upper", "middle", "lower"]
    for n, deviations in [(20, 2.0), (2, 2.0), (3, 1.5), (200, 3.0)]:
        yield f"bbands({n}, {deviations:g})", bands, talib.BBANDS(c, n, deviations, deviations)
    for n, deviations in [(5, 1.0), (2, 1.0), (3, 2.5), (200, 1.0)]:
        yield f"stddev({n}, {deviations:g})", ["value"], [talib.STDDEV(c, n, deviations)]
    for n, atr, width in [(20, 10, 2.0), (2, 3, 1.0), (3, 200, 2.5), (200, 2, 1.0)]:
        yield f"kc({n}, {atr}, {width:g})", bands, talib.KC(h, l, c, n, atr, width)
    for n in [2, 3, 20, 200]:
        yield f"donchian({n}, 0)", bands, talib.DONCHIAN(h, l, n)
    for n, width in [(10, 3.0), (2, 1.0), (3, 0.5), (200, 2.0)]:
        yield f"supertrend({n}, {width:g})", ["value", "direction"], talib.SUPERTREND(
            h, l, c, n, width
        )
    for n, factor in [(5, 0.7), (2, 0.0), (3, 1.0), (200, 0.7)]:
        yield f"t3({n}, {factor:g})", ["value"], [talib.T3(c, n, factor)]
    for fast, slow, signal in [(12, 26, 9), (2, 3, 2), (3, 200, 1), (26, 12, 9)]:
        yield f"macd({fast}, {slow}, {signal})", ["macd", "signal", "histogram"], talib.MACD(
            c, fast, slow, signal
        )
    for n, k, d in [(14, 5, 3), (2, 3, 2), (3, 2, 1), (200, 14, 3)]:
        yield f"stochrsi({n}, {k}, {d})", ["k", "d"], talib.STOCHRSI(c, n, k, d)
    for n, k, d in [(5, 3, 3), (2, 3, 2), (3, 1, 1), (200, 20, 3)]:
        yield f"stoch({n}, {k}, {d})", ["k", "d"], talib.STOCH(h, l, c, n, k, 0, d, 0)
    for n, d in [(5, 3), (2, 3), (3, 1), (200, 20)]:
        yield f"stochf({n}, {d})", ["k", "d"], talib.STOCHF(h, l, c, n, d)
    for n in [(7, 14, 28), (2, 3, 5), (28, 7, 14), (3, 3, 200)]:
        yield f"ultosc({n[0]}, {n[1]}, {n[2]})", ["value"], [talib.ULTOSC(h, l, c, *n)]
    for acceleration, maximum in [(0.02, 0.2), (0.05, 0.1), (0.3, 0.2), (0.0, 0.0)]:
        yield f"sar({acceleration:g}, {maximum:g})", ["value"], [
            talib.SAR(h, l, acceleration, maximum)
        ]
    for fast, slow in [(3, 10), (2, 3), (10, 3), (3, 200)]:
        yield f"adosc({fast}, {slow})", ["value"], [talib.ADOSC(h, l, c, v, fast, slow)]
    yield "trange", ["value"], [talib.TRANGE(h, l, c)]
    yield "obv", ["value"], [talib.OBV(c, v)]
    yield "ad", ["value"], [talib.AD(h, l, c, v)]
    yield "vwap", ["value"], [by_day(talib.VWAP, b)]
    # Of other series than the close, and of other indicators.
    for field in ["open", "high", "low", "median", "typical", "weighted", "volume"]:
        yield f"sma(20, of: {field})", ["value"], [talib.SMA(getattr(b, field), 20)]
        yield f"ema(20, of: {field})", ["value"], [talib.EMA(getattr(b, field), 20)]
    for name, series in [
        ("rsi(14)", talib.RSI(c, 14)),
        ("macd(12, 26, 9).signal", talib.MACD(c, 12, 26, 9)[1]),
    ]:
        for text, function in [
            ("sma(10", lambda x: talib.SMA(x, 10)), ("ema(10", lambda x: talib.EMA(x, 10)),
            ("wma(10", lambda x: talib.WMA(x, 10)), ("hma(10", lambda x: talib.HMA(x, 10)),
            ("kama(10", lambda x: talib.KAMA(x, 10)), ("mom(10", lambda x: talib.MOM(x, 10)),
            ("stddev(10, 1", lambda x: talib.STDDEV(x, 10)),
            ("rsi(10", lambda x: talib.RSI(x, 10)),
        ]:  # fmt: skip
            # Where prices stand still, the RSI changes by rounding alone, and KAMA's efficiency
            # ratio is one rounding error over others.
            if (text, name) != ("kama(10", "rsi(14)"):
                yield f"{text}, of: {name})", ["value"], [of_ready(function, series)]
        yield f"bbands(10, 2, of: {name})", bands, [
            padded(x, series) for x in talib.BBANDS(ready(series), 10, 2.0, 2.0)
        ]
        yield f"linearreg(10, of: {name})", ["value", "slope"], [
            of_ready(lambda x: talib.LINEARREG(x, 10), series),
            of_ready(lambda x: talib.LINEARREG_SLOPE(x, 10), series),
        ]


def ready(series):
    """The values from the first one on."""
    return series[first_place(series) :]


def padded(values, series):
    """Values of what was ready, brought back to the length of the series."""
    return np.concatenate([np.full(len(series) - len(values), np.nan), values])


def of_ready(function, series):
    return padded(function(ready(series)), series)


def first_place(values):
    """Where the values begin; their number if there are none."""
    places = np.flatnonzero(~np.isnan(values))
    return int(places[0]) if len(places) else len(values)


def sampled_places(first, count):
    """The first places, some in the flat stretch and around it, and some of the rest."""
    places = {first, first + 1, first + 2, 199, 200, 203, 219, 230, 259, 260, 262, count - 1}
    places.update(range(first, count, 67))
    return sorted(place for place in places if first <= place < count)


def print_numbers():
    bars = synthetic_bars()
    print("# TA-Lib", talib.__ta_version__.decode().split()[0], "of the synthetic bars:")
    print("# declaration, output, look-back, and place=value ...; made by talib_reference.py.")
    for text, names, series in cases(bars):
        # What one declaration gives is ready together; the parts of it may be sooner.
        first = max(first_place(values) for values in series)
        if first == len(bars.close):
            continue
        for name, values in zip(names, series):
            values = np.asarray(values, dtype=float)
            sample = " ".join(
                f"{place}={values[place]!r}".replace("np.float64(", "").replace(")", "")
                for place in sampled_places(first, len(values))
            )
            print(text, name, first, sample, sep="\t")


def stream(bars):
    out = sys.stdout.buffer
    for text, names, series in cases(bars):
        first = max(first_place(values) for values in series)
        for name, values in zip(names, series):
            values = np.asarray(values, dtype="<f8")
            head = {"declaration": text, "output": name, "lookback": first, "count": len(values)}
            out.write(json.dumps(head).encode() + b"\n")
            out.write(values.tobytes())


if __name__ == "__main__":
    if sys.argv[1:] == ["numbers"]:
        print_numbers()
    elif len(sys.argv) == 4 and sys.argv[1] == "stream":
        stream(read_bars(sys.argv[2], sys.argv[3]))
    elif len(sys.argv) == 6 and sys.argv[1] == "stream" and sys.argv[3] == "raw":
        stream(read_raw_bars(sys.argv[2], int(sys.argv[4]), int(sys.argv[5])))
    else:
        sys.exit(__doc__)
