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
    use interfaces::calls;
    use interfaces::ensure;
    use interfaces::tranche_pool::{
        Books, CashContributed, Due, DuePaid, Funding, FundsDrawn, Payment, PaymentCollected,
        PoolError, PoolTerms, Settlement, TranchePool,
    };
    use interfaces::types::TrancheId;
    use interfaces::waterfall::Case;

    use crate::peers;
    use crate::pool::{net, validate, Pool};
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
        /// Valid, and never changed.
        terms: PoolTerms,
        /// Empty until named, then never changed.
        wiring: Option<Wiring>,
        /// As many classes as in the terms; its ledger balances.
        pool: Pool,
    }

    impl TranchePoolContract {
        /// A pool with `terms`; the caller is its deployer and names the other contracts next.
        ///
        /// # Errors
        /// [`PoolError::InvalidTranches`], [`PoolError::InvalidRatio`].
        #[ink(constructor)]
        pub fn new(terms: PoolTerms) -> Result<Self, PoolError> {
            validate(&terms)?;
            let now = time::Timestamp(Self::env().block_timestamp());
            Ok(Self {
                deployer: Self::env().caller(),
                pool: Pool::new(&terms, now),
                terms,
                wiring: None,
            })
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
            ensure!(self.wiring.is_none(), PoolError::AlreadyBound);
            self.wiring = Some(Wiring {
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
            let waiting = demand.iter().map(|class| class.redemptions.total());
            let waiting = waiting.collect::<Result<Vec<_>, _>>()?;
            let portfolio = self.portfolio()?;
            let cover = self.cover(&portfolio, peers::cover)?;
            let settled = self.settled(demand, portfolio, cover)?;
            let flows = settle::apply(&mut self.pool, &settled, &portfolio, &waiting, dust)?;
            let reward = self.pool.ledger.reward(self.terms.close_reward)?;
            // The agent sends what investors bring beyond what they get.
            let brought = flows.deposited.saturating_add(dust);
            let owed = flows.paid.saturating_sub(brought);
            calls::push::<PoolError>(self.terms.cash, agent, owed)?;
            calls::push::<PoolError>(self.terms.cash, closer, reward)?;
            Ok(self.published(settled, portfolio))
        }

        #[ink(message)]
        fn preview(&self, demand: Vec<Demand>) -> Result<Settlement, PoolError> {
            let portfolio = self.portfolio()?;
            let cover = self.cover(&portfolio, peers::coverable)?;
            let settled = self.settled(demand, portfolio, cover)?;
            Ok(self.published(settled, portfolio))
        }

        #[ink(message)]
        fn surrender(&mut self, tranche: TrancheId, burned: Balance) -> Result<Balance, PoolError> {
            self.ensure_agent()?;
            let portfolio = self.portfolio()?;
            self.pool.accrue(&self.terms, self.now())?;
            self.pool.surrender(tranche, burned, &portfolio)
        }

        #[ink(message)]
        fn draw(
            &mut self,
            originator: AccountId,
            amount: Balance,
            portfolio: Portfolio,
        ) -> Result<Funding, PoolError> {
            self.ensure_vault()?;
            let portfolio = net(&self.terms, portfolio)?;
            let now = self.now();
            self.pool.draw(&self.terms, amount, &portfolio, now)?;
            self.env().emit_event(FundsDrawn {
                originator,
                amount,
                cash: self.pool.cash(),
            });
            calls::push::<PoolError>(self.terms.cash, originator, amount)?;
            Ok(self.pool.funding(&portfolio)?)
        }

        #[ink(message)]
        fn collect(
            &mut self,
            payment: Payment,
            portfolio: Portfolio,
        ) -> Result<Funding, PoolError> {
            self.ensure_vault()?;
            let portfolio = net(&self.terms, portfolio)?;
            let now = self.now();
            let amount = self.pool.collect(&self.terms, &payment, &portfolio, now)?;
            self.env().emit_event(PaymentCollected {
                payment,
                cash: self.pool.cash(),
            });
            calls::pull::<PoolError>(
                self.terms.cash,
                payment.payer,
                self.env().account_id(),
                amount,
            )?;
            Ok(self.pool.funding(&portfolio)?)
        }

        #[ink(message)]
        fn contribute(&mut self, amount: Balance) -> Result<(), PoolError> {
            let is_fund = self.terms.insured && self.env().caller() == self.terms.insurance;
            ensure!(is_fund, PoolError::NotTheInsurer);
            let now = self.now();
            self.pool.contribute(&self.terms, amount, now)?;
            self.env().emit_event(CashContributed {
                amount,
                cash: self.pool.cash(),
            });
            Ok(())
        }

        #[ink(message)]
        fn pay(&mut self, due: Due) -> Result<Balance, PoolError> {
            let beneficiary = match due {
                Due::Fees => self.terms.fee_beneficiary,
                Due::Insurance => self.terms.insurance,
            };
            let amount = self.pool.ledger.pay(due)?;
            ensure!(amount > 0, PoolError::NothingDue);
            self.env().emit_event(DuePaid {
                due,
                beneficiary,
                amount,
            });
            calls::push::<PoolError>(self.terms.cash, beneficiary, amount)?;
            Ok(amount)
        }

        #[ink(message)]
        fn reconcile(&mut self) -> Result<bool, PoolError> {
            let held = calls::balance(self.terms.cash, self.env().account_id())?;
            self.pool.deficient = held < self.pool.ledger.total()?;
            Ok(self.pool.deficient)
        }

        #[ink(message)]
        fn terms(&self) -> PoolTerms {
            self.terms.clone()
        }

        #[ink(message)]
        fn state(&self) -> State {
            self.pool.state.clone()
        }

        #[ink(message)]
        fn supply(&self, tranche: TrancheId) -> Balance {
            let class = self.pool.state.classes.get(tranche.index());
            class.map_or(0, |class| class.supply)
        }

        #[ink(message)]
        fn is_deficient(&self) -> bool {
            self.pool.deficient
        }

        #[ink(message)]
        fn books(&self) -> Books {
            self.pool.ledger.books()
        }

        #[ink(message)]
        fn unattributed(&self) -> Result<Balance, PoolError> {
            let balance = calls::balance(self.terms.cash, self.env().account_id())?;
            Ok(balance.saturating_sub(self.pool.ledger.total()?))
        }

        #[ink(message)]
        fn drawable_cash(&self) -> Result<Balance, PoolError> {
            let portfolio = self.portfolio()?;
            let mut pool = self.pool.clone();
            pool.accrue(&self.terms, self.now())?;
            Ok(pool.drawable(&portfolio, self.terms.liquidity_buffer)?)
        }
    }

    #[ink(impl)]
    impl TranchePoolContract {
        /// Settles the pool as of now, in memory. While it holds less than its books say, or a
        /// price that jumped waits for its confirmation, nobody enters.
        fn settled(
            &self,
            mut demand: Vec<Demand>,
            portfolio: Portfolio,
            cover: Balance,
        ) -> Result<Settled, PoolError> {
            let pool = &self.pool;
            ensure!(pool.state.phase < Phase::Closed, PoolError::Closed);
            if pool.deficient || portfolio.held {
                demand
                    .iter_mut()
                    .for_each(|class| class.deposits = Default::default());
            }
            let inputs = Inputs {
                cash: pool.cash(),
                cover,
                portfolio,
                demand,
                now: self.now(),
            };
            let case = Case {
                terms: self.terms.deal.clone(),
                state: pool.state.clone(),
                inputs,
            };
            let settled = peers::settle(self.wiring()?.waterfall, case)?;
            ensure!(settled.trace.cover == cover, PoolError::NotConserved);
            Ok(settled)
        }

        /// What the loans are worth to the pool.
        fn portfolio(&self) -> Result<Portfolio, PoolError> {
            let portfolio = peers::portfolio(self.wiring()?.vault)?;
            Ok(net(&self.terms, portfolio)?)
        }

        /// What the insurance fund pays, as `ask` has it, for what was written off since the last settlement.
        fn cover(
            &self,
            portfolio: &Portfolio,
            ask: fn(AccountId, Balance, Balance) -> Result<Balance, PoolError>,
        ) -> Result<Balance, PoolError> {
            let lost = self.pool.state.loss(portfolio);
            if lost == 0 || !self.terms.insured {
                return Ok(0);
            }
            ask(self.terms.insurance, lost, portfolio.written_off)
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

        fn ensure_vault(&self) -> Result<(), PoolError> {
            let vault = self.wiring()?.vault;
            ensure!(self.env().caller() == vault, PoolError::NotTheVault);
            Ok(())
        }

        fn wiring(&self) -> Result<&Wiring, PoolError> {
            self.wiring.as_ref().ok_or(PoolError::NotBound)
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }
    }
}
