mod contract;
mod opening;
mod reset;
mod rewards;
mod sale;
mod take;
mod walk;

use crate::auction::{Bid, DutchAuction};
use finance::valuation::Quote;
use finance::{Period, Price, Ratio, Timestamp};
use interfaces::collateral_vault::Seizure;
use interfaces::parameters::AuctionParameters;
use interfaces::types::{AccountId, AuctionId, CollateralId, PositionId};

const START: Timestamp = Timestamp(1_000_000);
/// The dearest price there is: a taker who would pay anything.
const ANY: Price = Price(u128::MAX);

/// A price in hundredths of a base unit of cash per base unit of collateral: both tokens have six
/// decimals.
fn hundredths(price: u128) -> Price {
    Price(price * 10_000_000_000_000_000)
}

/// `seconds` after the auction began.
fn at(seconds: u64) -> Timestamp {
    START.plus(Period::from_secs(seconds))
}

fn parameters() -> AuctionParameters {
    AuctionParameters {
        penalty: Ratio::from_bps(1_000),
        buffer: Ratio::from_bps(12_000),
        tail: Period::from_secs(3_600),
        cusp: Ratio::from_bps(4_000),
        cut: Ratio::ZERO,
        step: Period::from_secs(60),
        dust: 100,
        debt_limit: 10_000,
        total_limit: 20_000,
        start_reward: 20,
        start_share: Ratio::from_bps(100),
        mark_reward: 5,
    }
}

/// For any lot.
const ROOM: u128 = 10_000;

fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

fn seizure() -> Seizure {
    Seizure {
        lot: AuctionId(3),
        originator: account(9),
        collateral_type: CollateralId(2),
        collateral: 1_000,
        debt: 3_000,
        price: hundredths(400),
        quote: Quote::new(6, 6).unwrap(),
        impaired_by: None,
        overdue_by: None,
    }
}

/// 1 000 of collateral for 3 000 of debt and 300 of penalty, asked for at 4.80 to begin with.
fn auction() -> DutchAuction {
    DutchAuction::open(PositionId(7), &seizure(), &parameters(), ROOM, START).unwrap()
}

/// The same lot with less to raise.
fn auction_due(debt: u128, penalty: u128) -> DutchAuction {
    let mut auction = auction();
    auction.0.debt = debt;
    auction.0.penalty = penalty;
    auction.0.counted = debt + penalty;
    auction
}

/// A bid at any price, in time until the end of the second hour.
fn bid(wanted: u128) -> Bid {
    Bid {
        wanted,
        max_price: ANY,
        deadline: at(7_200),
    }
}
