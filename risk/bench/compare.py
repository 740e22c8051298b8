"""Times other libraries on the problems of benches/pricing.rs, and prints a table with ours beside them.

Arguments: criterion's folder, and the values that the Rust benchmark wrote.
"""

import csv
import json
import math
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import numpy as np
import QuantLib as ql
from financepy.models.gauss_copula_onefactor import tranche_surv_prob_recursion
from financepy.products.credit.cds import CDS
from financepy.products.credit.cds_curve import CDSCurve
from financepy.products.credit.cds_tranche import CDSTranche, FinLossDistributionBuilder
from financepy.products.rates.ibor_single_curve import IborSingleCurve
from financepy.products.rates.ibor_swap import IborSwap
from financepy.utils.date import Date
from financepy.utils.day_count import DayCountTypes
from financepy.utils.frequency import FrequencyTypes
from financepy.utils.global_types import SwapTypes

NAMES, POINTS, LOWER, UPPER = 125, 40, 0.30, 0.35
SCENARIOS = 65_536
TRANCHES = [(0.0, 0.03), (0.03, 0.06), (0.06, 0.09), (0.12, 0.22)]


def least(work, seconds=3.0):
    """Seconds of the fastest run within a budget, after one that compiles and fills caches."""
    work()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def financepy_kernel(low, high):
    hazards = 0.002 + 0.0001 * np.arange(NAMES)
    survival = np.exp(-5.0 * hazards)
    recovery = np.full(NAMES, 0.4)
    beta = np.full(NAMES, math.sqrt(LOWER))

    def run():
        return tranche_surv_prob_recursion(low, high, NAMES, survival, recovery, beta, POINTS)

    return least(run), 1.0 - run()


def financepy_tranche(low, high):
    today = Date(2, 3, 2007)
    swaps = [
        IborSwap(today, today.add_months(12 * years), SwapTypes.PAY, 0.05, FrequencyTypes.ANNUAL, DayCountTypes.ACT_365F)
        for years in range(1, 6)
    ]
    rates = IborSingleCurve(today, [], [], swaps)
    contracts = [CDS(today, today.next_cds_date(months), spread) for months, spread in [(36, 0.0012), (60, 0.0025)]]
    curves = [CDSCurve(today, contracts, rates, 0.4)] * NAMES
    tranche = CDSTranche(today, Date(20, 12, 2011), low, high)
    model = FinLossDistributionBuilder.RECURSION
    return least(lambda: tranche.value_bc(today, curves, 0.0, 0.05, LOWER, UPPER, POINTS, model))


def numpy_simulation(scenarios=SCENARIOS, chunk=4_096):
    """Default counts by one normal factor and one normal number for each name."""
    random = np.random.default_rng(1)
    threshold = -1.9
    root, rest = math.sqrt(LOWER), math.sqrt(1.0 - LOWER)

    def run():
        counts = np.zeros(NAMES + 1, dtype=np.int64)
        for _ in range(scenarios // chunk):
            factor = random.standard_normal((chunk, 1))
            defaults = root * factor + rest * random.standard_normal((chunk, NAMES)) < threshold
            counts += np.bincount(defaults.sum(axis=1), minlength=NAMES + 1)
        return counts

    return least(run) / (scenarios * NAMES)


def bivariate_errors():
    """Largest relative error of QuantLib's bivariate normal law where ours is exact to 12 digits."""
    exact = {
        (-1.0, -2.0, 0.5): 0.013266217010516735,
        (-1.5, 0.5, -0.4): 0.025642468740824813,
        (-4.0, -2.0, 0.25): 5.234220013656376e-06,
        (1.0, -1.0, -0.9): 0.043164916503098755,
    }
    error = lambda law: max(abs(law(rho)(h, k) / value - 1.0) for (h, k, rho), value in exact.items())
    return error(ql.BivariateCumulativeNormalDistributionWe04DP), error(ql.BivariateCumulativeNormalDistributionDr78)


def ours(folder, *place):
    """Seconds of criterion's fastest sample."""
    samples = json.loads(folder.joinpath(*place, "new", "sample.json").read_text())
    return min(time / count for time, count in zip(samples["times"], samples["iters"])) * 1e-9


def main():
    folder, values = Path(sys.argv[1]), Path(sys.argv[2])
    with values.open() as file:
        known = {row["quantity"]: (float(row["value"]), float(row["exact"])) for row in csv.DictReader(file)}
    print("| problem | theirs | ours | ratio | error of theirs | error of ours |")
    print("|---|---|---|---|---|---|")

    def row(problem, theirs, mine, their_error="", our_error=""):
        print(f"| {problem} | {theirs * 1e6:,.1f} µs | {mine * 1e6:,.1f} µs | {theirs / mine:,.0f} | {their_error} | {our_error} |")

    def relative(value, exact):
        return f"{abs(value / exact - 1.0):.0e}"

    for low, high in TRANCHES:
        label = f"{low:g}-{high:g}"
        seconds, loss = financepy_kernel(low, high)
        mine, exact = known[f"loss {label}"]
        row(f"FinancePy recursion, {label}, names differ", seconds, ours(folder, "recursion", label), relative(loss, exact), relative(mine, exact))
    for low, high in TRANCHES:
        label = f"{low:g}-{high:g}"
        seconds = financepy_tranche(low, high)
        for names in ["equal", "different"]:
            mine, exact = known[f"spread {names} {label}"]
            row(f"FinancePy tranche, {label}, {names} names", seconds, ours(folder, "tranche", names, label), "", relative(mine, exact))
    seconds = numpy_simulation()
    for names in ["equal", "different"]:
        for threads in ["1", "2"]:
            mine = ours(folder, "simulation", names, threads) / (SCENARIOS * NAMES)
            print(
                f"| numpy simulation, {names} names, our threads: {threads}; per name and scenario "
                f"| {seconds * 1e9:.2f} ns | {mine * 1e9:.2f} ns | {seconds / mine:.0f} | | |"
            )
    west, drezner = bivariate_errors()
    print(f"| QuantLib bivariate normal law (West 2004; Drezner 1978) | | | | {west:.0e}; {drezner:.0e} | 1e-12 |")
    print()
    print("| simulated loss of 0.03-0.06, names differ, 65,536 scenarios | time | standard error | variance, plain ÷ this | variance × time, plain ÷ this |")
    print("|---|---|---|---|---|")
    plain = known["variance plain"][0], ours(folder, "reduction", "plain")
    for name in ["plain", "controls", "Sobol", "both"]:
        variance, seconds = known[f"variance {name}"][0], ours(folder, "reduction", name)
        gain = plain[0] / variance
        print(f"| {name} | {seconds * 1e3:.1f} ms | {math.sqrt(variance):.1e} | {gain:.0f} | {gain * plain[1] / seconds:.0f} |")


main()
