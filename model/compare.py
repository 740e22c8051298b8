"""Compares settlements, one history a line on standard input, with the model. See README.md for the format.

Each settlement is computed three times:

    rounded    in a state of the model's own, rounding as the specification says: every field must be equal
    exact      from the state in which the code began, without rounding: every field within a proven bound
    history    without rounding from the first settlement to the last, in a state of the model's own: likewise

Exit code 1 if any field differs by more.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction

import settlement
from arithmetic import DECIMALS18, DECIMALS27, Exact, MARGIN, Near, ONE, ONE27, Rounded
from settlement import Class, ClassTerms, Inputs, Order, State, Terms

MODES = ("rounded", "exact", "history")
# Fractions of a history would grow without end: its state is cut after each settlement, far below a base unit.
CUT = 10**48
# A state whose bounds have grown to more than this many base units and this part of the value is given up.
WORN = (10**6, 1e-9)
# Over a history, prices of classes with this many base units and tokens may differ by this part of themselves.
ORDINARY = 10**13
PRICE = 1e-9
# A bound of this many units is tight, one that is greater and more than this part of the value says little.
FEW, LITTLE = 64, 1e-9
# Classes of fewer base units or tokens are left out of the table of greatest differences.
SUBSTANTIAL = 10**6


# Reading


def ratio(text):
    return Fraction(int(text), ONE)


def optional(text):
    return None if text is None else int(text)


def read_terms(source):
    classes = [
        ClassTerms(
            rate=int(each["target_rate"]),
            minimum=ratio(each["minimum_subordination"]),
            cover=ratio(each["interest_cover"]),
            cap=int(each["cap"]),
            pays_out=each["policy"] == "PayOut",
        )
        for each in source["classes"]
    ]
    return Terms(
        classes=classes,
        management_fee=ratio(source["management_fee"]),
        performance_fee=ratio(source["performance_fee"]),
        grows_on_all=source["accrual"] == "Whole",
        patience=optional(source["patience"]),
        amortises_at=optional(source["amortises_at"]),
        ends_at=optional(source["ends_at"]),
        frozen_limit=int(source["frozen_limit"]),
    )


def read_state(a, source):
    """A state as the code stores it: fractions of base units are not part of it."""
    classes = [
        Class(
            claim=a.number(int(each["claim"] or 0)),
            fraction=a.number(0),
            coupon=a.number(int(each["coupon"])),
            grown=a.number(int(each["grown"])),
            supply=a.number(int(each["supply"])),
            index=a.number(Fraction(int(each["index"]), ONE27)),
            wiped=each["wiped"],
        )
        for each in source["classes"]
    ]
    return State(
        cash=a.number(int(source["cash"])),
        interest=a.number(int(source["interest"])),
        fees=a.number(int(source["fees"])),
        fee_fraction=a.number(0),
        high_water=a.number(Fraction(int(source["high_water"]), ONE27)),
        principal=int(source["principal"]),
        share=a.number(ratio(source["deployed"])),
        failures=int(source["failures"]),
        phase=source["phase"],
        frozen_since=optional(source["frozen_since"]),
        accrued_at=int(source["accrued_at"]),
        classes=classes,
    )


def read_orders(source):
    orders = [Order(None, int(source["market"]))]
    return orders + [Order(ratio(limit), int(amount)) for limit, amount in source["limited"]]


def read_inputs(source):
    amounts = ("now", "cover", "principal", "performing", "stressed", "market", "frozen_debt", "written_off")
    return Inputs(
        seized=int(source["seized_debt"]),
        frozen=source["frozen"],
        deposits=[read_orders(each["deposits"]) for each in source["demand"]],
        redemptions=[read_orders(each["redemptions"]) for each in source["demand"]],
        **{name: int(source[name]) for name in amounts},
    )


# Computing


def compute(a, terms, state, step):
    for payment in step["payments"]:
        amounts = ("now", "received", "drawn", "interest", "principal")
        state = settlement.change(a, terms, state, *(int(payment[name]) for name in amounts))
    return settlement.settle(a, terms, state, read_inputs(step["inputs"]))


def fields(state, pool):
    """Name, unit and value of every field that is compared."""
    yield "cash", 1, state.cash
    yield "fees owed", 1, state.fees
    yield "high-water mark", DECIMALS27, state.high_water
    yield "principal", 1, state.principal
    yield "deployed share", DECIMALS18, state.share
    yield "value before", 1, pool.value_before
    yield "value after", 1, pool.value
    yield "performance fee", 1, pool.performance_fee
    yield "fees funded", 1, pool.funded
    yield "dust", 1, pool.dust
    for number, tranche in enumerate(pool.tranches):
        for name in CLASS_FIELDS:
            yield f"{name}.{number}", *CLASS_FIELDS[name](tranche)


CLASS_FIELDS = {
    "claim before": lambda tranche: (1, tranche.claim_before),
    "value before": lambda tranche: (1, tranche.value_before),
    "coupon due": lambda tranche: (1, tranche.coupon_due),
    "grown": lambda tranche: (1, tranche.grown),
    "coupon paid": lambda tranche: (1, tranche.paid_coupon),
    "principal paid": lambda tranche: (1, tranche.paid_principal),
    "entry price": lambda tranche: (DECIMALS18, tranche.entry_price),
    "exit price": lambda tranche: (DECIMALS18, tranche.exit_price),
    "deposited": lambda tranche: (1, tranche.deposited),
    "minted": lambda tranche: (1, tranche.minted),
    "burned": lambda tranche: (1, tranche.burned),
    "redeemed": lambda tranche: (1, tranche.redeemed),
    "claim": lambda tranche: (1, tranche.books.claim),
    "coupon": lambda tranche: (1, tranche.books.coupon),
    "value": lambda tranche: (1, tranche.value),
    "supply": lambda tranche: (1, tranche.books.supply),
    "index": lambda tranche: (DECIMALS27, tranche.books.index),
}


def outcomes(state, pool):
    """What is yes or no, or counted."""
    yield "phase", state.phase
    yield "failures", state.failures
    yield "frozen since", state.frozen_since
    yield "accrued at", state.accrued_at
    for number, tranche in enumerate(pool.tranches):
        yield f"covered.{number}", not tranche.fails_subordination
        yield f"interest covered.{number}", not tranche.fails_interest
        yield f"wiped.{number}", tranche.books.wiped


def settled_fields(settled):
    """The same as the code has it."""
    state, trace = settled["state"], settled["trace"]
    found = {
        "cash": state["cash"],
        "fees owed": state["fees"],
        "high-water mark": state["high_water"],
        "principal": state["principal"],
        "deployed share": state["deployed"],
        "value before": trace["value_before"],
        "value after": trace["value_after"],
        "performance fee": trace["performance_fee"],
        "fees funded": trace["fees_funded"],
        "dust": trace["dust"],
    }
    for number, (books, each) in enumerate(zip(state["classes"], settled["classes"])):
        own = {
            "claim before": each["claim_before"],
            "value before": each["value_before"],
            "coupon due": each["coupon_due"],
            "grown": each["grown"],
            "coupon paid": each["coupon"],
            "principal paid": each["principal"],
            "entry price": each["entry"],
            "exit price": each["exit"],
            "deposited": each["deposited"],
            "minted": each["minted"],
            "burned": each["burned"],
            "redeemed": each["paid"],
            "claim": books["claim"] or "0",
            "coupon": books["coupon"],
            "value": each["value_after"],
            "supply": books["supply"],
            "index": books["index"],
        }
        found.update({f"{name}.{number}": value for name, value in own.items()})
    return {name: int(value) for name, value in found.items()}


def settled_outcomes(settled):
    state = settled["state"]
    found = {
        "phase": state["phase"],
        "failures": int(state["failures"]),
        "frozen since": optional(state["frozen_since"]),
        "accrued at": int(state["accrued_at"]),
    }
    for number, (books, each) in enumerate(zip(state["classes"], settled["classes"])):
        found[f"covered.{number}"] = each["covered"]
        found[f"interest covered.{number}"] = each["interest_covered"]
        found[f"wiped.{number}"] = books["wiped"]
    return found


# Comparing


class Difference:
    """A field of which code and model disagree."""

    def __init__(self, name, code, model, bound=None):
        self.name, self.code, self.model, self.bound = name, code, model, bound

    def __str__(self):
        model = self.model
        if isinstance(model, Fraction):
            model = model.numerator if model.denominator == 1 else f"{float(model):.6f}"
        bound = "" if self.bound is None else f", bound {self.bound:.3g}"
        return f"{self.name:18} code {self.code}, model {model}{bound}"


def differences(state, pool, settled):
    """What differs beyond the bound, and for every field how much, the bound and the value."""
    code = settled_outcomes(settled)
    wrong = [Difference(name, code[name], model) for name, model in outcomes(state, pool) if code[name] != model]
    code, sizes = settled_fields(settled), []
    for name, unit, model in fields(state, pool):
        near = isinstance(model, Near)
        value, slack = (model.value, model.slack / float(unit)) if near else (model, 0.0)
        scaled = value / unit
        difference = abs(scaled - code[name])
        if difference and float(difference) > slack * (1 + MARGIN):
            wrong.append(Difference(name, code[name], scaled, slack if near else None))
        sizes.append((name, float(difference), slack, float(code[name])))
    return wrong, sizes


def cut(number):
    """A number with a fraction of bounded size; what is cut off goes to the slack."""
    if number.value.denominator <= CUT:
        return number
    return Near(Fraction(round(number.value * CUT), CUT), number.slack + 1.0 / CUT)


def price_difference(sizes, settled):
    """The greatest relative difference of an exit price among ordinary classes."""
    values = {f"exit price.{number}": int(each["value_before"]) for number, each in enumerate(settled["classes"])}
    return max(
        (difference / price for name, difference, _, price in sizes if is_ordinary(values.get(name, 0), price)),
        default=0.0,
    )


def is_ordinary(value, price):
    """Whether a class has so much value and so many tokens that a base unit is nothing to it."""
    return price >= ONE // 1_000 and min(value, value * ONE / price) >= ORDINARY


def not_conserved(step):
    """What the classes are worth is what the pool owns."""
    state, inputs = step["settled"]["state"], step["inputs"]
    owned = int(state["cash"]) + int(inputs["performing"]) + int(inputs["stressed"]) - int(state["fees"])
    values = sum(int(each["value_after"]) for each in step["settled"]["classes"])
    return [] if values == max(0, owned) else [Difference("sum of values", values, max(0, owned))]


def has_ordinary_classes(step):
    """Whether no class has tokens or value that are hardly more than dust."""
    settled = step["settled"]
    amounts = [each["value_before"] for each in settled["classes"]]
    amounts += [each["value_after"] for each in settled["classes"]]
    amounts += [books["supply"] for books in settled["state"]["classes"]]
    return all(int(amount) == 0 or int(amount) >= SUBSTANTIAL for amount in amounts)


def is_worn(state, pool):
    """Whether the bounds of a state say too little to go on with it."""
    amounts = [state.cash, state.interest, state.fees]
    for tranche in pool.tranches:
        amounts += [tranche.value, tranche.books.claim, tranche.books.coupon, tranche.books.supply]
    units, part = WORN
    return any(amount.slack > units and amount.slack > part * float(amount.value) for amount in amounts)


class Field:
    """The greatest difference of a field where its bound is a few units, and how often it is, or says little."""

    def __init__(self):
        self.difference = 0.0
        self.tight = 0
        self.loose = 0
        self.count = 0

    def add(self, difference, bound, value, is_ordinary):
        self.count += 1
        if bound <= FEW:
            self.tight += 1
            if is_ordinary:
                self.difference = max(self.difference, difference)
        elif bound > LITTLE * value:
            self.loose += 1


class Mode:
    """What comparing in one mode has found."""

    def __init__(self):
        self.settlements = 0
        self.close = 0
        self.turned = 0
        self.dust = 0
        self.worn = 0
        self.price = 0.0
        self.wrong = 0
        self.fields = defaultdict(Field)

    def add(self, wrong, sizes, is_ordinary, a):
        self.settlements += 1
        self.close += a.close > 0
        self.turned += a.turned > 0
        self.dust += a.dust > 0
        self.wrong += bool(wrong)
        for name, difference, bound, value in sizes:
            label = name.split(".")[0] if "." in name else f"{name} (pool)"
            self.fields[label].add(difference, bound, value, is_ordinary)


class Comparison:
    """Reads histories and keeps what was found."""

    def __init__(self, modes, shown):
        self.modes = {mode: Mode() for mode in modes}
        self.shown = shown
        self.histories = 0
        self.refused = Counter()
        self.phases = Counter()

    def add(self, history):
        self.histories += 1
        terms = read_terms(history["terms"])
        rounded, exact = Rounded(), Exact()
        own = read_state(rounded, history["start"])
        free = read_state(exact, history["start"])
        for place, step in enumerate(history["steps"]):
            settled = step["settled"]
            if "error" in settled:
                self.refused[settled["error"]] += 1
                self.show("refused", history, place, [Difference("settlement", settled["error"], "settles")])
                return
            self.phases[settled["state"]["phase"]] += 1
            start = own
            rounded.follow([])
            own, pool = compute(rounded, terms, own, step)
            wrong, sizes = differences(own, pool, settled)
            wrong += not_conserved(step)
            self.modes["rounded"].add(wrong, sizes, has_ordinary_classes(step), rounded)
            if wrong:
                self.show("rounded", history, place, wrong)
                return
            for mode, state in (("exact", None), ("history", free)):
                if mode in self.modes:
                    state = state or start.convert(exact.number)
                    exact.follow(rounded.decisions)
                    after, pool = compute(exact, terms, state, step)
                    free = self.check(mode, exact, after, pool, history, place)

    def check(self, mode, a, state, pool, history, place):
        """The state to go on with, if it can be gone on with."""
        settled, found = history["steps"][place]["settled"], self.modes[mode]
        wrong, sizes = differences(state, pool, settled)
        if a.wrong:
            wrong.append(Difference("comparisons", 0, a.wrong))
        found.add(wrong, sizes, has_ordinary_classes(history["steps"][place]), a)
        if wrong:
            self.show(mode, history, place, wrong)
            return None
        if mode == "exact":
            return None
        if is_worn(state, pool):
            found.worn += 1
            return None
        found.price = max(found.price, price_difference(sizes, settled))
        return state.convert(lambda number: cut(a.number(number)))

    def show(self, mode, history, place, wrong):
        if self.shown <= 0:
            return
        self.shown -= 1
        print(f"\nHistory {history.get('name', self.histories)}, settlement {place + 1}, {mode}:")
        for difference in wrong[:12]:
            print("  ", difference)
        if len(wrong) > 12:
            print(f"   and {len(wrong) - 12} more")
        before = history["start"] if place == 0 else history["steps"][place - 1]["settled"]["state"]
        print("   terms ", json.dumps(history["terms"]))
        print("   before", json.dumps(before))
        for payment in history["steps"][place]["payments"]:
            print("   paid  ", json.dumps(payment))
        print("   inputs", json.dumps(history["steps"][place]["inputs"]))
        print("   code  ", json.dumps(history["steps"][place]["settled"]))

    def report(self):
        phases = ", ".join(f"{count} {phase}" for phase, count in self.phases.most_common())
        print(f"\n{self.histories} histories, settlements: {phases}")
        if self.refused:
            print("refused by the code: " + ", ".join(f"{count} {error}" for error, count in self.refused.items()))
        names = list(dict.fromkeys(name for mode in self.modes.values() for name in mode.fields))
        print(f"\nGreatest difference in units of the field's last digit, where it is bounded by {FEW} of them")
        print(f"{'':24}" + "".join(f"{mode:>10}" for mode in self.modes) + f"{'tight':>10}{'loose':>10}")
        for name in names:
            found = [mode.fields[name] for mode in self.modes.values()]
            free = [field for mode, field in zip(self.modes, found) if mode != "rounded"]
            count = max(1, sum(field.count for field in free))
            row = "".join(f"{field.difference:10.3g}" for field in found)
            for few in (sum(field.tight for field in free), sum(field.loose for field in free)):
                row += f"{100 * few / count:9.2f}%"
            print(f"{name:24}{row}")
        print("tight: the share of values so bounded; loose: bounded by more, and more than a billionth of the value")
        print()
        for name, mode in self.modes.items():
            line = f"{name:8} {mode.settlements} settlements, {mode.wrong} beyond the bound"
            if name != "rounded":
                counts = (mode.close, mode.turned, mode.dust)
                close, turned, dust = (100 * count / max(1, mode.settlements) for count in counts)
                line += f"; {close:.2f} % within rounding of a threshold, {turned:.2f} % on its other side,"
                line += f" {dust:.2f} % turned on dust"
            if mode.worn:
                line += f"; {mode.worn} bounds worn out, begun anew"
            print(line)
        price = self.modes["history"].price if "history" in self.modes else 0.0
        if price:
            print(f"greatest relative difference of a price over a history: {price:.2g}")
        wrong = sum(mode.wrong for mode in self.modes.values()) + (price > PRICE) + sum(self.refused.values())
        print("\n" + ("Every settlement agrees." if not wrong else f"{wrong} settlements differ."))
        return wrong == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--modes", default=",".join(MODES), help="which of rounded, exact and history (rounded always)")
    parser.add_argument("--show", type=int, default=3, help="how many differences to show")
    options = parser.parse_args()
    modes = [mode for mode in MODES if mode == "rounded" or mode in options.modes.split(",")]
    comparison, began = Comparison(modes, options.show), time.monotonic()
    for number, line in enumerate(sys.stdin, start=1):
        if line.strip():
            comparison.add(json.loads(line))
        if number % 500 == 0:
            print(f"{number} histories, {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0 if comparison.report() else 1


if __name__ == "__main__":
    sys.exit(main())
