//! Rules of the pool that need no chain. Messages that call other contracts are tested in `e2e-tests`.

mod lending;
mod settling;
mod terms;
mod wiring;

use finance::settlement::{settle, ClassTerms, Demand, Inputs, Portfolio, Settled, Terms};
use finance::{Period, Ratio, Timestamp};
use interfaces::tranche_pool::PoolTerms;
use interfaces::types::{AccountId, Balance, TrancheId};

use crate::pool::Pool;
use crate::settle::apply;

const DAY: Period = Period::from_secs(86_400);
const START: Timestamp = Timestamp(1_000_000);
const SENIOR: TrancheId = TrancheId(0);
/// No redemptions wait.
const NOBODY: [Balance; 3] = [0; 3];

fn tranche(rate_bps: u32, minimum_bps: u32) -> ClassTerms {
    ClassTerms {
        target_rate: Ratio::from_bps(rate_bps),
        minimum_subordination: Ratio::from_bps(minimum_bps),
        cap: u128::MAX,
        ..ClassTerms::default()
    }
}

/// Senior 5 % a year behind 40 %, mezzanine 9 % behind 15 %, junior.
fn terms() -> PoolTerms {
    PoolTerms {
        cash: AccountId::from([7; 32]),
        deal: Terms {
            classes: vec![tranche(500, 4_000), tranche(900, 1_500), tranche(0, 0)],
            ..Terms::default()
        },
        liquidity_buffer: Ratio::from_bps(500),
        close_reward: 0,
        fee_beneficiary: AccountId::from([8; 32]),
        insurance: AccountId::from([9; 32]),
        insured: false,
        premium: Ratio::ZERO,
    }
}

fn lent(performing: Balance) -> Portfolio {
    Portfolio {
        principal: performing,
        performing,
        ..Portfolio::default()
    }
}

/// Cash that waits to enter each class.
fn entering(amounts: [Balance; 3]) -> Vec<Demand> {
    let class = |amount| {
        let mut demand = Demand::default();
        demand.deposits.market = amount;
        demand
    };
    amounts.map(class).into()
}

/// What the waterfall answers about `pool`.
fn settled(pool: &Pool, portfolio: Portfolio, demand: Vec<Demand>, now: Timestamp) -> Settled {
    let inputs = Inputs {
        cash: pool.cash(),
        cover: 0,
        portfolio,
        demand,
        now,
    };
    settle(&terms().deal, pool.state.clone(), &inputs).unwrap()
}

/// 600, 250 and 150 million base units subscribed and issued one to one at the end of the first day.
fn funded() -> Pool {
    let mut pool = Pool::new(&terms(), START);
    let demand = entering([600_000_000, 250_000_000, 150_000_000]);
    let settled = settled(&pool, lent(0), demand, START.plus(DAY));
    apply(&mut pool, &settled, &lent(0), &NOBODY, 0).unwrap();
    pool
}
