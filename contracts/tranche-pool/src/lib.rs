//! Custody of the pool's cash, settlements, draws and payments.
//!
//! | file | what it does |
//! |---|---|
//! | [`pool`] | the state that every message loads and stores; draws and payments |
//! | [`settle`] | puts a settlement into effect, and **conservation** |
//! | [`ledger`] | in which account each base unit of cash is |
//! | [`peers`] | calls to the vault and the waterfall |
//!
//! What a settlement does, the **waterfall** first of all, is [`finance::settlement`], which runs in a contract of its own.
//! The contract below is the thin shell: it knows callers, time, storage and other contracts.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod ledger;
mod peers;
pub mod pool;
pub mod settle;
#[cfg(test)]
mod tests;

pub use self::tranche_pool::{TranchePoolContract, TranchePoolContractRef};

#[ink::contract]
mod tranche_pool {
    use finance::settlement::{Demand, Inputs, Phase, Portfolio, Settled, State};
    use finance::time;
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::Lazy;
    use interfaces::calls;
    use interfaces::ensure;
    use interfaces::tranche_pool::{
        Books, Due, DuePaid, Funding, FundsDrawn, Payment, PaymentCollected, PoolError, PoolTerms,
        Settlement, TranchePool,
    };
    use interfaces::types::TrancheId;

    use crate::peers;
    use crate::pool::{validate, Pool};
    use crate::settle;

    /// The contracts that belong to a pool.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    struct Wiring {
        agent: AccountId,
        vault: AccountId,
        waterfall: AccountId,
    }

    #[ink(storage)]
    pub struct TranchePoolContract {
        /// Who may name the other contracts, once.
        deployer: AccountId,
        /// The cash token, as in the terms.
        cash: AccountId,
        /// Valid, and never changed.
        terms: Lazy<PoolTerms, ManualKey<1>>,
        /// Empty until named, then never changed.
        wiring: Lazy<Wiring, ManualKey<2>>,
        /// As many classes as in the terms; its ledger balances.
        pool: Lazy<Pool, ManualKey<3>>,
    }

    impl TranchePoolContract {
        /// A pool with `terms`; the caller is its deployer and names the other contracts next.
        ///
        /// # Errors
        /// [`PoolError::InvalidTranches`], [`PoolError::InvalidRatio`].
        #[ink(constructor)]
        pub fn new(terms: PoolTerms) -> Result<Self, PoolError> {
            validate(&terms)?;
            let mut contract = Self {
                deployer: Self::env().caller(),
                cash: terms.cash,
                terms: Lazy::new(),
                wiring: Lazy::new(),
                pool: Lazy::new(),
            };
            let now = time::Timestamp(Self::env().block_timestamp());
            contract.pool.set(&Pool::new(&terms, now));
            contract.terms.set(&terms);
            Ok(contract)
        }
    }

    impl TranchePool for TranchePoolContract {
        #[ink(message)]
        fn bind(
            &mut self,
            agent: AccountId,
            vault: AccountId,
            waterfall: AccountId,
        ) -> Result<(), PoolError> {
            ensure!(
                self.env().caller() == self.deployer,
                PoolError::NotTheDeployer
            );
            ensure!(self.wiring.get().is_none(), PoolError::AlreadyBound);
            self.wiring.set(&Wiring {
                agent,
                vault,
                waterfall,
            });
            Ok(())
        }

        #[ink(message)]
        fn settle(
            &mut self,
            demand: Vec<Demand>,
            dust: Balance,
            closer: AccountId,
        ) -> Result<Settlement, PoolError> {
            let agent = self.ensure_agent()?;
            let mut pool = self.load();
            let waiting = demand.iter().map(|class| class.redemptions.total());
            let waiting = waiting.collect::<Result<Vec<_>, _>>()?;
            let (settled, portfolio) = self.settled(&pool, demand)?;
            let flows = settle::apply(&mut pool, &settled, &portfolio, &waiting, dust)?;
            let terms = self.stored_terms()?;
            let reward = pool.ledger.reward(terms.close_reward)?;
            self.pool.set(&pool);
            // The agent sends what investors bring beyond what they get.
            let brought = flows.deposited.saturating_add(dust);
            let owed = flows.paid.saturating_sub(brought);
            calls::push::<PoolError>(self.cash, agent, owed)?;
            calls::push::<PoolError>(self.cash, closer, reward)?;
            Ok(self.published(settled, portfolio))
        }

        #[ink(message)]
        fn preview(&self, demand: Vec<Demand>) -> Result<Settlement, PoolError> {
            let (settled, portfolio) = self.settled(&self.load(), demand)?;
            Ok(self.published(settled, portfolio))
        }

        #[ink(message)]
        fn surrender(&mut self, tranche: TrancheId, burned: Balance) -> Result<Balance, PoolError> {
            self.ensure_agent()?;
            let mut pool = self.load();
            pool.accrue(&self.stored_terms()?, self.now())?;
            let claim = pool.surrender(tranche, burned)?;
            self.pool.set(&pool);
            Ok(claim)
        }

        #[ink(message)]
        fn draw(
            &mut self,
            originator: AccountId,
            amount: Balance,
            portfolio: Portfolio,
        ) -> Result<Funding, PoolError> {
            self.ensure_vault()?;
            let mut pool = self.load();
            let (terms, now) = (self.stored_terms()?, self.now());
            pool.draw(&terms, amount, &portfolio, now)?;
            self.pool.set(&pool);
            self.env().emit_event(FundsDrawn {
                originator,
                amount,
                cash: pool.cash(),
            });
            calls::push::<PoolError>(self.cash, originator, amount)?;
            Ok(pool.funding(&portfolio)?)
        }

        #[ink(message)]
        fn collect(
            &mut self,
            payment: Payment,
            portfolio: Portfolio,
        ) -> Result<Funding, PoolError> {
            self.ensure_vault()?;
            let mut pool = self.load();
            let terms = self.stored_terms()?;
            let amount = pool.collect(&terms, &payment, &portfolio, self.now())?;
            self.pool.set(&pool);
            self.env().emit_event(PaymentCollected {
                payment,
                cash: pool.cash(),
            });
            calls::pull::<PoolError>(self.cash, payment.payer, self.env().account_id(), amount)?;
            Ok(pool.funding(&portfolio)?)
        }

        #[ink(message)]
        fn pay(&mut self, due: Due) -> Result<Balance, PoolError> {
            let terms = self.stored_terms()?;
            let beneficiary = match due {
                Due::Fees => terms.fee_beneficiary,
                Due::Penalties | Due::Dust => terms.insurance,
            };
            let mut pool = self.load();
            let amount = pool.ledger.pay(due)?;
            ensure!(amount > 0, PoolError::NothingDue);
            self.pool.set(&pool);
            self.env().emit_event(DuePaid {
                due,
                beneficiary,
                amount,
            });
            calls::push::<PoolError>(self.cash, beneficiary, amount)?;
            Ok(amount)
        }

        #[ink(message)]
        fn reconcile(&mut self) -> Result<bool, PoolError> {
            let held = calls::balance(self.cash, self.env().account_id())?;
            let mut pool = self.load();
            pool.deficient = held < pool.ledger.total()?;
            self.pool.set(&pool);
            Ok(pool.deficient)
        }

        #[ink(message)]
        fn terms(&self) -> Result<PoolTerms, PoolError> {
            self.stored_terms()
        }

        #[ink(message)]
        fn state(&self) -> State {
            self.load().state
        }

        #[ink(message)]
        fn is_deficient(&self) -> bool {
            self.load().deficient
        }

        #[ink(message)]
        fn books(&self) -> Books {
            self.load().ledger.books()
        }

        #[ink(message)]
        fn unattributed(&self) -> Result<Balance, PoolError> {
            let balance = calls::balance(self.cash, self.env().account_id())?;
            Ok(balance.saturating_sub(self.load().ledger.total()?))
        }

        #[ink(message)]
        fn drawable_cash(&self) -> Result<Balance, PoolError> {
            let wiring = self.wiring()?;
            let portfolio = peers::portfolio(wiring.vault)?;
            let terms = self.stored_terms()?;
            let mut pool = self.load();
            pool.accrue(&terms, self.now())?;
            Ok(pool.drawable(&portfolio, terms.liquidity_buffer)?)
        }
    }

    #[ink(impl)]
    impl TranchePoolContract {
        /// Settles `pool` as of now, in memory. While it holds less than its books say, or a
        /// price that jumped waits for its confirmation, nobody enters.
        fn settled(
            &self,
            pool: &Pool,
            mut demand: Vec<Demand>,
        ) -> Result<(Settled, Portfolio), PoolError> {
            ensure!(pool.state.phase < Phase::Closed, PoolError::Closed);
            let wiring = self.wiring()?;
            let portfolio = peers::portfolio(wiring.vault)?;
            if pool.deficient || portfolio.held {
                demand
                    .iter_mut()
                    .for_each(|class| class.deposits = Default::default());
            }
            let inputs = Inputs {
                cash: pool.cash(),
                portfolio,
                demand,
                now: self.now(),
            };
            let (terms, state) = (self.stored_terms()?.deal, pool.state.clone());
            let settled = peers::settle(wiring.waterfall, terms, state, inputs)?;
            Ok((settled, portfolio))
        }

        fn published(&self, settled: Settled, portfolio: Portfolio) -> Settlement {
            Settlement {
                settled_at: self.now(),
                portfolio,
                trace: settled.trace,
                tranches: settled.classes,
            }
        }

        fn ensure_agent(&self) -> Result<AccountId, PoolError> {
            let agent = self.wiring()?.agent;
            ensure!(self.env().caller() == agent, PoolError::NotTheAgent);
            Ok(agent)
        }

        fn ensure_vault(&self) -> Result<Wiring, PoolError> {
            let wiring = self.wiring()?;
            ensure!(self.env().caller() == wiring.vault, PoolError::NotTheVault);
            Ok(wiring)
        }

        fn wiring(&self) -> Result<Wiring, PoolError> {
            self.wiring.get().ok_or(PoolError::NotBound)
        }

        /// The pool; it is there from the constructor on.
        fn load(&self) -> Pool {
            self.pool.get_or_default()
        }

        fn stored_terms(&self) -> Result<PoolTerms, PoolError> {
            self.terms.get().ok_or(PoolError::NotBound)
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }
    }
}
