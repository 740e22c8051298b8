//! Ways to take what belongs to others, each with the numbers in which it was first described, and why it fails.

use finance::claim::Claim;
use finance::distribution::Policy;
use finance::fees::Fees;
use finance::settlement::{
    settle, ClassState, ClassTerms, Demand, Inputs, Portfolio, Settled, State, Terms, Waiting,
};
use finance::{Rate, Ratio, Rounding, Timestamp};

const YEAR: u64 = 31_536_000;
/// Whole units in base units.
const UNIT: u128 = 1_000_000;

fn terms(classes: Vec<ClassTerms>) -> Terms {
    Terms {
        classes,
        ..Terms::default()
    }
}

fn class(rate_bps: u32, minimum_bps: u32) -> ClassTerms {
    ClassTerms {
        target_rate: Ratio::from_bps(rate_bps),
        minimum_subordination: Ratio::from_bps(minimum_bps),
        cap: u128::MAX,
        ..ClassTerms::default()
    }
}

/// A state in which each class has `claim` (the residual none) and as many tokens as `supplies` says.
fn state(claims: &[u128], supplies: &[u128]) -> State {
    let claim = |index: usize| claims.get(index).map(|claim| Claim::new(claim * UNIT));
    let class = |(index, supply): (usize, &u128)| ClassState {
        claim: claim(index),
        supply: supply * UNIT,
        ..ClassState::default()
    };
    State {
        classes: supplies.iter().enumerate().map(class).collect(),
        high_water: finance::distribution::INDEX_ONE,
        ..State::default()
    }
}

fn enter(amount: u128) -> Demand {
    Demand {
        deposits: Waiting {
            market: amount * UNIT,
            ..Waiting::default()
        },
        ..Demand::default()
    }
}

fn leave(tokens: u128) -> Demand {
    Demand {
        redemptions: Waiting {
            market: tokens * UNIT,
            ..Waiting::default()
        },
        ..Demand::default()
    }
}

fn settled(terms: &Terms, state: &State, inputs: Inputs) -> Settled {
    settle(terms, state.clone(), &inputs).unwrap()
}

#[test]
fn the_last_token_of_an_impaired_class_does_not_inherit_the_claims_of_those_who_left() {
    // Claim 100, value 60: 99 of 100 tokens are redeemed.
    let terms = terms(vec![class(0, 0), class(0, 0)]);
    let inputs = Inputs {
        cash: 60 * UNIT,
        demand: vec![leave(99), Demand::default()],
        ..Inputs::default()
    };
    let after = settled(&terms, &state(&[100], &[100, 0]), inputs);
    let senior = &after.classes[0];
    assert_eq!(senior.fill.paid, 59_400_000);
    assert_eq!(senior.value_after, 600_000);
    assert_eq!(senior.claim_after, UNIT);
}

#[test]
fn a_deposit_at_the_mark_wins_nothing_when_the_auction_pays_more() {
    // Senior 70, cash 60, debt 40 marked at 33 whose collateral is worth it all: the residual's mark is 23.
    let terms = terms(vec![class(0, 0), class(0, 0)]);
    let before = state(&[70], &[70, 23]);
    let in_auction = Portfolio {
        stressed: 33 * UNIT,
        market: 40 * UNIT,
        seized_debt: 40 * UNIT,
        ..Portfolio::default()
    };
    let inputs = Inputs {
        cash: 60 * UNIT,
        portfolio: in_auction,
        demand: vec![Demand::default(), enter(23)],
        ..Inputs::default()
    };
    let entered = settled(&terms, &before, inputs);
    let bought = entered.classes[1].fill.minted;
    assert_eq!(entered.classes[1].fill.deposited, 23 * UNIT);
    let paid = Inputs {
        cash: entered.trace.cash_after + 40 * UNIT,
        ..Inputs::default()
    };
    let after = settled(&terms, &entered.state, paid);
    let residual = &after.classes[1];
    assert_eq!(residual.value_after, 53 * UNIT);
    let worth = finance::mul_div(
        bought,
        residual.value_after,
        residual.supply_after,
        Rounding::Down,
    );
    assert!(worth.unwrap() <= 23 * UNIT, "{worth:?}");
    // Who leaves meanwhile gets nothing for the debt in auction.
    let left = Inputs {
        cash: 60 * UNIT,
        portfolio: in_auction,
        demand: vec![Demand::default(), leave(23)],
        ..Inputs::default()
    };
    assert_eq!(settled(&terms, &before, left).classes[1].fill.paid, 0);
}

#[test]
fn no_coupon_is_paid_out_of_a_deposit() {
    // 10 of interest accrued and unpaid, a senior deposit of 50 arrives.
    let mut senior = class(1_000, 0);
    senior.policy = Policy::PayOut;
    let terms = terms(vec![senior, class(0, 0)]);
    let mut before = state(&[100], &[100, 50]);
    before.deployed = Ratio::ONE;
    let inputs = Inputs {
        portfolio: Portfolio {
            principal: 150 * UNIT,
            performing: 160 * UNIT,
            ..Portfolio::default()
        },
        demand: vec![enter(50), Demand::default()],
        now: Timestamp(YEAR * 1_000),
        ..Inputs::default()
    };
    let after = settled(&terms, &before, inputs);
    assert!(after.classes[0].coupon_due > 10 * UNIT);
    assert_eq!(after.classes[0].payout.coupon, 0);
    assert_eq!(after.classes[0].fill.deposited, 50 * UNIT);
    assert_eq!(after.trace.cash_after, 50 * UNIT);
}

#[test]
fn a_year_in_one_step_equals_two_half_years() {
    // Cash 50, debt 50 at 20 %, claim 80 at 8 %.
    let terms = terms(vec![class(800, 0), class(0, 0)]);
    let mut before = state(&[80], &[80, 20]);
    before.principal = 50 * UNIT;
    before.deployed = Ratio::from_bps(5_000);
    let at = |seconds: u64| Inputs {
        cash: 50 * UNIT,
        portfolio: Portfolio {
            principal: 50 * UNIT,
            performing: Rate::from_annual(Ratio::from_bps(2_000))
                .and_then(|rate| rate.compound(seconds, Rounding::Down))
                .and_then(|growth| growth.of(50 * UNIT, Rounding::Down))
                .unwrap(),
            ..Portfolio::default()
        },
        now: Timestamp(seconds * 1_000),
        ..Inputs::default()
    };
    let whole = settled(&terms, &before, at(YEAR));
    let half = settled(&terms, &before, at(YEAR / 2));
    let halves = settled(&terms, &half.state, at(YEAR));
    for (one, two) in whole.classes.iter().zip(&halves.classes) {
        assert!(one.claim_after.abs_diff(two.claim_after) <= 1);
        assert!(one.value_after.abs_diff(two.value_after) <= 1);
    }
    // 80 × exp(4 %): only the half that is lent grows at 8 %.
    assert_eq!(whole.classes[0].claim_after / 10_000, 83_26);
}

#[test]
fn the_cushion_of_a_class_is_what_lies_below_it_not_beside_it() {
    // Classes of 90, 5 and 5 with a minimum of 20 % on the first: 10 % lie below it.
    let terms = terms(vec![class(0, 2_000), class(0, 0), class(0, 0)]);
    let inputs = Inputs {
        cash: 50 * UNIT,
        portfolio: Portfolio {
            principal: 50 * UNIT,
            performing: 50 * UNIT,
            ..Portfolio::default()
        },
        ..Inputs::default()
    };
    let after = settled(&terms, &state(&[90, 5], &[90, 5, 5]), inputs);
    assert_eq!(after.classes[0].subordination, Ratio::from_bps(1_000));
    assert!(!after.classes[0].covered);
    assert_eq!(after.state.failures, 1);
}

#[test]
fn a_wiped_residual_costs_nobody_above_it_a_deposit() {
    // New money may not fill the hole below: the residual is closed while a class above is impaired.
    let terms = terms(vec![class(0, 0), class(0, 0)]);
    let inputs = Inputs {
        cash: 60 * UNIT,
        demand: vec![enter(10), enter(10)],
        ..Inputs::default()
    };
    let after = settled(&terms, &state(&[100], &[100, 50]), inputs);
    assert_eq!(after.classes[0].fill.deposited, 0);
    assert_eq!(after.classes[1].fill.deposited, 0);
}

/// A loan of 100 in auction, marked at `mark`.
fn in_auction(mark: u128) -> Portfolio {
    Portfolio {
        seized_debt: 100 * UNIT,
        stressed: mark * UNIT,
        market: 100 * UNIT,
        ..Portfolio::default()
    }
}

#[test]
fn what_the_last_holder_left_in_auction_is_no_gift_to_who_comes_first() {
    // 180 tokens leave at their exit of 100 in all; the debt in auction is nobody's then. One unit is offered.
    let terms = terms(vec![class(0, 0), class(0, 0)]);
    let inputs = |cash, demand| Inputs {
        cash,
        portfolio: in_auction(80),
        demand: vec![Demand::default(), demand],
        ..Inputs::default()
    };
    let left = settled(
        &terms,
        &state(&[0], &[0, 180]),
        inputs(100 * UNIT, leave(180)),
    );
    assert_eq!(left.classes[1].fill.paid, 100 * UNIT);
    let offered = settled(&terms, &left.state, inputs(0, enter(1)));
    assert_eq!(offered.classes[1].fill.deposited, 0);
    // Repaid, it is dust, and the class is open again.
    let mut repaid = inputs(100 * UNIT, enter(1));
    repaid.portfolio = Portfolio::default();
    let repaid = settled(&terms, &offered.state, repaid);
    assert_eq!(repaid.trace.dust, 100 * UNIT);
    assert_eq!(repaid.classes[1].fill.minted, UNIT);
}

#[test]
fn who_leaves_is_paid_nothing_of_what_others_enter_at() {
    // Exit at 0.667, entry at 1.333: the 400 that enter do not raise what 75 of 150 tokens are paid.
    let terms = terms(vec![class(0, 0), class(0, 0)]);
    let paid = |entering| {
        let mut demand = leave(75);
        demand.deposits.market = entering * UNIT;
        let inputs = Inputs {
            cash: 100 * UNIT,
            portfolio: in_auction(50),
            demand: vec![Demand::default(), demand],
            ..Inputs::default()
        };
        settled(&terms, &state(&[0], &[0, 150]), inputs).classes[1]
            .fill
            .paid
    };
    assert_eq!(paid(0), 50 * UNIT);
    assert!(paid(400) <= 50 * UNIT);
}

#[test]
fn a_just_in_time_deposit_gains_nothing_from_the_sale_of_a_lot() {
    // Senior 70, cash 60, a lot of 40 marked at 33 that is about to be sold for all of it: 23 are offered for the residual,
    // and whatever is bought leaves at the next settlement. Those who were there before have 30, come what may.
    let terms = terms(vec![class(0, 0), class(0, 0)]);
    let before = state(&[70], &[70, 23]);
    let on_sale = Portfolio {
        stressed: 33 * UNIT,
        market: 40 * UNIT,
        seized_debt: 40 * UNIT,
        ..Portfolio::default()
    };
    let order = |demand| vec![Demand::default(), demand];
    let histories = [
        (60 * UNIT, on_sale, 40 * UNIT),
        (100 * UNIT, Portfolio::default(), 0),
    ];
    for (cash, portfolio, raised_later) in histories {
        let entry = Inputs {
            cash,
            portfolio,
            demand: order(enter(23)),
            ..Inputs::default()
        };
        let entered = settled(&terms, &before, entry);
        let bought = entered.classes[1].fill.minted;
        assert_eq!(bought, 17_633_333); // 23 × 23 ÷ 30
        let mut demand = leave(0);
        demand.redemptions.market = bought;
        let exit = Inputs {
            cash: entered.trace.cash_after + raised_later,
            demand: order(demand),
            ..Inputs::default()
        };
        let residual = &settled(&terms, &entered.state, exit).classes[1];
        assert_eq!(residual.fill.paid, 22_999_999);
        assert_eq!(residual.value_after, 30_000_001);
    }
}

#[test]
fn a_deposit_that_only_fees_keep_within_the_range_stops_no_settlement() {
    // Loans nearly as large as an amount can be, of interest alone, more fees owed than a deposit brings, and no cash to pay them from.
    let terms = terms(vec![class(0, 0), class(0, 0)]);
    let mut before = state(&[0], &[0, 0]);
    before.fees = Fees::default().charge(30 * UNIT).unwrap();
    before.classes[1].supply = u128::MAX;
    let portfolio = Portfolio {
        performing: u128::MAX - UNIT,
        seized_debt: UNIT,
        ..Portfolio::default()
    };
    let inputs = |cash, entering| Inputs {
        cash,
        portfolio,
        demand: vec![enter(entering), Demand::default()],
        ..Inputs::default()
    };
    let entered = settled(&terms, &before, inputs(0, 20));
    assert_eq!(entered.trace.cash_after, 20 * UNIT);
    assert_eq!(entered.trace.value_after, u128::MAX - 11 * UNIT);
    let after = settled(&terms, &entered.state, inputs(20 * UNIT, 0));
    assert_eq!(after.trace.fees_funded, 20 * UNIT);
    assert_eq!(after.trace.value_after, entered.trace.value_after);
}

#[test]
fn who_is_alone_with_few_tokens_does_not_fill_the_index_of_those_who_follow() {
    // All but 1 001 base units of the residual have left, and 12 000 of the senior claim of 40 000 were given up, which makes them dear.
    // A coupon of 2 on them would be more per token than an index can tell; here a unit is 10⁹ of the usual ones.
    let units = |amount: u128| amount * 1_000_000_000;
    let residual = ClassTerms {
        policy: Policy::PayOut,
        ..class(0, 0)
    };
    let terms = terms(vec![class(0, 2_000), residual]);
    let mut alone = state(&[units(28_000)], &[units(28_000), 0]);
    alone.classes[1].supply = 1_001;
    alone.interest = units(2) * UNIT;
    let inputs = |cash, demand: [Demand; 2]| Inputs {
        cash: units(cash) * UNIT,
        demand: demand.into(),
        ..Inputs::default()
    };
    let stays = settled(&terms, &alone, inputs(40_002, Default::default()));
    assert_eq!(
        (stays.classes[1].payout.coupon, stays.classes[1].index),
        (0, 0)
    );
    // He leaves with it all.
    let out = Demand {
        redemptions: Waiting {
            market: 1_001,
            ..Waiting::default()
        },
        ..Demand::default()
    };
    let left = settled(
        &terms,
        &stays.state,
        inputs(40_002, [leave(units(28_000)), out]),
    );
    assert_eq!(left.classes[1].fill.paid, units(12_002) * UNIT);
    assert_eq!(left.trace.cash_after, 0);
    // Those who come after him are paid all of their coupon.
    let enter = [enter(units(400_000)), enter(units(100_000))];
    let mut entered = settled(&terms, &left.state, inputs(0, enter));
    assert_eq!(entered.classes[1].fill.deposited, units(100_000) * UNIT);
    entered.state.interest = units(500) * UNIT;
    let paid = settled(&terms, &entered.state, inputs(500_500, Default::default()));
    assert_eq!(paid.classes[1].payout.coupon, units(500) * UNIT);
}
