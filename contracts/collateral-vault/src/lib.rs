//! Custody of collateral, positions, interest, and the value of the loan portfolio.
//!
//! | file | what it does |
//! |---|---|
//! | [`state`] | what is stored, in the layout that the servicer runs on as well |
//! | [`book`] | the collateral types and their totals |
//! | [`loan`] | a position together with the totals it is part of |
//! | [`collateral`], [`draw`], [`repay`] | what originators do |
//! | [`impair`], [`seize`], [`sell`] | what happens to loans that may not be paid |
//! | [`portfolio`] | what all loans are worth to the pool |
//!
//! The contract below is the thin shell: it knows callers, time, storage and other contracts. What happens to loans that
//! may not be paid, and all that is only read, is in the crate `servicer`, to which it passes those messages.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod book;
mod collateral;
pub mod draw;
pub mod impair;
pub mod loan;
pub mod peers;
pub mod portfolio;
pub mod repay;
pub mod seize;
mod sell;
pub mod state;

/// A refusal on its way out, boxed: the error is large, and every `?` would copy it.
pub type Refused = interfaces::Boxed<interfaces::collateral_vault::VaultError>;

pub use self::collateral_vault::{CollateralVaultContract, CollateralVaultContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod collateral_vault {
    use crate::book::{empty, Book};
    use crate::loan::Loan;
    use crate::peers;
    use crate::portfolio::Priced;
    use crate::state::Vault;
    use crate::Refused;
    use finance::debt::Proceeds;
    use finance::fixed::{add, decrease, increase};
    use finance::interest::{utilisation, InterestClock};
    use finance::{time, MathError, Price};
    use ink::prelude::{boxed::Box, vec::Vec};
    use interfaces::calls;
    use interfaces::collateral_vault::{
        Action, Borrower, CollateralType, CollateralVault, Cut, Listing, LoanServicing, Lot,
        LotChanged, Portfolio, PositionView, RateSet, Sale, Seizure, VaultError, VaultTerms,
        WriteOff, MAX_COLLATERAL_TYPES,
    };
    use interfaces::ensure;
    use interfaces::parameters::Lending;
    use interfaces::purchase_receiver::Delivery;
    use interfaces::tranche_pool::{Funding, Payment};
    use interfaces::types::{AuctionId, CollateralId, PositionId};
    use interfaces::upgradeable::{UpgradeError, Upgradeable, UpgradesView};

    #[ink(storage)]
    pub struct CollateralVaultContract {
        pub(crate) vault: Vault,
    }

    impl CollateralVaultContract {
        /// A vault without positions and without an engine; the caller may name one.
        ///
        /// # Errors
        /// [`VaultError::InvalidListing`], [`VaultError::InvalidDecimals`], [`VaultError::Call`] (no token
        /// at an address).
        #[ink(constructor)]
        pub fn new(terms: VaultTerms) -> Result<Self, VaultError> {
            let listings = &terms.collateral;
            ensure!(
                (1..=MAX_COLLATERAL_TYPES).contains(&listings.len()),
                VaultError::InvalidListing
            );
            let now = time::Timestamp(Self::env().block_timestamp());
            let cash = peers::decimals(terms.cash)?;
            let mut book = Book::default();
            for listing in listings {
                book.list(listing, cash, now)?;
            }
            Ok(Self::with_book(&terms, book))
        }

        pub(crate) fn with_book(terms: &VaultTerms, book: Book) -> Self {
            let now = time::Timestamp(Self::env().block_timestamp());
            let vault = Vault::new(Self::env().caller(), terms, book, now);
            Self { vault }
        }
    }

    impl CollateralVault for CollateralVaultContract {
        #[ink(message)]
        fn open(
            &mut self,
            collateral_type: CollateralId,
            amount: Balance,
        ) -> Result<PositionId, VaultError> {
            let nothing = empty(self.env().caller(), collateral_type);
            let loan = self.vault.state.loan(nothing, self.now())?;
            let position = PositionId(self.vault.state.position_count);
            self.vault.state.position_count = next(self.vault.state.position_count)?;
            self.take_in(position, loan, amount)?;
            Ok(position)
        }

        #[ink(message)]
        fn add_collateral(
            &mut self,
            position: PositionId,
            amount: Balance,
        ) -> Result<(), VaultError> {
            let loan = self.loan(position)?;
            loan.ensure_not_all_on_sale()?;
            Ok(self.take_in(position, loan, amount)?)
        }

        #[ink(message)]
        fn withdraw_collateral(
            &mut self,
            position: PositionId,
            amount: Balance,
        ) -> Result<(), VaultError> {
            Ok(self.withdraw(position, amount)?)
        }

        #[ink(message)]
        fn draw(&mut self, position: PositionId, amount: Balance) -> Result<(), VaultError> {
            Ok(self.lend(position, amount)?)
        }

        #[ink(message)]
        fn repay(&mut self, position: PositionId, amount: Balance) -> Result<Balance, VaultError> {
            Ok(self.take_payment(position, amount)?)
        }

        #[ink(message)]
        fn touch(&mut self, collateral_type: CollateralId) -> Result<(), VaultError> {
            Ok(self.reset_rate(collateral_type)?)
        }

        #[ink(message)]
        fn sell(&mut self, lot: AuctionId, sale: Sale) -> Result<(), VaultError> {
            Ok(self.sell_from(lot, sale)?)
        }

        #[ink(message)]
        fn portfolio(&self) -> Result<Portfolio, MathError> {
            self.value(Priced::Lent)
        }

        #[ink(message)]
        fn price(&self, collateral_type: CollateralId) -> Result<Price, VaultError> {
            let asset = self.vault.state.book.get(collateral_type)?.asset;
            Ok(peers::price(self.vault.state.oracle, asset)?.high)
        }
    }

    /// What the servicer answers for the vault.
    impl LoanServicing for CollateralVaultContract {
        #[ink(message)]
        fn bind(&mut self, _engine: AccountId) -> Result<(), VaultError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn list(
            &mut self,
            _collateral_type: CollateralId,
            _listing: Listing,
        ) -> Result<(), VaultError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn set_delegate(&mut self, _delegate: Option<AccountId>) {
            self.ask_servicer()
        }

        #[ink(message)]
        fn impair(&mut self, _position: PositionId) -> Result<(), VaultError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn restore(&mut self, _position: PositionId) -> Result<(), VaultError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn mark_overdue(&mut self, _position: PositionId) -> Result<(), VaultError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn margin_call(&mut self, _position: PositionId) -> Result<(), VaultError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn seize(&mut self, _position: PositionId, _cut: Cut) -> Result<Seizure, VaultError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn position(&self, _position: PositionId) -> Result<PositionView, VaultError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn lot(&self, _lot: AuctionId) -> Option<Lot> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn write_off(&self, _position: PositionId) -> Option<WriteOff> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn collateral_types(&self) -> Vec<CollateralType> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn interest_clock(&self) -> InterestClock {
            self.ask_servicer()
        }

        #[ink(message)]
        fn borrower(&self, _originator: AccountId) -> Borrower {
            self.ask_servicer()
        }

        #[ink(message)]
        fn position_count(&self) -> u32 {
            self.ask_servicer()
        }

        #[ink(message)]
        fn unattributed(&self, _collateral_type: CollateralId) -> Result<Balance, VaultError> {
            self.ask_servicer()
        }
    }

    impl Upgradeable for CollateralVaultContract {
        #[ink(message)]
        fn upgrade(&mut self, _code_hash: Hash) -> Result<(), UpgradeError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn renounce_upgrades(&mut self) -> Result<(), UpgradeError> {
            self.ask_servicer()
        }

        #[ink(message)]
        fn upgrades(&self) -> UpgradesView {
            self.ask_servicer()
        }
    }

    fn next(count: u32) -> Result<u32, MathError> {
        count.checked_add(1).ok_or(MathError::Overflow)
    }

    #[ink(impl)]
    impl CollateralVaultContract {
        fn withdraw(&mut self, position: PositionId, amount: Balance) -> Result<(), Refused> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let mut loan = self.loan(position)?;
            self.ensure_originator(&loan)?;
            loan.release(amount)?;
            if loan.position.normalised_debt > 0 {
                let price = peers::firm_price(self.vault.state.oracle, loan.kind.asset)?;
                let lending = self.vault.state.lending(&loan)?;
                ensure!(!lending.holds_collateral, VaultError::Paused);
                loan.ensure_within_borrow_ltv(
                    price,
                    self.now(),
                    self.vault.state.pool_value,
                    &lending.parameters,
                )?;
                loan.position.called_at = None;
            }
            self.write(position, &loan, Action::CollateralWithdrawn, amount);
            calls::push(loan.kind.token, loan.position.originator, amount)
        }

        fn lend(&mut self, position: PositionId, amount: Balance) -> Result<(), Refused> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let now = self.now();
            let mut loan = self.loan(position)?;
            self.ensure_originator(&loan)?;
            let price = peers::firm_price(self.vault.state.oracle, loan.kind.asset)?;
            let lending = self.vault.state.lending(&loan)?;
            let (parameters, originator) = (&lending.parameters, loan.position.originator);
            loan.draw(amount, now, parameters)?;
            self.borrow_within(originator, amount, lending.originator_ceiling)?;
            self.write(position, &loan, Action::Drawn, amount);
            let portfolio = self.value(Priced::Stressed)?;
            let funding = peers::draw(self.vault.state.pool, originator, amount, portfolio)?;
            // The pool's value is what the share is of, and only the pool knows it.
            loan.ensure_within_maximum_share(funding.value, parameters)?;
            loan.ensure_within_borrow_ltv(price, now, funding.value, parameters)?;
            self.reprice(&mut loan, &lending, funding)
        }

        fn take_payment(
            &mut self,
            position: PositionId,
            amount: Balance,
        ) -> Result<Balance, Refused> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let mut loan = self.loan(position)?;
            let proceeds = loan.repay(amount, self.now())?;
            let paid = add(proceeds.principal, proceeds.interest)?;
            self.recover(loan.position.originator, proceeds.principal)?;
            self.write(position, &loan, Action::Repaid, paid);
            let funding = self.collect(self.env().caller(), proceeds, Priced::Stressed)?;
            self.set_pace(funding)?;
            Ok(paid)
        }

        fn reset_rate(&mut self, collateral_type: CollateralId) -> Result<(), Refused> {
            let caller = self.env().caller();
            let nothing = empty(caller, collateral_type);
            let mut loan = self.vault.state.loan(nothing, self.now())?;
            let lending = self.vault.state.lending(&loan)?;
            let funding = self.collect(caller, Proceeds::default(), Priced::Stressed)?;
            self.reprice(&mut loan, &lending, funding)
        }

        fn sell_from(&mut self, id: AuctionId, sale: Sale) -> Result<(), Refused> {
            self.vault.state.ensure_engine(self.env().caller())?;
            let mut lot = self.vault.lots.get(id).ok_or(VaultError::UnknownLot)?;
            let mut loan = self.loan(lot.position)?;
            let proceeds = loan.sell(&mut lot, &sale)?;
            self.recover(loan.position.originator, proceeds.principal)?;
            let mut written_off = None;
            if sale.last {
                self.vault.lots.remove(id);
                let lost = loan.close(&lot, self.now())?;
                written_off = Some(lost);
                self.vault.put(lot.position, &loan);
                self.vault.write_off(lot.position, lost)?;
            } else {
                self.vault.lots.insert(id, &lot);
                self.vault.state.book.put(&loan);
            }
            self.env().emit_event(LotChanged {
                lot: id,
                paid: sale.debt,
                now: lot,
                written_off,
            });
            self.hand_over(id, loan.kind.token, sale, proceeds)
        }

        /// Refuses whoever is neither the originator nor his delegate.
        fn ensure_originator(&self, loan: &Loan) -> Result<(), Refused> {
            let (caller, originator) = (self.env().caller(), loan.position.originator);
            ensure!(
                caller == originator || self.vault.borrower(originator).delegate == Some(caller),
                VaultError::NotTheOriginator
            );
            Ok(())
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        fn loan(&self, position: PositionId) -> Result<Box<Loan>, Refused> {
            self.vault.loan(position, self.now())
        }

        fn write(&mut self, position: PositionId, loan: &Loan, action: Action, amount: Balance) {
            let by = self.env().caller();
            self.vault.write(by, position, loan, action, amount);
        }

        fn borrow_within(
            &mut self,
            originator: AccountId,
            amount: Balance,
            ceiling: Balance,
        ) -> Result<(), Refused> {
            let mut borrower = self.vault.borrower(originator);
            increase(&mut borrower.principal, amount)?;
            ensure!(
                borrower.principal <= ceiling,
                VaultError::AboveOriginatorCeiling { ceiling }
            );
            self.vault.note(originator, borrower);
            Ok(())
        }

        fn recover(&mut self, originator: AccountId, principal: Balance) -> Result<(), MathError> {
            if principal == 0 {
                return Ok(());
            }
            let mut borrower = self.vault.borrower(originator);
            decrease(&mut borrower.principal, principal)?;
            self.vault.note(originator, borrower);
            Ok(())
        }

        fn value(&self, priced: Priced) -> Result<Portfolio, MathError> {
            let time = self.vault.state.clock.time(self.now())?;
            let prices = peers::prices(
                self.vault.state.oracle,
                self.vault.state.book.assets(priced),
            );
            self.vault.state.book.portfolio(time, priced, prices)
        }

        fn collect(
            &self,
            payer: AccountId,
            proceeds: Proceeds,
            priced: Priced,
        ) -> Result<Funding, Refused> {
            let portfolio = self.value(priced)?;
            let payment = Payment {
                payer,
                principal: proceeds.principal,
                interest: proceeds.interest,
            };
            peers::collect(self.vault.state.pool, payment, portfolio)
        }

        /// Interest of all types runs by what the pool has from now on.
        fn set_pace(&mut self, funding: Funding) -> Result<(), MathError> {
            let pace = self
                .vault
                .state
                .curve
                .pace(utilisation(funding.cash, funding.value))?;
            self.vault.state.clock = self.vault.state.clock.at_pace(pace, self.now())?;
            self.vault.state.pool_value = funding.value;
            Ok(())
        }

        /// Sets the pace, and the rate of a type by its share of what the pool has.
        fn reprice(
            &mut self,
            loan: &mut Loan,
            lending: &Lending,
            funding: Funding,
        ) -> Result<(), Refused> {
            self.vault.state.curve = lending.curve;
            self.set_pace(funding)?;
            loan.reprice(lending, funding.value)?;
            self.vault.state.book.put(loan);
            self.env().emit_event(RateSet {
                collateral_type: loan.position.collateral_type,
                index: loan.kind.index,
                clock: self.vault.state.clock,
            });
            Ok(())
        }

        /// Locks what arrives of `amount`: a token may keep a part of every transfer for itself.
        fn take_in(
            &mut self,
            position: PositionId,
            mut loan: Box<Loan>,
            amount: Balance,
        ) -> Result<(), Refused> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let (from, vault) = (self.env().caller(), self.env().account_id());
            let token = loan.kind.token;
            let before = calls::balance(token, vault)?;
            calls::pull::<Refused>(token, from, vault, amount)?;
            let amount = calls::balance(token, vault)?.saturating_sub(before);
            ensure!(amount > 0, VaultError::ZeroAmount);
            loan.lock(amount)?;
            self.write(position, &loan, Action::CollateralAdded, amount);
            Ok(())
        }

        /// Cash against collateral: the cash first, unless a contract receives the collateral before it pays. No price
        /// is asked for: nothing depends on what the pool is worth then.
        fn hand_over(
            &self,
            auction: AuctionId,
            token: AccountId,
            sale: Sale,
            proceeds: Proceeds,
        ) -> Result<(), Refused> {
            let Some(receiver) = sale.receiver else {
                self.collect(sale.to, proceeds, Priced::Nothing)?;
                return calls::push(token, sale.to, sale.collateral);
            };
            calls::push::<Refused>(token, sale.to, sale.collateral)?;
            let delivery = Delivery {
                auction,
                token,
                collateral: sale.collateral,
                debt: sale.debt,
                penalty: receiver.penalty,
                taker: receiver.taker,
            };
            peers::deliver(sale.to, delivery, receiver.data)?;
            self.collect(sale.to, proceeds, Priced::Nothing)?;
            Ok(())
        }

        /// Has the servicer run the current message on the vault's storage; its answer is the answer.
        fn ask_servicer(&self) -> ! {
            calls::forward(&self.vault.state.servicer)
        }
    }
}
