//! What the agent stores, and how all its code finds it: one layout, which its back office runs on as well.

use finance::orders::{Mark, Point, Stake};
use ink::prelude::vec::Vec;
use ink::storage::traits::ManualKey;
use ink::storage::{Lazy, Mapping};
use interfaces::async_vault::AsyncVaultError;
use interfaces::transfer_agent::{AgentError, AgentTerms};
use interfaces::types::{AccountId, Balance, Hash, TrancheId};

use crate::books::{BookId, Shelf};
use crate::desk::Desk;
use crate::holding::Holding;

/// The agent's storage. The first fields are loaded and stored by every message.
#[cfg_attr(feature = "std", derive(Debug))]
#[ink::storage_item]
pub struct State {
    /// Who may name the tokens, once.
    pub deployer: AccountId,
    /// The cash token, as in the terms.
    pub cash: AccountId,
    /// As in the terms.
    pub minimum_order: Balance,
    /// As in the terms.
    pub back_office: Hash,
    /// Whether the tokens are named.
    pub is_bound: bool,
    /// Valid, and never changed.
    pub terms: Lazy<AgentTerms, ManualKey<1>>,
    /// Empty until named, then as many as there are tranches, and never changed.
    pub tokens: Lazy<Vec<AccountId>, ManualKey<2>>,
    /// As many classes as in the terms; its ledger balances.
    pub desk: Lazy<Desk, ManualKey<3>>,
    /// Present while an owner has an order or something to claim.
    pub holdings: Mapping<(TrancheId, AccountId), Holding, ManualKey<4>>,
    /// One record per ended generation of an order book.
    pub ends: Mapping<(BookId, u32), Point, ManualKey<5>>,
    /// One record per book and epoch at whose end orders came or went.
    pub marks: Mapping<(BookId, u32), Mark, ManualKey<6>>,
    /// All orders of a book that expire in an epoch, until it is settled.
    pub expiring: Mapping<(BookId, u32), Stake, ManualKey<7>>,
    /// Owner and operator.
    pub operators: Mapping<(AccountId, AccountId), (), ManualKey<8>>,
}

impl State {
    /// The desk; it is there from the constructor on.
    pub fn desk(&self) -> Desk {
        self.desk.get_or_default()
    }

    /// The holding as stored, with all fills since then.
    pub fn holding(
        &self,
        desk: &Desk,
        tranche: TrancheId,
        owner: AccountId,
    ) -> Result<Holding, AsyncVaultError> {
        let books = desk.class(tranche)?;
        let stored = self.holdings.get((tranche, owner)).unwrap_or_default();
        Ok(stored.resolved(tranche, books, desk.epoch, self)?)
    }

    /// The token of a class.
    pub fn token(&self, tranche: TrancheId) -> Result<AccountId, AsyncVaultError> {
        let tokens = self.tokens.get().ok_or(AsyncVaultError::NotOpen)?;
        let token = tokens.get(tranche.index()).copied();
        token.ok_or(AsyncVaultError::UnknownClass)
    }

    /// The terms; they are there from the constructor on.
    pub fn terms(&self) -> Result<AgentTerms, AgentError> {
        self.terms.get().ok_or(AgentError::NotBound)
    }
}

impl Shelf for State {
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
