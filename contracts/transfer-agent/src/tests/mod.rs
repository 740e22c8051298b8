//! Rules of the agent that need no chain. Messages that call other contracts are tested in `e2e-tests`.

mod books;
mod desk;
mod holding;
mod ledger;
mod wiring;

use finance::settlement::{ClassTrace, Trace};
use finance::{Period, Price, Timestamp};
use interfaces::tranche_pool::Settlement;
use interfaces::transfer_agent::AgentTerms;
use interfaces::types::{AccountId, Hash, TrancheId};

use crate::books::{Books, Side};
use crate::desk::Desk;
use crate::state::State;

const DAY: Period = Period::from_secs(86_400);
const START: Timestamp = Timestamp(1_000_000);
const SENIOR: TrancheId = TrancheId(0);

fn terms() -> AgentTerms {
    AgentTerms {
        cash: AccountId::from([7; 32]),
        pool: AccountId::from([8; 32]),
        tranches: 2,
        epoch_length: DAY,
        cut_off: Period(DAY.0 / 24),
        minimum_order: 100,
        configurator: [9; 32].into(),
        back_office: Hash::default(),
    }
}

/// An agent whose tokens are named.
fn state() -> State {
    let mut state = State::new(account(1), &terms(), START);
    state.desk = desk();
    state
}

fn desk() -> Desk {
    let mut desk = Desk::new(&terms(), START);
    desk.classes = vec![class(5), class(6)];
    desk
}

fn class(token: u8) -> Books {
    Books::new(account(token), false)
}

fn account(seed: u8) -> AccountId {
    [seed; 32].into()
}

fn settlement(classes: [ClassTrace; 2]) -> Settlement {
    Settlement {
        settled_at: START,
        portfolio: Default::default(),
        trace: Trace::default(),
        tranches: classes.into(),
    }
}

/// A class at a price of one.
fn at_par() -> ClassTrace {
    ClassTrace {
        entry: Price::ONE,
        exit: Price::ONE,
        ..ClassTrace::default()
    }
}
