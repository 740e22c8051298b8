//! The part of the transfer agent that runs seldom: closing epochs, and everything that is only read.
//!
//! It is code without an account of its own. The transfer agent runs it on its own storage by delegate call, whole
//! messages at a time, so that orders and claims need not load it: a chain charges for every byte of code that a call
//! loads.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod peers;

pub use self::back_office::{BackOfficeContract, BackOfficeContractRef};

#[ink::contract]
mod back_office {
    use finance::fixed::add;
    use finance::parameters::Pause;
    use finance::settlement::Waiting;
    use finance::{time, Period};
    use ink::prelude::vec::Vec;
    use interfaces::async_vault::{AsyncVaultError, OperatorSet, OrderView};
    use interfaces::calls::{self, CallError};
    use interfaces::configurator::{powers, Powers};
    use interfaces::ensure;
    use interfaces::tranche_pool::Settlement;
    use interfaces::transfer_agent::{
        AgentBooks, AgentError, AgentTerms, BookView, DepositsPaused, EpochSettled, EpochView,
        ExpectedExit, Surrendered, TransferAgent,
    };
    use interfaces::types::TrancheId;
    use interfaces::upgradeable::{self, UpgradeError, Upgradeable, UpgradesView};
    use transfer_agent::books::{Books, Side};
    use transfer_agent::peers::burn;
    use transfer_agent::state::State;

    use crate::peers;

    #[ink(storage)]
    pub struct BackOfficeContract {
        /// The transfer agent's.
        state: State,
    }

    impl BackOfficeContract {
        /// Refuses: the code is uploaded, and its hash named to transfer agents.
        ///
        /// # Errors
        /// [`AgentError::NoInstance`].
        #[ink(constructor)]
        pub fn new() -> Result<Self, AgentError> {
            Err(AgentError::NoInstance)
        }
    }

    /// What the agent passes on of [`AsyncVault`](interfaces::async_vault::AsyncVault), under the selectors of that trait.
    impl BackOfficeContract {
        /// As `AsyncVault::set_operator`.
        #[ink(message, selector = 0x1ED8E80B)]
        pub fn set_operator(
            &mut self,
            operator: AccountId,
            approved: bool,
        ) -> Result<(), AsyncVaultError> {
            let owner = self.env().caller();
            if approved {
                self.state.operators.insert((owner, operator), &());
            } else {
                self.state.operators.remove((owner, operator));
            }
            self.env().emit_event(OperatorSet {
                owner,
                operator,
                approved,
            });
            Ok(())
        }

        /// As `AsyncVault::is_operator`.
        #[ink(message, selector = 0x0E1B1425)]
        pub fn is_operator(&self, owner: AccountId, operator: AccountId) -> bool {
            self.state.operators.contains((owner, operator))
        }

        /// As `AsyncVault::order`.
        #[ink(message, selector = 0x85E74FAB)]
        pub fn order(
            &self,
            class: TrancheId,
            owner: AccountId,
        ) -> Result<OrderView, AsyncVaultError> {
            let holding = self.state.holding(class, owner)?;
            Ok(holding.view(self.state.desk.class(class)?.index)?)
        }
    }

    impl TransferAgent for BackOfficeContract {
        #[ink(message)]
        fn bind(&mut self, tokens: Vec<AccountId>) -> Result<(), AgentError> {
            ensure!(
                self.env().caller() == self.state.fixed.deployer,
                AgentError::NotTheDeployer
            );
            ensure!(!self.state.desk.is_bound(), AgentError::AlreadyBound);
            let count = TrancheId(self.state.terms()?.tranches).index();
            ensure!(tokens.len() == count, AgentError::InvalidTranches);
            let agent = self.env().account_id();
            for token in tokens {
                let issuer = peers::issuer(token)?;
                ensure!(issuer == agent, AgentError::NotTheIssuer(issuer));
                let books = Books::new(token, peers::rule(token)?.is_some());
                self.state.desk.classes.push(books);
            }
            // This code stays on the chain as long as the agent does.
            let back_office = self.state.fixed.back_office;
            self.env().lock_delegate_dependency(&back_office);
            Ok(())
        }

        #[ink(message)]
        fn surrender(&mut self, tranche: TrancheId, amount: Balance) -> Result<(), AgentError> {
            ensure!(amount > 0, AgentError::ZeroAmount);
            let owner = self.env().caller();
            burn::<AgentError>(self.state.token(tranche)?, owner, amount)?;
            let claim = peers::surrender(self.state.terms()?.pool, tranche, amount)?;
            self.env().emit_event(Surrendered {
                owner,
                tranche,
                tokens: amount,
                claim,
            });
            Ok(())
        }

        #[ink(message)]
        fn close_epoch(&mut self) -> Result<Settlement, AgentError> {
            ensure!(self.state.desk.is_bound(), AgentError::NotBound);
            let terms = self.state.terms()?;
            let now = self.now();
            let desk = &mut self.state.desk;
            let (epoch, ends_at, cut_off_at) = (desk.epoch, desk.ends_at, desk.cut_off_at);
            ensure!(now >= ends_at, AgentError::EpochNotOver { ends_at });
            let dust = desk.ledger.clear_dust()?;
            let demand = desk.demand();
            let settlement = peers::settle(terms.pool, demand, dust, self.env().caller())?;
            let prices_at = settlement.portfolio.prices_at;
            ensure!(
                prices_at.is_none_or(|prices_at| prices_at >= cut_off_at),
                AgentError::PricesBeforeCutOff { cut_off_at }
            );
            let State { desk, cabinet, .. } = &mut self.state;
            let (records, flows) = desk.settle(&settlement, cabinet)?;
            desk.start_next_epoch(&terms, now)?;
            cabinet.keep(epoch, &records);
            self.env().emit_event(EpochSettled {
                epoch,
                settlement: settlement.clone(),
            });
            for (books, tranche) in self.state.desk.classes.iter().zip(&settlement.tranches) {
                peers::distribute(books.token, tranche.rise)?;
            }
            // The pool has sent what it pays beyond what it gets.
            let invested = add(flows.invested, dust)?;
            let owed = invested.saturating_sub(flows.received);
            calls::push::<AgentError>(self.state.fixed.cash, terms.pool, owed)?;
            Ok(settlement)
        }

        #[ink(message)]
        fn preview_settlement(&self) -> Result<Settlement, AgentError> {
            peers::preview(self.state.terms()?.pool, self.state.desk.demand())
        }

        #[ink(message)]
        fn expected_exit(
            &self,
            tranche: TrancheId,
            owner: AccountId,
        ) -> Result<ExpectedExit, AgentError> {
            let holding = self.state.holding(tranche, owner)?;
            Ok(self.state.desk.expected_exit(
                tranche,
                holding.slot(Side::Redemption),
                &self.preview_settlement()?,
            )?)
        }

        #[ink(message)]
        fn pause_deposits(&mut self, period: Period) -> Result<(), AgentError> {
            let (caller, powers) = (self.env().caller(), self.powers()?);
            let is_permitted = caller == powers.guardian || caller == powers.governor;
            ensure!(is_permitted, AgentError::NotPermitted);
            let pause = self.state.desk.entry.used(self.now(), period);
            self.set_entry(pause.ok_or(AgentError::PauseUsed)?);
            Ok(())
        }

        #[ink(message)]
        fn arm_deposits(&mut self) -> Result<(), AgentError> {
            let is_governor = self.env().caller() == self.powers()?.governor;
            ensure!(is_governor, AgentError::NotPermitted);
            self.set_entry(Pause::ARMED);
            Ok(())
        }

        #[ink(message)]
        fn terms(&self) -> Result<AgentTerms, AgentError> {
            self.state.terms()
        }

        #[ink(message)]
        fn epoch(&self) -> EpochView {
            let desk = &self.state.desk;
            EpochView {
                number: desk.epoch,
                cut_off_at: desk.cut_off_at,
                ends_at: desk.ends_at,
                phase: desk.phase,
                closed_until: desk.entry.until,
            }
        }

        #[ink(message)]
        fn classes(&self) -> Vec<BookView> {
            let view = |books: &Books| BookView {
                token: books.token,
                deposits: total(books.deposits.waiting()),
                redemptions: total(books.redemptions.waiting()),
                index: books.index,
            };
            self.state.desk.classes.iter().map(view).collect()
        }

        #[ink(message)]
        fn books(&self) -> AgentBooks {
            self.state.desk.ledger.books()
        }

        #[ink(message)]
        fn unattributed(&self) -> Result<Balance, AgentError> {
            let balance = calls::balance(self.state.fixed.cash, self.env().account_id())?;
            Ok(balance.saturating_sub(self.state.desk.ledger.total()?))
        }
    }

    impl Upgradeable for BackOfficeContract {
        #[ink(message)]
        fn upgrade(&mut self, code_hash: Hash) -> Result<(), UpgradeError> {
            let governor = self.powers()?.governor;
            upgradeable::upgrade(&mut self.state.upgrades, governor, code_hash)
        }

        #[ink(message)]
        fn renounce_upgrades(&mut self) -> Result<(), UpgradeError> {
            let governor = self.powers()?.governor;
            upgradeable::renounce(&mut self.state.upgrades, governor)
        }

        #[ink(message)]
        fn upgrades(&self) -> UpgradesView {
            let governor = self.powers().ok().map(|powers| powers.governor);
            upgradeable::view(&self.state.upgrades, governor)
        }
    }

    #[ink(impl)]
    impl BackOfficeContract {
        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        fn powers(&self) -> Result<Powers, CallError> {
            let terms = self.state.terms().map_err(|_| CallError::Trapped)?;
            powers(terms.configurator)
        }

        fn set_entry(&mut self, pause: Pause) {
            self.state.desk.entry = pause;
            self.env().emit_event(DepositsPaused {
                until: pause.until,
                by: self.env().caller(),
            });
        }
    }

    fn total(waiting: Waiting) -> Balance {
        waiting.total().unwrap_or(Balance::MAX)
    }
}
