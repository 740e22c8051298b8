mod collateral;
mod contract;
mod draw;
mod interest;
mod invariants;
mod portfolio;
mod repay;
mod seize;
mod sell;

use crate::book::listed;
use crate::loan::{Loan, Market};
use finance::valuation::Quote;
use finance::{Growth, Period, Price, Ratio, Timestamp};
use interfaces::collateral_vault::{CollateralType, Listing, Position, Seized, Standing};
use interfaces::parameters::CollateralParameters;
use interfaces::types::{AccountId, AssetId, CollateralId};

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

/// Collateral at 5, borrow LTV 60 %, liquidation LTV 80 %, haircut 20 %.
fn market() -> Market {
    Market {
        price: price(5),
        parameters: CollateralParameters {
            borrow_ltv: Ratio::from_bps(6_000),
            liquidation_ltv: Ratio::from_bps(8_000),
            annual_rate: Ratio::from_bps(1_000),
            debt_ceiling: 10_000,
            minimum_debt: 100,
            haircut: Ratio::from_bps(2_000),
            liquidation_penalty: Ratio::from_bps(1_000),
            auction_buffer: Ratio::from_bps(12_000),
            auction_tail: Period::from_secs(3_600),
            auction_cusp: Ratio::from_bps(4_000),
        },
    }
}

/// A type on which nobody holds or owes anything.
fn untouched() -> CollateralType {
    let listing = Listing {
        token: account(9),
        asset: AssetId(0),
    };
    listed(&listing, Quote::new(6, 6).unwrap(), Timestamp(0))
}

/// The only position of its type; the index is one and all of `debt` is principal.
fn performing(collateral: u128, debt: u128) -> Loan {
    Loan {
        position: position(
            collateral,
            Standing::Performing {
                normalised_debt: debt,
                principal: debt,
            },
        ),
        kind: CollateralType {
            normalised_debt: debt,
            principal: debt,
            held: collateral,
            ..untouched()
        },
    }
}

/// The only position of its type, in auction; all of the collateral backs the debt and all of that is
/// principal.
fn seized(collateral: u128, debt: u128, mark: u128) -> Loan {
    let seized = Seized {
        debt,
        principal: debt,
        mark,
        collateral,
    };
    in_auction(collateral, seized)
}

/// The only position of its type, in auction.
fn in_auction(held: u128, seized: Seized) -> Loan {
    Loan {
        position: position(held, Standing::Seized(seized)),
        kind: CollateralType {
            held,
            seized,
            ..untouched()
        },
    }
}

fn position(collateral: u128, standing: Standing) -> Position {
    Position {
        originator: originator(),
        collateral_type: CollateralId(0),
        collateral,
        standing,
    }
}

/// The same loan when the index has grown to `tenths` ÷ 10.
fn grown(loan: Loan, tenths: u128) -> Loan {
    let mut loan = loan;
    loan.kind.index.growth = Growth(Growth::ONE.0 / 10 * tenths);
    loan
}
