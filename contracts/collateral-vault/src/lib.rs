//! Custody of collateral, positions, interest, and the value of the loan portfolio.
//!
//! | file | what it does |
//! |---|---|
//! | [`state`] | what every message loads |
//! | [`book`] | the collateral types and their totals |
//! | [`loan`] | a position together with the totals it is part of |
//! | [`collateral`], [`draw`], [`repay`] | what originators do |
//! | [`impair`], [`seize`], [`sell`] | what happens to loans that may not be paid |
//! | [`portfolio`] | what all loans are worth to the pool |
//!
//! The contract below is the thin shell: it knows callers, time, storage and other contracts.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod book;
mod collateral;
pub mod draw;
mod impair;
pub mod loan;
mod peers;
pub mod portfolio;
pub mod repay;
mod seize;
mod sell;
mod state;

/// A refusal on its way out, boxed: the error is large, and every `?` would copy it.
pub(crate) type Refused = interfaces::Boxed<interfaces::collateral_vault::VaultError>;

pub use self::collateral_vault::{CollateralVaultContract, CollateralVaultContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod collateral_vault {
    use crate::book::{empty, listed, Book};
    use crate::loan::{Loan, Market};
    use crate::peers;
    use crate::portfolio::Priced;
    use crate::state::State;
    use crate::Refused;
    use finance::debt::Proceeds;
    use finance::fixed::{add, decrease, increase};
    use finance::interest::{utilisation, InterestClock, PaceCurve};
    use finance::valuation::Quote;
    use finance::{time, MathError, Price, Ratio};
    use ink::prelude::{boxed::Box, vec::Vec};
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::calls;
    use interfaces::collateral_vault::{
        Action, Borrower, CollateralType, CollateralVault, Cut, DelegateNamed, Lot, LotChanged,
        Portfolio, Position, PositionChanged, PositionView, RateSet, Sale, Seizure, VaultError,
        VaultTerms, MAX_COLLATERAL_TYPES,
    };
    use interfaces::ensure;
    use interfaces::parameters::Lending;
    use interfaces::purchase_receiver::Delivery;
    use interfaces::tranche_pool::{Funding, Payment};
    use interfaces::types::{AuctionId, CollateralId, PositionId};

    #[ink(storage)]
    pub struct CollateralVaultContract {
        state: State,
        /// Positions by number, without empty ones.
        positions: Mapping<PositionId, Position, ManualKey<2>>,
        /// Lots on sale.
        lots: Mapping<AuctionId, Lot, ManualKey<3>>,
        /// Principal is the sum over the originator's positions and lots, and what was written off.
        borrowers: Mapping<AccountId, Borrower, ManualKey<4>>,
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
            let mut types = Vec::new();
            for listing in listings {
                let quote = Quote::new(peers::decimals(listing.token)?, cash);
                let quote = quote.ok_or(VaultError::InvalidDecimals)?;
                types.push(listed(listing, quote, now));
            }
            Ok(Self::with_book(&terms, Book { types }))
        }

        pub(crate) fn with_book(terms: &VaultTerms, book: Book) -> Self {
            let now = time::Timestamp(Self::env().block_timestamp());
            let state = State {
                deployer: Self::env().caller(),
                engine: None,
                pool: terms.pool,
                oracle: terms.oracle,
                parameters: terms.parameters,
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
            }
        }
    }

    impl CollateralVault for CollateralVaultContract {
        #[ink(message)]
        fn bind(&mut self, engine: AccountId) -> Result<(), VaultError> {
            let caller = self.env().caller();
            ensure!(caller == self.state.deployer, VaultError::NotTheDeployer);
            ensure!(self.state.engine.is_none(), VaultError::AlreadyBound);
            self.state.engine = Some(engine);
            Ok(())
        }

        #[ink(message)]
        fn set_delegate(&mut self, delegate: Option<AccountId>) {
            let originator = self.env().caller();
            let mut borrower = self.borrower(originator);
            borrower.delegate = delegate;
            self.note(originator, borrower);
            self.env().emit_event(DelegateNamed {
                originator,
                delegate,
            });
        }

        #[ink(message)]
        fn open(
            &mut self,
            collateral_type: CollateralId,
            amount: Balance,
        ) -> Result<PositionId, VaultError> {
            let nothing = empty(self.env().caller(), collateral_type);
            let loan = self.state.book.loan(nothing, self.time()?)?;
            let position = PositionId(self.state.position_count);
            self.state.position_count = next(self.state.position_count)?;
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
        fn impair(&mut self, position: PositionId) -> Result<(), VaultError> {
            Ok(self.judge(position, Action::Impaired, Loan::impair)?)
        }

        #[ink(message)]
        fn restore(&mut self, position: PositionId) -> Result<(), VaultError> {
            Ok(self.judge(position, Action::Restored, Loan::restore)?)
        }

        #[ink(message)]
        fn margin_call(&mut self, position: PositionId) -> Result<(), VaultError> {
            Ok(self.judge(position, Action::MarginCalled, Loan::call_margin)?)
        }

        #[ink(message)]
        fn mark_overdue(&mut self, position: PositionId) -> Result<(), VaultError> {
            Ok(self.note_overdue(position)?)
        }

        #[ink(message)]
        fn seize(&mut self, position: PositionId, cut: Cut) -> Result<Seizure, VaultError> {
            Ok(self.make_lot(position, cut)?)
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
        fn position(&self, position: PositionId) -> Result<PositionView, VaultError> {
            let loan = self.loan(position)?;
            let quotation = peers::price(self.state.oracle, loan.kind.asset).ok();
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
            self.lots.get(lot)
        }

        #[ink(message)]
        fn price(&self, collateral_type: CollateralId) -> Result<Price, VaultError> {
            let asset = self.state.book.get(collateral_type)?.asset;
            Ok(peers::price(self.state.oracle, asset)?.high)
        }

        #[ink(message)]
        fn collateral_types(&self) -> Vec<CollateralType> {
            self.state.book.types.clone()
        }

        #[ink(message)]
        fn interest_clock(&self) -> InterestClock {
            self.state.clock
        }

        #[ink(message)]
        fn borrower(&self, originator: AccountId) -> Borrower {
            self.borrowers.get(originator).unwrap_or_default()
        }

        #[ink(message)]
        fn position_count(&self) -> u32 {
            self.state.position_count
        }

        #[ink(message)]
        fn unattributed(&self, collateral_type: CollateralId) -> Result<Balance, VaultError> {
            let token = self.state.book.get(collateral_type)?.token;
            let balance = calls::balance(token, self.env().account_id())?;
            Ok(balance.saturating_sub(self.state.book.held(token)?))
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
                let price = peers::firm_price(self.state.oracle, loan.kind.asset)?;
                let lending = self.lending(&loan)?;
                ensure!(!lending.holds_collateral, VaultError::Paused);
                loan.ensure_within_borrow_ltv(
                    price,
                    self.now(),
                    self.state.pool_value,
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
            let price = peers::firm_price(self.state.oracle, loan.kind.asset)?;
            let lending = self.lending(&loan)?;
            let (parameters, originator) = (&lending.parameters, loan.position.originator);
            loan.draw(amount, now, parameters)?;
            self.borrow_within(originator, amount, lending.originator_ceiling)?;
            self.write(position, &loan, Action::Drawn, amount);
            let portfolio = self.value(Priced::Stressed)?;
            let funding = peers::draw(self.state.pool, originator, amount, portfolio)?;
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
            let mut loan = self.state.book.loan(nothing, self.time()?)?;
            let lending = self.lending(&loan)?;
            let funding = self.collect(caller, Proceeds::default(), Priced::Stressed)?;
            self.reprice(&mut loan, &lending, funding)
        }

        fn note_overdue(&mut self, position: PositionId) -> Result<(), Refused> {
            let mut loan = self.loan(position)?;
            let rate = self.lending(&loan)?.parameters.late_rate;
            loan.mark_overdue(self.env().caller(), rate, self.now())?;
            self.write(position, &loan, Action::MarkedOverdue, loan.debt()?);
            Ok(())
        }

        fn make_lot(&mut self, position: PositionId, cut: Cut) -> Result<Seizure, Refused> {
            self.ensure_engine()?;
            let (mut loan, market) = self.judged(position)?;
            let (impairment, overdue) = (loan.position.impairment, loan.position.overdue);
            let lot = loan.seize(position, &cut, &market)?;
            let id = AuctionId(self.state.lot_count);
            self.state.lot_count = next(self.state.lot_count)?;
            self.lots.insert(id, &lot);
            self.write(position, &loan, Action::Seized, loan.debt()?);
            let seizure = Seizure {
                lot: id,
                originator: loan.position.originator,
                collateral_type: loan.position.collateral_type,
                collateral: lot.collateral,
                debt: add(lot.stressed.debt, lot.uncounted)?,
                price: market.higher,
                quote: loan.kind.quote,
                impaired_by: impairment.and_then(|impairment| impairment.by),
                overdue_by: overdue.and_then(|overdue| overdue.by),
            };
            self.tell_lot(id, 0, lot, None);
            Ok(seizure)
        }

        fn sell_from(&mut self, id: AuctionId, sale: Sale) -> Result<(), Refused> {
            self.ensure_engine()?;
            let mut lot = self.lots.get(id).ok_or(VaultError::UnknownLot)?;
            let mut loan = self.loan(lot.position)?;
            let proceeds = loan.sell(&mut lot, &sale)?;
            self.recover(loan.position.originator, proceeds.principal)?;
            let mut written_off = None;
            if sale.last {
                self.lots.remove(id);
                written_off = Some(loan.close(&lot)?);
                self.put(lot.position, &loan);
            } else {
                self.lots.insert(id, &lot);
                self.state.book.put(&loan);
            }
            self.tell_lot(id, sale.debt, lot, written_off);
            self.hand_over(id, loan.kind.token, sale, proceeds)
        }

        fn ensure_engine(&self) -> Result<(), Refused> {
            let caller = self.env().caller();
            ensure!(self.state.engine == Some(caller), VaultError::NotTheEngine);
            Ok(())
        }

        /// Refuses whoever is neither the originator nor his delegate.
        fn ensure_originator(&self, loan: &Loan) -> Result<(), Refused> {
            let (caller, originator) = (self.env().caller(), loan.position.originator);
            ensure!(
                caller == originator || self.borrower(originator).delegate == Some(caller),
                VaultError::NotTheOriginator
            );
            Ok(())
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        /// What the clock of interest shows.
        fn time(&self) -> Result<time::Timestamp, MathError> {
            self.state.clock.time(self.now())
        }

        /// A position with interest up to now.
        fn loan(&self, position: PositionId) -> Result<Box<Loan>, Refused> {
            let position = self.positions.get(position);
            let position = position.ok_or(VaultError::UnknownPosition)?;
            self.state.book.loan(position, self.time()?)
        }

        /// A loan, and what it is judged by.
        fn judged(&self, position: PositionId) -> Result<(Box<Loan>, Box<Market>), Refused> {
            let mut loan = self.loan(position)?;
            let quotation = peers::price(self.state.oracle, loan.kind.asset)?;
            let market = Box::new(Market {
                price: quotation.low,
                higher: quotation.high,
                parameters: self.lending(&loan)?.parameters,
                now: self.now(),
            });
            loan.note(&market.parameters);
            Ok((loan, market))
        }

        fn lending(&self, loan: &Loan) -> Result<Box<Lending>, Refused> {
            let position = &loan.position;
            peers::lending(
                self.state.parameters,
                position.collateral_type,
                position.originator,
            )
        }

        fn put(&mut self, position: PositionId, loan: &Loan) {
            self.state.book.put(loan);
            if loan.is_empty() {
                self.positions.remove(position);
            } else {
                self.positions.insert(position, &loan.position);
            }
        }

        /// Writes a loan, and tells what happened to it.
        fn write(&mut self, position: PositionId, loan: &Loan, action: Action, amount: Balance) {
            self.put(position, loan);
            self.env().emit_event(PositionChanged {
                position,
                by: self.env().caller(),
                action,
                amount,
                now: loan.position,
            });
        }

        fn tell_lot(&self, lot: AuctionId, paid: Balance, now: Lot, written_off: Option<Balance>) {
            self.env().emit_event(LotChanged {
                lot,
                paid,
                now,
                written_off,
            });
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

        fn note(&mut self, originator: AccountId, borrower: Borrower) {
            if borrower == Borrower::default() {
                self.borrowers.remove(originator);
            } else {
                self.borrowers.insert(originator, &borrower);
            }
        }

        fn borrow_within(
            &mut self,
            originator: AccountId,
            amount: Balance,
            ceiling: Balance,
        ) -> Result<(), Refused> {
            let mut borrower = self.borrower(originator);
            increase(&mut borrower.principal, amount)?;
            ensure!(
                borrower.principal <= ceiling,
                VaultError::AboveOriginatorCeiling { ceiling }
            );
            self.note(originator, borrower);
            Ok(())
        }

        fn recover(&mut self, originator: AccountId, principal: Balance) -> Result<(), MathError> {
            let mut borrower = self.borrower(originator);
            decrease(&mut borrower.principal, principal)?;
            self.note(originator, borrower);
            Ok(())
        }

        fn value(&self, priced: Priced) -> Result<Portfolio, MathError> {
            let prices = peers::prices(self.state.oracle, self.state.book.assets(priced));
            self.state.book.portfolio(self.time()?, priced, prices)
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
                penalty: 0,
            };
            peers::collect(self.state.pool, payment, portfolio)
        }

        /// Interest of all types runs by what the pool has from now on.
        fn set_pace(&mut self, funding: Funding) -> Result<(), MathError> {
            let pace = self
                .state
                .curve
                .pace(utilisation(funding.cash, funding.value))?;
            self.state.clock = self.state.clock.at_pace(pace, self.now())?;
            self.state.pool_value = funding.value;
            Ok(())
        }

        /// Sets the pace, and the rate of a type by its share of what the pool has.
        fn reprice(
            &mut self,
            loan: &mut Loan,
            lending: &Lending,
            funding: Funding,
        ) -> Result<(), Refused> {
            self.state.curve = lending.curve;
            self.set_pace(funding)?;
            loan.reprice(lending, funding.value)?;
            self.state.book.put(loan);
            self.env().emit_event(RateSet {
                collateral_type: loan.position.collateral_type,
                index: loan.kind.index,
                clock: self.state.clock,
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
    }
}
