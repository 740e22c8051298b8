"""The two arithmetics the settlement is computed in.

`Rounded` rounds where docs/settlement.md says ⌊ ⌋ or ⌈ ⌉, so every result can be demanded to the base unit.
`Exact` rounds nothing. Its numbers carry how far the rounded settlement may be from them, so every result comes
with a proven bound, and a comparison closer than that is known to be one that rounding may turn.
"""

from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor, inf

ONE = 10**18
ONE27 = 10**27
YEAR = 31_536_000
# Amounts of less base units are within rounding of nothing.
DUST = 64
# Bounds are floating point, good to far more than this part of them.
MARGIN = 1e-9
DECIMALS18 = Fraction(1, ONE)
DECIMALS27 = Fraction(1, ONE27)
ZERO = Fraction(0)


def rate_per_second(annual, share):
    """27 decimals, rounded down twice, as an integer."""
    return annual * 10**9 // YEAR * share // ONE


class Rounded:
    """Fractions, rounded wherever the specification says so."""

    close = turned = dust = 0

    def __init__(self):
        self.decisions = []

    def follow(self, _):
        """Begins a computation; its decisions are its own."""
        self.decisions = []

    def is_less(self, a, b):
        outcome = a < b
        self.decisions.append(outcome)
        return outcome

    def is_positive(self, number):
        return self.is_less(0, number)

    def number(self, value):
        return Fraction(value)

    def down(self, value, unit=None):
        if unit is None:
            return Fraction(floor(value))
        return floor(value / unit) * unit

    def up(self, value, unit=None):
        if unit is None:
            return Fraction(ceil(value))
        return ceil(value / unit) * unit

    def min(self, *numbers):
        return min(numbers)

    def max(self, *numbers):
        return max(numbers)

    def grow(self, claim, fraction, annual, share, seconds):
        """The claim after `seconds` and its fraction; every squaring rounds to 27 decimals."""
        base = ONE27 + rate_per_second(annual, floor(share * ONE))
        growth = ONE27
        while seconds:
            if seconds & 1:
                growth = growth * base // ONE27
            seconds >>= 1
            if seconds:
                base = base * base // ONE27
        grown = self.down((claim + fraction) * growth / ONE27, DECIMALS27)
        return self.split(grown)

    def split(self, value):
        whole = self.down(value)
        return whole, value - whole

    def taken(self, offered, tokens, price):
        """What of a deposit is taken for the tokens it buys."""
        if tokens == 0:
            return ZERO
        cost = self.up(tokens * price)
        return cost if cost < offered - 1 else offered

    def bought(self, tokens, exactly):
        """The tokens for what was taken: those it was taken for."""
        return tokens

    def burned(self, tokens, price):
        """How many of these tokens are burned: none if they would bring nothing."""
        return tokens if tokens * price >= 1 else ZERO


class Near:
    """A fraction, and how far from it the rounded result may lie."""

    __slots__ = ("value", "slack")

    def __init__(self, value, slack):
        self.value = value
        self.slack = slack

    def __add__(self, other):
        if isinstance(other, Near):
            return Near(self.value + other.value, self.slack + other.slack)
        return Near(self.value + other, self.slack)

    __radd__ = __add__

    def __neg__(self):
        return Near(-self.value, self.slack)

    def __sub__(self, other):
        if other is self:
            return Near(ZERO, 0.0)
        if isinstance(other, Near):
            return Near(self.value - other.value, self.slack + other.slack)
        return Near(self.value - other, self.slack)

    def __rsub__(self, other):
        return Near(other - self.value, self.slack)

    def __mul__(self, other):
        if isinstance(other, Near):
            slack = product(abs(self.value), other.slack) + product(abs(other.value), self.slack)
            if self.slack and other.slack:
                slack += self.slack * other.slack
            return Near(self.value * other.value, slack)
        return Near(self.value * other, product(abs(other), self.slack))

    __rmul__ = __mul__

    def __truediv__(self, other):
        if not isinstance(other, Near):
            return Near(self.value / other, float(self.slack) / abs(float(other)))
        if other.value == 0:
            return Near(ZERO, inf)
        value = self.value / other.value
        if not other.slack:
            return Near(value, self.slack / abs(float(other.value)))
        least = abs(float(other.value)) - other.slack
        if least <= 0:
            return Near(value, inf)
        return Near(value, (self.slack + product(abs(value), other.slack)) / least)

    def __rtruediv__(self, other):
        return Near(Fraction(other), 0.0) / self

    def __repr__(self):
        return f"{float(self.value)!r}±{self.slack:g}"


def product(factor, slack):
    """A slack times a factor; nothing times anything is nothing."""
    return float(factor) * slack if slack and factor else 0.0


class Exact:
    """Fractions without rounding, each with its slack.

    Follows the decisions of a rounded computation where a comparison is closer than rounding; where it is not and
    the decision is another one, that is an error.
    """

    def follow(self, decisions):
        """Begins a computation along the `decisions` of a rounded one."""
        self.decisions = iter(decisions)
        self.close = 0
        self.dust = 0
        self.turned = 0
        self.wrong = 0

    def is_less(self, a, b):
        a, b = self.number(a), self.number(b)
        difference = a - b
        outcome = difference.value < 0
        decision = next(self.decisions, outcome)
        if difference.slack and abs(float(difference.value)) <= difference.slack * (1 + MARGIN):
            if max(float(a.value), float(b.value)) < DUST:
                self.dust += outcome != decision
            else:
                self.close += 1
                self.turned += outcome != decision
        else:
            self.wrong += outcome != decision
        return decision

    def is_positive(self, number):
        return self.is_less(Near(ZERO, 0.0), number)

    def number(self, value, slack=0.0):
        if isinstance(value, Near):
            return value
        return Near(Fraction(value), slack)

    def down(self, value, unit=1):
        value = self.number(value)
        if not value.slack and (value.value / unit).denominator == 1:
            return value
        return Near(value.value, value.slack + float(unit))

    up = down

    def _pick(self, a, b, least):
        a, b = self.number(a), self.number(b)
        if b.value == a.value:
            lower, upper = sorted((a, b), key=lambda number: number.slack)
        else:
            lower, upper = (a, b) if a.value < b.value else (b, a)
        best = lower if least else upper
        gap = float(upper.value - lower.value)
        if gap > lower.slack + upper.slack:
            return best
        # Both may be the one: the bounds of the least (greatest) of two intervals, none below zero.
        if least:
            above = min(lower.slack, gap + upper.slack)
            below = max(lower.slack, upper.slack - gap)
            if best.value >= 0:
                below = min(below, float(best.value))
        else:
            above = max(upper.slack, lower.slack - gap)
            below = min(upper.slack, gap + lower.slack)
        return Near(best.value, max(above, below, 0.0))

    def min(self, *numbers):
        best = numbers[0]
        for number in numbers[1:]:
            best = self._pick(best, number, True)
        return best

    def max(self, *numbers):
        best = numbers[0]
        for number in numbers[1:]:
            best = self._pick(best, number, False)
        return best

    def grow(self, claim, fraction, annual, share, seconds):
        """The claim after `seconds`.

        The power has 80 digits instead of being exact: its fraction would have a billion. Rounding to 27 decimals
        in each squaring makes a relative error of at most two units per second, another one comes from the rate.
        """
        share = self.number(share)
        if not annual or not seconds or (not share.value and not share.slack):
            return claim, fraction
        per_second = annual * 10**9 // YEAR
        with localcontext() as context:
            context.prec = 80
            rate = Decimal(per_second) * Decimal(share.value.numerator) / Decimal(share.value.denominator)
            growth = Fraction((1 + rate / ONE27) ** seconds)
        relative = 3e-27 * seconds + seconds * per_second / 1e27 * share.slack
        total = self.number(claim + fraction) * Near(growth, float(growth) * relative)
        return self.split(total)

    def split(self, value):
        """All of it, and a fraction that may be carried besides."""
        whole = self.down(value)
        return whole, Near(ZERO, 1.0 if whole is not value else 0.0)

    def taken(self, offered, tokens, price):
        """All of it. Rounding takes up to the price of one token less, if that is more than a base unit."""
        price, offered, tokens = self.number(price), self.number(offered), self.number(tokens)
        slack = offered.slack
        most = float(price.value) + price.slack
        if most > 1 - MARGIN:
            slack += most + 1
        if float(tokens.value) - tokens.slack < 1 + MARGIN:
            slack = max(slack, float(offered.value) + offered.slack)
        return Near(offered.value, slack)

    def bought(self, tokens, exactly):
        """The tokens for what was taken, as far from the fraction as that is."""
        return self.down(exactly)

    def burned(self, tokens, price):
        """All of them. Rounding burns none if they would bring less than a base unit."""
        tokens = self.number(tokens)
        least = float(tokens.value) - tokens.slack
        price = self.number(price)
        if least <= 0 or least * (float(price.value) - price.slack) < 1 + MARGIN:
            return Near(tokens.value, max(tokens.slack, float(tokens.value)))
        return tokens
