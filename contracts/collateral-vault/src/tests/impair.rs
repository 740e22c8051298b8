use super::{
    account, after, at_price, days, grown, impaired, market, overdue, parameters, performing, NOW,
};
use crate::loan::{Loan, Market};
use crate::Refused;
use finance::Timestamp;
use interfaces::collateral_vault::{Stressed, VaultError};
use interfaces::types::AccountId;

fn impair(loan: Loan, by: AccountId, market: &Market) -> Result<Loan, Refused> {
    after(loan, |loan| loan.impair(by, market))
}

fn restore(loan: Loan, market: &Market) -> Result<Loan, Refused> {
    after(loan, |loan| loan.restore(account(6), market))
}

fn call_margin(loan: Loan, market: &Market) -> Result<Loan, Refused> {
    after(loan, |loan| loan.call_margin(account(6), market))
}

fn later(now: Timestamp) -> Market {
    Market { now, ..market() }
}

#[test]
fn a_position_at_the_liquidation_ltv_is_healthy() {
    let limit = 4_000; // 1 000 × 5 × 80 %
    for debt in [0, 100, 4_000] {
        let refused = impair(performing(1_000, debt), account(6), &market());
        assert_eq!(refused, Err(VaultError::Healthy { debt, limit }.into()));
    }
}

#[test]
fn one_unit_more_is_unhealthy_and_stands_at_its_mark() {
    let loan = impair(performing(1_000, 4_001), account(6), &market());
    assert_eq!(loan, Ok(impaired(1_000, 4_001, 4_000))); // 5 000 × (1 − 20 %)
}

#[test]
fn a_healthy_debt_is_not_impaired_to_draw_on_insurance() {
    // The originator who also holds the residual would have 3 999 counted at its mark: he cannot.
    let refused = impair(performing(1_000, 3_999), account(1), &market());
    let healthy = VaultError::Healthy {
        debt: 3_999,
        limit: 4_000,
    };
    assert_eq!(refused, Err(healthy.into()));
    // Nor does impairing alone write anything off.
    let loan = impair(performing(1_000, 4_001), account(1), &at_price(3));
    assert_eq!(loan.unwrap().kind.written_off, 0);
}

#[test]
fn a_mark_follows_the_price_and_what_counts_as_owed_does_not_grow() {
    let loan = grown(impaired(1_000, 4_001, 4_000), 12);
    let anew = impair(loan, account(7), &at_price(4)).unwrap();
    let stressed = Stressed {
        debt: 4_001,
        principal: 4_001,
        mark: 3_200, // 4 000 × (1 − 20 %)
        collateral: 1_000,
    };
    assert_eq!(anew.kind.stressed, stressed);
    let by = anew.position.impairment.unwrap().by;
    assert_eq!(by, Some(account(6)), "who impaired it first is rewarded");
}

#[test]
fn more_collateral_raises_the_next_mark() {
    let loan = after(impaired(1_000, 4_001, 3_200), |loan| loan.lock(200)).unwrap();
    assert_eq!(loan.kind.stressed.mark, 3_200);
    let anew = impair(loan, account(7), &at_price(4)).unwrap();
    assert_eq!(anew.kind.stressed.mark, 3_840); // 1 200 × 4 × 80 %
    assert_eq!(anew.kind.stressed.collateral, 1_200);
}

#[test]
fn only_a_healthy_position_is_restored() {
    let loan = impaired(1_000, 4_000, 3_200);
    assert_eq!(
        restore(loan, &at_price(4)),
        Err(VaultError::Unhealthy.into())
    );
    assert_eq!(restore(loan, &market()), Ok(performing(1_000, 4_000)));
    let refused = restore(performing(1_000, 4_000), &market());
    assert_eq!(refused, Err(VaultError::NotImpaired.into()));
}

#[test]
fn a_restored_debt_counts_with_the_interest_of_the_time_between() {
    let loan = grown(impaired(2_000, 4_001, 4_000), 12);
    let restored = restore(loan, &market()).unwrap();
    assert_eq!(restored.debt(), Ok(4_802)); // 4 001 × 1.2 = 4 801.2
    assert_eq!(restored.kind.normalised_debt, 4_001);
    assert_eq!(restored.kind.stressed, Stressed::default());
}

#[test]
fn a_loan_is_overdue_after_its_term_and_once() {
    let loan = performing(1_000, 1_000);
    let mark = |loan, now| {
        after(loan, |loan| {
            loan.mark_overdue(account(5), parameters().late_rate, now)
        })
    };
    assert_eq!(mark(loan, NOW), Err(VaultError::NotDue.into()));
    let marked = mark(loan, days(1)).unwrap();
    assert_eq!(marked.position.overdue.unwrap().marked_at, days(1));
    assert_eq!(marked.late(days(1)), Ok(0), "not backwards");
    assert_eq!(mark(marked, days(2)), Err(VaultError::AlreadyMarked.into()));
    let refused = mark(performing(1_000, 0), days(1));
    assert_eq!(refused, Err(VaultError::NothingOwed.into()));
}

#[test]
fn an_overdue_loan_may_be_impaired_after_its_grace_whatever_its_ltv() {
    let loan = overdue(performing(1_000, 1_000)); // 20 %
    let healthy = VaultError::Healthy {
        debt: 1_000,
        limit: 4_000,
    };
    let refused = impair(loan, account(6), &later(days(3)));
    assert_eq!(refused, Err(healthy.into()));
    let after = later(Timestamp(days(3).0 + 1));
    let taken = impair(loan, account(6), &after).unwrap();
    assert_eq!(taken.kind.stressed.mark, 1_000);
    assert_eq!(restore(taken, &after), Err(VaultError::Unhealthy.into()));
}

#[test]
fn late_charges_never_count_in_the_pools_value() {
    let loan = overdue(performing(1_000, 4_001));
    let taken = impair(loan, account(6), &later(days(2))).unwrap();
    assert_eq!(taken.counted().unwrap().debt, 4_001);
    assert_eq!(taken.late(days(2)), Ok(9)); // 8.002
}

#[test]
fn a_margin_is_called_above_its_ltv_and_the_call_ends_below() {
    let loan = performing(1_000, 3_501); // 70 % of 5 000 is 3 500
    let called = call_margin(loan, &market()).unwrap();
    assert_eq!(called.position.called_at, Some(NOW));
    assert_eq!(called.kind, loan.kind);
    assert_eq!(
        call_margin(called, &market()),
        Err(VaultError::AlreadyMarked.into())
    );
    assert_eq!(call_margin(called, &at_price(6)), Ok(loan));
    let refused = call_margin(loan, &at_price(6));
    assert_eq!(refused, Err(VaultError::AlreadyMarked.into()));
}
