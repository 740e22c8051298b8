mod collateral;
mod contract;
mod draw;
mod impair;
mod interest;
mod portfolio;
mod repay;
mod seize;
mod sell;
mod walk;

use crate::book::listed;
use crate::loan::{Loan, Market};
use crate::Refused;
use finance::valuation::Quote;
use finance::{Growth, Period, Price, Ratio, Timestamp};
use interfaces::collateral_vault::{CollateralType, Impairment, Listing, Position, Stressed};
use interfaces::parameters::CollateralParameters;
use interfaces::types::{AccountId, AssetId, CollateralId};

const NOW: Timestamp = Timestamp(1_000_000_000);
const DAY: Period = Period::from_secs(86_400);

fn account(seed: u8) -> AccountId {
    AccountId::from([seed; 32])
}

fn originator() -> AccountId {
    account(1)
}

/// A price in base units of cash per base unit of collateral: both tokens have six decimals.
fn price(whole: u128) -> Price {
    Price(whole * Price::ONE.0)
}

/// Borrow LTV 60 %, liquidation LTV 80 %, haircut 20 %, debts of at least 100, and a type that may be half of the
/// pool.
fn parameters() -> CollateralParameters {
    CollateralParameters {
        borrow_ltv: Ratio::from_bps(6_000),
        margin_ltv: Ratio::from_bps(7_000),
        liquidation_ltv: Ratio::from_bps(8_000),
        target_ltv: Ratio::from_bps(6_000),
        whole_below: 1_000,
        haircut: Ratio::from_bps(2_000),
        debt_ceiling: 10_000,
        minimum_debt: 100,
        target_share: Ratio::from_bps(3_000),
        maximum_share: Ratio::from_bps(5_000),
        ltv_cut: Ratio::from_bps(2_000),
        surcharge: Ratio::from_bps(400),
        annual_rate: Ratio::from_bps(1_000),
        rate_cap: Ratio::from_bps(10_000),
        late_rate: Ratio::from_bps(3_650),
        longest_term: Period(30 * DAY.0),
        grace: Period(3 * DAY.0),
        is_open: true,
    }
}

/// Collateral at 5.
fn market() -> Market {
    Market {
        price: price(5),
        higher: price(6),
        parameters: parameters(),
        now: NOW,
    }
}

fn at_price(whole: u128) -> Market {
    Market {
        price: price(whole),
        ..market()
    }
}

/// The loan after a change, and what the change returns; a refused one leaves `loan` as it is.
fn with<T, E>(
    loan: Loan,
    change: impl FnOnce(&mut Loan) -> Result<T, E>,
) -> Result<(Loan, T), Refused>
where
    Refused: From<E>,
{
    let mut changed = loan;
    let returned = change(&mut changed)?;
    Ok((changed, returned))
}

/// [`with`] a change that returns nothing.
fn after<E>(loan: Loan, change: impl FnOnce(&mut Loan) -> Result<(), E>) -> Result<Loan, Refused>
where
    Refused: From<E>,
{
    with(loan, change).map(|(changed, ())| changed)
}

/// A type on which nobody holds or owes anything.
fn untouched() -> CollateralType {
    let listing = Listing {
        token: account(9),
        asset: AssetId(0),
    };
    listed(&listing, Quote::new(6, 6).unwrap(), Timestamp(0))
}

/// The only position of its type; the index is one and all of `debt` is principal. It is due at [`NOW`], and the
/// minimum of 100 is noted.
fn performing(collateral: u128, debt: u128) -> Loan {
    Loan {
        position: Position {
            originator: originator(),
            collateral_type: CollateralId(0),
            collateral,
            normalised_debt: debt,
            principal: debt,
            impairment: None,
            due_at: NOW,
            overdue: None,
            called_at: None,
            lots: 0,
        },
        kind: CollateralType {
            normalised_debt: debt,
            principal: debt,
            held: collateral,
            minimum_debt: 100,
            ..untouched()
        },
    }
}

/// The only position of its type, impaired by account 6.
fn impaired(collateral: u128, debt: u128, mark: u128) -> Loan {
    let mut loan = performing(collateral, debt);
    let stressed = Stressed {
        debt,
        principal: debt,
        mark,
        collateral,
    };
    let by = Some(account(6));
    loan.position.impairment = Some(Impairment { stressed, by });
    (loan.kind.normalised_debt, loan.kind.principal) = (0, 0);
    loan.kind.stressed = stressed;
    loan
}

/// The same loan when the index has grown to `tenths` ÷ 10.
fn grown(loan: Loan, tenths: u128) -> Loan {
    let mut loan = loan;
    loan.kind.index.growth = Growth(Growth::ONE.0 / 10 * tenths);
    loan
}

/// The same loan, overdue since [`NOW`] at 36.5 % a year, a thousandth a day, marked by account 5.
fn overdue(loan: Loan) -> Loan {
    let late = parameters().late_rate;
    let after = Timestamp(NOW.0 + 1);
    let mut marked = loan;
    marked.mark_overdue(account(5), late, after).unwrap();
    let overdue = marked.position.overdue.as_mut().unwrap();
    (overdue.marked_at, overdue.charged_at) = (NOW, NOW);
    marked
}

fn days(days: u64) -> Timestamp {
    NOW.plus(Period(days * DAY.0))
}
