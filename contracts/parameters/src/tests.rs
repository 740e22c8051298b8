use crate::parameters::ParametersContract;
use crate::{bounds, fields};
use finance::{Period, Ratio};
use ink::env::test::{default_accounts, recorded_events, set_caller};
use ink::env::DefaultEnvironment;
use ink::scale::Decode;
use interfaces::collateral_vault::MAX_COLLATERAL_TYPES;
use interfaces::parameters::{
    Bounds, CollateralParameter, CollateralParameters, ParameterChanged, Parameters,
    ParametersError,
};
use interfaces::types::CollateralId;
use CollateralParameter::*;

const ETHER: CollateralId = CollateralId(0);
const GOLD: CollateralId = CollateralId(1);
const UNLISTED: CollateralId = CollateralId(2);

fn usual() -> CollateralParameters {
    CollateralParameters {
        borrow_ltv: Ratio::from_bps(7_000),
        liquidation_ltv: Ratio::from_bps(8_000),
        annual_rate: Ratio::from_bps(800),
        debt_ceiling: 1_000_000_000_000,
        minimum_debt: 100_000_000,
        haircut: Ratio::from_bps(2_000),
        liquidation_penalty: Ratio::from_bps(1_300),
        auction_buffer: Ratio::from_bps(12_000),
        auction_tail: Period::from_secs(3_600),
        auction_cusp: Ratio::from_bps(4_000),
    }
}

/// Ether and gold with the usual parameters; Alice governs and is the caller.
fn store() -> ParametersContract {
    let alice = default_accounts::<DefaultEnvironment>().alice;
    set_caller::<DefaultEnvironment>(alice);
    ParametersContract::new(alice, vec![usual(), usual()]).unwrap()
}

fn made_with(collateral: Vec<CollateralParameters>) -> Result<(), ParametersError> {
    let governor = default_accounts::<DefaultEnvironment>().alice;
    ParametersContract::new(governor, collateral).map(|_| ())
}

fn out_of_bounds(parameter: CollateralParameter) -> Result<(), ParametersError> {
    let bounds = bounds::of(parameter);
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

#[ink::test]
fn there_are_no_more_types_than_a_vault_can_hold() {
    assert_eq!(made_with(vec![usual(); MAX_COLLATERAL_TYPES]), Ok(()));
    assert_eq!(
        made_with(vec![usual(); MAX_COLLATERAL_TYPES + 1]),
        Err(ParametersError::TooManyCollateralTypes)
    );
}

#[ink::test]
fn a_store_is_made_within_bounds_only() {
    let wide = fields::with(usual(), Haircut, percent(90) + 1);
    assert_eq!(made_with(vec![usual(), wide]), out_of_bounds(Haircut));
}

#[ink::test]
fn a_store_is_not_made_with_borrowing_up_to_liquidation() {
    let level = fields::with(usual(), BorrowLtv, percent(80));
    assert_eq!(
        made_with(vec![level]),
        Err(ParametersError::BorrowAboveLiquidation)
    );
}

#[ink::test]
fn a_store_is_not_made_with_auctions_that_never_ask_less_than_the_market() {
    // 120 % × 75 % = 90 % of the market is the least an auction asks before its reset.
    let last = fields::with(usual(), AuctionCusp, percent(75));
    assert_eq!(made_with(vec![last]), Ok(()));
    let dear = fields::with(usual(), AuctionCusp, percent(75) + 1);
    assert_eq!(made_with(vec![dear]), Err(ParametersError::CuspAboveMarket));
}

#[ink::test]
fn nobody_but_the_governor_sets() {
    let mut store = store();

    set_caller::<DefaultEnvironment>(default_accounts::<DefaultEnvironment>().bob);
    assert_eq!(
        store.set(ETHER, AnnualRate, percent(5)),
        Err(ParametersError::NotTheGovernor)
    );

    assert_untouched(&store);
}

#[ink::test]
fn an_unlisted_type_has_no_parameters() {
    let mut store = store();

    assert_eq!(
        store.set(UNLISTED, AnnualRate, percent(5)),
        Err(ParametersError::UnknownCollateral)
    );
    assert_eq!(
        store.collateral(UNLISTED),
        Err(ParametersError::UnknownCollateral)
    );

    assert_untouched(&store);
}

#[ink::test]
fn no_value_below_or_above_its_bounds_is_set() {
    let mut store = store();

    for parameter in fields::ALL {
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
    assert_eq!(
        store.set(ETHER, AuctionTail, tail),
        out_of_bounds(AuctionTail)
    );

    assert_untouched(&store);
}

#[ink::test]
fn borrowing_stays_below_liquidation_from_either_side() {
    let mut store = store();

    let refused = Err(ParametersError::BorrowAboveLiquidation);
    assert_eq!(store.set(ETHER, BorrowLtv, percent(80)), refused);
    assert_eq!(store.set(ETHER, LiquidationLtv, percent(70)), refused);

    assert_untouched(&store);
}

#[ink::test]
fn both_ends_of_the_bounds_are_allowed() {
    let mut store = store();
    // Each LTV, and cusp and buffer, where the other leaves its whole range free.
    store.set(ETHER, BorrowLtv, 0).unwrap();
    store.set(ETHER, AuctionBuffer, percent(100)).unwrap();
    store.set(GOLD, LiquidationLtv, percent(95)).unwrap();

    for parameter in fields::ALL {
        let Bounds { minimum, maximum } = store.bounds(parameter);
        let id = match parameter {
            LiquidationLtv | AuctionCusp => ETHER,
            _ => GOLD,
        };
        assert_eq!(store.set(id, parameter, minimum), Ok(()), "{parameter:?}");
        assert_eq!(store.set(id, parameter, maximum), Ok(()), "{parameter:?}");
    }
}

#[ink::test]
fn one_parameter_of_one_type_is_set_and_told() {
    for parameter in fields::ALL {
        let mut store = store();
        let start = recorded_events().count();
        let old = fields::get(&usual(), parameter);
        let new = old + 1;

        assert_eq!(store.set(GOLD, parameter, new), Ok(()));

        let changed = store.collateral(GOLD).unwrap();
        assert_eq!(fields::get(&changed, parameter), new);
        assert_eq!(fields::with(changed, parameter, old), usual());
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
fn the_governor_is_the_one_it_was_made_with() {
    let alice = default_accounts::<DefaultEnvironment>().alice;
    assert_eq!(store().governor(), alice);
}

#[ink::test]
fn bounds_are_these() {
    let store = store();
    let table = [
        (BorrowLtv, percent(0), percent(90)),
        (LiquidationLtv, percent(10), percent(95)),
        (AnnualRate, percent(0), percent(100)),
        (DebtCeiling, 0, u128::MAX),
        (MinimumDebt, 1, u128::MAX),
        (Haircut, percent(0), percent(90)),
        (LiquidationPenalty, percent(0), percent(30)),
        (AuctionBuffer, percent(100), percent(150)),
        (AuctionTail, 600_000, 86_400_000),
        (AuctionCusp, percent(10), percent(90)),
    ];
    assert_eq!(table.map(|(parameter, ..)| parameter), fields::ALL);
    for (parameter, minimum, maximum) in table {
        assert_eq!(store.bounds(parameter), Bounds { minimum, maximum });
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
