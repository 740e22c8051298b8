//! Orders, epochs, and what settlements owe to investors.
//!
//! | file | what it does |
//! |---|---|
//! | [`state`] | what is stored, in the layout that the back office runs on as well |
//! | [`desk`] | the state that every message loads and stores; the grid of epochs, and what a settlement does to it |
//! | [`ledger`] | in which account each base unit of cash is |
//! | [`books`] | the order books of a class, with and without limit prices |
//! | [`holding`] | one owner's orders and unclaimed proceeds in one tranche |
//! | [`peers`] | calls to the tranche tokens |
//!
//! The agent holds the cash of orders that wait and of claims nobody fetched, and nothing of the pool: no loan, price or
//! pause can reach it. The contract below is the thin shell: it knows callers, time, storage and other contracts.
//! What runs seldom, the closing of epochs first of all, is in the crate `back-office`, to which it passes those messages.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod books;
pub mod desk;
pub mod holding;
pub mod ledger;
pub mod peers;
pub mod state;
#[cfg(test)]
mod tests;

pub use self::transfer_agent::{TransferAgentContract, TransferAgentContractRef};

#[ink::contract]
mod transfer_agent {
    use finance::fixed::add;
    use finance::orders::Conditions;
    use finance::settlement::Phase;
    use finance::{time, Period};
    use ink::prelude::vec::Vec;
    use interfaces::async_vault::{
        AsyncVault, AsyncVaultError, Claimed, OrderCancelled, OrderPlaced, OrderView,
    };
    use interfaces::calls;
    use interfaces::ensure;
    use interfaces::tranche_pool::Settlement;
    use interfaces::transfer_agent::{
        AgentBooks, AgentError, AgentTerms, BookView, DistributionClaimed, Distributions,
        EpochView, ExpectedExit, TransferAgent,
    };
    use interfaces::types::TrancheId;
    use interfaces::upgradeable::{UpgradeError, Upgradeable, UpgradesView};

    use crate::books::{Side, MAX_LIMIT_EPOCHS};
    use crate::desk::validate;
    use crate::holding::{Holding, Proceeds, Slot};
    use crate::peers;
    use crate::state::State;

    /// What became of a claim.
    struct HandedOut {
        sent: Proceeds,
        /// The first refusal.
        outcome: Result<(), AsyncVaultError>,
        /// What is left.
        view: OrderView,
    }

    #[ink(storage)]
    pub struct TransferAgentContract {
        state: State,
    }

    impl TransferAgentContract {
        /// An agent with `terms`; the caller is its deployer and names the tokens next.
        ///
        /// # Errors
        /// [`AgentError::InvalidTranches`], [`AgentError::InvalidEpochLength`].
        #[ink(constructor)]
        pub fn new(terms: AgentTerms) -> Result<Self, AgentError> {
            validate(&terms)?;
            let now = time::Timestamp(Self::env().block_timestamp());
            let state = State::new(Self::env().caller(), &terms, now);
            Ok(Self { state })
        }
    }

    impl AsyncVault for TransferAgentContract {
        #[ink(message)]
        fn request_deposit(
            &mut self,
            class: TrancheId,
            amount: Balance,
            owner: AccountId,
            conditions: Conditions,
        ) -> Result<(), AsyncVaultError> {
            self.request(Side::Deposit, class, amount, owner, conditions)
        }

        #[ink(message)]
        fn request_redeem(
            &mut self,
            class: TrancheId,
            amount: Balance,
            owner: AccountId,
            conditions: Conditions,
        ) -> Result<(), AsyncVaultError> {
            self.request(Side::Redemption, class, amount, owner, conditions)
        }

        #[ink(message)]
        fn cancel_deposit(
            &mut self,
            class: TrancheId,
            owner: AccountId,
        ) -> Result<Balance, AsyncVaultError> {
            self.cancel(Side::Deposit, class, owner)
        }

        #[ink(message)]
        fn cancel_redeem(
            &mut self,
            class: TrancheId,
            owner: AccountId,
        ) -> Result<Balance, AsyncVaultError> {
            self.cancel(Side::Redemption, class, owner)
        }

        #[ink(message)]
        fn claim(
            &mut self,
            class: TrancheId,
            owner: AccountId,
        ) -> Result<OrderView, AsyncVaultError> {
            let HandedOut {
                sent,
                outcome,
                view,
            } = self.hand_out(class, owner)?;
            if sent == Proceeds::default() {
                outcome?;
            }
            Ok(OrderView {
                claimable_tokens: sent.tokens,
                claimable_cash: sent.cash,
                ..view
            })
        }

        #[ink(message)]
        fn set_operator(
            &mut self,
            _operator: AccountId,
            _approved: bool,
        ) -> Result<(), AsyncVaultError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn is_operator(&self, _owner: AccountId, _operator: AccountId) -> bool {
            self.ask_back_office()
        }

        #[ink(message)]
        fn order(
            &self,
            _class: TrancheId,
            _owner: AccountId,
        ) -> Result<OrderView, AsyncVaultError> {
            self.ask_back_office()
        }
    }

    impl Distributions for TransferAgentContract {
        #[ink(message)]
        fn claim_all(&mut self, owner: AccountId) -> Result<Balance, AsyncVaultError> {
            let (mut claimed, mut refusal) = (None, AsyncVaultError::NothingClaimable);
            for tranche in (0..).map(TrancheId).take(self.state.desk.classes.len()) {
                match self.hand_out(tranche, owner) {
                    Ok(HandedOut { sent, outcome, .. }) => {
                        if sent != Proceeds::default() {
                            claimed = Some(add(claimed.unwrap_or(0), sent.cash)?);
                        }
                        if let Err(error) = outcome {
                            refusal = error;
                        }
                    }
                    Err(AsyncVaultError::NothingClaimable) => (),
                    Err(error) => return Err(error),
                }
                match self.distribution(tranche, owner)? {
                    0 => (),
                    cash => match self.push_distribution(tranche, owner, cash) {
                        Ok(()) => claimed = Some(add(claimed.unwrap_or(0), cash)?),
                        Err(error) => {
                            let mut holding = self.state.holding(tranche, owner)?;
                            self.keep(tranche, owner, &mut holding, Proceeds { tokens: 0, cash })?;
                            refusal = error;
                        }
                    },
                }
            }
            claimed.ok_or(refusal)
        }

        #[ink(message)]
        fn claim_distribution(
            &mut self,
            tranche: TrancheId,
            owner: AccountId,
        ) -> Result<Balance, AsyncVaultError> {
            let cash = self.distribution(tranche, owner)?;
            ensure!(cash > 0, AsyncVaultError::NothingClaimable);
            self.push_distribution(tranche, owner, cash)?;
            Ok(cash)
        }
    }

    /// What the back office answers for the agent.
    impl TransferAgent for TransferAgentContract {
        #[ink(message)]
        fn bind(&mut self, _tokens: Vec<AccountId>) -> Result<(), AgentError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn surrender(&mut self, _tranche: TrancheId, _amount: Balance) -> Result<(), AgentError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn close_epoch(&mut self) -> Result<Settlement, AgentError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn preview_settlement(&self) -> Result<Settlement, AgentError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn expected_exit(
            &self,
            _tranche: TrancheId,
            _owner: AccountId,
        ) -> Result<ExpectedExit, AgentError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn pause_deposits(&mut self, _period: Period) -> Result<(), AgentError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn arm_deposits(&mut self) -> Result<(), AgentError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn terms(&self) -> Result<AgentTerms, AgentError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn epoch(&self) -> EpochView {
            self.ask_back_office()
        }

        #[ink(message)]
        fn classes(&self) -> Vec<BookView> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn books(&self) -> AgentBooks {
            self.ask_back_office()
        }

        #[ink(message)]
        fn unattributed(&self) -> Result<Balance, AgentError> {
            self.ask_back_office()
        }
    }

    impl Upgradeable for TransferAgentContract {
        #[ink(message)]
        fn upgrade(&mut self, _code_hash: Hash) -> Result<(), UpgradeError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn renounce_upgrades(&mut self) -> Result<(), UpgradeError> {
            self.ask_back_office()
        }

        #[ink(message)]
        fn upgrades(&self) -> UpgradesView {
            self.ask_back_office()
        }
    }

    #[ink(impl)]
    impl TransferAgentContract {
        /// Places an order.
        fn request(
            &mut self,
            side: Side,
            tranche: TrancheId,
            amount: Balance,
            owner: AccountId,
            conditions: Conditions,
        ) -> Result<(), AsyncVaultError> {
            let minimum = match (side, conditions.limit) {
                (Side::Redemption, None) => 0,
                _ => self.state.fixed.minimum_order,
            };
            ensure!(amount > 0, AsyncVaultError::ZeroAmount);
            ensure!(amount >= minimum, AsyncVaultError::BelowMinimum { minimum });
            self.ensure_may_act_for(owner)?;
            let now = self.now();
            let desk = &self.state.desk;
            let is_open = desk.is_bound() && desk.phase == Phase::Revolving;
            ensure!(is_open, AsyncVaultError::NotOpen);
            let mut holding = self.state.holding(tranche, owner)?;
            // Tokens that are his in the books already need not come from his account.
            let mut released = 0;
            match side {
                Side::Deposit => self.ensure_may_enter(tranche, owner, now)?,
                Side::Redemption => {
                    released = holding.release(amount, desk.class(tranche)?.index)?
                }
            }
            let State { desk, cabinet, .. } = &mut self.state;
            let (epoch, late) = (desk.epoch, desk.late_in(now));
            ensure_possible(&conditions, epoch, late)?;
            let slot = holding.slot_mut(side);
            slot.prepare(conditions)?;
            let books = desk.class_mut(tranche)?.side_mut(side);
            slot.series = books.series(conditions.limit)?;
            let book = books.book_mut(slot.series);
            let book = book.ok_or(AsyncVaultError::UnknownClass)?;
            let waiting = match late {
                Some(_) => &mut book.joining,
                None => &mut book.pending,
            };
            *waiting = add(*waiting, amount)?;
            if let Some(until) = conditions.until {
                book.expires(until);
                let id = (tranche, side, slot.series);
                let all = cabinet.expiring_of(id, until, book, epoch)?;
                cabinet.expire(id, until, all.grown(amount, book, late)?);
            }
            slot.stake = slot.stake.grown(amount, book, late)?;
            let pending = slot.pending()?;
            if side == Side::Deposit {
                desk.ledger.receive_order(amount)?;
            }
            self.store(tranche, owner, &mut holding)?;
            let (cash, tokens) = side.given(amount);
            self.env().emit_event(OrderPlaced {
                owner,
                class: tranche,
                cash,
                tokens,
                pending,
            });
            match side {
                Side::Deposit => {
                    calls::pull(self.state.fixed.cash, owner, self.env().account_id(), cash)
                }
                Side::Redemption => match tokens.saturating_sub(released) {
                    0 => Ok(()),
                    rest => peers::burn(self.state.token(tranche)?, owner, rest),
                },
            }
        }

        /// Takes back what is unfilled of an order; after the cut-off only what does not take part yet, and the rest
        /// after the coming settlement. Returns what is sent back.
        fn cancel(
            &mut self,
            side: Side,
            tranche: TrancheId,
            owner: AccountId,
        ) -> Result<Balance, AsyncVaultError> {
            self.ensure_may_act_for(owner)?;
            let now = self.now();
            let mut holding = self.state.holding(tranche, owner)?;
            let State { desk, cabinet, .. } = &mut self.state;
            let slot = holding.slot_mut(side);
            ensure!(slot.pending()? > 0, AsyncVaultError::NothingPending);
            let late = desk.late_in(now).filter(|_| now < desk.overdue_at);
            let epoch = desk.epoch;
            let books = desk.class_mut(tranche)?.side_mut(side);
            let book = books.book_mut(slot.series);
            let book = book.ok_or(AsyncVaultError::NothingPending)?;
            let id = (tranche, side, slot.series);
            if let Some(until) = slot.conditions.until {
                let all = cabinet.expiring_of(id, until, book, epoch)?;
                cabinet.expire(id, until, all.without(&slot.stake, book)?);
            }
            let joining = slot.stake.joining();
            book.joining = book.joining.saturating_sub(joining);
            let mut amount = joining;
            if late.is_some() && slot.stake.pending() > 0 {
                book.expires(epoch);
                slot.stake = slot.stake.taking_part();
                slot.conditions.until = late;
                let all = cabinet.expiring_of(id, epoch, book, epoch)?;
                cabinet.expire(id, epoch, all.with(&slot.stake, book)?);
            } else {
                let pending = slot.stake.pending().min(book.pending);
                book.pending = book.pending.saturating_sub(pending);
                amount = add(amount, pending)?;
                *slot = Slot::default();
            }
            let (cash, tokens) = side.given(amount);
            self.state.desk.ledger.return_order(cash)?;
            self.store(tranche, owner, &mut holding)?;
            self.env().emit_event(OrderCancelled {
                owner,
                class: tranche,
                cash,
                tokens,
            });
            let _sent = self.send(tranche, owner, &mut holding, Proceeds { tokens, cash })?;
            Ok(amount)
        }

        /// Sends an owner what is claimable; what a token refuses to hand over stays his.
        fn hand_out(
            &mut self,
            class: TrancheId,
            owner: AccountId,
        ) -> Result<HandedOut, AsyncVaultError> {
            let mut holding = self.state.holding(class, owner)?;
            let index = self.state.desk.class(class)?.index;
            let due = holding.claim(index)?;
            self.state.desk.ledger.pay_claim(due.cash)?;
            self.store(class, owner, &mut holding)?;
            let (sent, outcome) = self.send(class, owner, &mut holding, due)?;
            self.env().emit_event(Claimed {
                owner,
                class,
                tokens: sent.tokens,
                cash: sent.cash,
                tokens_kept: due.tokens.saturating_sub(sent.tokens),
                cash_kept: due.cash.saturating_sub(sent.cash),
            });
            Ok(HandedOut {
                sent,
                outcome,
                view: holding.view(index)?,
            })
        }

        /// Sends what has left the books; what a token refuses to hand over comes back to them as claimable. Returns what is sent,
        /// and the first refusal.
        fn send(
            &mut self,
            class: TrancheId,
            owner: AccountId,
            holding: &mut Holding,
            due: Proceeds,
        ) -> Result<(Proceeds, Result<(), AsyncVaultError>), AsyncVaultError> {
            let tokens = self.send_tokens(class, owner, due.tokens);
            let cash = self.push(owner, due.cash);
            let mut kept = Proceeds::default();
            if tokens.is_err() {
                kept.tokens = due.tokens;
            }
            if cash.is_err() {
                kept.cash = due.cash;
            }
            self.keep(class, owner, holding, kept)?;
            let sent = Proceeds {
                tokens: due.tokens.saturating_sub(kept.tokens),
                cash: due.cash.saturating_sub(kept.cash),
            };
            Ok((sent, tokens.and(cash)))
        }

        /// What was refused stays its owner's.
        fn keep(
            &mut self,
            class: TrancheId,
            owner: AccountId,
            holding: &mut Holding,
            kept: Proceeds,
        ) -> Result<(), AsyncVaultError> {
            if kept == Proceeds::default() {
                return Ok(());
            }
            holding.take_back(kept.tokens, self.state.desk.class(class)?.index)?;
            holding.keep(kept.cash)?;
            self.state.desk.ledger.keep_claim(kept.cash)?;
            self.store(class, owner, holding)
        }

        /// Takes what a class has distributed on an owner's tokens out of the books; nothing of one that never paid.
        fn distribution(
            &mut self,
            tranche: TrancheId,
            owner: AccountId,
        ) -> Result<Balance, AsyncVaultError> {
            if self.state.desk.class(tranche)?.index == 0 {
                return Ok(0);
            }
            let cash = peers::take_distribution(self.state.token(tranche)?, owner)?;
            self.state.desk.ledger.pay_claim(cash)?;
            Ok(cash)
        }

        fn push_distribution(
            &self,
            tranche: TrancheId,
            owner: AccountId,
            cash: Balance,
        ) -> Result<(), AsyncVaultError> {
            self.push(owner, cash)?;
            self.env().emit_event(DistributionClaimed {
                owner,
                tranche,
                cash,
            });
            Ok(())
        }

        fn push(&self, owner: AccountId, cash: Balance) -> Result<(), AsyncVaultError> {
            calls::push::<AsyncVaultError>(self.state.fixed.cash, owner, cash)
        }

        /// Makes the tokens that were an owner's in the books alone.
        fn send_tokens(
            &self,
            tranche: TrancheId,
            owner: AccountId,
            amount: Balance,
        ) -> Result<(), AsyncVaultError> {
            match amount {
                0 => Ok(()),
                amount => peers::mint(self.state.token(tranche)?, owner, amount),
            }
        }

        /// Refuses deposits that are paused, and owners who could not receive what they order.
        fn ensure_may_enter(
            &self,
            tranche: TrancheId,
            owner: AccountId,
            now: time::Timestamp,
        ) -> Result<(), AsyncVaultError> {
            let entry = &self.state.desk.entry;
            let until = entry.until;
            ensure!(!entry.stops(now), AsyncVaultError::Paused { until });
            if self.state.desk.class(tranche)?.is_restricted {
                peers::ensure_may_receive(self.state.token(tranche)?, owner)?;
            }
            Ok(())
        }

        fn ensure_may_act_for(&self, owner: AccountId) -> Result<(), AsyncVaultError> {
            let caller = self.env().caller();
            ensure!(
                caller == owner || self.state.operators.contains((owner, caller)),
                AsyncVaultError::NotAuthorised
            );
            Ok(())
        }

        /// Stores a holding; what rounding leaves of a holding that is over is dust.
        fn store(
            &mut self,
            tranche: TrancheId,
            owner: AccountId,
            holding: &mut Holding,
        ) -> Result<(), AsyncVaultError> {
            if let Some(remainder) = holding.remainder() {
                self.state.desk.gather(remainder)?;
                self.state.holdings.remove((tranche, owner));
            } else {
                self.state.holdings.insert((tranche, owner), holding);
            }
            Ok(())
        }

        /// Has the back office run the current message on the agent's storage; its answer is the answer.
        fn ask_back_office(&self) -> ! {
            calls::forward(&self.state.fixed.back_office)
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }
    }

    /// A limit must be a price, and free its place again; an order must be able to take part at least once.
    fn ensure_possible(
        conditions: &Conditions,
        epoch: u32,
        late: Option<u32>,
    ) -> Result<(), AsyncVaultError> {
        let first = if late.is_some() {
            epoch.saturating_add(1)
        } else {
            epoch
        };
        let last = conditions.until;
        let is_in_time = last.is_none_or(|last| last >= first);
        let is_short = |last: u32| last <= epoch.saturating_add(MAX_LIMIT_EPOCHS);
        let is_bounded = conditions
            .limit
            .is_none_or(|limit| limit.0 > 0 && last.is_some_and(is_short));
        ensure!(is_in_time && is_bounded, AsyncVaultError::InvalidConditions);
        Ok(())
    }
}
