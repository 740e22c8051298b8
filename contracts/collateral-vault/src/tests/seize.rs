use super::{account, at_price, days, grown, impaired, market, overdue, performing, price, with};
use crate::loan::{Loan, Market};
use crate::Refused;
use finance::{Ratio, Timestamp};
use interfaces::collateral_vault::{Cut, Lot, Sale, Seizure, Stressed, VaultError};
use interfaces::types::{AuctionId, CollateralId, PositionId};

const POSITION: PositionId = PositionId(3);
const LOT: AuctionId = AuctionId(7);

/// No penalty and room for everything.
const WIDE: Cut = Cut {
    room: 1_000_000,
    penalty: Ratio::ZERO,
};

fn seize(loan: Loan, market: &Market) -> Result<(Loan, Lot), Refused> {
    cut(loan, &WIDE, market)
}

fn cut(loan: Loan, cut: &Cut, market: &Market) -> Result<(Loan, Lot), Refused> {
    with(loan, |loan| {
        Ok::<_, Refused>(loan.seize(LOT, POSITION, cut, market)?.0)
    })
}

fn lot(collateral: u128, stressed: Stressed) -> Lot {
    Lot {
        position: POSITION,
        collateral,
        stressed,
        uncounted: 0,
    }
}

/// A position of which everything is in its only lot.
fn emptied(collateral: u128, stressed: Stressed) -> Loan {
    let mut loan = performing(0, 0);
    loan.position.lots = 1;
    loan.kind.held = collateral;
    loan.kind.stressed = stressed;
    loan
}

#[test]
fn the_engine_is_told_what_to_raise_and_who_found_the_loan_bad() {
    let mut loan = overdue(grown(impaired(1_000, 3_000, 2_400), 12)); // owes 3 600
    let (originator, quote) = (loan.position.originator, loan.kind.quote);
    let (_, seizure) = loan.seize(LOT, POSITION, &WIDE, &at_price(3)).unwrap();
    let told = Seizure {
        lot: LOT,
        originator,
        collateral_type: CollateralId(0),
        collateral: 1_000,
        debt: 3_600,
        price: at_price(3).higher,
        quote,
        impaired_by: Some(account(6)),
        overdue_by: Some(account(5)),
    };
    assert_eq!(seizure, told);
}

#[test]
fn a_healthy_position_is_not_seized() {
    let limit = 4_000; // 1 000 × 5 × 80 %
    let refused = seize(performing(1_000, 4_000), &market());
    assert_eq!(
        refused,
        Err(VaultError::Healthy { debt: 4_000, limit }.into())
    );
    let refused = seize(performing(1_000, 0), &market());
    assert_eq!(refused, Err(VaultError::NothingOwed.into()));
}

#[test]
fn a_position_past_help_goes_as_a_whole_and_stands_at_its_mark() {
    // 3 000 on 4 000 × 80 % = 3 200 would do at 4, but not at 3: the whole debt on 3 000 × 80 %.
    let taken = seize(performing(1_000, 3_000), &at_price(3)).unwrap();
    let stressed = Stressed {
        debt: 3_000,
        principal: 3_000,
        mark: 2_400,
        collateral: 1_000,
    };
    assert_eq!(taken, (emptied(1_000, stressed), lot(1_000, stressed)));
}

#[test]
fn just_enough_goes_that_the_rest_is_at_its_target() {
    // 8 200 on 10 000, target 60 %, and 1 ÷ (1 − 20 %) = 1.25 of collateral for the debt:
    // (8 200 − 6 000) ÷ (1 − 0.75) = 8 800 is more than all, so the haircut is lower here: 10 %.
    let mut market = at_price(10);
    market.parameters.haircut = Ratio::from_bps(1_000);
    // 2 200 ÷ (1 − 60 % × 1.111…) = 6 600, backed by 7 333.3… of 10 000.
    let (left, lot) = seize(performing(1_000, 8_200), &market).unwrap();
    assert_eq!((lot.stressed.debt, lot.collateral), (6_601, 733));
    assert_eq!((left.debt(), left.position.collateral), (Ok(1_599), 267));
    assert_eq!(left.position.principal, 1_599);
    assert_eq!(left.position.lots, 1);
    // 1 599 ÷ 2 670 = 59.9 %
    assert!(left.position.impairment.is_none());
    assert_eq!(left.kind.held, 1_000);
    assert_eq!(lot.stressed.mark, 6_597); // 7 330 × 90 %: one base unit of collateral short
}

#[test]
fn room_limits_what_goes() {
    let terms = Cut {
        room: 1_100,
        penalty: Ratio::from_bps(1_000),
    };
    let loan = performing(1_000, 3_000);
    let (left, lot) = cut(loan, &terms, &at_price(3)).unwrap();
    // 1 100 ÷ 1.1 = 1 000, and its share of the collateral.
    assert_eq!((lot.stressed.debt, lot.collateral), (1_000, 333));
    assert_eq!((left.debt(), left.position.collateral), (Ok(2_000), 667));
    let none = Cut { room: 109, ..terms };
    let refused = cut(loan, &none, &at_price(3));
    assert_eq!(refused, Err(VaultError::NoRoom.into())); // less than the minimum of 100
}

#[test]
fn a_debt_up_to_the_floor_goes_as_a_whole() {
    let mut market = at_price(10);
    market.parameters.haircut = Ratio::from_bps(1_000);
    market.parameters.whole_below = 8_200;
    let (left, lot) = seize(performing(1_000, 8_200), &market).unwrap();
    assert_eq!((lot.stressed.debt, lot.collateral), (8_200, 1_000));
    assert_eq!(left.debt(), Ok(0));
}

#[test]
fn an_overdue_loan_goes_as_a_whole_with_its_late_charges_uncounted() {
    let loan = overdue(performing(1_000, 2_000)); // 40 %
    let now = Timestamp(days(3).0 + 1);
    let after = Market { now, ..market() };
    assert!(seize(loan, &market()).is_err());
    let (left, lot) = seize(loan, &after).unwrap();
    assert_eq!(lot.stressed.debt, 2_000);
    assert_eq!(lot.uncounted, 7); // 2 000 × 0.1 % × 3 days, and a millisecond
    assert_eq!(left.position.overdue, None);
    assert_eq!(left.kind.stressed, lot.stressed);
}

#[test]
fn a_part_of_an_overdue_loan_leaves_its_charges_with_the_rest() {
    let terms = Cut {
        room: 1_000,
        penalty: Ratio::ZERO,
    };
    let now = Timestamp(days(3).0 + 1);
    let after = Market { now, ..market() };
    let loan = overdue(performing(1_000, 2_000));
    let (left, lot) = cut(loan, &terms, &after).unwrap();
    assert_eq!((lot.stressed.debt, lot.uncounted), (1_000, 0));
    assert_eq!((left.debt(), left.late(now)), (Ok(1_000), Ok(7)));
    assert_eq!(loan.position.overdue.unwrap().by, Some(account(5)));
    assert_eq!(left.position.overdue.unwrap().by, None, "paid once");
}

#[test]
fn interest_since_the_impairment_is_raised_and_not_counted() {
    let loan = grown(impaired(1_000, 3_000, 2_400), 12); // owes 3 600
    let (left, lot) = seize(loan, &at_price(3)).unwrap();
    let stressed = Stressed {
        debt: 3_000,
        principal: 3_000,
        mark: 2_400,
        collateral: 1_000,
    };
    assert_eq!((lot.stressed, lot.uncounted), (stressed, 600));
    assert_eq!(left.kind.stressed, stressed);
    assert_eq!(left.position.impairment, None);
}

#[test]
fn a_part_of_an_impaired_position_leaves_the_rest_impaired_at_the_market() {
    let terms = Cut {
        room: 1_200,
        penalty: Ratio::ZERO,
    };
    let loan = grown(impaired(1_000, 3_000, 2_400), 12);
    let (left, lot) = cut(loan, &terms, &at_price(3)).unwrap();
    // A third of 3 600, of 3 000 counted, and of 1 000 collateral.
    assert_eq!((lot.stressed.debt, lot.uncounted), (1_000, 200));
    assert_eq!(lot.collateral, 333);
    assert_eq!(lot.stressed.mark, 799); // 999 × 80 %
    let rest = left.position.impairment.unwrap();
    assert_eq!(rest.by, None, "paid once");
    let stressed = Stressed {
        debt: 2_000,
        principal: 2_000,
        mark: 1_600, // 667 × 3 × 80 % = 1 600.8
        collateral: 667,
    };
    assert_eq!(rest.stressed, stressed);
    assert_eq!(left.debt(), Ok(2_400));
    assert_eq!(left.kind.stressed.debt, 3_000);
    assert_eq!(left.kind.stressed.mark, 799 + 1_600);
}

#[test]
fn the_other_positions_of_the_type_stay_as_they_are() {
    let mut loan = performing(1_000, 3_000);
    loan.kind.normalised_debt += 700;
    loan.kind.principal += 690;
    loan.kind.held += 300 + 50;
    let others = Stressed {
        debt: 90,
        principal: 70,
        mark: 80,
        collateral: 50,
    };
    loan.kind.stressed = others;
    let (left, lot) = seize(loan, &at_price(3)).unwrap();
    assert_eq!((left.kind.normalised_debt, left.kind.principal), (700, 690));
    assert_eq!(left.kind.held, 1_350);
    assert_eq!(left.kind.stressed.debt, 90 + lot.stressed.debt);
    assert_eq!(left.kind.stressed.collateral, 50 + 1_000);
}

#[test]
fn what_backs_hardly_anything_goes_beyond_the_room_and_is_written_off() {
    // 1 000 owed on 33 that are worth 99: less than a loan of the least size.
    let little = Cut { room: 300, ..WIDE };
    let certain = |whole| Market {
        higher: price(whole),
        ..at_price(whole)
    };
    let (mut left, mut all) = cut(performing(33, 1_000), &little, &certain(3)).unwrap();
    assert_eq!((all.collateral, all.stressed.debt), (33, 1_000));
    let sale = Sale {
        to: account(4),
        collateral: 33,
        debt: 99,
        last: true,
        receiver: None,
    };
    left.sell(&mut all, &sale).unwrap();
    assert_eq!(left.close(&all, days(1)), Ok(901));
    // Worth the least size it goes in parts.
    let (_, part) = cut(performing(34, 1_000), &little, &certain(3)).unwrap();
    assert_eq!((part.collateral, part.stressed.debt), (10, 300));
    let (_, part) = cut(performing(25, 1_000), &little, &certain(4)).unwrap();
    assert_eq!((part.collateral, part.stressed.debt), (7, 300));
    // So does what may be worth more than the lower of two prices.
    let (_, part) = cut(performing(33, 1_000), &little, &at_price(3)).unwrap();
    assert_eq!((part.collateral, part.stressed.debt), (9, 300));
}

#[test]
fn debt_that_came_back_without_collateral_waits_for_the_other_lots() {
    let mut loan = impaired(0, 500, 0);
    loan.position.lots = 1;
    let refused = seize(loan, &market());
    assert_eq!(refused, Err(VaultError::InsufficientCollateral.into()));
}
