//! The first loss of a deal, ahead of its residual class.
//!
//! | file | what it does |
//! |---|---|
//! | [`state`] | accounts of the fund and of its backers; losses by number |
//! | [`peers`] | calls to the pool, the vault and the engine |
//!
//! How losses and income are shared is [`finance::insurance`].
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod peers;
pub mod state;
#[cfg(test)]
mod tests;

/// A refusal, on the heap.
type Refused = interfaces::Boxed<interfaces::insurance_fund::FundError>;

pub use self::insurance_fund::{InsuranceFundContract, InsuranceFundContractRef};

#[ink::contract]
mod insurance_fund {
    use finance::insurance::Loss;
    use finance::time;
    use interfaces::calls;
    use interfaces::ensure;
    use interfaces::insurance_fund::{
        Backing, Collected, FundBooks, FundError, FundTerms, IncomeClaimed, InsuranceFund, Insured,
        LossCovered, LossRecovered, StakeChanged, Withdrawal, WithdrawalRequested,
    };
    use interfaces::types::PositionId;

    use crate::peers;
    use crate::state::{validate, State};
    use crate::Refused;

    #[ink(storage)]
    pub struct InsuranceFundContract {
        state: State,
    }

    impl InsuranceFundContract {
        /// An empty fund with `terms`; the caller is its deployer and names the other contracts next.
        ///
        /// # Errors
        /// [`FundError::InvalidRules`].
        #[ink(constructor)]
        pub fn new(terms: FundTerms) -> Result<Self, FundError> {
            validate(&terms.rules)?;
            let state = State::new(Self::env().caller(), terms);
            Ok(Self { state })
        }
    }

    impl InsuranceFund for InsuranceFundContract {
        #[ink(message)]
        fn bind(
            &mut self,
            pool: AccountId,
            vault: AccountId,
            engine: AccountId,
        ) -> Result<(), FundError> {
            let caller = self.env().caller();
            let books = &mut self.state.books;
            ensure!(caller == books.deployer, FundError::NotTheDeployer);
            ensure!(books.insured.is_none(), FundError::AlreadyBound);
            books.insured = Some(Insured {
                pool,
                vault,
                engine,
            });
            Ok(())
        }

        #[ink(message)]
        fn deposit(&mut self, amount: Balance) -> Result<(), FundError> {
            self.gather()?;
            let backer = self.env().caller();
            let stake = self.state.deposit(backer, amount)?;
            self.env().emit_event(StakeChanged {
                backer,
                deposited: amount,
                withdrawn: 0,
                paid: 0,
                stake,
            });
            Ok(self.pull(backer, amount)?)
        }

        #[ink(message)]
        fn request_withdrawal(&mut self, amount: Balance) -> Result<Withdrawal, FundError> {
            let (backer, now) = (self.env().caller(), self.now());
            let withdrawal = self.state.request(backer, amount, now)?;
            self.env()
                .emit_event(WithdrawalRequested { backer, withdrawal });
            Ok(withdrawal)
        }

        #[ink(message)]
        fn withdraw(&mut self, minimum: Balance) -> Result<Balance, FundError> {
            let (backer, now) = (self.env().caller(), self.now());
            let exposure = self.exposure()?;
            let left = self.state.withdraw(backer, exposure, now)?;
            let paid = left.paid;
            ensure!(paid >= minimum, FundError::BelowMinimum { paid });
            self.env().emit_event(StakeChanged {
                backer,
                deposited: 0,
                withdrawn: left.withdrawn,
                paid,
                stake: left.stake,
            });
            self.push(backer, paid)?;
            Ok(paid)
        }

        #[ink(message)]
        fn claim(&mut self, backer: AccountId) -> Result<Balance, FundError> {
            let amount = self.state.claim(backer)?;
            self.env().emit_event(IncomeClaimed { backer, amount });
            self.push(backer, amount)?;
            Ok(amount)
        }

        #[ink(message)]
        fn collect(&mut self) -> Result<Balance, FundError> {
            Ok(self.gather()?)
        }

        #[ink(message)]
        fn cover(&mut self, lost: Balance, written_off: Balance) -> Result<Balance, FundError> {
            let pool = self.insured()?.pool;
            ensure!(self.env().caller() == pool, FundError::NotThePool);
            let number = self.state.books.loss_count;
            let loss = self.state.cover(lost, written_off, self.now())?;
            self.env().emit_event(LossCovered { number, loss });
            self.push(pool, loss.paid)?;
            Ok(loss.paid)
        }

        #[ink(message)]
        fn coverable(&self, lost: Balance) -> Result<Balance, FundError> {
            let books = &self.state.books;
            Ok(books.fund.coverable(&books.terms.rules, lost, self.now())?)
        }

        #[ink(message)]
        fn recover(&mut self, position: PositionId, amount: Balance) -> Result<Balance, FundError> {
            let insured = self.insured()?;
            let payer = self.env().caller();
            let write_off = peers::write_off(insured.vault, position)?;
            let write_off = write_off.ok_or(FundError::NothingWrittenOff)?;
            let kept = self.state.recover(position, &write_off, amount)?;
            let rest = amount.saturating_sub(kept);
            self.env().emit_event(LossRecovered {
                position,
                payer,
                amount,
                kept,
            });
            self.pull(payer, amount)?;
            self.give(insured.pool, rest)?;
            Ok(kept)
        }

        #[ink(message)]
        fn return_overflow(&mut self) -> Result<Balance, FundError> {
            let pool = self.insured()?.pool;
            let amount = self.state.overflow()?;
            self.give(pool, amount)?;
            Ok(amount)
        }

        #[ink(message)]
        fn books(&self) -> FundBooks {
            self.state.books
        }

        #[ink(message)]
        fn backing(&self, backer: AccountId) -> Result<Backing, FundError> {
            Ok(self.state.backing(backer)?)
        }

        #[ink(message)]
        fn exposure(&self) -> Result<Balance, FundError> {
            let portfolio = peers::portfolio(self.insured()?.vault)?;
            let settled = self.state.written_off();
            let face = portfolio.written_off.saturating_add(portfolio.seized_debt);
            let sure = settled.saturating_add(portfolio.stressed);
            Ok(face.saturating_sub(sure))
        }

        #[ink(message)]
        fn loss(&self, number: u32) -> Option<Loss> {
            self.state.losses.get(number)
        }
    }

    #[ink(impl)]
    impl InsuranceFundContract {
        /// Takes what pool and engine owe, and what came without a call: income.
        fn gather(&mut self) -> Result<Balance, Refused> {
            let Insured { pool, engine, .. } = self.insured()?;
            let me = self.env().account_id();
            peers::take_from_pool(pool)?;
            peers::take_from_engine(engine, me)?;
            let balance = calls::balance(self.cash(), me)?;
            let amount = self.state.count(balance)?;
            if amount > 0 {
                self.env().emit_event(Collected { amount });
            }
            Ok(amount)
        }

        fn pull(&self, payer: AccountId, amount: Balance) -> Result<(), Refused> {
            self.state.ensure_conserved()?;
            calls::pull(self.cash(), payer, self.env().account_id(), amount)
        }

        fn push(&self, to: AccountId, amount: Balance) -> Result<(), Refused> {
            self.state.ensure_conserved()?;
            calls::push(self.cash(), to, amount)
        }

        fn give(&self, pool: AccountId, amount: Balance) -> Result<(), Refused> {
            if amount == 0 {
                return Ok(());
            }
            self.push(pool, amount)?;
            peers::contribute(pool, amount)
        }

        fn insured(&self) -> Result<Insured, Refused> {
            let insured = self.state.books.insured;
            Ok(insured.ok_or(FundError::NotBound)?)
        }

        fn cash(&self) -> AccountId {
            self.state.books.terms.cash
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }
    }
}
