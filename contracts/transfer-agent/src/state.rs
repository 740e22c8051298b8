//! What the agent stores, and how all its code finds it: one layout, which its back office runs on as well.

use finance::orders::{Mark, OrderBook, Point, Stake};
use finance::{MathError, Timestamp};
use ink::storage::traits::ManualKey;
use ink::storage::{Lazy, Mapping};
use interfaces::async_vault::AsyncVaultError;
use interfaces::transfer_agent::{AgentError, AgentTerms};
use interfaces::types::{AccountId, Balance, Hash, TrancheId};
use interfaces::upgradeable::UpgradesCell;

use crate::books::{BookId, OneBook, Records, Shelf};
use crate::desk::Desk;
use crate::holding::Holding;

/// The agent's storage. Every message loads all but the lazy fields at once, and stores them when it changes anything.
#[cfg_attr(feature = "std", derive(Debug))]
#[ink::storage_item]
pub struct State {
    /// Never changed.
    pub fixed: Fixed,
    /// As many classes as in the terms, or none before their tokens are named; its ledger balances.
    pub desk: Desk,
    /// Valid, and never changed.
    pub terms: Lazy<AgentTerms, ManualKey<1>>,
    /// Present while an owner has an order or something to claim.
    pub holdings: Mapping<(TrancheId, AccountId), Holding, ManualKey<4>>,
    /// What settlements left beside the desk.
    pub cabinet: Cabinet,
    /// Owner and operator.
    pub operators: Mapping<(AccountId, AccountId), (), ManualKey<8>>,
    /// The governor of the deal replaces the code of the agent.
    pub upgrades: UpgradesCell,
}

/// What never changes and is often needed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Fixed {
    /// Who may name the tokens, once.
    pub deployer: AccountId,
    /// The cash token, as in the terms.
    pub cash: AccountId,
    /// As in the terms.
    pub minimum_order: Balance,
    /// As in the terms.
    pub back_office: Hash,
}

interfaces::decode_fields!(Fixed {
    deployer,
    cash,
    minimum_order,
    back_office,
});

/// What settlements left beside the desk.
#[cfg_attr(feature = "std", derive(Debug))]
#[ink::storage_item]
pub struct Cabinet {
    /// One record per ended generation of an order book.
    pub ends: Mapping<(BookId, u32), Point, ManualKey<5>>,
    /// One record per book and epoch at whose end orders came or went.
    pub marks: Mapping<(BookId, u32), Mark, ManualKey<6>>,
    /// All orders of a book that expire in an epoch, until it is settled.
    pub expiring: Mapping<(BookId, u32), Stake, ManualKey<7>>,
}

impl State {
    /// An agent with `terms` that begins `now`.
    pub fn new(deployer: AccountId, terms: &AgentTerms, now: Timestamp) -> Self {
        let mut state = Self {
            fixed: Fixed {
                deployer,
                cash: terms.cash,
                minimum_order: terms.minimum_order,
                back_office: terms.back_office,
            },
            desk: Desk::new(terms, now),
            terms: Lazy::new(),
            holdings: Mapping::new(),
            cabinet: Cabinet {
                ends: Mapping::new(),
                marks: Mapping::new(),
                expiring: Mapping::new(),
            },
            operators: Mapping::new(),
            upgrades: Lazy::new(),
        };
        state.terms.set(terms);
        state
    }

    /// The holding as stored, with all fills since then.
    pub fn holding(
        &self,
        tranche: TrancheId,
        owner: AccountId,
    ) -> Result<Holding, AsyncVaultError> {
        let books = self.desk.class(tranche)?;
        let mut holding = self.holdings.get((tranche, owner)).unwrap_or_default();
        holding.resolve(tranche, books, self.desk.epoch, &self.cabinet)?;
        Ok(holding)
    }

    /// The token of a class.
    pub fn token(&self, tranche: TrancheId) -> Result<AccountId, AsyncVaultError> {
        Ok(self.desk.class(tranche)?.token)
    }

    /// The terms; they are there from the constructor on.
    pub fn terms(&self) -> Result<AgentTerms, AgentError> {
        self.terms.get().ok_or(AgentError::NotBound)
    }
}

impl Cabinet {
    /// All orders of a book that expire after the settlement of `until`, as they stand in `epoch`.
    pub fn expiring_of(
        &self,
        id: BookId,
        until: u32,
        book: &OrderBook,
        epoch: u32,
    ) -> Result<Stake, MathError> {
        let all = self.expiring.get((id, until)).unwrap_or_default();
        let archive = OneBook {
            id,
            shelf: self,
            ended: None,
        };
        Ok(all.resolved(book, epoch, None, &archive)?.0)
    }

    /// Keeps what the settlement of `epoch` left.
    pub fn keep(&mut self, epoch: u32, records: &Records) {
        for (book, end) in &records.ends {
            self.ends.insert((*book, end.generation), end);
        }
        for (book, mark) in &records.marks {
            self.marks.insert((*book, epoch), mark);
            self.expiring.remove((*book, epoch));
        }
    }

    /// From now on `all` of the orders of a book expire after the settlement of `until`.
    pub fn expire(&mut self, id: BookId, until: u32, all: Stake) {
        self.expiring.insert((id, until), &all);
    }
}

impl Shelf for Cabinet {
    fn end_of(&self, book: BookId, generation: u32) -> Option<Point> {
        self.ends.get((book, generation))
    }

    fn mark(&self, book: BookId, epoch: u32) -> Option<Mark> {
        self.marks.get((book, epoch))
    }

    fn expiring(&self, book: BookId, epoch: u32) -> Option<Stake> {
        self.expiring.get((book, epoch))
    }
}
