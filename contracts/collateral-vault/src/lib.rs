//! Custody of collateral, positions, interest, and the value of the loan portfolio.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod book;
mod collateral;
mod draw;
mod loan;
mod peers;
mod portfolio;
mod repay;
mod seize;
mod sell;

pub use self::collateral_vault::{CollateralVaultContract, CollateralVaultContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod collateral_vault {
    use crate::book::{listed, Book};
    use crate::loan::{Loan, Market};
    use crate::peers;
    use crate::portfolio::Priced;
    use finance::debt::Proceeds;
    use finance::fixed::add;
    use finance::valuation::Quote;
    use finance::{MathError, Price};
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Lazy, Mapping};
    use interfaces::calls;
    use interfaces::collateral_vault::{
        CollateralAdded, CollateralSold, CollateralType, CollateralVault, CollateralWithdrawn,
        DebtWrittenOff, Drawn, Portfolio, Position, PositionOpened, PositionSeized, PositionView,
        Repaid, Sale, Seizure, VaultError, VaultTerms, MAX_COLLATERAL_TYPES,
    };
    use interfaces::ensure;
    use interfaces::tranche_pool::Payment;
    use interfaces::types::{CollateralId, PositionId};

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
        /// Positions ever opened: the number of the next one.
        position_count: u32,
        /// Totals of every type: what its positions hold, owe and are marked at adds up to them.
        book: Lazy<Book, ManualKey<1>>,
        /// Positions by number, without empty ones.
        positions: Mapping<PositionId, Position, ManualKey<2>>,
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
            let now = finance::Timestamp(Self::env().block_timestamp());
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
            let mut vault = Self {
                deployer: Self::env().caller(),
                engine: None,
                pool: terms.pool,
                oracle: terms.oracle,
                parameters: terms.parameters,
                position_count: 0,
                book: Lazy::default(),
                positions: Mapping::default(),
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
        fn open(
            &mut self,
            collateral_type: CollateralId,
            amount: Balance,
        ) -> Result<PositionId, VaultError> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let originator = self.env().caller();
            let mut book = self.book();
            let loan = book.open(originator, collateral_type)?.lock(amount)?;
            let position = self.next_position()?;
            self.write(&mut book, position, &loan);
            self.env().emit_event(PositionOpened {
                position,
                originator,
                collateral_type,
            });
            self.take_in(position, &loan, amount)?;
            Ok(position)
        }

        #[ink(message)]
        fn add_collateral(
            &mut self,
            position: PositionId,
            amount: Balance,
        ) -> Result<(), VaultError> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let mut book = self.book();
            let loan = self.loan(&book, position)?.lock(amount)?;
            self.write(&mut book, position, &loan);
            self.take_in(position, &loan, amount)
        }

        #[ink(message)]
        fn withdraw_collateral(
            &mut self,
            position: PositionId,
            amount: Balance,
        ) -> Result<(), VaultError> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let originator = self.env().caller();
            let mut book = self.book();
            let mut loan = self.loan(&book, position)?;
            loan.ensure_originator(originator)?;
            loan = loan.release(amount)?;
            if loan.debt()? > 0 {
                let market = self.market_of(&loan)?;
                loan = self.accrue(loan, &market)?;
                loan.ensure_within_borrow_ltv(&market)?;
            }
            self.write(&mut book, position, &loan);
            self.env().emit_event(CollateralWithdrawn {
                position,
                amount,
                collateral: loan.position.collateral,
            });
            calls::push(loan.kind.token, originator, amount)
        }

        #[ink(message)]
        fn draw(&mut self, position: PositionId, amount: Balance) -> Result<(), VaultError> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let originator = self.env().caller();
            let mut book = self.book();
            let loan = self.loan(&book, position)?;
            loan.ensure_originator(originator)?;
            let market = self.market_of(&loan)?;
            let loan = self.accrue(loan, &market)?.draw(amount, &market)?;
            self.write(&mut book, position, &loan);
            let portfolio = self.value(&book, Priced::Seized)?;
            self.env().emit_event(Drawn {
                position,
                amount,
                debt: loan.debt()?,
            });
            peers::draw(self.pool, originator, amount, portfolio)
        }

        #[ink(message)]
        fn repay(&mut self, position: PositionId, amount: Balance) -> Result<Balance, VaultError> {
            ensure!(amount > 0, VaultError::ZeroAmount);
            let payer = self.env().caller();
            let mut book = self.book();
            let loan = self.loan(&book, position)?.accrue(self.now())?;
            let (loan, minimum) = self.with_minimum(loan)?;
            let (loan, proceeds) = loan.repay(amount, minimum)?;
            let paid = add(proceeds.principal, proceeds.interest)?;
            self.write(&mut book, position, &loan);
            self.env().emit_event(Repaid {
                position,
                payer,
                amount: paid,
                debt: loan.debt()?,
            });
            self.collect(&book, payer, proceeds, 0)?;
            Ok(paid)
        }

        #[ink(message)]
        fn seize(&mut self, position: PositionId) -> Result<Seizure, VaultError> {
            self.ensure_engine()?;
            let mut book = self.book();
            let loan = self.loan(&book, position)?;
            loan.ensure_performing()?;
            let market = self.market_of(&loan)?;
            let loan = self.accrue(loan, &market)?.seize(&market)?;
            let seized = loan.seized()?;
            self.write(&mut book, position, &loan);
            self.env().emit_event(PositionSeized {
                position,
                collateral: loan.position.collateral,
                debt: seized.debt,
                mark: seized.mark,
                price: market.price,
            });
            Ok(Seizure {
                collateral_type: loan.position.collateral_type,
                collateral: loan.position.collateral,
                debt: seized.debt,
                price: market.price,
                quote: loan.kind.quote,
            })
        }

        #[ink(message)]
        fn sell(&mut self, position: PositionId, sale: Sale) -> Result<(), VaultError> {
            self.ensure_engine()?;
            let mut book = self.book();
            let (sold, proceeds) = self.loan(&book, position)?.sell(&sale)?;
            let owed = sold.debt()?;
            let loan = if sale.last { sold.close()? } else { sold };
            self.write(&mut book, position, &loan);
            self.emit_sale(position, &sale, owed);
            self.collect(&book, sale.buyer, proceeds, sale.penalty)?;
            calls::push(loan.kind.token, sale.buyer, sale.collateral)
        }

        #[ink(message)]
        fn portfolio(&self) -> Result<Portfolio, MathError> {
            self.value(&self.book(), Priced::Lent)
        }

        #[ink(message)]
        fn position(&self, position: PositionId) -> Result<PositionView, VaultError> {
            let loan = self.loan(&self.book(), position)?.accrue(self.now())?;
            let price = peers::price(self.oracle, loan.kind.asset).ok();
            Ok(PositionView {
                position: loan.position,
                debt: loan.debt()?,
                collateral_value: price
                    .map(|price| loan.collateral_value(price))
                    .transpose()?,
            })
        }

        #[ink(message)]
        fn price(&self, collateral_type: CollateralId) -> Result<Price, VaultError> {
            let asset = self.book().get(collateral_type)?.asset;
            peers::price(self.oracle, asset)
        }

        #[ink(message)]
        fn collateral_types(&self) -> Vec<CollateralType> {
            self.book().types
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

    #[ink(impl)]
    impl CollateralVaultContract {
        fn ensure_engine(&self) -> Result<(), VaultError> {
            let caller = self.env().caller();
            ensure!(self.engine == Some(caller), VaultError::NotTheEngine);
            Ok(())
        }

        fn now(&self) -> finance::Timestamp {
            finance::Timestamp(self.env().block_timestamp())
        }

        fn book(&self) -> Book {
            self.book.get_or_default()
        }

        fn loan(&self, book: &Book, position: PositionId) -> Result<Loan, VaultError> {
            let position = self.positions.get(position);
            book.loan(position.ok_or(VaultError::UnknownPosition)?)
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

        fn next_position(&mut self) -> Result<PositionId, MathError> {
            let position = PositionId(self.position_count);
            let count = self.position_count.checked_add(1);
            self.position_count = count.ok_or(MathError::Overflow)?;
            Ok(position)
        }

        fn market_of(&self, loan: &Loan) -> Result<Market, VaultError> {
            Ok(Market {
                price: peers::price(self.oracle, loan.kind.asset)?,
                parameters: peers::parameters(self.parameters, loan.position.collateral_type)?,
            })
        }

        fn accrue(&self, loan: Loan, market: &Market) -> Result<Loan, MathError> {
            loan.accrue(self.now())?
                .at_rate(market.parameters.annual_rate)
        }

        /// A loan at its current rate with the least it may owe. Repaying depends on nobody: without an
        /// answer the rate stays and there is no minimum.
        fn with_minimum(&self, loan: Loan) -> Result<(Loan, Balance), MathError> {
            match peers::parameters(self.parameters, loan.position.collateral_type) {
                Ok(current) => Ok((loan.at_rate(current.annual_rate)?, current.minimum_debt)),
                Err(_) => Ok((loan, 0)),
            }
        }

        fn value(&self, book: &Book, priced: Priced) -> Result<Portfolio, MathError> {
            let prices = peers::prices(self.oracle, book.assets(priced));
            book.portfolio(self.now(), priced, prices, |id| {
                let parameters = peers::parameters(self.parameters, id);
                parameters.ok().map(|parameters| parameters.haircut)
            })
        }

        fn collect(
            &self,
            book: &Book,
            payer: AccountId,
            proceeds: Proceeds,
            penalty: Balance,
        ) -> Result<(), VaultError> {
            let portfolio = self.value(book, Priced::Seized)?;
            let payment = Payment {
                payer,
                principal: proceeds.principal,
                interest: proceeds.interest,
                penalty,
            };
            peers::collect(self.pool, payment, portfolio)
        }

        fn take_in(
            &mut self,
            position: PositionId,
            loan: &Loan,
            amount: Balance,
        ) -> Result<(), VaultError> {
            let from = self.env().caller();
            self.env().emit_event(CollateralAdded {
                position,
                from,
                amount,
                collateral: loan.position.collateral,
            });
            calls::pull(loan.kind.token, from, self.env().account_id(), amount)
        }

        fn emit_sale(&self, position: PositionId, sale: &Sale, owed: Balance) {
            self.env().emit_event(CollateralSold {
                position,
                buyer: sale.buyer,
                amount: sale.collateral,
                paid: sale.debt,
                penalty: sale.penalty,
                debt: owed,
            });
            if sale.last && owed > 0 {
                self.env().emit_event(DebtWrittenOff {
                    position,
                    amount: owed,
                });
            }
        }
    }
}
