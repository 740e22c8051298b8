//! Rules of the pool that need no chain. Messages that call other contracts are tested in `e2e-tests`.

mod settlement;
mod terms;
mod wiring;

use finance::{Period, Ratio, Timestamp};
use interfaces::collateral_vault::Portfolio;
use interfaces::tranche_pool::{PoolTerms, TrancheTerms};
use interfaces::types::{AccountId, Balance, TrancheId};

use crate::holding::Side;
use crate::pool::Pool;
use crate::settle::{settle, Settled};

const DAY: Period = Period::from_secs(86_400);
const START: Timestamp = Timestamp(1_000_000);
const SENIOR: TrancheId = TrancheId(0);
const MEZZANINE: TrancheId = TrancheId(1);
const JUNIOR: TrancheId = TrancheId(2);

fn tranche(rate_bps: u32, minimum_bps: u32) -> TrancheTerms {
    TrancheTerms {
        target_rate: Ratio::from_bps(rate_bps),
        minimum_subordination: Ratio::from_bps(minimum_bps),
        cap: u128::MAX,
    }
}

/// Senior 5 % a year behind 40 %, mezzanine 9 % behind 15 %, junior.
fn terms() -> PoolTerms {
    PoolTerms {
        cash: AccountId::from([7; 32]),
        tranches: vec![tranche(500, 4_000), tranche(900, 1_500), tranche(0, 0)],
        epoch_length: DAY,
        liquidity_buffer: Ratio::from_bps(500),
        penalty_beneficiary: AccountId::from([8; 32]),
    }
}

fn lent(performing: Balance) -> Portfolio {
    Portfolio {
        performing,
        ..Portfolio::default()
    }
}

fn order_deposit(pool: &mut Pool, id: TrancheId, amount: Balance) {
    pool.ledger.receive_order(amount).unwrap();
    pool.tranche_mut(id)
        .unwrap()
        .book_mut(Side::Deposit)
        .place(amount)
        .unwrap();
}

fn order_redemption(pool: &mut Pool, id: TrancheId, amount: Balance) {
    pool.tranche_mut(id)
        .unwrap()
        .book_mut(Side::Redemption)
        .place(amount)
        .unwrap();
}

fn settle_at(pool: Pool, portfolio: Portfolio, now: Timestamp) -> Settled {
    settle(pool, portfolio, DAY, now).unwrap()
}

/// 600, 250 and 150 million base units subscribed and issued one to one at the end of the first day.
fn funded() -> Pool {
    let mut pool = Pool::new(&terms(), START);
    order_deposit(&mut pool, SENIOR, 600_000_000);
    order_deposit(&mut pool, MEZZANINE, 250_000_000);
    order_deposit(&mut pool, JUNIOR, 150_000_000);
    settle_at(pool, lent(0), START.plus(DAY)).pool
}

/// The funded pool with 800 million lent out at once.
fn deployed() -> Pool {
    let mut pool = funded();
    pool.draw(800_000_000, &lent(800_000_000), terms().liquidity_buffer)
        .unwrap();
    pool
}
