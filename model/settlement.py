"""The settlement of an epoch, written from docs/settlement.md and from nothing else.

Amounts are base units. Every function takes the arithmetic it computes in first; see `arithmetic`.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import List, Optional

from arithmetic import DECIMALS18, DECIMALS27, YEAR, ZERO

# Amounts, prices (18 decimals), indexes and the high-water mark (27) have 128 bits: a price or a mark is at most the
# greatest.
GREATEST = 2**128 - 1
GREATEST_INDEX = GREATEST * DECIMALS27
GREATEST_PRICE = GREATEST * DECIMALS18
# A base unit of a token that costs more base units of cash than this is not sold, since orders lose up to one to rounding, and is
# paid no coupon of the residual's, which would fill its index.
DEAREST = 1_000
# Of a class that is worth nothing one token for so many that enter is left by rounding, and keeps nobody out.
CRUMBS = 1_000_000
# Of so few tokens of the residual some have no owner, and each is worth so much at most.
FEW = 1_000
MOST_OF_FEW = 100
REVOLVING, AMORTISING, WIND_DOWN, CLOSED = "Revolving", "Amortising", "WindDown", "Closed"


# What a state holds besides amounts and ratios.
KEPT = (int, str, list, type(None))


@dataclass(frozen=True)
class ClassTerms:
    rate: int  # a year, 18 decimals, as an integer
    minimum: Fraction  # subordination
    cover: Fraction  # of interest
    cap: int
    pays_out: bool


@dataclass(frozen=True)
class Terms:
    classes: List[ClassTerms]
    management_fee: Fraction
    performance_fee: Fraction
    grows_on_all: bool
    patience: Optional[int]
    amortises_at: Optional[int]  # milliseconds, as all times
    ends_at: Optional[int]
    frozen_limit: int


@dataclass
class Class:
    claim: Fraction  # zero for the residual
    fraction: Fraction  # of one more base unit of the claim
    coupon: Fraction  # growth of the claim that was not paid out
    grown: Fraction  # growth of the claim since the last settlement
    supply: Fraction
    index: Fraction
    wiped: bool


@dataclass
class State:
    cash: Fraction
    interest: Fraction
    fees: Fraction
    fee_fraction: Fraction
    high_water: Fraction
    principal: int
    share: Fraction
    failures: int
    phase: str
    frozen_since: Optional[int]
    accrued_at: int
    classes: List[Class]

    def convert(self, number):
        """This state with every amount and ratio put through `number`."""

        def converted(part):
            return {name: value if isinstance(value, KEPT) else number(value) for name, value in vars(part).items()}

        classes = [Class(**converted(books)) for books in self.classes]
        return State(**{**converted(self), "classes": classes})


@dataclass(frozen=True)
class Order:
    limit: Optional[Fraction]
    amount: int


@dataclass(frozen=True)
class Inputs:
    now: int
    cover: int
    principal: int
    performing: int
    stressed: int
    market: int
    seized: int
    frozen: bool
    frozen_debt: int
    written_off: int
    deposits: List[List[Order]]
    redemptions: List[List[Order]]

    @property
    def lent(self):
        return self.performing > 0 or self.seized > 0

    @property
    def estimated(self):
        return self.seized > 0 or self.frozen


@dataclass
class Tranche:
    """A class while it is being settled."""

    terms: ClassTerms
    books: Class
    is_residual: bool
    value: Fraction = ZERO
    entry: Fraction = ZERO
    exit: Fraction = ZERO
    has_two_prices: bool = False
    begins: bool = False
    impaired: bool = False
    fails_subordination: bool = False
    fails_interest: bool = False
    paid_coupon: Fraction = ZERO
    paid_principal: Fraction = ZERO
    deposited: Fraction = ZERO
    minted: Fraction = ZERO
    burned: Fraction = ZERO
    redeemed: Fraction = ZERO
    deposits: Fraction = ZERO
    redemptions: Fraction = ZERO
    claim_before: Fraction = ZERO
    value_before: Fraction = ZERO
    coupon_due: Fraction = ZERO
    grown: Fraction = ZERO
    entry_price: Fraction = ZERO
    exit_price: Fraction = ZERO


def has_tokens(a, tranche):
    return a.is_positive(tranche.books.supply)


def is_impaired(a, tranche):
    """Worth less than its claim. Only a redemption may end what the waterfall found."""
    return tranche.impaired and a.is_less(tranche.value, tranche.books.claim)


@dataclass
class Settlement:
    """Everything that is known while an epoch is being settled, and its outcome."""

    cash: Fraction
    interest: Fraction
    fees: Fraction
    fee_fraction: Fraction
    high_water: Fraction
    tranches: List[Tranche]
    value: Fraction = ZERO
    value_before: Fraction = ZERO
    performance_fee: Fraction = ZERO
    funded: Fraction = ZERO
    dust: Fraction = ZERO
    failures: int = 0
    frozen_since: Optional[int] = None
    phase: str = REVOLVING
    moved: Fraction = ZERO

    @property
    def residual(self):
        return self.tranches[-1]


# 1. Accrual


def accrue(a, terms, state, now):
    """Claims and the management fee grown up to the last whole second before `now`."""
    seconds = max(0, now - state.accrued_at) // 1000
    share = a.number(1) if terms.grows_on_all else state.share
    classes = [grow(a, its, books, share, seconds) for its, books in zip(terms.classes, state.classes)]
    charged = terms.management_fee * state.principal * seconds / YEAR + state.fee_fraction
    whole, fraction = a.split(a.number(charged))
    return replace(
        state,
        classes=classes,
        fees=state.fees + whole,
        fee_fraction=fraction,
        accrued_at=state.accrued_at + 1000 * seconds,
    )


def grow(a, terms, books, share, seconds):
    if books.wiped or not seconds:
        return books
    claim, fraction = a.grow(books.claim, books.fraction, terms.rate, share, seconds)
    growth = claim - books.claim
    return replace(
        books,
        claim=claim,
        fraction=fraction,
        coupon=books.coupon + growth,
        grown=books.grown + growth,
    )


def change(a, terms, state, now, received, drawn, interest, principal):
    """A draw or a payment between two settlements; `principal` is what is lent afterwards."""
    state = accrue(a, terms, state, now)
    cash = state.cash + received - drawn
    return replace(
        state,
        cash=cash,
        interest=state.interest + interest,
        principal=principal,
        share=deployed_share(a, principal, cash),
    )


def deployed_share(a, principal, cash):
    if not principal:
        return a.number(0)
    return a.down(a.number(principal) / (principal + cash), DECIMALS18)


# The whole


def settle(a, terms, state, inputs):
    """The state after the settlement, and the settlement."""
    state = accrue(a, terms, state, inputs.now)
    books = [replace(books) for books in state.classes]
    last = len(books) - 1
    pool = Settlement(
        cash=state.cash + inputs.cover,
        moved=a.number(inputs.cover),
        interest=state.interest,
        fees=state.fees,
        fee_fraction=state.fee_fraction,
        high_water=state.high_water,
        tranches=[Tranche(its, its_books, i == last) for i, (its, its_books) in enumerate(zip(terms.classes, books))],
        failures=state.failures,
        frozen_since=frozen_since(state, inputs),
        phase=state.phase,
    )
    waterfall(a, pool, inputs)
    charge_performance(a, terms, pool, inputs)
    fund_fees(a, pool)
    sweep_unowned(a, pool, inputs)
    test(a, pool, inputs)
    settles_as = advance(a, terms, pool, inputs)
    distribute(a, pool, inputs, settles_as)
    price(a, pool, inputs)
    if settles_as == REVOLVING:
        fill(a, pool, inputs)
    return close(a, state, pool, inputs), pool


def frozen_since(state, inputs):
    """Since the first settlement that met a missing price."""
    if not inputs.frozen:
        return None
    return inputs.now if state.frozen_since is None else state.frozen_since


# 2. Value and waterfall


def waterfall(a, pool, inputs):
    gross = pool.cash + inputs.performing + inputs.stressed
    pool.value = a.max(a.number(0), gross - pool.fees)
    pool.value_before = pool.value
    for tranche, value, impaired in zip(pool.tranches, *divide(a, pool, pool.value)):
        tranche.value, tranche.impaired = value, impaired
        tranche.claim_before, tranche.value_before = tranche.books.claim, value
        tranche.coupon_due, tranche.grown = tranche.books.coupon, tranche.books.grown


def divide(a, pool, left):
    """What each class is worth if `left` is divided, and whether that is less than its claim."""
    values, impaired = [], []
    for tranche in pool.tranches[:-1]:
        value = a.min(tranche.books.claim, left)
        impaired.append(a.is_less(left, tranche.books.claim))
        values.append(value)
        left = left - value
    return values + [left], impaired + [False]


# 3. Performance fee


def charge_performance(a, terms, pool, inputs):
    """The fee on what is certain of the residual's gain."""
    residual = pool.residual
    if inputs.frozen or not has_tokens(a, residual):
        return
    certain = a.max(a.number(0), residual.value - inputs.stressed)
    base = a.up(pool.high_water * residual.books.supply)
    if not a.is_less(base, certain):
        return
    fee = a.down(terms.performance_fee * (certain - base))
    pool.performance_fee = fee
    pool.fees += fee
    pool.value -= fee
    residual.value -= fee
    pool.high_water = mark(a, certain - fee, residual.books.supply)


def mark(a, value, supply):
    """A high-water mark."""
    return a.min(a.up(value / supply, DECIMALS27), a.number(GREATEST_INDEX))


def fund_fees(a, pool):
    pool.funded = a.min(pool.fees, pool.cash)
    pool.interest -= a.min(pool.interest, pool.funded)
    pool.cash, pool.fees = pool.cash - pool.funded, pool.fees - pool.funded


# 4. Value without an owner


def sweep_unowned(a, pool, inputs):
    """What has no owner; of few tokens what each is worth above a limit."""
    residual = pool.residual
    if a.is_less(a.number(FEW), residual.books.supply) or inputs.frozen:
        return
    unowned = a.max(a.number(0), residual.value - MOST_OF_FEW * residual.books.supply)
    pool.dust = a.min(unowned, pool.cash)
    pool.cash -= pool.dust
    pool.value -= pool.dust
    pool.residual.value -= pool.dust
    pool.moved += pool.dust
    if a.is_positive(pool.dust) and has_tokens(a, residual):
        pool.high_water = a.min(pool.high_water, mark(a, residual.value, residual.books.supply))


# 5. Tests


def below(values, i):
    return sum(values[i + 1 :], ZERO)


def values_of(pool):
    return [tranche.value for tranche in pool.tranches]


def failing_subordination(a, pool, values, total):
    """For each class but the residual, whether it fails."""
    return [
        tranche.terms.minimum > 0
        and a.is_positive(values[i])
        and a.is_less(below(values, i), a.up(tranche.terms.minimum * total))
        for i, tranche in enumerate(pool.tranches[:-1])
    ]


def test(a, pool, inputs):
    if inputs.lent:
        growth = ZERO
        for tranche, fails in zip(pool.tranches, failing_subordination(a, pool, values_of(pool), pool.value)):
            growth = growth + tranche.books.grown
            tranche.fails_subordination = fails
            tranche.fails_interest = (
                tranche.terms.cover > 0
                and a.is_positive(tranche.value)
                and a.is_less(pool.interest, a.up(tranche.terms.cover * growth))
            )
    if not inputs.frozen:
        pool.failures = pool.failures + 1 if is_broken(pool) else 0


def fails(tranche):
    return tranche.fails_subordination or tranche.fails_interest


def is_broken(pool):
    return any(fails(tranche) for tranche in pool.tranches)


# 6. The state of the deal


def advance(a, terms, pool, inputs):
    """The state in which the deal settles."""
    reached = lambda date: date is not None and inputs.now >= date
    impatient = terms.patience is not None and pool.failures >= terms.patience
    if pool.phase == REVOLVING and (reached(terms.amortises_at) or impatient):
        pool.phase = AMORTISING
    if pool.phase in (REVOLVING, AMORTISING) and (reached(terms.ends_at) or is_lost(a, pool, inputs)):
        pool.phase = WIND_DOWN
    frozen_past_limit = inputs.frozen and inputs.now - pool.frozen_since > terms.frozen_limit
    return AMORTISING if pool.phase == REVOLVING and frozen_past_limit else pool.phase


def is_lost(a, pool, inputs):
    """A realised loss wiped the residual and impairs a class."""
    if inputs.frozen:
        return False
    claims = sum((tranche.books.claim for tranche in pool.tranches), ZERO)
    owned = a.max(a.number(0), pool.cash + inputs.performing + inputs.seized - pool.fees)
    return a.is_less(owned, claims) and not a.is_less(a.number(inputs.written_off), claims - owned)


# 7. Distributions


def pay(a, pool, tranche, amount):
    """Takes cash out of the pool for the holders, as far as their index can count it. Returns what was paid."""
    books = tranche.books
    amount = a.min(amount, a.down((GREATEST_INDEX - books.index) * books.supply))
    per_token = a.down(amount / books.supply, DECIMALS27)
    books.index += per_token
    books.coupon = books.coupon - a.min(books.coupon, amount)
    if tranche.is_residual:
        pool.high_water = a.max(a.number(0), pool.high_water - per_token)
    else:
        books.claim = books.claim - amount
    pool.cash -= amount
    pool.value -= amount
    pool.moved += amount
    tranche.value -= amount
    return amount


def is_dear(a, tranche, value):
    """Whether a token is, were all of the class worth this."""
    return a.is_less(a.number(DEAREST) * tranche.books.supply, value)


def room(a, pool, inputs, k):
    """What may leave class k without breaking the test of a class above it; none for unlimited."""
    if not inputs.lent:
        return None
    values = values_of(pool)
    rooms = [
        a.down((below(values, j) - a.up(tranche.terms.minimum * pool.value)) / (1 - tranche.terms.minimum))
        for j, tranche in enumerate(pool.tranches[:k])
        if tranche.terms.minimum > 0 and a.is_positive(tranche.value)
    ]
    return a.max(a.number(0), a.min(*rooms)) if rooms else None


def least(a, *amounts):
    return a.min(*(amount for amount in amounts if amount is not None))


def distribute(a, pool, inputs, settles_as):
    if settles_as in (REVOLVING, AMORTISING):
        pay_interest(a, pool, inputs)
    if settles_as in (AMORTISING, WIND_DOWN):
        pay_principal(a, pool, inputs)
    pool.interest = a.number(0)
    for tranche in pool.tranches:
        tranche.books.grown = a.number(0)
        if not tranche.terms.pays_out:
            tranche.books.coupon = a.number(0)


def pay_interest(a, pool, inputs):
    """Coupons down to the first class that fails, the cure, and coupons to those below it."""
    budget = a.min(pool.interest, pool.cash)
    last = len(pool.tranches) - 1
    failing = next((i for i, tranche in enumerate(pool.tranches) if fails(tranche)), last)
    budget = pay_coupons(a, pool, inputs, budget, range(failing + 1))
    if is_broken(pool):
        budget = cure(a, pool, budget, failing)
        pay_coupons(a, pool, inputs, budget, range(failing + 1, last + 1))


def pay_coupons(a, pool, inputs, budget, among):
    """Interest for these classes. Returns what is left of it."""
    first = next((i for i, tranche in enumerate(pool.tranches) if has_tokens(a, tranche)), None)
    for i in among:
        tranche = pool.tranches[i]
        if not has_tokens(a, tranche):
            continue
        if not tranche.terms.pays_out:
            budget = budget - a.min(budget, tranche.books.coupon)
        elif tranche.is_residual:
            if not inputs.estimated and not is_dear(a, tranche, tranche.value):
                rest = least(a, budget, tranche.value, room(a, pool, inputs, i))
                budget = budget - pay_coupon(a, pool, tranche, rest)
        elif i == first or not inputs.frozen:
            due = least(a, tranche.books.coupon, budget, tranche.value, room(a, pool, inputs, i))
            budget = budget - pay_coupon(a, pool, tranche, due)
    return budget


def cure(a, pool, budget, failing):
    """Diverts interest to principal of the classes down to the first that fails. Returns what is left of it."""
    diverted = budget
    if not any(tranche.fails_interest for tranche in pool.tranches):
        values = values_of(pool)
        cures = [
            pool.value - a.down(below(values, i) / tranche.terms.minimum)
            for i, tranche in enumerate(pool.tranches)
            if tranche.fails_subordination
        ]
        diverted = a.max(a.number(0), a.min(budget, a.max(*cures)))
    for tranche in pool.tranches[: failing + 1]:
        if has_tokens(a, tranche):
            paid = pay_back(a, pool, tranche, a.min(diverted, tranche.value))
            diverted, budget = diverted - paid, budget - paid
    return budget


def pay_coupon(a, pool, tranche, amount):
    paid = pay(a, pool, tranche, amount)
    tranche.paid_coupon += paid
    return paid


def pay_back(a, pool, tranche, amount):
    paid = pay(a, pool, tranche, amount)
    tranche.paid_principal += paid
    return paid


def pay_principal(a, pool, inputs):
    for tranche in pool.tranches:
        if tranche.is_residual and inputs.estimated:
            return
        if has_tokens(a, tranche):
            pay_back(a, pool, tranche, a.min(pool.cash, tranche.value))
            if a.is_positive(tranche.value):
                return


# 8. Fills


def fill(a, pool, inputs):
    for tranche, deposits, redemptions in zip(pool.tranches, inputs.deposits, inputs.redemptions):
        tranche.deposits = demand(a, deposits, lambda limit: not a.is_less(a.number(limit), tranche.entry_price))
        tranche.redemptions = demand(a, redemptions, lambda limit: not a.is_less(tranche.exit_price, a.number(limit)))
    if inputs.frozen:
        redeem_while_frozen(a, pool, inputs)
        return
    is_solvent = not a.is_less(pool.cash + inputs.performing + inputs.stressed, pool.fees)
    deposit_all(a, pool, is_solvent)
    for k in range(len(pool.tranches)):
        redeem(a, pool, inputs, k)
    deposit_all(a, pool, is_solvent)


def price(a, pool, inputs):
    for tranche in pool.tranches:
        tranche.entry = tranche.exit = tranche.value
    claims = sum((tranche.books.claim for tranche in pool.tranches[:-1]), ZERO)
    without_stress = pool.value - inputs.stressed - claims
    if inputs.seized > 0:
        pool.residual.has_two_prices = True
        pool.residual.entry = a.max(a.number(0), without_stress + inputs.market)
        pool.residual.exit = a.max(a.number(0), without_stress)
    for tranche in pool.tranches:
        if has_tokens(a, tranche) and a.is_positive(tranche.entry):
            tranche.entry_price = price_per_token(a, a.up, tranche.entry, tranche.books.supply)
            tranche.exit_price = price_per_token(a, a.down, tranche.exit, tranche.books.supply)
        else:
            tranche.entry_price = a.number(1)
        tranche.begins = not a.is_positive(tranche.entry)


def price_per_token(a, rounding, value, supply):
    """With 18 decimals, in 128 bits."""
    return a.min(rounding(value / supply, DECIMALS18), a.number(GREATEST_PRICE))


def demand(a, orders, takes_part):
    return a.number(sum(order.amount for order in orders if order.limit is None or takes_part(order.limit)))


def deposit_all(a, pool, is_solvent):
    if is_solvent:
        for k in reversed(range(len(pool.tranches))):
            if not has_another_price(a, pool.tranches[k]):
                deposit(a, pool, k)


def has_another_price(a, tranche):
    """Whether tokens were burned: those that are left are not worth the settlement's price to the last digit."""
    return a.is_positive(tranche.burned)


def deposit(a, pool, k):
    tranche, books = pool.tranches[k], pool.tranches[k].books
    if not a.is_positive(tranche.deposits) or any(is_impaired(a, other) for other in pool.tranches[: k + 1]):
        return
    if a.is_positive(tranche.entry) and not has_tokens(a, tranche):
        return
    offered = a.min(tranche.deposits, a.max(a.number(0), tranche.terms.cap - tranche.value))
    values = values_of(pool)
    for j, other in enumerate(pool.tranches[k:], start=k):
        if other.terms.minimum > 0 and (j == k or a.is_positive(other.value)):
            most = a.down(below(values, j) / other.terms.minimum)
            offered = a.min(offered, a.max(a.number(0), most - pool.value))
    if not a.is_positive(tranche.entry):
        if a.is_less(a.down(offered / CRUMBS), books.supply):
            return
        tokens = amount = offered
    else:
        if is_dear(a, tranche, tranche.entry):
            return
        tokens = a.down(offered * books.supply / tranche.entry)
        amount = a.taken(offered, tokens, tranche.entry / books.supply)
        tokens = a.bought(tokens, amount * books.supply / tranche.entry)
    if not a.is_positive(tokens) or not a.is_positive(amount) or a.is_less(a.number(GREATEST), books.supply + tokens):
        return
    if not tranche.is_residual:
        books.claim = books.claim + amount
    if has_tokens(a, tranche) and a.is_less(tranche.exit, tranche.entry):
        tranche.exit = a.down(tranche.exit * (books.supply + tokens) / books.supply)
    else:
        tranche.exit += amount
    books.supply = books.supply + tokens
    pool.cash += amount
    pool.value += amount
    pool.moved += amount
    tranche.value += amount
    tranche.entry += amount
    tranche.deposits -= amount
    tranche.deposited += amount
    tranche.minted += tokens


def redeem(a, pool, inputs, k):
    tranche, books = pool.tranches[k], pool.tranches[k].books
    if not (a.is_positive(tranche.redemptions) and a.is_positive(tranche.exit) and has_tokens(a, tranche)):
        return
    may_leave = least(a, pool.cash, room(a, pool, inputs, k))
    most = a.down(may_leave * books.supply / tranche.exit)
    tokens = a.burned(a.min(tranche.redemptions, most), tranche.exit / books.supply)
    amount = a.down(tokens * tranche.exit / books.supply)
    if not (a.is_positive(tokens) and a.is_positive(amount)):
        return
    if not a.is_less(tokens, books.supply):
        books.claim = books.fraction = books.coupon = a.number(0)
        books.supply = a.number(0)
    else:
        books.claim = books.claim - a.down(books.claim * tokens / books.supply)
        books.coupon = books.coupon - a.down(books.coupon * tokens / books.supply)
        books.supply = books.supply - tokens
    pool.cash -= amount
    pool.value -= amount
    pool.moved += amount
    tranche.value -= amount
    tranche.entry = a.max(a.number(0), tranche.entry - amount)
    tranche.exit = a.max(a.number(0), tranche.exit - amount)
    tranche.redemptions -= tokens
    tranche.burned += tokens
    tranche.redeemed += amount


def redeem_while_frozen(a, pool, inputs):
    """Only the first class leaves, if it is worth as much and the tests hold without the debt that has no price."""
    first = next((k for k, tranche in enumerate(pool.tranches) if has_tokens(a, tranche)), None)
    if first is None:
        return
    worst = a.max(a.number(0), pool.value - inputs.frozen_debt)
    values, _ = divide(a, pool, worst)
    if a.is_less(values[first], pool.tranches[first].value):
        return
    if not any(failing_subordination(a, pool, values, worst)):
        redeem(a, pool, inputs, first)


# 9. After


def close(a, state, pool, inputs):
    cash_moved = a.is_positive(pool.moved)
    principal, share = state.principal, state.share
    if cash_moved or inputs.principal != state.principal:
        principal = inputs.principal
        share = deployed_share(a, principal, pool.cash)
    for tranche in pool.tranches:
        tranche.books.wiped = tranche.books.wiped if inputs.frozen else not a.is_positive(tranche.value)
    if pool.phase in (AMORTISING, WIND_DOWN) and not inputs.lent and not a.is_positive(pool.value):
        pool.phase = CLOSED
    move_mark(a, pool)
    return State(
        cash=pool.cash,
        interest=pool.interest,
        fees=pool.fees,
        fee_fraction=pool.fee_fraction,
        high_water=pool.high_water,
        principal=principal,
        share=share,
        failures=pool.failures,
        phase=pool.phase,
        frozen_since=pool.frozen_since,
        accrued_at=state.accrued_at,
        classes=[tranche.books for tranche in pool.tranches],
    )


def move_mark(a, pool):
    """Who enters the residual above the mark brings what he paid; below it he leaves it where it is; anew it is one."""
    residual = pool.residual
    if a.is_positive(residual.minted) and residual.begins:
        pool.high_water = a.number(1)
    elif a.is_positive(residual.minted):
        stayed = residual.books.supply - residual.minted
        base = a.up(pool.high_water * stayed) + residual.deposited
        before = pool.high_water if a.is_positive(stayed) else a.number(0)
        pool.high_water = a.max(before, mark(a, base, residual.books.supply))
    elif not has_tokens(a, residual):
        pool.high_water = a.number(1)
