//! What the vault stores, in the layout that the servicer runs on as well.

use crate::book::Book;
use crate::loan::Loan;
use crate::{peers, Refused};
use finance::interest::{InterestClock, PaceCurve};
use finance::{MathError, Ratio, Timestamp};
use ink::prelude::boxed::Box;
use ink::storage::{traits::ManualKey, Lazy, Mapping};
use interfaces::collateral_vault::{
    Action, Borrower, Listing, Lot, Position, PositionChanged, VaultError, VaultTerms, WriteOff,
};
use interfaces::ensure;
use interfaces::parameters::Lending;
use interfaces::types::{AccountId, AuctionId, Balance, Hash, PositionId};
use interfaces::upgradeable::UpgradesCell;

/// The vault's storage. Every message loads the state at once; the rest is loaded where it is used.
#[cfg_attr(feature = "std", derive(Debug))]
#[ink::storage_item]
pub struct Vault {
    /// What every message needs.
    pub state: State,
    /// Positions by number, without empty ones.
    pub positions: Mapping<PositionId, Position, ManualKey<2>>,
    /// Lots on sale.
    pub lots: Mapping<AuctionId, Lot, ManualKey<3>>,
    /// Principal is the sum over the originator's positions and lots, and what was written off.
    pub borrowers: Mapping<AccountId, Borrower, ManualKey<4>>,
    /// Losses by the position they came from.
    pub write_offs: Mapping<PositionId, WriteOff, ManualKey<5>>,
    /// The governor of the deal replaces the code of the vault.
    pub upgrades: UpgradesCell,
}

/// Who the vault deals with, its clock, its counts and its totals: one storage cell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct State {
    /// The only account that names the engine. Fixed at creation.
    pub deployer: AccountId,
    /// The only account that seizes and sells. Never changes once it is named.
    pub engine: Option<AccountId>,
    /// Lends the cash and takes the payments. Fixed at creation.
    pub pool: AccountId,
    /// Fixed at creation.
    pub oracle: AccountId,
    /// Fixed at creation.
    pub parameters: AccountId,
    /// The code that services loans on this storage. Fixed at creation.
    pub servicer: Hash,
    /// The clock by which all interest accrues.
    pub clock: InterestClock,
    /// How its pace follows the pool, when the parameters were last asked.
    pub curve: PaceCurve,
    /// What the pool was worth at the last draw or repayment.
    pub pool_value: Balance,
    /// Positions ever opened: the number of the next one.
    pub position_count: u32,
    /// Lots ever seized: the number of the next one.
    pub lot_count: u32,
    /// Totals of every type: what its positions and lots hold, owe and are marked at adds up to them.
    pub book: Book,
}

interfaces::decode_fields!(State {
    deployer,
    engine,
    pool,
    oracle,
    parameters,
    servicer,
    clock,
    curve,
    pool_value,
    position_count,
    lot_count,
    book,
});

impl Vault {
    /// A vault without positions and without an engine, that `deployer` makes `now`.
    pub fn new(deployer: AccountId, terms: &VaultTerms, book: Book, now: Timestamp) -> Self {
        let state = State {
            deployer,
            engine: None,
            pool: terms.pool,
            oracle: terms.oracle,
            parameters: terms.parameters,
            servicer: terms.servicer,
            clock: InterestClock::new(now, Ratio::ONE),
            curve: PaceCurve::LEVEL,
            pool_value: 0,
            position_count: 0,
            lot_count: 0,
            book,
        };
        Self {
            state,
            positions: Mapping::default(),
            lots: Mapping::default(),
            borrowers: Mapping::default(),
            write_offs: Mapping::default(),
            upgrades: Lazy::new(),
        }
    }

    /// A position with interest up to `now`.
    pub fn loan(&self, position: PositionId, now: Timestamp) -> Result<Box<Loan>, Refused> {
        let position = self.positions.get(position);
        let position = position.ok_or(VaultError::UnknownPosition)?;
        self.state.loan(position, now)
    }

    /// Writes a loan back to where it came from.
    pub fn put(&mut self, position: PositionId, loan: &Loan) {
        self.state.book.put(loan);
        if loan.is_empty() {
            self.positions.remove(position);
        } else {
            self.positions.insert(position, &loan.position);
        }
    }

    /// Writes a loan, and tells what `by` did to it.
    pub fn write(
        &mut self,
        by: AccountId,
        position: PositionId,
        loan: &Loan,
        action: Action,
        amount: Balance,
    ) {
        self.put(position, loan);
        ink::env::emit_event::<ink::env::DefaultEnvironment, _>(PositionChanged {
            position,
            by,
            action,
            amount,
            now: loan.position,
        });
    }

    /// Notes what a position lost the pool, after its type counted it.
    pub fn write_off(&mut self, position: PositionId, amount: Balance) -> Result<(), MathError> {
        if amount > 0 {
            let up_to = self.state.book.written_off()?;
            let write_off = WriteOff { amount, up_to };
            self.write_offs.insert(position, &write_off);
        }
        Ok(())
    }

    /// What is noted of an originator.
    pub fn borrower(&self, originator: AccountId) -> Borrower {
        self.borrowers.get(originator).unwrap_or_default()
    }

    /// Notes it.
    pub fn note(&mut self, originator: AccountId, borrower: Borrower) {
        if borrower == Borrower::default() {
            self.borrowers.remove(originator);
        } else {
            self.borrowers.insert(originator, &borrower);
        }
    }
}

impl State {
    /// A position with the totals it is part of, and interest up to `now`.
    pub fn loan(&self, position: Position, now: Timestamp) -> Result<Box<Loan>, Refused> {
        self.book.loan(position, self.clock.time(now)?)
    }

    /// Adds a collateral type; the cash of the deal has `cash` decimals.
    pub fn list(&mut self, listing: &Listing, cash: u8, now: Timestamp) -> Result<(), Refused> {
        self.book.list(listing, cash, self.clock.time(now)?)
    }

    /// The parameters that a loan goes by.
    pub fn lending(&self, loan: &Loan) -> Result<Box<Lending>, Refused> {
        let position = &loan.position;
        peers::lending(
            self.parameters,
            position.collateral_type,
            position.originator,
        )
    }

    /// Refuses whoever is not the engine.
    pub fn ensure_engine(&self, caller: AccountId) -> Result<(), Refused> {
        ensure!(self.engine == Some(caller), VaultError::NotTheEngine);
        Ok(())
    }
}
