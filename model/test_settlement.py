"""Each section of docs/settlement.md by an example computed by hand, in both arithmetics."""

import unittest
from fractions import Fraction

import settlement
from arithmetic import ONE, YEAR, Exact, Near, Rounded
from settlement import AMORTISING, CLOSED, REVOLVING, WIND_DOWN, Class, ClassTerms, Inputs, Order, State, Terms

ANYTHING = 10**30


def class_terms(rate="0", minimum="0", cover="0", cap=ANYTHING, pays_out=False):
    return ClassTerms(int(Fraction(rate) * ONE), Fraction(minimum), Fraction(cover), cap, pays_out)


def terms(*classes, **others):
    known = dict(management_fee=Fraction(0), performance_fee=Fraction(0), grows_on_all=False, patience=None)
    known.update(amortises_at=None, ends_at=None, frozen_limit=ANYTHING)
    return Terms(classes=list(classes), **{**known, **others})


def books(claim=0, supply=None, coupon=0, grown=0, wiped=False):
    supply = claim if supply is None else supply
    return Class(*map(Fraction, (claim, 0, coupon, grown, supply, 0)), wiped)


def state(cash, *classes, **others):
    known = dict(interest=0, fees=0, fee_fraction=0, high_water=1, share=0)
    known.update((name, others.pop(name)) for name in list(others) if name in known)
    known = {name: Fraction(value) for name, value in known.items()}
    rest = dict(principal=0, failures=0, phase=REVOLVING, frozen_since=None, accrued_at=0)
    return State(cash=Fraction(cash), classes=list(classes), **known, **{**rest, **others})


def orders(count, placed):
    """Orders by class: an amount, or an amount and its limit."""

    def order(each):
        amount, limit = each if isinstance(each, tuple) else (each, None)
        return Order(None if limit is None else Fraction(limit), amount)

    return [[order(each) for each in placed.get(k, [])] for k in range(count)]


def inputs(count, deposits=None, redemptions=None, **others):
    known = dict(now=0, cover=0, principal=0, performing=0, stressed=0, market=0, seized=0)
    known.update(frozen=False, frozen_debt=0, written_off=0)
    known.update(others)
    return Inputs(deposits=orders(count, deposits or {}), redemptions=orders(count, redemptions or {}), **known)


class SettlementTest(unittest.TestCase):
    def settle(self, deal, before, given):
        """The rounded settlement, after the exact one was found within its bounds."""
        rounded = Rounded()
        after, pool = settlement.settle(rounded, deal, before, given)
        exact = Exact()
        exact.follow(rounded.decisions)
        _, free = settlement.settle(exact, deal, before.convert(exact.number), given)
        self.assertEqual(exact.wrong, 0)
        for one, other in zip(pool.tranches, free.tranches):
            near = exact.number(other.value)
            self.assertLessEqual(abs(float(near.value - one.value)), near.slack)
        return after, pool

    def values(self, pool):
        return [int(tranche.value) for tranche in pool.tranches]

    # 1. Accrual

    def test_claims_grow_on_the_deployed_share(self):
        deal = terms(class_terms("0.08"), class_terms())
        # A million at 8 % on a half, for a year: 1 000 000 × exp(0.04) = 1 040 810.77
        before = state(1_100_000, books(1_000_000), books(0, 100_000), share=Fraction(1, 2))
        after = settlement.accrue(Rounded(), deal, before, 1000 * YEAR + 999)
        senior = after.classes[0]
        self.assertEqual((senior.claim, senior.coupon, senior.grown), (1_040_810, 40_810, 40_810))
        self.assertEqual(after.accrued_at, 1000 * YEAR)
        self.assertTrue(0 < senior.fraction < 1)

    def test_a_wiped_class_does_not_grow(self):
        deal = terms(class_terms("0.08"), class_terms(), grows_on_all=True)
        before = state(0, books(1_000_000, wiped=True), books())
        self.assertEqual(settlement.accrue(Rounded(), deal, before, 1000 * YEAR).classes[0].claim, 1_000_000)

    def test_the_management_fee_carries_its_fraction(self):
        deal = terms(class_terms(), class_terms(), management_fee=Fraction(1, 100))
        before = state(0, books(), books(), principal=YEAR)
        # 0.01 base units a second.
        after = settlement.accrue(Rounded(), deal, before, 250_000)
        self.assertEqual((after.fees, after.fee_fraction), (2, Fraction(1, 2)))
        self.assertEqual(settlement.accrue(Rounded(), deal, after, 300_000).fees, 3)

    def test_a_payment_sets_the_deployed_share(self):
        deal = terms(class_terms(), class_terms())
        after = settlement.change(Rounded(), deal, state(100, books(100), books()), 0, 30, 80, 5, 200)
        self.assertEqual((after.cash, after.interest, after.share), (50, 5, Fraction(8, 10)))

    # 2. Value and waterfall

    def test_losses_rise_from_the_residual(self):
        deal = terms(class_terms(), class_terms(), class_terms())
        before = state(50, books(600), books(300), books(0, 100), fees=50)
        divided = {1_000: [600, 300, 100], 850: [600, 250, 0], 500: [500, 0, 0], 0: [0, 0, 0]}
        for performing, expected in divided.items():
            _, pool = self.settle(deal, before, inputs(3, performing=performing))
            self.assertEqual(self.values(pool), expected)

    # 3. Performance fee

    def test_a_fee_on_the_gain_above_the_mark(self):
        deal = terms(class_terms(), class_terms(), performance_fee=Fraction(1, 5))
        # 100 tokens marked at 1.5, worth 250: 100 of gain, of which 20, and 40 owed from before.
        before = state(240, books(), books(0, 100), fees=40, high_water=Fraction(3, 2), interest=100)
        after, pool = self.settle(deal, before, inputs(2, performing=50))
        self.assertEqual((pool.performance_fee, pool.funded, after.cash, after.fees), (20, 60, 180, 0))
        self.assertEqual((self.values(pool), after.high_water), ([0, 230], Fraction(23, 10)))

    def test_the_fee_is_on_what_is_certain(self):
        deal = terms(class_terms(), class_terms(), performance_fee=Fraction(1, 5))
        before = state(150, books(), books(0, 100))
        # 210 with 60 that are an estimate: 50 of gain, and 140 remain certain.
        after, pool = self.settle(deal, before, inputs(2, seized=90, stressed=60))
        self.assertEqual((pool.performance_fee, after.high_water), (10, Fraction(14, 10)))
        _, pool = self.settle(deal, before, inputs(2, performing=60, frozen=True))
        self.assertEqual(pool.performance_fee, 0)

    def test_fees_without_cash_stay_owed(self):
        deal = terms(class_terms(), class_terms())
        after, pool = self.settle(deal, state(30, books(), books(0, 100), fees=40), inputs(2, performing=100))
        self.assertEqual((after.cash, after.fees, self.values(pool)), (0, 10, [0, 90]))

    # 4. Value without an owner

    def test_value_without_an_owner_leaves_as_far_as_it_is_cash(self):
        deal = terms(class_terms(), class_terms())
        after, pool = self.settle(deal, state(70, books(100), books()), inputs(2, performing=130))
        self.assertEqual((pool.dust, after.cash, self.values(pool)), (70, 0, [100, 30]))

    # 5. Tests

    def test_subordination_and_interest_cover(self):
        deal = terms(class_terms(minimum="0.25", cover="1.5"), class_terms(cover="2"), class_terms())
        # Below the senior lie 250 of 1 000; they grew by 20 and 10: 30 of interest for the first, 60 for both.
        before = state(100, books(750, grown=20), books(150, grown=10), books(0, 100), interest=30)
        after, pool = self.settle(deal, before, inputs(3, performing=900))
        self.assertEqual([each.fails_subordination for each in pool.tranches], [False, False, False])
        self.assertEqual([each.fails_interest for each in pool.tranches], [False, True, False])
        self.assertEqual((after.failures, after.classes[0].grown), (1, 0))
        _, pool = self.settle(deal, before, inputs(3, performing=899))
        self.assertTrue(pool.tranches[0].fails_subordination)
        _, pool = self.settle(deal, before, inputs(3, performing=0))
        self.assertFalse(pool.tranches[0].fails_subordination)

    def test_a_class_worth_nothing_fails_nothing(self):
        deal = terms(class_terms(), class_terms(minimum="0.5", cover="9"), class_terms())
        before = state(0, books(100, grown=1), books(), books(0, 100))
        after, _ = self.settle(deal, before, inputs(3, performing=200))
        self.assertEqual(after.failures, 0)

    def test_a_missing_price_leaves_the_count(self):
        deal = terms(class_terms(minimum="0.5"), class_terms())
        before = state(0, books(90), books(0, 10), failures=2)
        self.assertEqual(self.settle(deal, before, inputs(2, performing=100))[0].failures, 3)
        self.assertEqual(self.settle(deal, before, inputs(2, performing=100, frozen=True))[0].failures, 2)

    # 6. The state of the deal

    def test_dates_and_patience(self):
        before = state(0, books(90), books(0, 10), failures=2)
        given = inputs(2, performing=100, now=5)
        failing, sound = class_terms(minimum="0.5"), class_terms()
        for deal, expected in (
            (terms(sound, class_terms(), amortises_at=6), REVOLVING),
            (terms(sound, class_terms(), amortises_at=5), AMORTISING),
            (terms(failing, class_terms(), patience=4), REVOLVING),
            (terms(failing, class_terms(), patience=3), AMORTISING),
            (terms(sound, class_terms(), ends_at=5), WIND_DOWN),
        ):
            self.assertEqual(self.settle(deal, before, given)[0].phase, expected)

    def test_a_realised_loss_that_impairs_a_class_winds_down(self):
        deal = terms(class_terms(), class_terms())
        before = state(10, books(100), books(0, 50))
        for given, expected in (
            (dict(performing=80, seized=10, written_off=5), REVOLVING),
            (dict(performing=80, seized=5, written_off=5), WIND_DOWN),
            (dict(performing=80, seized=5, written_off=4), REVOLVING),
            (dict(performing=80, seized=5, written_off=5, frozen=True), REVOLVING),
        ):
            self.assertEqual(self.settle(deal, before, inputs(2, **given))[0].phase, expected)

    def test_a_deal_with_nothing_left_closes(self):
        deal = terms(class_terms(), class_terms())
        after, pool = self.settle(deal, state(150, books(100), books(0, 50), phase=AMORTISING), inputs(2))
        self.assertEqual((after.phase, after.cash), (CLOSED, 0))
        self.assertEqual([int(each.paid_principal) for each in pool.tranches], [100, 50])

    # 7. Distributions

    def test_coupons_from_the_top(self):
        deal = terms(class_terms(pays_out=True), class_terms(), class_terms(pays_out=True))
        before = state(100, books(600, coupon=30), books(200, 100, coupon=20), books(0, 100), interest=90)
        after, pool = self.settle(deal, before, inputs(3, performing=900))
        # 30 are paid, 20 kept, and the residual is paid the other 40 of 90. Its mark had risen to 200 ÷ 100.
        self.assertEqual([int(each.paid_coupon) for each in pool.tranches], [30, 0, 40])
        self.assertEqual([int(each.books.coupon) for each in pool.tranches], [0, 0, 0])
        self.assertEqual((self.values(pool), after.cash, after.interest), ([570, 200, 160], 30, 0))
        self.assertEqual((after.high_water, pool.residual.books.index), (Fraction(8, 5), Fraction(2, 5)))

    def test_the_residual_is_paid_what_leaves_the_test_whole(self):
        deal = terms(class_terms(minimum="0.2"), class_terms(pays_out=True))
        # 1 000 with 240 below: x may leave while 240 − x ≥ 0.2 × (1 000 − x), so up to 50.
        before = state(100, books(760), books(0, 240), interest=90)
        _, pool = self.settle(deal, before, inputs(2, performing=900))
        self.assertEqual(int(pool.residual.paid_coupon), 50)

    def test_a_broken_test_pays_the_coupon_then_the_cure_then_the_rest(self):
        deal = terms(class_terms(minimum="0.2", pays_out=True), class_terms(pays_out=True), class_terms(pays_out=True))
        # 190 below, so the pool may be worth 950: of 90, 7 are the coupon and 43 the cure, and nothing may leave below.
        before = state(100, books(810, coupon=7), books(40, coupon=3), books(0, 150), interest=90)
        after, pool = self.settle(deal, before, inputs(3, performing=900))
        self.assertEqual([int(each.paid_coupon) for each in pool.tranches], [7, 0, 0])
        self.assertEqual([int(each.paid_principal) for each in pool.tranches], [43, 0, 0])
        self.assertEqual([int(each.claim) for each in after.classes], [760, 40, 0])

    def test_a_failed_interest_test_diverts_all_that_the_failing_classes_leave(self):
        deal = terms(class_terms(pays_out=True), class_terms(cover="3", pays_out=True), class_terms(pays_out=True))
        # The second class fails: 90 are less than 3 × 31. Both coupons are paid, the rest repays the senior.
        before = state(100, books(30, coupon=20, grown=20), books(700, coupon=11, grown=11), books(0, 190), interest=90)
        _, pool = self.settle(deal, before, inputs(3, performing=900))
        self.assertEqual([int(each.paid_coupon) for each in pool.tranches], [20, 11, 0])
        self.assertEqual([int(each.paid_principal) for each in pool.tranches], [10, 49, 0])

    def test_principal_in_sequence_but_not_to_an_estimated_residual(self):
        deal = terms(class_terms(), class_terms(), class_terms())
        before = state(950, books(600), books(300), books(0, 100), phase=WIND_DOWN)
        _, pool = self.settle(deal, before, inputs(3, performing=50))
        self.assertEqual([int(each.paid_principal) for each in pool.tranches], [600, 300, 50])
        _, pool = self.settle(deal, before, inputs(3, seized=50, stressed=50))
        self.assertEqual([int(each.paid_principal) for each in pool.tranches], [600, 300, 0])

    # 8. Fills

    def test_deposits_from_the_residual_up(self):
        deal = terms(class_terms(minimum="0.2"), class_terms())
        before = state(0, books(400), books(0, 100))
        # 100 more below allow (100 + 100) ÷ 0.2 = 1 000 in all: 600 are there, so 400 of 500 enter the senior class.
        _, pool = self.settle(deal, before, inputs(2, {0: [500], 1: [100]}, performing=500))
        self.assertEqual([(int(each.deposited), int(each.minted)) for each in pool.tranches], [(400, 400), (100, 100)])

    def test_redemptions_leave_the_cover_in_place(self):
        deal = terms(class_terms(minimum="0.2"), class_terms())
        before = state(300, books(700), books(0, 150))
        # The residual is worth 300, two a token; 300 − x ≥ 0.2 × (1 000 − x) lets 125 leave: 62 tokens for 124.
        after, pool = self.settle(deal, before, inputs(2, None, {1: [100]}, performing=700))
        self.assertEqual((int(pool.residual.burned), int(pool.residual.redeemed)), (62, 124))
        self.assertEqual((after.cash, self.values(pool)), (176, [700, 176]))

    def test_an_impaired_class_redeems_its_part_of_the_claim(self):
        deal = terms(class_terms(), class_terms())
        _, pool = self.settle(deal, state(80, books(100, coupon=9), books(0, 50)), inputs(2, None, {0: [50]}))
        senior = pool.tranches[0]
        self.assertEqual((senior.redeemed, senior.books.claim, senior.books.supply), (40, 50, 50))

    def test_no_new_money_at_or_below_an_impaired_class(self):
        deal = terms(class_terms(), class_terms(), class_terms())
        before = state(150, books(100), books(60), books(0, 50))
        _, pool = self.settle(deal, before, inputs(3, {0: [7], 1: [7], 2: [7]}))
        self.assertEqual([int(each.deposited) for each in pool.tranches], [7, 0, 0])

    def test_the_residual_has_two_prices_while_debt_is_seized(self):
        deal = terms(class_terms(), class_terms())
        before = state(200, books(100), books(0, 100))
        given = inputs(2, {1: [90]}, {1: [10]}, seized=100, market=80, stressed=50)
        # Entered at 200 + 80 − 100 = 180 and left at 100: 90 buy 50 tokens, 10 bring 10 and nothing of the 90.
        _, pool = self.settle(deal, before, given)
        self.assertEqual((pool.residual.entry_price, pool.residual.exit_price), (Fraction(9, 5), 1))
        self.assertEqual((pool.residual.minted, pool.residual.redeemed), (50, 10))

    def test_cover_is_cash_before_the_waterfall(self):
        deal = terms(class_terms(), class_terms())
        before = state(60, books(100), books(0, 50))
        _, pool = self.settle(deal, before, inputs(2, cover=70, written_off=90))
        self.assertEqual([int(each.value) for each in pool.tranches], [100, 30])

    def test_limits(self):
        deal = terms(class_terms(), class_terms())
        before = state(300, books(100), books(0, 100))
        given = inputs(2, {1: [(10, "1.9"), (20, "2"), 40]}, {1: [(5, "2.1"), (6, "2")]})
        _, pool = self.settle(deal, before, given)
        self.assertEqual((pool.residual.deposited, pool.residual.burned), (60, 6))

    def test_cash_that_buys_a_fraction_of_a_token_stays(self):
        deal = terms(class_terms(), class_terms())
        _, pool = self.settle(deal, state(1_000, books(), books(0, 10)), inputs(2, {1: [250]}))
        self.assertEqual((pool.residual.deposited, pool.residual.minted), (200, 2))

    def test_while_frozen_only_a_covered_senior_class_leaves(self):
        deal = terms(class_terms(minimum="0.2"), class_terms())
        before = state(600, books(700), books(0, 300))
        given = dict(deposits={1: [50]}, redemptions={0: [100], 1: [100]}, performing=400, frozen=True)
        for frozen_debt, burned in ((125, 100), (126, 0)):
            # Without 125 there are 175 below 875: exactly a fifth.
            _, pool = self.settle(deal, before, inputs(2, frozen_debt=frozen_debt, **given))
            self.assertEqual([int(each.burned) for each in pool.tranches], [burned, 0])
            self.assertEqual(pool.residual.deposited, 0)

    def test_while_frozen_nobody_leaves_who_may_be_worth_less(self):
        deal = terms(class_terms(), class_terms())
        before = state(600, books(700), books(0, 300))
        given = dict(redemptions={0: [100]}, performing=400, frozen=True)
        for frozen_debt, burned in ((300, 100), (301, 0)):
            _, pool = self.settle(deal, before, inputs(2, frozen_debt=frozen_debt, **given))
            self.assertEqual(pool.tranches[0].burned, burned)

    def test_no_deposit_while_more_is_owed_than_there_is(self):
        deal = terms(class_terms(), class_terms())
        for fees, deposited in ((100, 50), (101, 0)):
            before = state(0, books(), books(), fees=fees)
            _, pool = self.settle(deal, before, inputs(2, {1: [50]}, performing=100))
            self.assertEqual(pool.residual.deposited, deposited)

    def test_no_second_deposit_into_a_class_that_others_left(self):
        deal = terms(class_terms(), class_terms(cap=100))
        given = inputs(2, {1: [95]}, {1: [50]}, seized=60, market=60, stressed=30)
        _, pool = self.settle(deal, state(70, books(), books(0, 100)), given)
        self.assertEqual((pool.residual.redeemed, pool.residual.deposited), (35, 0))
        _, pool = self.settle(deal, state(100, books(), books(0, 100)), inputs(2, {1: [95]}, {1: [50]}))
        self.assertEqual((pool.residual.redeemed, pool.residual.deposited), (50, 0))

    def test_frozen_past_the_limit_settles_as_amortising(self):
        deal = terms(class_terms(), class_terms(), frozen_limit=10)
        before = state(60, books(100), books(0, 100), frozen_since=5)
        for now, paid in ((15, 0), (16, 60)):
            after, pool = self.settle(deal, before, inputs(2, performing=140, frozen=True, now=now))
            self.assertEqual((int(pool.tranches[0].paid_principal), after.phase), (paid, REVOLVING))

    # 9. After

    def test_who_enters_above_the_mark_brings_his_own(self):
        deal = terms(class_terms(), class_terms())
        # Half of the tokens' value is debt in auction: 60 of 100 stay at 1, and 25 enter for 50, at 2.
        before = state(100, books(), books(0, 100), high_water=1)
        given = inputs(2, {1: [50]}, {1: [40]}, seized=100, market=100)
        after, pool = self.settle(deal, before, given)
        stayed = 100 - pool.residual.burned
        mark = -(-(stayed + 50) * 10**27 // (stayed + 25))
        self.assertEqual(after.high_water, Fraction(mark, 10**27))

    def test_who_enters_below_the_mark_leaves_it(self):
        deal = terms(class_terms(), class_terms())
        before = state(200, books(), books(0, 100), high_water=3)
        after, _ = self.settle(deal, before, inputs(2, {1: [50]}, {1: [40]}))
        self.assertEqual(after.high_water, 3)
        after, _ = self.settle(deal, before, inputs(2, None, {1: [100]}))
        self.assertEqual(after.high_water, 1)

    def test_a_class_worth_nothing_is_wiped_at_live_prices(self):
        deal = terms(class_terms(), class_terms())
        before = state(0, books(100), books(0, 100))
        self.assertTrue(self.settle(deal, before, inputs(2, performing=100))[0].classes[1].wiped)
        self.assertFalse(self.settle(deal, before, inputs(2, performing=100, frozen=True))[0].classes[1].wiped)

    def test_the_share_is_set_anew_when_cash_moved(self):
        deal = terms(class_terms(), class_terms())
        before = state(100, books(100), books(0, 100), principal=100, share=Fraction(1, 7))
        given = dict(performing=100, principal=100)
        self.assertEqual(self.settle(deal, before, inputs(2, **given))[0].share, Fraction(1, 7))
        after, _ = self.settle(deal, before, inputs(2, None, {0: [20]}, **given))
        self.assertEqual(after.share, Fraction(555_555_555_555_555_555, ONE))


class ExactTest(unittest.TestCase):
    def test_slack_grows_with_what_it_is_multiplied_by(self):
        exact = Exact()
        third = exact.down(exact.number(Fraction(100, 3)))
        self.assertEqual((third.value, third.slack), (Fraction(100, 3), 1))
        self.assertAlmostEqual((third * 6).slack, 6)
        self.assertAlmostEqual((third / Fraction(1, 4)).slack, 4)
        self.assertEqual((third - third).slack, 0)

    def test_the_least_of_two_is_no_further_off_than_either(self):
        exact = Exact()
        near, sure = Near(Fraction(10), 5.0), Near(Fraction(12), 0.0)
        self.assertEqual(exact.min(near, sure).value, 10)
        self.assertEqual(exact.min(near, sure).slack, 5)
        self.assertIs(exact.min(near, Near(Fraction(20), 1.0)), near)

    def test_a_decision_is_followed_only_where_rounding_may_turn_it(self):
        exact = Exact()
        exact.follow([True, True])
        self.assertTrue(exact.is_less(Near(Fraction(1001), 2.0), exact.number(1000)))
        self.assertEqual((exact.close, exact.turned, exact.wrong), (1, 1, 0))
        exact.is_less(Near(Fraction(1010), 2.0), exact.number(1000))
        self.assertEqual(exact.wrong, 1)


if __name__ == "__main__":
    unittest.main()
