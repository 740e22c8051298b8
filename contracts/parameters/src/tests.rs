use crate::parameters::ParametersContract;
use finance::interest::PaceCurve;
use finance::{Period, Ratio};
use ink::env::test::{
    advance_block, default_accounts, recorded_events, set_block_timestamp, set_caller,
};
use ink::env::DefaultEnvironment;
use ink::scale::Decode;
use interfaces::collateral_vault::MAX_COLLATERAL_TYPES;
use interfaces::parameters::{
    AuctionParameters, Bounds, CollateralParameter, CollateralParameters, CollateralTerms,
    ParameterChanged, Parameters, ParametersError, ParametersTerms,
};
use interfaces::types::{AccountId, CollateralId};
use CollateralParameter::*;

const ETHER: CollateralId = CollateralId(0);
const GOLD: CollateralId = CollateralId(1);
const UNLISTED: CollateralId = CollateralId(2);
const DAY: u64 = 86_400_000;

fn usual() -> CollateralTerms {
    CollateralTerms {
        loans: CollateralParameters {
            borrow_ltv: Ratio::from_bps(7_000),
            margin_ltv: Ratio::from_bps(7_500),
            liquidation_ltv: Ratio::from_bps(8_000),
            target_ltv: Ratio::from_bps(7_000),
            whole_below: 1_000_000_000,
            haircut: Ratio::from_bps(2_000),
            debt_ceiling: 1_000_000_000_000,
            minimum_debt: 100_000_000,
            target_share: Ratio::from_bps(3_000),
            maximum_share: Ratio::from_bps(6_000),
            ltv_cut: Ratio::from_bps(1_000),
            surcharge: Ratio::from_bps(500),
            annual_rate: Ratio::from_bps(800),
            rate_cap: Ratio::from_bps(3_000),
            late_rate: Ratio::from_bps(400),
            longest_term: Period(365 * DAY),
            grace: Period(7 * DAY),
        },
        auctions: AuctionParameters {
            penalty: Ratio::from_bps(1_300),
            buffer: Ratio::from_bps(12_000),
            tail: Period::from_secs(3_600),
            cusp: Ratio::from_bps(4_000),
            cut: Ratio::ZERO,
            step: Period::from_secs(90),
            dust: 100_000_000,
            debt_limit: 1_000_000_000_000,
            total_limit: 2_000_000_000_000,
            start_reward: 5_000_000,
            start_share: Ratio::from_bps(10),
            mark_reward: 1_000_000,
        },
    }
}

fn alice() -> AccountId {
    default_accounts::<DefaultEnvironment>().alice
}

fn bob() -> AccountId {
    default_accounts::<DefaultEnvironment>().bob
}

fn terms(collateral: Vec<CollateralTerms>) -> ParametersTerms {
    ParametersTerms {
        governor: alice(),
        ramp: Period(7 * DAY),
        curve: PaceCurve::LEVEL,
        originator_ceiling: 1_000,
        collateral,
    }
}

/// Ether and gold with the usual parameters; Alice governs and is the caller.
fn store() -> ParametersContract {
    set_caller::<DefaultEnvironment>(alice());
    ParametersContract::new(terms(vec![usual(), usual()])).unwrap()
}

fn made_with(terms: ParametersTerms) -> Result<(), ParametersError> {
    ParametersContract::new(terms).map(|_| ())
}

fn with(parameter: CollateralParameter, value: u128) -> CollateralTerms {
    let mut changed = usual();
    changed.set(parameter, value);
    changed
}

fn out_of_bounds(parameter: CollateralParameter) -> Result<(), ParametersError> {
    let bounds = parameter.bounds();
    Err(ParametersError::OutOfBounds { parameter, bounds })
}

fn percent(whole: u128) -> u128 {
    whole * 10_000_000_000_000_000
}

fn assert_untouched(store: &ParametersContract) {
    assert_eq!(store.collateral(ETHER), Ok(usual()));
    assert_eq!(store.collateral(GOLD), Ok(usual()));
    assert_eq!(recorded_events().count(), 0);
}

/// The liquidation LTV in force, in basis points.
fn liquidation_ltv(store: &ParametersContract) -> u128 {
    let lending = store.lending(ETHER, bob()).unwrap();
    lending.parameters.liquidation_ltv.0 / Ratio::from_bps(1).0
}

#[ink::test]
fn there_are_no_more_types_than_a_vault_can_hold() {
    let most = vec![usual(); MAX_COLLATERAL_TYPES];
    assert_eq!(made_with(terms(most)), Ok(()));
    let more = vec![usual(); MAX_COLLATERAL_TYPES + 1];
    let refused = Err(ParametersError::TooManyCollateralTypes);
    assert_eq!(made_with(terms(more)), refused);
}

#[ink::test]
fn a_store_is_made_within_bounds_only() {
    let wide = with(Haircut, percent(90) + 1);
    let refused = made_with(terms(vec![usual(), wide]));
    assert_eq!(refused, out_of_bounds(Haircut));
}

#[ink::test]
fn a_store_is_not_made_with_a_ramp_that_is_none_or_never_ends() {
    for (ramp, made) in [
        (3_600_000, Ok(())),
        (3_600_000 - 1, Err(ParametersError::InvalidRamp)),
        (90 * DAY, Ok(())),
        (90 * DAY + 1, Err(ParametersError::InvalidRamp)),
    ] {
        let terms = ParametersTerms {
            ramp: Period(ramp),
            ..terms(vec![usual()])
        };
        assert_eq!(made_with(terms), made);
    }
}

#[ink::test]
fn a_store_is_not_made_with_borrowing_up_to_liquidation() {
    for parameter in [BorrowLtv, MarginLtv, TargetLtv] {
        let level = with(parameter, percent(80));
        let refused = Err(ParametersError::LtvsOutOfOrder);
        assert_eq!(made_with(terms(vec![level])), refused, "{parameter:?}");
    }
}

#[ink::test]
fn a_store_is_not_made_with_auctions_that_never_ask_less_than_the_market() {
    // 120 % × 75 % = 90 % of the market is the least an auction asks before its reset.
    assert_eq!(made_with(terms(vec![with(Cusp, percent(75))])), Ok(()));
    let dear = with(Cusp, percent(75) + 1);
    let refused = Err(ParametersError::CuspAboveMarket);
    assert_eq!(made_with(terms(vec![dear])), refused);
}

#[ink::test]
fn a_store_is_not_made_with_stairs_that_end_above_the_market() {
    // 40 steps of 90 seconds in an hour: 120 % × 99.3 %^40 = 90.6 %, 120 % × 99.2 %^40 = 87.0 %.
    let slow = with(Cut, percent(993) / 10);
    let refused = Err(ParametersError::CuspAboveMarket);
    assert_eq!(made_with(terms(vec![slow])), refused);
    let quick = with(Cut, percent(992) / 10);
    assert_eq!(made_with(terms(vec![quick])), Ok(()));
}

#[ink::test]
fn nobody_but_the_governor_sets() {
    let mut store = store();

    set_caller::<DefaultEnvironment>(bob());
    let refused = Err(ParametersError::NotTheGovernor);
    assert_eq!(store.set(ETHER, AnnualRate, percent(5)), refused);
    assert_eq!(store.set_curve(PaceCurve::LEVEL), refused);
    assert_eq!(store.set_originator_ceiling(bob(), Some(1)), refused);

    assert_untouched(&store);
}

#[ink::test]
fn an_unlisted_type_has_no_parameters() {
    let mut store = store();

    let unknown = ParametersError::UnknownCollateral;
    assert_eq!(store.set(UNLISTED, AnnualRate, percent(5)), Err(unknown));
    assert_eq!(store.collateral(UNLISTED), Err(unknown));
    assert_eq!(store.lending(UNLISTED, bob()), Err(unknown));
    assert_eq!(store.auction(UNLISTED), Err(unknown));

    assert_untouched(&store);
}

#[ink::test]
fn no_value_below_or_above_its_bounds_is_set() {
    let mut store = store();

    for parameter in CollateralParameter::ALL.iter().copied() {
        let Bounds { minimum, maximum } = store.bounds(parameter);
        let outside = [minimum.checked_sub(1), maximum.checked_add(1)];
        for value in outside.into_iter().flatten() {
            assert_eq!(store.set(ETHER, parameter, value), out_of_bounds(parameter));
        }
    }

    assert_untouched(&store);
}

#[ink::test]
fn a_tail_beyond_64_bits_is_out_of_bounds() {
    let mut store = store();

    // 2^64 + one hour: the hour alone would be allowed.
    let tail = (1 << 64) + 3_600_000;
    assert_eq!(store.set(ETHER, Tail, tail), out_of_bounds(Tail));

    assert_untouched(&store);
}

#[ink::test]
fn borrowing_stays_below_margin_and_margin_below_liquidation_from_either_side() {
    let mut store = store();

    let refused = Err(ParametersError::LtvsOutOfOrder);
    assert_eq!(store.set(ETHER, BorrowLtv, percent(75) + 1), refused);
    assert_eq!(store.set(ETHER, MarginLtv, percent(70) - 1), refused);
    assert_eq!(store.set(ETHER, LiquidationLtv, percent(75)), refused);
    let refused = Err(ParametersError::SharesOutOfOrder);
    assert_eq!(store.set(ETHER, TargetShare, percent(60) + 1), refused);
    assert_eq!(store.set(ETHER, MaximumShare, percent(30) - 1), refused);

    assert_untouched(&store);
}

#[ink::test]
fn both_ends_of_the_bounds_are_allowed() {
    for parameter in CollateralParameter::ALL.iter().copied() {
        let Bounds { minimum, maximum } = parameter.bounds();
        for value in [minimum, maximum] {
            let mut store = free(parameter);
            assert_eq!(store.set(ETHER, parameter, value), Ok(()), "{parameter:?}");
        }
    }
}

/// A store in which the other parameters leave `parameter` its whole range.
fn free(parameter: CollateralParameter) -> ParametersContract {
    let mut terms = usual();
    let (low, high) = match parameter {
        LiquidationLtv => (vec![BorrowLtv, MarginLtv, TargetLtv], vec![]),
        MaximumShare => (vec![TargetShare], vec![]),
        Cut => (vec![Step, Buffer], vec![]),
        Cusp | Buffer => (vec![Cusp, Buffer], vec![]),
        MarginLtv => (vec![BorrowLtv], vec![LiquidationLtv]),
        _ => (vec![], vec![LiquidationLtv, MarginLtv, MaximumShare]),
    };
    for low in low {
        terms.set(low, low.bounds().minimum);
    }
    for high in high {
        terms.set(high, high.bounds().maximum);
    }
    if parameter == Cut {
        terms.auctions.tail = Period(DAY);
    }
    set_caller::<DefaultEnvironment>(alice());
    ParametersContract::new(self::terms(vec![terms])).unwrap()
}

#[ink::test]
fn one_parameter_of_one_type_is_set_and_told() {
    for parameter in CollateralParameter::ALL.iter().copied() {
        let mut store = store();
        let start = recorded_events().count();
        let old = usual().get(parameter);
        let new = old + 1;

        assert_eq!(store.set(GOLD, parameter, new), Ok(()), "{parameter:?}");

        assert_eq!(store.collateral(GOLD), Ok(with(parameter, new)));
        assert_eq!(store.collateral(ETHER), Ok(usual()));
        assert_eq!(
            changes(start),
            [(GOLD, parameter, old, new)],
            "{parameter:?}"
        );
    }
}

#[ink::test]
fn a_parameter_may_be_set_to_the_value_it_has() {
    let mut store = store();

    assert_eq!(store.set(ETHER, AnnualRate, percent(8)), Ok(()));

    assert_eq!(store.collateral(ETHER), Ok(usual()));
    assert_eq!(changes(0), [(ETHER, AnnualRate, percent(8), percent(8))]);
}

#[ink::test]
fn readers_get_what_they_need() {
    let store = store();
    let lending = store.lending(GOLD, bob()).unwrap();
    assert_eq!(lending.parameters, usual().loans);
    assert_eq!(lending.curve, PaceCurve::LEVEL);
    assert_eq!(store.auction(GOLD), Ok(usual().auctions));
    assert_eq!(store.governor(), alice());
}

#[ink::test]
fn a_lowered_liquidation_ltv_comes_into_force_in_a_straight_line() {
    let mut store = store();
    set_block_timestamp::<DefaultEnvironment>(100 * DAY);
    store.set(ETHER, BorrowLtv, percent(50)).unwrap();
    store.set(ETHER, MarginLtv, percent(55)).unwrap();
    store.set(ETHER, TargetLtv, percent(50)).unwrap();
    store.set(ETHER, LiquidationLtv, percent(66)).unwrap();

    for (days, bps) in [(100, 8_000), (101, 7_800), (106, 6_800), (107, 6_600)] {
        set_block_timestamp::<DefaultEnvironment>(days * DAY);
        assert_eq!(liquidation_ltv(&store), bps);
    }
    // New loans go by the new borrow LTV at once.
    let lending = store.lending(ETHER, bob()).unwrap();
    assert_eq!(lending.parameters.borrow_ltv, Ratio::from_bps(5_000));
}

#[ink::test]
fn a_ramp_begins_anew_where_it_stands_and_not_for_the_value_it_goes_to() {
    let mut store = store();
    set_block_timestamp::<DefaultEnvironment>(0);
    store.set(ETHER, BorrowLtv, percent(50)).unwrap();
    store.set(ETHER, MarginLtv, percent(55)).unwrap();
    store.set(ETHER, TargetLtv, percent(50)).unwrap();
    store.set(ETHER, LiquidationLtv, percent(66)).unwrap();
    set_block_timestamp::<DefaultEnvironment>(DAY);
    store.set(ETHER, LiquidationLtv, percent(66)).unwrap();
    set_block_timestamp::<DefaultEnvironment>(2 * DAY);
    assert_eq!(liquidation_ltv(&store), 7_600);

    store.set(ETHER, LiquidationLtv, percent(62)).unwrap();
    assert_eq!(liquidation_ltv(&store), 7_600);
    set_block_timestamp::<DefaultEnvironment>(9 * DAY);
    assert_eq!(liquidation_ltv(&store), 6_200);
}

#[ink::test]
fn a_raised_liquidation_ltv_is_in_force_at_once() {
    let mut store = store();
    store.set(ETHER, LiquidationLtv, percent(85)).unwrap();
    assert_eq!(liquidation_ltv(&store), 8_500);
    advance_block::<DefaultEnvironment>();
    assert_eq!(liquidation_ltv(&store), 8_500);
}

#[ink::test]
fn an_originator_may_have_a_ceiling_of_his_own() {
    let mut store = store();
    let ceiling = |store: &ParametersContract, of| {
        let lending = store.lending(ETHER, of);
        lending.unwrap().originator_ceiling
    };
    store.set_originator_ceiling(bob(), Some(5)).unwrap();
    assert_eq!(
        (ceiling(&store, bob()), ceiling(&store, alice())),
        (5, 1_000)
    );
    store.set_originator_ceiling(bob(), None).unwrap();
    assert_eq!(ceiling(&store, bob()), 1_000);
}

#[ink::test]
fn the_pace_of_interest_stays_within_its_bounds() {
    let mut store = store();
    let curve = PaceCurve {
        at_zero: Ratio::from_bps(1_000),
        kink: Ratio::from_bps(9_900),
        at_kink: Ratio::from_bps(20_000),
        at_full: Ratio::from_bps(100_000),
    };
    assert_eq!(store.set_curve(curve), Ok(()));
    assert_eq!(store.lending(ETHER, bob()).unwrap().curve, curve);
    let less = |ratio: Ratio| Ratio(ratio.0 - 1);
    let more = |ratio: Ratio| Ratio(ratio.0 + 1);
    for invalid in [
        PaceCurve {
            at_zero: less(curve.at_zero),
            ..curve
        },
        PaceCurve {
            at_full: more(curve.at_full),
            ..curve
        },
        PaceCurve {
            kink: more(curve.kink),
            ..curve
        },
        PaceCurve {
            at_kink: less(curve.at_zero),
            ..curve
        },
    ] {
        let refused = Err(ParametersError::InvalidCurve);
        assert_eq!(store.set_curve(invalid), refused);
        let terms = ParametersTerms {
            curve: invalid,
            ..terms(vec![])
        };
        assert_eq!(made_with(terms), refused);
    }
}

/// What the events after the first `skipped` say.
fn changes(skipped: usize) -> Vec<(CollateralId, CollateralParameter, u128, u128)> {
    recorded_events()
        .skip(skipped)
        .map(|event| ParameterChanged::decode(&mut &event.data[..]).unwrap())
        .map(|event| (event.collateral, event.parameter, event.old, event.new))
        .collect()
}
