use super::{grown, in_auction, market, performing, price, seized};
use crate::loan::Market;
use finance::Ratio;
use interfaces::collateral_vault::{Seized, Standing, VaultError};

#[test]
fn a_position_is_seized_once() {
    let refused = seized(1_000, 4_001, 4_000).seize(&market());
    assert_eq!(refused, Err(VaultError::PositionSeized));
}

#[test]
fn a_position_at_the_liquidation_ltv_is_healthy() {
    let limit = 4_000; // 1 000 × 5 × 80 %
    for debt in [0, 100, 4_000] {
        let refused = performing(1_000, debt).seize(&market());
        assert_eq!(refused, Err(VaultError::Healthy { debt, limit }));
    }
}

#[test]
fn one_unit_more_is_unhealthy_and_stands_at_its_mark() {
    let taken = performing(1_000, 4_001).seize(&market());
    assert_eq!(taken, Ok(seized(1_000, 4_001, 4_000))); // 5 000 × (1 − 20 %)
}

#[test]
fn the_mark_is_no_higher_than_the_debt() {
    let mut market = market();
    market.parameters.haircut = Ratio::from_bps(1_000);
    let taken = performing(1_000, 4_001).seize(&market); // 5 000 × (1 − 10 %) = 4 500
    assert_eq!(taken, Ok(seized(1_000, 4_001, 4_001)));
}

#[test]
fn a_fallen_price_makes_the_debt_stressed() {
    let market = Market {
        price: price(2),
        ..market()
    };
    let taken = performing(1_000, 3_000).seize(&market);
    assert_eq!(taken, Ok(seized(1_000, 3_000, 1_600))); // 2 000 × (1 − 20 %)
}

#[test]
fn interest_counts_and_rounds_up() {
    // ⌈2 353 × 1.7 = 4 000.1⌉ is over 4 000.
    let taken = grown(performing(1_000, 2_353), 17).seize(&market());
    let seized = Seized {
        debt: 4_001,
        principal: 2_353,
        mark: 4_000,
        collateral: 1_000,
    };
    assert_eq!(taken, Ok(grown(in_auction(1_000, seized), 17)));
}

#[test]
fn the_other_positions_of_the_type_stay_as_they_are() {
    let mut loan = performing(1_000, 4_001);
    loan.kind.normalised_debt = 4_001 + 700;
    loan.kind.principal = 4_001 + 690;
    loan.kind.held = 1_000 + 300 + 50;
    loan.kind.seized = Seized {
        debt: 90,
        principal: 70,
        mark: 80,
        collateral: 50,
    };
    let taken = loan.seize(&market()).unwrap();
    assert_eq!(taken.kind.normalised_debt, 700);
    assert_eq!(taken.kind.principal, 690);
    assert_eq!(taken.kind.held, 1_350);
    let expected = Seized {
        debt: 90 + 4_001,
        principal: 70 + 4_001,
        mark: 80 + 4_000,
        collateral: 50 + 1_000,
    };
    assert_eq!(taken.kind.seized, expected);
    let standing = Standing::Seized(Seized {
        debt: 4_001,
        principal: 4_001,
        mark: 4_000,
        collateral: 1_000,
    });
    assert_eq!(taken.position.standing, standing);
}
