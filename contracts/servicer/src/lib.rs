//! The servicer of a vault's loans: what happens to those that may not be paid, and everything that is only read.
//!
//! It is code without an account of its own. The vault runs it on its own storage by delegate call, whole messages at a
//! time, so that draws, payments and sales need not load it: a chain charges for every byte of code that a call loads.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::servicer::{ServicerContract, ServicerContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod servicer {
    use collateral_vault::loan::{Loan, Market};
    use collateral_vault::state::Vault;
    use collateral_vault::{peers, Refused};
    use finance::interest::InterestClock;
    use finance::{time, MathError};
    use ink::prelude::{boxed::Box, vec::Vec};
    use interfaces::calls::{self, CallError};
    use interfaces::collateral_vault::{
        Action, Borrower, CollateralListed, CollateralType, Cut, DelegateNamed, Listing,
        LoanServicing, Lot, LotChanged, PositionView, Seizure, VaultError, WriteOff,
        MAX_COLLATERAL_TYPES,
    };
    use interfaces::configurator::{powers_over, Powers};
    use interfaces::ensure;
    use interfaces::types::{AuctionId, CollateralId, PositionId};
    use interfaces::upgradeable::{self, UpgradeError, Upgradeable, UpgradesView};

    #[ink(storage)]
    pub struct ServicerContract {
        /// The vault's.
        pub(crate) vault: Vault,
    }

    impl ServicerContract {
        /// Refuses: the code is uploaded, and its hash named to vaults.
        ///
        /// # Errors
        /// [`VaultError::NoInstance`].
        #[ink(constructor)]
        pub fn new() -> Result<Self, VaultError> {
            Err(VaultError::NoInstance)
        }
    }

    impl LoanServicing for ServicerContract {
        #[ink(message)]
        fn bind(&mut self, engine: AccountId) -> Result<(), VaultError> {
            let caller = self.env().caller();
            let state = &mut self.vault.state;
            ensure!(caller == state.deployer, VaultError::NotTheDeployer);
            ensure!(state.engine.is_none(), VaultError::AlreadyBound);
            state.engine = Some(engine);
            // This code stays on the chain as long as the vault does.
            let code = state.servicer;
            self.env().lock_delegate_dependency(&code);
            Ok(())
        }

        #[ink(message)]
        fn list(
            &mut self,
            collateral_type: CollateralId,
            listing: Listing,
        ) -> Result<(), VaultError> {
            Ok(self.add_type(collateral_type, listing)?)
        }

        #[ink(message)]
        fn set_delegate(&mut self, delegate: Option<AccountId>) {
            let originator = self.env().caller();
            let mut borrower = self.vault.borrower(originator);
            borrower.delegate = delegate;
            self.vault.note(originator, borrower);
            self.env().emit_event(DelegateNamed {
                originator,
                delegate,
            });
        }

        #[ink(message)]
        fn impair(&mut self, position: PositionId) -> Result<(), VaultError> {
            Ok(self.judge(position, Action::Impaired, Loan::impair)?)
        }

        #[ink(message)]
        fn restore(&mut self, position: PositionId) -> Result<(), VaultError> {
            Ok(self.judge(position, Action::Restored, Loan::restore)?)
        }

        #[ink(message)]
        fn mark_overdue(&mut self, position: PositionId) -> Result<(), VaultError> {
            Ok(self.note_overdue(position)?)
        }

        #[ink(message)]
        fn margin_call(&mut self, position: PositionId) -> Result<(), VaultError> {
            Ok(self.judge(position, Action::MarginCalled, Loan::call_margin)?)
        }

        #[ink(message)]
        fn seize(&mut self, position: PositionId, cut: Cut) -> Result<Seizure, VaultError> {
            Ok(self.make_lot(position, cut)?)
        }

        #[ink(message)]
        fn position(&self, position: PositionId) -> Result<PositionView, VaultError> {
            let loan = self.vault.loan(position, self.now())?;
            let quotation = peers::price(self.vault.state.oracle, loan.kind.asset).ok();
            let value = quotation.map(|quotation| loan.collateral_value(quotation.low));
            Ok(PositionView {
                position: loan.position,
                debt: loan.debt()?,
                late: loan.late(self.now())?,
                collateral_value: value.transpose()?,
            })
        }

        #[ink(message)]
        fn lot(&self, lot: AuctionId) -> Option<Lot> {
            self.vault.lots.get(lot)
        }

        #[ink(message)]
        fn write_off(&self, position: PositionId) -> Option<WriteOff> {
            self.vault.write_offs.get(position)
        }

        #[ink(message)]
        fn collateral_types(&self) -> Vec<CollateralType> {
            self.vault.state.book.types.clone()
        }

        #[ink(message)]
        fn interest_clock(&self) -> InterestClock {
            self.vault.state.clock
        }

        #[ink(message)]
        fn borrower(&self, originator: AccountId) -> Borrower {
            self.vault.borrower(originator)
        }

        #[ink(message)]
        fn position_count(&self) -> u32 {
            self.vault.state.position_count
        }

        #[ink(message)]
        fn unattributed(&self, collateral_type: CollateralId) -> Result<Balance, VaultError> {
            let book = &self.vault.state.book;
            let token = book.get(collateral_type)?.token;
            let balance = calls::balance(token, self.env().account_id())?;
            Ok(balance.saturating_sub(book.held(token)?))
        }
    }

    impl Upgradeable for ServicerContract {
        #[ink(message)]
        fn upgrade(&mut self, code_hash: Hash) -> Result<(), UpgradeError> {
            let governor = self.powers()?.governor;
            upgradeable::upgrade(&mut self.vault.upgrades, governor, code_hash)
        }

        #[ink(message)]
        fn renounce_upgrades(&mut self) -> Result<(), UpgradeError> {
            let governor = self.powers()?.governor;
            upgradeable::renounce(&mut self.vault.upgrades, governor)
        }

        #[ink(message)]
        fn upgrades(&self) -> UpgradesView {
            let governor = self.powers().ok().map(|powers| powers.governor);
            upgradeable::view(&self.vault.upgrades, governor)
        }
    }

    #[ink(impl)]
    impl ServicerContract {
        fn powers(&self) -> Result<Powers, CallError> {
            powers_over(self.vault.state.parameters)
        }

        fn add_type(&mut self, id: CollateralId, listing: Listing) -> Result<(), Refused> {
            let (caller, now) = (self.env().caller(), self.now());
            let governor = self.powers()?.governor;
            let state = &mut self.vault.state;
            let is_governor = governor == caller;
            ensure!(is_governor, VaultError::NotTheGovernor);
            let is_next = id.index() == state.book.types.len();
            ensure!(
                is_next && id.index() < MAX_COLLATERAL_TYPES,
                VaultError::InvalidListing
            );
            // What it is lent at was decided first: under one number nobody can mean two types.
            peers::lending(state.parameters, id, caller)?;
            let cash = peers::cash_decimals(state.pool)?;
            state.list(&listing, cash, now)?;
            self.env().emit_event(CollateralListed {
                collateral_type: id,
                token: listing.token,
                asset: listing.asset,
            });
            Ok(())
        }

        /// Changes how a position stands, at the market.
        fn judge(
            &mut self,
            position: PositionId,
            action: Action,
            change: fn(&mut Loan, AccountId, &Market) -> Result<(), Refused>,
        ) -> Result<(), Refused> {
            let (mut loan, market) = self.judged(position)?;
            change(&mut loan, self.env().caller(), &market)?;
            self.write(position, &loan, action, loan.counted()?.mark);
            Ok(())
        }

        fn note_overdue(&mut self, position: PositionId) -> Result<(), Refused> {
            let mut loan = self.vault.loan(position, self.now())?;
            let rate = self.vault.state.lending(&loan)?.parameters.late_rate;
            loan.mark_overdue(self.env().caller(), rate, self.now())?;
            self.write(position, &loan, Action::MarkedOverdue, loan.debt()?);
            Ok(())
        }

        fn make_lot(&mut self, position: PositionId, cut: Cut) -> Result<Seizure, Refused> {
            self.vault.state.ensure_engine(self.env().caller())?;
            let (mut loan, market) = self.judged(position)?;
            let id = self.next_lot()?;
            let (lot, seizure) = loan.seize(id, position, &cut, &market)?;
            self.vault.lots.insert(id, &lot);
            self.write(position, &loan, Action::Seized, loan.debt()?);
            self.env().emit_event(LotChanged {
                lot: id,
                paid: 0,
                now: lot,
                written_off: None,
            });
            Ok(seizure)
        }

        fn next_lot(&mut self) -> Result<AuctionId, MathError> {
            let count = self.vault.state.lot_count;
            self.vault.state.lot_count = count.checked_add(1).ok_or(MathError::Overflow)?;
            Ok(AuctionId(count))
        }

        /// A loan, and what it is judged by.
        fn judged(&self, position: PositionId) -> Result<(Box<Loan>, Box<Market>), Refused> {
            let mut loan = self.vault.loan(position, self.now())?;
            let state = &self.vault.state;
            let quotation = peers::price(state.oracle, loan.kind.asset)?;
            let market = Box::new(Market {
                price: quotation.low,
                higher: quotation.high,
                parameters: state.lending(&loan)?.parameters,
                now: self.now(),
            });
            loan.note(&market.parameters);
            Ok((loan, market))
        }

        fn write(&mut self, position: PositionId, loan: &Loan, action: Action, amount: Balance) {
            let by = self.env().caller();
            self.vault.write(by, position, loan, action, amount);
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }
    }
}
