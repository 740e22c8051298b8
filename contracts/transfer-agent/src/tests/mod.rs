//! Rules of the agent that need no chain. Messages that call other contracts are tested in `e2e-tests`.

mod books;
mod desk;
mod wiring;

use std::collections::BTreeMap;

use finance::orders::{Mark, Point, Stake};
use finance::settlement::{ClassTrace, Trace};
use finance::{Period, Price, Timestamp};
use interfaces::tranche_pool::Settlement;
use interfaces::transfer_agent::AgentTerms;
use interfaces::types::{AccountId, Hash, TrancheId};

use crate::books::{BookId, Records, Shelf, Side};
use crate::desk::Desk;

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

/// What a contract would store beside the desk.
#[derive(Default)]
struct Drawer {
    ends: BTreeMap<(BookId, u32), Point>,
    marks: BTreeMap<(BookId, u32), Mark>,
    expiring: BTreeMap<(BookId, u32), Stake>,
}

impl Drawer {
    fn keep(&mut self, epoch: u32, records: Records) {
        let ends = records.ends.into_iter();
        self.ends
            .extend(ends.map(|(book, end)| ((book, end.generation), end)));
        let marks = records.marks.into_iter();
        self.marks
            .extend(marks.map(|(book, mark)| ((book, epoch), mark)));
    }
}

impl Shelf for Drawer {
    fn end_of(&self, book: BookId, generation: u32) -> Option<Point> {
        self.ends.get(&(book, generation)).copied()
    }

    fn mark(&self, book: BookId, epoch: u32) -> Option<Mark> {
        self.marks.get(&(book, epoch)).copied()
    }

    fn expiring(&self, book: BookId, epoch: u32) -> Option<Stake> {
        self.expiring.get(&(book, epoch)).copied()
    }
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
