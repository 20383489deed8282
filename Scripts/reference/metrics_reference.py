#!/usr/bin/env python3
"""What empyrical-reloaded and quantstats make of the same equity curves, as text.

A line for each number: the curve, the library, the function and, behind a colon, what of its result
or which way of calling it, then the value. It stands in Tests/ReportsTests/Reference/metrics.tsv.
The tests make the same curves from the same seeds (ReferenceCurve.swift), in whole numbers.
Scripts/metrics-environment makes the environment.
"""

import warnings

import empyrical
import numpy as np
import pandas as pd
import quantstats.stats as qs

from seeded_generator import SeededGenerator

MILLION = 1_000_000


class Curve:
    """Days, equities, a benchmark and trades from a seed. Changes are drawn in millionths."""

    def __init__(self, name, seed, count, calendar, days_per_year, worst, best, risk_free=0.0):
        self.name = name
        self.days_per_year = days_per_year
        self.risk_free = risk_free
        random = SeededGenerator(seed)
        date = pd.Timestamp("2019-11-20")
        equity, price = 10_000 * 10**8, MILLION
        dates, returns, benchmark = [], [], []
        for _ in range(count):
            date += pd.Timedelta(days=1)
            if calendar == "gaps":
                date += pd.Timedelta(days=random.within(0, 4))
            while calendar == "weekdays" and date.weekday() > 4:
                date += pd.Timedelta(days=1)
            market = random.within(-12_000, 12_500)
            change = equity * (market + random.within(worst, best)) // MILLION
            dates.append(date)
            returns.append(change / equity)
            equity += change
            change = price * market // MILLION
            benchmark.append(change / price)
            price += change
        self.returns = pd.Series(returns, index=pd.DatetimeIndex(dates))
        self.benchmark = pd.Series(benchmark, index=self.returns.index)
        self.profits = pd.Series(
            [
                0.0 if random.within(0, 6) == 0 else random.within(-50_000, 60_000) / 100
                for _ in range(count)
            ],
            index=self.returns.index,
        )


CURVES = [
    Curve("calm", 1, 730, "all", 365, -9_000, 9_500),
    Curve("weekdays", 2, 756, "weekdays", 252, -20_000, 20_000, risk_free=0.02),
    Curve("wild", 3, 400, "all", 365, -200_000, 230_000),
    Curve("loser", 4, 300, "all", 365, -15_000, 12_000, risk_free=0.035),
    Curve("gaps", 5, 500, "gaps", 260, -8_000, 9_000, risk_free=-0.005),
    Curve("short", 6, 5, "all", 252, -10_000, 10_000),
]


def of_empyrical(curve):
    returns, year = curve.returns, curve.days_per_year
    daily = (1 + curve.risk_free) ** (1 / year) - 1
    annual = {"annualization": year}
    yield "cum_returns_final", empyrical.cum_returns_final(returns)
    yield "annual_return", empyrical.annual_return(returns, **annual)
    yield "annual_volatility", empyrical.annual_volatility(returns, **annual)
    yield "sharpe_ratio", empyrical.sharpe_ratio(returns, daily, **annual)
    yield "sortino_ratio", empyrical.sortino_ratio(returns, daily, **annual)
    yield "calmar_ratio", empyrical.calmar_ratio(returns, **annual)
    yield "omega_ratio", empyrical.omega_ratio(returns, daily)
    yield "max_drawdown", empyrical.max_drawdown(returns)
    yield "value_at_risk", empyrical.value_at_risk(returns)
    yield "conditional_value_at_risk", empyrical.conditional_value_at_risk(returns)
    yield "tail_ratio", empyrical.tail_ratio(returns)
    yield "beta", empyrical.beta(returns, curve.benchmark, daily)
    yield "alpha", empyrical.alpha(returns, curve.benchmark, daily, **annual)
    months = empyrical.aggregate_returns(returns, "monthly")
    for (y, month), value in months.items():
        yield f"aggregate_returns:{y}-{month:02}", value
    for y, value in empyrical.aggregate_returns(returns, "yearly").items():
        yield f"aggregate_returns:{y}", value


def of_quantstats(curve):
    returns, year, rf = curve.returns, curve.days_per_year, curve.risk_free
    daily = (1 + rf) ** (1 / year) - 1
    if rf < 0:
        # A number below zero is ignored; the same rate as a series is not.
        rf = pd.Series(rf, index=returns.index)
    yield "comp", qs.comp(returns)
    yield "cagr", qs.cagr(returns, periods=year)
    yield "volatility", qs.volatility(returns, periods=year)
    yield "sharpe", qs.sharpe(returns, rf, year)
    yield "sortino", qs.sortino(returns, rf, year)
    yield "calmar", qs.calmar(returns, periods=year)
    yield "omega", qs.omega(returns, rf, periods=year)
    yield "max_drawdown", qs.max_drawdown(returns)
    yield "skew", qs.skew(returns)
    yield "kurtosis", qs.kurtosis(returns)
    yield "tail_ratio", qs.tail_ratio(returns)
    yield "value_at_risk", qs.value_at_risk(returns)
    yield "cvar:historical", qs.cvar(returns, method="historical")
    greeks = qs.greeks(returns - daily, curve.benchmark - daily, year, prepare_returns=False)
    yield "greeks:beta", greeks["beta"]
    yield "greeks:alpha", greeks["alpha"]
    yield from drawdowns_of_quantstats(returns)
    table = qs.monthly_returns(returns)
    names = list(table.columns)[:12]
    for y, month in sorted({(date.year, date.month) for date in returns.index}):
        yield f"monthly_returns:{y}-{month:02}", table.loc[str(y), names[month - 1]]
    for y in sorted({date.year for date in returns.index}):
        yield f"monthly_returns:{y}", table.loc[str(y), "EOY"]
    profits = curve.profits
    yield "win_rate", qs.win_rate(profits)
    yield "profit_factor", qs.profit_factor(profits)
    yield "payoff_ratio", qs.payoff_ratio(profits)
    yield "consecutive_wins", qs.consecutive_wins(profits)
    yield "consecutive_losses", qs.consecutive_losses(profits)


def drawdowns_of_quantstats(returns):
    """It counts days on the calendar, so the days are laid one behind the other."""
    days = pd.date_range("2020-01-01", periods=len(returns))
    details = qs.drawdown_details(qs.to_drawdown_series(pd.Series(returns.values, index=days)))
    deepest = details["max drawdown"].idxmin()
    yield "drawdown_details:max drawdown", details["max drawdown"][deepest]
    yield "drawdown_details:days of the deepest", details["days"][deepest]
    yield "drawdown_details:most days", details["days"].max()
    yield "drawdown_details:sum of days", details["days"].sum()


def main():
    warnings.simplefilter("ignore")
    versions = ", ".join(f"{m.__name__} {m.__version__}" for m in (empyrical, np, pd))
    print(f"# {versions}, quantstats {__import__('quantstats').__version__};", end=" ")
    print("made by Scripts/compare-metrics numbers")
    for curve in CURVES:
        for library, numbers in (("empyrical", of_empyrical), ("quantstats", of_quantstats)):
            for name, value in numbers(curve):
                value = float(value)
                assert np.isfinite(value), (curve.name, library, name)
                print(curve.name, library, name, repr(value), sep="\t")


main()
