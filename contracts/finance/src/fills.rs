//! Which orders an epoch fills.
//!
//! Lexicographic and in closed form: (a) deposits from the residual up, (b) redemptions from the top
//! down with the cash of (a), (c) deposits refused in (a) once more, into classes that nobody left. Every fill is limited by the
//! subordination that would be left, by the class's cap and by cash, and shared pro rata within a class.
//! A fill that would pay or mint nothing is not made.

use alloc::vec::Vec;

use crate::class::{values, Class, DEAREST};
use crate::fixed::{add, mul_div, sub, MathError, Ratio, Rounding};
use crate::waterfall;

/// A class that is worth nothing begins anew for who enters, unless there is more than a token for so many of his.
const CRUMBS: u128 = 1_000_000;

/// Of a residual with so few base units of tokens nobody is taken to own more than [`MOST_OF_FEW`] for each: rounding leaves some
/// that nobody has.
pub(crate) const FEW: u128 = 1_000;

/// In base units of cash, far enough below what a token may cost.
pub(crate) const MOST_OF_FEW: u128 = DEAREST / 10;

/// What filled in one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Fill {
    /// Cash that entered the class.
    pub deposited: u128,
    /// Tranche tokens issued for it.
    pub minted: u128,
    /// Tranche tokens that left the class.
    pub burned: u128,
    /// Cash paid for them.
    pub paid: u128,
}

/// Fills the orders of `classes` (most senior first) with `cash` free in the pool. While something is
/// `lent`, whatever leaves must leave the minimum subordination of the classes above in place.
///
/// Returns a [`Fill`] per class; `classes` are left as they stand after the fills.
pub fn fill(classes: &mut [Class], cash: u128, lent: bool) -> Result<Vec<Fill>, MathError> {
    let count = classes.len();
    let mut round = Round {
        fills: alloc::vec![Fill::default(); count],
        classes,
        cash,
        lent,
    };
    (0..count)
        .rev()
        .try_for_each(|class| round.deposit(class))?;
    (0..count).try_for_each(|class| round.redeem(class))?;
    for class in (0..count).rev() {
        if round.fills.get(class).is_some_and(|fill| fill.burned == 0) {
            round.deposit(class)?;
        }
    }
    Ok(round.fills)
}

struct Round<'a> {
    classes: &'a mut [Class],
    fills: Vec<Fill>,
    cash: u128,
    lent: bool,
}

impl Round<'_> {
    fn deposit(&mut self, index: usize) -> Result<(), MathError> {
        let room = self.room_for_deposit(index)?;
        let (Some(class), Some(fill)) = (self.classes.get_mut(index), self.fills.get_mut(index))
        else {
            return Ok(());
        };
        let (deposited, minted) = issue(class, class.deposits.min(room))?;
        let (Some(supply), true) = (class.supply.checked_add(minted), minted > 0) else {
            return Ok(());
        };
        class.deposits = sub(class.deposits, deposited)?;
        class.claim = class
            .claim
            .map(|claim| claim.deposit(deposited))
            .transpose()?;
        class.value = add(class.value, deposited)?;
        // Those who leave are paid the price they left at, and nothing of what others pay above it.
        class.exit = match class.supply {
            before @ 1.. if class.exit < class.entry => {
                mul_div(class.exit, supply, before, Rounding::Down)?
            }
            _ => add(class.exit, deposited)?,
        };
        class.entry = add(class.entry, deposited)?;
        class.supply = supply;
        fill.deposited = add(fill.deposited, deposited)?;
        fill.minted = add(fill.minted, minted)?;
        self.cash = add(self.cash, deposited)?;
        Ok(())
    }

    fn redeem(&mut self, index: usize) -> Result<(), MathError> {
        let room = room_to_leave(self.classes, index, self.lent)?.min(self.cash);
        let (Some(class), Some(fill)) = (self.classes.get_mut(index), self.fills.get_mut(index))
        else {
            return Ok(());
        };
        if class.supply == 0 || class.exit == 0 {
            return Ok(());
        }
        let affordable = unlimited(mul_div(room, class.supply, class.exit, Rounding::Down));
        let burned = class.redemptions.min(affordable);
        let paid = mul_div(burned, class.exit, class.supply, Rounding::Down)?;
        if paid == 0 {
            return Ok(());
        }
        let left_with_them = mul_div(class.coupon, burned, class.supply, Rounding::Down)?;
        class.coupon = sub(class.coupon, left_with_them)?;
        class.redemptions = sub(class.redemptions, burned)?;
        class.claim = class
            .claim
            .map(|claim| claim.redeem(burned, class.supply))
            .transpose()?;
        class.lose(paid)?;
        class.supply = sub(class.supply, burned)?;
        fill.burned = add(fill.burned, burned)?;
        fill.paid = add(fill.paid, paid)?;
        self.cash = sub(self.cash, paid)?;
        Ok(())
    }

    /// The cash that may enter class `index`: a deposit dilutes the subordination of the class itself
    /// and of those below it, so for each of them `below ÷ (pool + x) ≥ minimum`.
    fn room_for_deposit(&self, index: usize) -> Result<u128, MathError> {
        let mut upper = self.classes.iter().take(index.saturating_add(1));
        let Some(class) = self
            .classes
            .get(index)
            .filter(|_| !upper.any(Class::is_impaired))
        else {
            return Ok(0);
        };
        let values = values(self.classes);
        let pool = waterfall::total(&values)?;
        let mut room = class.cap.saturating_sub(class.value);
        for (other, class) in self.classes.iter().enumerate().skip(index) {
            if class.minimum > Ratio::ZERO && (class.value > 0 || other == index) {
                let below = waterfall::value_below(&values, other)?;
                let largest_pool = unlimited(class.minimum.divide(below, Rounding::Down));
                room = room.min(largest_pool.saturating_sub(pool));
            }
        }
        Ok(room)
    }
}

/// The cash that may leave class `index`: it thins the classes above, so for each of them that is
/// worth anything `(below − y) ÷ (pool − y) ≥ minimum`. Where nothing is `lent` there is no loss to be covered.
pub fn room_to_leave(classes: &[Class], index: usize, lent: bool) -> Result<u128, MathError> {
    let values = values(classes);
    let pool = waterfall::total(&values)?;
    let mut room = u128::MAX;
    for (other, class) in classes.iter().enumerate().take(index) {
        if lent && class.minimum > Ratio::ZERO && class.value > 0 {
            let below = waterfall::value_below(&values, other)?;
            let spare = below.saturating_sub(class.minimum.of(pool, Rounding::Up)?);
            let largest = class.minimum.complement().divide(spare, Rounding::Down);
            room = room.min(unlimited(largest));
        }
    }
    Ok(room)
}

/// What of `cash` is taken for how many tokens: nothing where a token is too [dear](crate::class::DEAREST). Cash that would buy only a fraction of a token stays in
/// the order, but for a base unit of rounding: given to the class it would let a sole holder raise the price of a token until
/// others lose theirs to rounding.
fn issue(class: &Class, cash: u128) -> Result<(u128, u128), MathError> {
    if class.entry == 0 || class.supply == 0 {
        // Rounding leaves tokens that nobody has; what nobody owns is no gift to who comes first.
        let begins = class.entry == 0 && class.supply <= cash / CRUMBS;
        let taken = if begins { cash } else { 0 };
        return Ok((taken, taken));
    }
    let minted = match class.entry {
        entry if class.is_dear_at(entry) => 0,
        entry => mul_div(cash, class.supply, entry, Rounding::Down).unwrap_or(0),
    };
    let cost = mul_div(minted, class.entry, class.supply, Rounding::Up)?;
    let taken = if sub(cash, cost)? > 1 { cost } else { cash };
    Ok((taken, minted))
}

/// A limit beyond the range of amounts is none: no order can reach it, and none may stop a settlement.
fn unlimited(limit: Result<u128, MathError>) -> u128 {
    limit.unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Claim;
    use proptest::prelude::*;

    fn class(value: u128, minimum_bps: u32) -> Class {
        Class {
            claim: (minimum_bps > 0).then(|| Claim::new(value)),
            minimum: Ratio::from_bps(minimum_bps),
            cap: u128::MAX,
            ..worth(value, value)
        }
    }

    fn worth(value: u128, supply: u128) -> Class {
        Class {
            value,
            entry: value,
            exit: value,
            supply,
            ..Class::default()
        }
    }

    fn revalue(class: &mut Class, value: u128) {
        (class.value, class.entry, class.exit) = (value, value, value);
    }

    /// Senior 600 (minimum 40 %), mezzanine 250 (minimum 15 %), residual 150: both tests exactly met.
    fn pool() -> [Class; 3] {
        [class(600, 4_000), class(250, 1_500), class(150, 0)]
    }

    #[test]
    fn the_residual_enters_first_and_makes_room_for_the_classes_above() {
        let mut classes = pool();
        classes[2].deposits = 30;
        classes[1].deposits = 1_000;
        classes[0].deposits = 1_000;
        let fills = fill(&mut classes, 0, true).unwrap();
        // Residual 150 + 30 = 180 carries a pool of 180/0.15 = 1200: from 1030 the mezzanine takes 170.
        // Below the senior stand 600, which carry 600/0.4 = 1500, but the mezzanine's own test stays at
        // 1200: the senior class finds no room.
        assert_eq!(
            fills.iter().map(|fill| fill.deposited).collect::<Vec<_>>(),
            [0, 170, 30]
        );
        assert_eq!(values(&classes), [600, 420, 180]);
    }

    #[test]
    fn seniors_leave_before_juniors_and_juniors_only_as_far_as_cover_allows() {
        let mut classes = pool();
        classes[0].redemptions = 100;
        classes[2].redemptions = 150;
        let fills = fill(&mut classes, 1_000, true).unwrap();
        // After the senior's 100 the pool is 900. The mezzanine keeps (150 − y) ≥ 0.15 (900 − y): y ≤ 17.6;
        // the senior (400 − y) ≥ 0.4 (900 − y): y ≤ 66.6.
        assert_eq!(fills[0].paid, 100);
        assert_eq!(fills[2].paid, 17);
    }

    #[test]
    fn a_deposit_refused_first_fills_after_redemptions_made_room() {
        let mut classes = pool();
        classes[0].redemptions = 100;
        classes[1].deposits = 50;
        let fills = fill(&mut classes, 0, true).unwrap();
        // No cash: nobody can be paid and the mezzanine's test is at its limit.
        assert_eq!(fills, [Fill::default(); 3]);
        let fills = fill(&mut classes, 100, true).unwrap();
        assert_eq!((fills[0].paid, fills[1].deposited), (100, 50));
    }

    #[test]
    fn cash_that_is_short_is_paid_to_the_senior_class_first() {
        let mut classes = pool();
        classes[0].redemptions = 600;
        classes[1].redemptions = 250;
        let fills = fill(&mut classes, 70, true).unwrap();
        assert_eq!((fills[0].paid, fills[0].burned, fills[1].paid), (70, 70, 0));
    }

    #[test]
    fn an_impaired_class_closes_itself_and_all_below_to_new_money() {
        let mut classes = pool();
        classes[1].claim = Some(Claim::new(251));
        classes.iter_mut().for_each(|class| class.deposits = 10);
        classes[1].minimum = Ratio::ZERO;
        classes[0].minimum = Ratio::ZERO;
        let fills = fill(&mut classes, 0, true).unwrap();
        assert_eq!(
            fills.iter().map(|fill| fill.deposited).collect::<Vec<_>>(),
            [10, 0, 0]
        );
    }

    #[test]
    fn nobody_enters_at_more_than_a_thousand_a_token() {
        for (value, taken) in [(1_000, 5_000), (1_001, 0)] {
            let mut classes = [class(1_000, 0), class(value, 0)];
            (classes[1].supply, classes[1].deposits) = (1, 5_500);
            let fills = fill(&mut classes, 0, false).unwrap();
            assert_eq!(
                (fills[1].deposited, fills[1].minted),
                (taken, taken / 1_000)
            );
        }
    }

    #[test]
    fn a_fill_that_would_mint_or_pay_nothing_is_not_made() {
        let mut classes = [class(1_000, 0), class(1_000, 0)];
        classes[0].supply = 10;
        revalue(&mut classes[1], 10);
        classes[1].redemptions = 99; // 99 × 10 / 1000 = 0.99 cash
        for cash in [99, 1] {
            classes[0].deposits = cash; // 99 × 10 / 1000 = 0.99 tokens
            let fills = fill(&mut classes, 500, true).unwrap();
            assert_eq!(fills, [Fill::default(); 2]);
        }
    }

    #[test]
    fn a_class_worth_nothing_neither_sells_nor_buys() {
        let mut classes = [class(100, 0), class(100, 0)];
        revalue(&mut classes[1], 0);
        classes[1].deposits = 50;
        classes[1].redemptions = 50;
        assert_eq!(fill(&mut classes, 500, true).unwrap(), [Fill::default(); 2]);
    }

    #[test]
    fn crumbs_of_a_class_worth_nothing_keep_nobody_out() {
        for (crumbs, taken) in [(3, 3_000_000), (4, 0)] {
            let mut classes = [class(0, 0), class(0, 0)];
            classes[1].supply = crumbs;
            classes[1].deposits = 3_000_000;
            let fill = fill(&mut classes, 0, false).unwrap()[1];
            assert_eq!((fill.deposited, fill.minted), (taken, taken));
        }
    }

    #[test]
    fn a_class_worth_nothing_limits_nobody_above_it() {
        let mut classes = [class(600, 1_000), class(0, 1_500), class(150, 0)];
        classes[0].deposits = 1_000;
        // 150 carry 150 ÷ 0.1 = 1500; the 150 ÷ 0.15 = 1000 below the worthless class do not count.
        assert_eq!(fill(&mut classes, 0, true).unwrap()[0].deposited, 750);
    }

    #[test]
    fn the_first_deposit_is_issued_one_to_one_and_the_last_redemption_takes_all() {
        let mut classes = [class(0, 0), class(0, 0)];
        classes[1].deposits = 777;
        let fills = fill(&mut classes, 0, true).unwrap();
        assert_eq!((fills[1].deposited, fills[1].minted), (777, 777));
        classes[1].redemptions = 777;
        revalue(&mut classes[1], 1_003);
        let fills = fill(&mut classes, 2_000, true).unwrap();
        assert_eq!(
            (fills[1].paid, classes[1].value, classes[1].supply),
            (1_003, 0, 0)
        );
    }

    #[test]
    fn the_last_holder_of_the_residual_leaves_whole_when_nobody_is_above() {
        let mut classes = [class(0, 4_000), class(0, 1_500), class(150, 0)];
        classes[2].redemptions = 150;
        assert_eq!(fill(&mut classes, 150, true).unwrap()[2].paid, 150);
    }

    #[test]
    fn cash_that_buys_no_whole_token_stays_in_the_order() {
        let mut classes = [class(0, 0), class(1_000, 0)];
        classes[1].supply = 10; // a token costs 100
        classes[1].deposits = 299;
        let fills = fill(&mut classes, 0, true).unwrap();
        assert_eq!(
            (fills[1].deposited, fills[1].minted, classes[1].deposits),
            (200, 2, 99)
        );
        // But for the last base unit, which rounding may have taken.
        classes[1].deposits = 201;
        let fills = fill(&mut classes, 0, true).unwrap();
        assert_eq!((fills[1].deposited, classes[1].deposits), (201, 0));
    }

    #[test]
    fn redemptions_that_need_no_cover_leave_a_pool_that_is_too_thin() {
        let mut classes = pool();
        revalue(&mut classes[2], 0);
        classes[1].redemptions = 250;
        assert_eq!(fill(&mut classes, 850, true).unwrap()[1].paid, 0);
        assert_eq!(fill(&mut classes, 850, false).unwrap()[1].paid, 250);
    }

    #[test]
    fn a_price_at_the_edge_of_the_range_stops_no_settlement() {
        let mut classes = [class(0, 0), class(1, 0)];
        classes[1].supply = u128::MAX / 2;
        classes[1].deposits = 1_000_000; // would mint more tokens than can exist
        assert_eq!(
            fill(&mut classes, u128::MAX / 2, true).unwrap(),
            [Fill::default(); 2]
        );
        classes[1].redemptions = u128::MAX / 2;
        assert_eq!(fill(&mut classes, u128::MAX / 2, true).unwrap()[1].paid, 1);
    }

    #[test]
    fn a_minimum_next_to_zero_limits_nothing() {
        let mut classes = [class(0, 1), class(1 << 100, 0)];
        classes[0].minimum = Ratio(1);
        classes[0].deposits = 1_000;
        assert_eq!(fill(&mut classes, 0, true).unwrap()[0].deposited, 1_000);
    }

    prop_compose! {
        fn any_class(residual: bool)(
            value in 0u128..1_000_000,
            price_bps in 1u128..30_000,
            minimum in 0u32..6_000,
            cap in 0u128..3_000_000,
            impairment in prop_oneof![9 => Just(0u128), 1 => 1u128..1_000],
            deposits in 0u128..1_000_000,
            share_bps in 0u128..=10_000,
        ) -> Class {
            let supply = value * 10_000 / price_bps;
            let value = if supply == 0 { 0 } else { value };
            Class {
                claim: (!residual).then(|| Claim::new(value + impairment)),
                minimum: Ratio::from_bps(if residual { 0 } else { minimum }),
                cap,
                deposits,
                redemptions: supply * share_bps / 10_000,
                ..worth(value, supply)
            }
        }
    }

    prop_compose! {
        fn any_pool()(
            mut classes in prop::collection::vec(any_class(false), 1..5), residual in any_class(true),
        ) -> Vec<Class> {
            classes.push(residual);
            classes
        }
    }

    proptest! {
        #[test]
        fn cash_and_value_are_conserved(before in any_pool(), cash in 0u128..2_000_000) {
            let mut after = before.clone();
            let fills = fill(&mut after, cash, true).unwrap();
            for ((fill, before), after) in fills.iter().zip(&before).zip(&after) {
                prop_assert_eq!(after.value + fill.paid, before.value + fill.deposited);
                prop_assert_eq!(after.supply + fill.burned, before.supply + fill.minted);
                prop_assert_eq!(after.deposits + fill.deposited, before.deposits);
                prop_assert_eq!(after.redemptions + fill.burned, before.redemptions);
                if !before.is_impaired() {
                    prop_assert_eq!(after.claim.map(|claim| claim.amount), before.claim.map(|_| after.value));
                }
            }
            let paid: u128 = fills.iter().map(|fill| fill.paid).sum();
            let deposited: u128 = fills.iter().map(|fill| fill.deposited).sum();
            prop_assert!(paid <= cash + deposited);
        }

        #[test]
        fn no_fill_breaks_a_test_that_held(before in any_pool(), cash in 0u128..2_000_000) {
            let mut after = before.clone();
            fill(&mut after, cash, true).unwrap();
            for (index, class) in before.iter().enumerate() {
                if waterfall::is_covered(&values(&before), index, class.minimum).unwrap() {
                    prop_assert!(waterfall::is_covered(&values(&after), index, class.minimum).unwrap());
                }
            }
        }

        #[test]
        fn nobody_who_stays_loses_by_the_fills_of_others(before in any_pool(), cash in 0u128..2_000_000) {
            let mut after = before.clone();
            fill(&mut after, cash, true).unwrap();
            for (before, after) in before.iter().zip(&after).filter(|(_, after)| after.supply > 0) {
                // Price after ≥ price before, cross-multiplied.
                if before.supply > 0 {
                    prop_assert!(after.value * before.supply >= before.value * after.supply);
                }
            }
        }
    }
}
