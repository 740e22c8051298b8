//! Custody of collateral, positions, interest, and the value of the loan portfolio.
//!
//! | file | what it does |
//! |---|---|
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

/// A refusal on its way out, boxed: the error is large, and every `?` would copy it.
pub(crate) type Refused = interfaces::Boxed<interfaces::collateral_vault::VaultError>;

pub use self::collateral_vault::{CollateralVaultContract, CollateralVaultContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod collateral_vault {
    use crate::book::{listed, Book};
    use crate::loan::{Loan, Market};
    use crate::peers;
    use crate::portfolio::Priced;
    use crate::Refused;
    use finance::debt::Proceeds;
    use finance::fixed::{add, sub};
    use finance::interest::{utilisation, InterestClock, PaceCurve};
    use finance::valuation::Quote;
    use finance::{time, MathError, Price, Ratio};
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Lazy, Mapping};
    use interfaces::calls;
    use interfaces::collateral_vault::{
        Action, Borrower, CollateralType, CollateralVault, Cut, DelegateNamed, Lot, LotChanged,
        LotClosed, Portfolio, Position, PositionChanged, PositionView, RateSet, Sale, Seizure,
        VaultError, VaultTerms, MAX_COLLATERAL_TYPES,
    };
    use interfaces::ensure;
    use interfaces::parameters::Lending;
    use interfaces::purchase_receiver::Delivery;
    use interfaces::tranche_pool::{Funding, Payment};
    use interfaces::types::{AuctionId, CollateralId, PositionId};

    #[ink(storage)]
    pub struct CollateralVaultContract {
        /// The only account that names the engine. Fixed at creation.
        deployer: AccountId,
        /// The only account that seizes and sells. Never changes once it is named.
        engine: Option<AccountId>,
        /// Lends the cash and takes the payments. Fixed at creation.
        pool: AccountId,
        /// Fixed at creation.
        oracle: AccountId,
        /// Fixed at creation.
        parameters: AccountId,
        /// The clock by which all interest accrues.
        clock: InterestClock,
        /// How its pace follows the pool, when the parameters were last asked.
        curve: PaceCurve,
        /// What the pool was worth at the last draw or repayment.
        pool_value: Balance,
        /// Positions ever opened: the number of the next one.
        position_count: u32,
        /// Lots ever seized: the number of the next one.
        lot_count: u32,
        /// Totals of every type: what its positions and lots hold, owe and are marked at adds up to them.
        book: Lazy<Book, ManualKey<1>>,
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
            let types = listings.iter().map(|listing| {
                let quote = Quote::new(peers::decimals(listing.token)?, cash);
                let quote = quote.ok_or(VaultError::InvalidDecimals)?;
                Ok(listed(listing, quote, now))
            });
            let types = types.collect::<Result<_, VaultError>>()?;
            Ok(Self::with_book(&terms, &Book { types }))
        }

        pub(crate) fn with_book(terms: &VaultTerms, book: &Book) -> Self {
            let now = time::Timestamp(Self::env().block_timestamp());
            let mut vault = Self {
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
                book: Lazy::default(),
                positions: Mapping::default(),
                lots: Mapping::default(),
                borrowers: Mapping::default(),
            };
            vault.book.set(book);
            vault
        }
    }

    impl CollateralVault for CollateralVaultContract {
        #[ink(message)]
        fn bind(&mut self, engine: AccountId) -> Result<(), VaultError> {
            let caller = self.env().caller();
            ensure!(caller == self.deployer, VaultError::NotTheDeployer);
            ensure!(self.engine.is_none(), VaultError::AlreadyBound);
            self.engine = Some(engine);
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
            let originator = self.env().caller();
            let mut book = self.book();
            let loan = book.open(originator, collateral_type)?;
            let position = PositionId(self.position_count);
            self.position_count = next(self.position_count)?;
            self.take_in(&mut book, position, loan, amount)?;
            Ok(position)
        }

        #[ink(message)]
        fn add_collateral(
            &mut self,
            position: PositionId,
            amount: Balance,
        ) -> Result<(), VaultError> {
            let mut book = self.book();
            let loan = self.loan(&book, position)?;
            loan.ensure_not_all_on_sale()?;
            Ok(self.take_in(&mut book, position, loan, amount)?)
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
            let by = self.env().caller();
            let mut book = self.book();
            let loan = self.accrued(&book, position)?;
            let rate = self.lending(&loan)?.parameters.late_rate;
            let loan = loan.mark_overdue(by, rate, self.now())?;
            self.write(&mut book, position, &loan);
            self.tell(position, &loan, Action::MarkedOverdue, loan.debt()?);
            Ok(())
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
            self.value(&self.book(), Priced::Lent)
        }

        #[ink(message)]
        fn position(&self, position: PositionId) -> Result<PositionView, VaultError> {
            let loan = self.accrued(&self.book(), position)?;
            let quotation = peers::price(self.oracle, loan.kind.asset).ok();
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
            let asset = self.book().get(collateral_type)?.asset;
            Ok(peers::price(self.oracle, asset)?.high)
        }

        #[ink(message)]
        fn collateral_types(&self) -> Vec<CollateralType> {
            self.book().types
        }

        #[ink(message)]
        fn interest_clock(&self) -> InterestClock {
            self.clock
        }

        #[ink(message)]
        fn borrower(&self, originator: AccountId) -> Borrower {
            self.borrowers.get(originator).unwrap_or_default()
        }

        #[ink(message)]
        fn position_count(&self) -> u32 {
            self.position_count
        }

        #[ink(message)]
        fn unattributed(&self, collateral_type: CollateralId) -> Result<Balance, VaultError> {
            let book = self.book();
            let token = book.get(collateral_type)?.token;
            let balance = calls::balance(token, self.env().account_id())?;
            Ok(balance.saturating_sub(book.held(token)?))
        }
    }

    fn next(count: u32) -> Result<u32, MathError> {
        count.checked_add(1).ok_or(MathError::Overflow)
    }

    #[ink(impl)]
    impl CollateralVaultContract {
        fn withdraw(&mut self, position: PositionId, amount: Balance) -> Result<(), Refused> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let mut book = self.book();
            let loan = self.accrued(&book, position)?;
            let originator = self.ensure_originator(&loan)?;
            let mut loan = loan.release(amount)?;
            if loan.position.normalised_debt > 0 {
                let price = peers::price(self.oracle, loan.kind.asset)?.firm()?;
                let lending = self.lending(&loan)?;
                ensure!(!lending.holds_collateral, VaultError::Paused);
                let parameters = lending.parameters;
                loan.ensure_within_borrow_ltv(price, self.now(), self.pool_value, &parameters)?;
                loan.position.called_at = None;
            }
            self.write(&mut book, position, &loan);
            self.tell(position, &loan, Action::CollateralWithdrawn, amount);
            calls::push(loan.kind.token, originator, amount)
        }

        fn lend(&mut self, position: PositionId, amount: Balance) -> Result<(), Refused> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let now = self.now();
            let mut book = self.book();
            let loan = self.accrued(&book, position)?;
            let originator = self.ensure_originator(&loan)?;
            let price = peers::price(self.oracle, loan.kind.asset)?.firm()?;
            let lending = self.lending(&loan)?;
            let parameters = &lending.parameters;
            let loan = loan.draw(amount, now, parameters)?;
            self.borrow_within(originator, amount, lending.originator_ceiling)?;
            self.write(&mut book, position, &loan);
            let portfolio = self.value(&book, Priced::Stressed)?;
            self.tell(position, &loan, Action::Drawn, amount);
            let funding = peers::draw(self.pool, originator, amount, portfolio)?;
            // The pool's value is what the share is of, and only the pool knows it.
            loan.ensure_within_maximum_share(funding.value, parameters)?;
            loan.ensure_within_borrow_ltv(price, now, funding.value, parameters)?;
            self.reprice(&mut book, loan, &lending, funding)
        }

        fn take_payment(
            &mut self,
            position: PositionId,
            amount: Balance,
        ) -> Result<Balance, Refused> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let payer = self.env().caller();
            let mut book = self.book();
            let loan = self.accrued(&book, position)?;
            let (loan, proceeds) = loan.repay(amount, self.now())?;
            let paid = add(proceeds.principal, proceeds.interest)?;
            self.recover(loan.position.originator, proceeds.principal)?;
            self.write(&mut book, position, &loan);
            self.tell(position, &loan, Action::Repaid, paid);
            let funding = self.collect(&book, payer, proceeds)?;
            self.set_pace(funding)?;
            Ok(paid)
        }

        fn reset_rate(&mut self, collateral_type: CollateralId) -> Result<(), Refused> {
            let caller = self.env().caller();
            let mut book = self.book();
            let loan = book.open(caller, collateral_type)?.accrue(self.time()?)?;
            let lending = self.lending(&loan)?;
            let funding = self.collect(&book, caller, Proceeds::default())?;
            self.reprice(&mut book, loan, &lending, funding)
        }

        fn make_lot(&mut self, position: PositionId, cut: Cut) -> Result<Seizure, Refused> {
            self.ensure_engine()?;
            let (mut book, before, market, high) = self.judged(position)?;
            let (loan, lot) = before.seize(position, &cut, &market)?;
            let id = AuctionId(self.lot_count);
            self.lot_count = next(self.lot_count)?;
            self.lots.insert(id, &lot);
            self.write(&mut book, position, &loan);
            self.tell(position, &loan, Action::Seized, loan.debt()?);
            self.tell_lot(id, None, 0, lot);
            let position = before.position;
            Ok(Seizure {
                lot: id,
                originator: position.originator,
                collateral_type: position.collateral_type,
                collateral: lot.collateral,
                debt: add(lot.stressed.debt, lot.uncounted)?,
                price: high,
                quote: loan.kind.quote,
                impaired_by: position.impairment.and_then(|impairment| impairment.by),
                overdue_by: position.overdue.and_then(|overdue| overdue.by),
            })
        }

        fn sell_from(&mut self, lot: AuctionId, sale: Sale) -> Result<(), Refused> {
            self.ensure_engine()?;
            let id = lot;
            let mut lot = self.lots.get(id).ok_or(VaultError::UnknownLot)?;
            let mut book = self.book();
            let mut loan = self.accrued(&book, lot.position)?;
            let proceeds = loan.sell(&mut lot, &sale)?;
            self.recover(loan.position.originator, proceeds.principal)?;
            self.tell_lot(id, Some(sale.to), sale.debt, lot);
            if sale.last {
                self.lots.remove(id);
                self.close(id, &lot, &mut loan)?;
            } else {
                self.lots.insert(id, &lot);
            }
            self.write(&mut book, lot.position, &loan);
            self.hand_over(&book, id, &loan, sale, proceeds)
        }

        fn ensure_engine(&self) -> Result<(), Refused> {
            let caller = self.env().caller();
            ensure!(self.engine == Some(caller), VaultError::NotTheEngine);
            Ok(())
        }

        /// The originator, if he or his delegate calls.
        fn ensure_originator(&self, loan: &Loan) -> Result<AccountId, Refused> {
            let (caller, originator) = (self.env().caller(), loan.position.originator);
            ensure!(
                caller == originator || self.borrower(originator).delegate == Some(caller),
                VaultError::NotTheOriginator
            );
            Ok(originator)
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        /// What the clock of interest shows.
        fn time(&self) -> Result<time::Timestamp, MathError> {
            self.clock.time(self.now())
        }

        fn book(&self) -> Book {
            self.book.get_or_default()
        }

        fn loan(&self, book: &Book, position: PositionId) -> Result<Loan, Refused> {
            let position = self.positions.get(position);
            book.loan(position.ok_or(VaultError::UnknownPosition)?)
        }

        fn accrued(&self, book: &Book, position: PositionId) -> Result<Loan, Refused> {
            Ok(self.loan(book, position)?.accrue(self.time()?)?)
        }

        /// A loan, what it is judged by, and the higher of the live and a pending price.
        fn judged(&self, position: PositionId) -> Result<(Book, Loan, Market, Price), Refused> {
            let book = self.book();
            let loan = self.accrued(&book, position)?;
            let quotation = peers::price(self.oracle, loan.kind.asset)?;
            let market = Market {
                price: quotation.low,
                parameters: self.lending(&loan)?.parameters,
                now: self.now(),
            };
            let loan = loan.noted(&market.parameters);
            Ok((book, loan, market, quotation.high))
        }

        fn lending(&self, loan: &Loan) -> Result<Lending, Refused> {
            let position = &loan.position;
            peers::lending(
                self.parameters,
                position.collateral_type,
                position.originator,
            )
        }

        fn write(&mut self, book: &mut Book, position: PositionId, loan: &Loan) {
            book.put(loan);
            self.book.set(book);
            if loan.is_empty() {
                self.positions.remove(position);
            } else {
                self.positions.insert(position, &loan.position);
            }
        }

        fn tell(&self, position: PositionId, loan: &Loan, action: Action, amount: Balance) {
            self.env().emit_event(PositionChanged {
                position,
                by: self.env().caller(),
                action,
                amount,
                now: loan.position,
            });
        }

        fn tell_lot(&self, lot: AuctionId, to: Option<AccountId>, paid: Balance, now: Lot) {
            self.env().emit_event(LotChanged { lot, to, paid, now });
        }

        /// Changes how a position stands, at the market.
        fn judge(
            &mut self,
            position: PositionId,
            action: Action,
            change: fn(Loan, AccountId, &Market) -> Result<Loan, Refused>,
        ) -> Result<(), Refused> {
            let (mut book, loan, market, _) = self.judged(position)?;
            let loan = change(loan, self.env().caller(), &market)?;
            self.write(&mut book, position, &loan);
            self.tell(position, &loan, action, loan.counted()?.mark);
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
            borrower.principal = add(borrower.principal, amount)?;
            ensure!(
                borrower.principal <= ceiling,
                VaultError::AboveOriginatorCeiling { ceiling }
            );
            self.note(originator, borrower);
            Ok(())
        }

        fn recover(&mut self, originator: AccountId, principal: Balance) -> Result<(), MathError> {
            let mut borrower = self.borrower(originator);
            borrower.principal = sub(borrower.principal, principal)?;
            self.note(originator, borrower);
            Ok(())
        }

        fn value(&self, book: &Book, priced: Priced) -> Result<Portfolio, MathError> {
            let prices = peers::prices(self.oracle, book.assets(priced));
            book.portfolio(self.time()?, priced, prices)
        }

        fn collect(
            &self,
            book: &Book,
            payer: AccountId,
            proceeds: Proceeds,
        ) -> Result<Funding, Refused> {
            let portfolio = self.value(book, Priced::Stressed)?;
            let payment = Payment {
                payer,
                principal: proceeds.principal,
                interest: proceeds.interest,
                penalty: 0,
            };
            peers::collect(self.pool, payment, portfolio)
        }

        /// Interest of all types runs by what the pool has from now on.
        fn set_pace(&mut self, funding: Funding) -> Result<(), MathError> {
            let pace = self.curve.pace(utilisation(funding.cash, funding.value))?;
            self.clock = self.clock.at_pace(pace, self.now())?;
            self.pool_value = funding.value;
            Ok(())
        }

        /// Sets the pace, and the rate of a type by its share of what the pool has.
        fn reprice(
            &mut self,
            book: &mut Book,
            loan: Loan,
            lending: &Lending,
            funding: Funding,
        ) -> Result<(), Refused> {
            self.curve = lending.curve;
            self.set_pace(funding)?;
            let loan = loan.repriced(lending, funding.value)?;
            book.put(&loan);
            self.book.set(book);
            self.env().emit_event(RateSet {
                collateral_type: loan.position.collateral_type,
                index: loan.kind.index,
                clock: self.clock,
            });
            Ok(())
        }

        /// Locks what arrives of `amount`: a token may keep a part of every transfer for itself.
        fn take_in(
            &mut self,
            book: &mut Book,
            position: PositionId,
            loan: Loan,
            amount: Balance,
        ) -> Result<(), Refused> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let (from, vault) = (self.env().caller(), self.env().account_id());
            let token = loan.kind.token;
            let before = calls::balance(token, vault)?;
            calls::pull::<Refused>(token, from, vault, amount)?;
            let amount = calls::balance(token, vault)?.saturating_sub(before);
            ensure!(amount > 0, VaultError::ZeroAmount);
            let loan = loan.lock(amount)?;
            self.write(book, position, &loan);
            self.tell(position, &loan, Action::CollateralAdded, amount);
            Ok(())
        }

        fn close(&self, id: AuctionId, lot: &Lot, loan: &mut Loan) -> Result<(), Refused> {
            let written_off = loan.close(lot)?;
            self.env().emit_event(LotClosed {
                lot: id,
                position: lot.position,
                returned: lot.collateral,
                shortfall: add(lot.stressed.debt, lot.uncounted)?,
                written_off,
            });
            Ok(())
        }

        /// Cash against collateral: the cash first, unless a contract receives the collateral before it pays.
        fn hand_over(
            &self,
            book: &Book,
            auction: AuctionId,
            loan: &Loan,
            sale: Sale,
            proceeds: Proceeds,
        ) -> Result<(), Refused> {
            let token = loan.kind.token;
            let Some(receiver) = sale.receiver else {
                self.collect(book, sale.payer, proceeds)?;
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
            self.collect(book, sale.payer, proceeds).map(drop)
        }
    }
}
