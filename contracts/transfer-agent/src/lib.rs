//! Orders, epochs, and what settlements owe to investors.
//!
//! | file | what it does |
//! |---|---|
//! | [`desk`] | the state that every message loads and stores; the grid of epochs, and what a settlement does to it |
//! | [`ledger`] | in which account each base unit of cash is |
//! | [`books`] | the order books of a class, with and without limit prices |
//! | [`holding`] | one owner's orders and unclaimed proceeds in one tranche |
//! | [`peers`] | calls to the pool and the tranche tokens |
//!
//! The agent holds the cash of orders that wait and of claims nobody fetched, and nothing of the pool: no loan, price or
//! pause can reach it. The contract below is the thin shell: it knows callers, time, storage and other contracts.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod books;
pub mod desk;
pub mod holding;
pub mod ledger;
mod peers;
#[cfg(test)]
mod tests;

pub use self::transfer_agent::{TransferAgentContract, TransferAgentContractRef};

#[ink::contract]
mod transfer_agent {
    use finance::fixed::add;
    use finance::orders::{Conditions, Mark, OrderBook, Point, Stake};
    use finance::settlement::Phase;
    use finance::time;
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};
    use interfaces::async_vault::{
        AsyncVault, AsyncVaultError, Claimed, DepositRequested, Escrowed, OperatorSet,
        OrderCancelled, OrderView, RedemptionRequested,
    };
    use interfaces::calls;
    use interfaces::ensure;
    use interfaces::tranche_pool::Settlement;
    use interfaces::transfer_agent::{
        AgentBooks, AgentError, AgentTerms, BookView, DistributionClaimed, EpochSettled, EpochView,
        ExpectedExit, Surrendered, TrancheSettled, TransferAgent,
    };
    use interfaces::types::TrancheId;

    use crate::books::{BookId, OneBook, Records, Shelf, Side, MAX_LIMIT_EPOCHS};
    use crate::desk::{validate, Desk};
    use crate::holding::{Holding, Proceeds, Slot};
    use crate::peers;

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
        /// Who may name the tokens, once.
        deployer: AccountId,
        /// The cash token, as in the terms.
        cash: AccountId,
        /// As in the terms.
        minimum_order: Balance,
        /// Whether the tokens are named.
        is_bound: bool,
        /// Valid, and never changed.
        terms: Lazy<AgentTerms, ManualKey<1>>,
        /// Empty until named, then as many as there are tranches, and never changed.
        tokens: Lazy<Vec<AccountId>, ManualKey<2>>,
        /// As many classes as in the terms; its ledger balances.
        desk: Lazy<Desk, ManualKey<3>>,
        /// Present while an owner has an order or something to claim.
        holdings: Mapping<(TrancheId, AccountId), Holding, ManualKey<4>>,
        /// One record per ended generation of an order book.
        ends: Mapping<(BookId, u32), Point, ManualKey<5>>,
        /// One record per book and epoch at whose end orders came or went.
        marks: Mapping<(BookId, u32), Mark, ManualKey<6>>,
        /// All orders of a book that expire in an epoch, until it is settled.
        expiring: Mapping<(BookId, u32), Stake, ManualKey<7>>,
        /// Owner and operator.
        operators: Mapping<(AccountId, AccountId), (), ManualKey<8>>,
    }

    impl TransferAgentContract {
        /// An agent with `terms`; the caller is its deployer and names the tokens next.
        ///
        /// # Errors
        /// [`AgentError::InvalidTranches`], [`AgentError::InvalidEpochLength`].
        #[ink(constructor)]
        pub fn new(terms: AgentTerms) -> Result<Self, AgentError> {
            validate(&terms)?;
            let mut contract = Self {
                deployer: Self::env().caller(),
                cash: terms.cash,
                minimum_order: terms.minimum_order,
                is_bound: false,
                terms: Lazy::new(),
                tokens: Lazy::new(),
                desk: Lazy::new(),
                holdings: Mapping::new(),
                ends: Mapping::new(),
                marks: Mapping::new(),
                expiring: Mapping::new(),
                operators: Mapping::new(),
            };
            let now = time::Timestamp(Self::env().block_timestamp());
            contract.desk.set(&Desk::new(&terms, now));
            contract.terms.set(&terms);
            Ok(contract)
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
            let pending = self.request(Side::Deposit, class, amount, owner, conditions)?;
            self.env().emit_event(DepositRequested {
                owner,
                class,
                amount,
                pending,
            });
            Ok(())
        }

        #[ink(message)]
        fn request_redeem(
            &mut self,
            class: TrancheId,
            amount: Balance,
            owner: AccountId,
            conditions: Conditions,
        ) -> Result<(), AsyncVaultError> {
            let pending = self.request(Side::Redemption, class, amount, owner, conditions)?;
            self.env().emit_event(RedemptionRequested {
                owner,
                class,
                amount,
                pending,
            });
            Ok(())
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
            operator: AccountId,
            approved: bool,
        ) -> Result<(), AsyncVaultError> {
            let owner = self.env().caller();
            if approved {
                self.operators.insert((owner, operator), &());
            } else {
                self.operators.remove((owner, operator));
            }
            self.env().emit_event(OperatorSet {
                owner,
                operator,
                approved,
            });
            Ok(())
        }

        #[ink(message)]
        fn is_operator(&self, owner: AccountId, operator: AccountId) -> bool {
            self.operators.contains((owner, operator))
        }

        #[ink(message)]
        fn order(&self, class: TrancheId, owner: AccountId) -> Result<OrderView, AsyncVaultError> {
            let desk = self.load();
            Ok(self
                .holding(&desk, class, owner)?
                .view(desk.class(class)?.index)?)
        }
    }

    impl TransferAgent for TransferAgentContract {
        #[ink(message)]
        fn bind(&mut self, tokens: Vec<AccountId>) -> Result<(), AgentError> {
            ensure!(
                self.env().caller() == self.deployer,
                AgentError::NotTheDeployer
            );
            ensure!(!self.is_bound, AgentError::AlreadyBound);
            ensure!(
                tokens.len() == self.load().classes.len(),
                AgentError::InvalidTranches
            );
            for token in &tokens {
                let issuer = peers::issuer(*token)?;
                let is_ours = issuer == self.env().account_id();
                ensure!(is_ours, AgentError::NotTheIssuer(issuer));
            }
            self.tokens.set(&tokens);
            self.is_bound = true;
            Ok(())
        }

        #[ink(message)]
        fn claim_all(&mut self, owner: AccountId) -> Result<Balance, AgentError> {
            let (mut claimed, mut refusal) = (None, AgentError::NothingToClaim);
            for tranche in (0..).map(TrancheId).take(self.load().classes.len()) {
                match self.hand_out(tranche, owner) {
                    Ok(HandedOut { sent, outcome, .. }) => {
                        if sent != Proceeds::default() {
                            claimed = Some(add(claimed.unwrap_or(0), sent.cash)?);
                        }
                        if let Err(error) = outcome {
                            refusal = error.into();
                        }
                    }
                    Err(AsyncVaultError::NothingClaimable) => (),
                    Err(error) => return Err(error.into()),
                }
                match self.claim_distribution(tranche, owner) {
                    Ok(cash) => claimed = Some(add(claimed.unwrap_or(0), cash)?),
                    Err(AgentError::NothingToClaim) => (),
                    Err(error) => return Err(error),
                }
            }
            claimed.ok_or(refusal)
        }

        #[ink(message)]
        fn claim_distribution(
            &mut self,
            tranche: TrancheId,
            owner: AccountId,
        ) -> Result<Balance, AgentError> {
            let mut desk = self.load();
            // Whose class never paid anything need not ask the token.
            ensure!(desk.class(tranche)?.index > 0, AgentError::NothingToClaim);
            let cash = peers::take_distribution(self.token(tranche)?, owner)?;
            ensure!(cash > 0, AgentError::NothingToClaim);
            desk.ledger.pay_claim(cash)?;
            self.desk.set(&desk);
            self.env().emit_event(DistributionClaimed {
                owner,
                tranche,
                cash,
            });
            calls::push::<AgentError>(self.cash, owner, cash)?;
            Ok(cash)
        }

        #[ink(message)]
        fn surrender(&mut self, tranche: TrancheId, amount: Balance) -> Result<(), AgentError> {
            ensure!(amount > 0, AgentError::ZeroAmount);
            let owner = self.env().caller();
            peers::burn::<AgentError>(self.token(tranche)?, owner, amount)?;
            let claim = peers::surrender(self.stored_terms()?.pool, tranche, amount)?;
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
            let tokens = self.tokens.get().ok_or(AgentError::NotBound)?;
            let terms = self.stored_terms()?;
            let mut desk = self.load();
            let (ends_at, cut_off_at) = (desk.ends_at, desk.cut_off_at);
            ensure!(self.now() >= ends_at, AgentError::EpochNotOver { ends_at });
            let dust = desk.ledger.clear_dust()?;
            let closer = self.env().caller();
            let settlement = peers::settle(terms.pool, desk.demand(), dust, closer)?;
            let prices_at = settlement.portfolio.prices_at;
            ensure!(
                prices_at.is_none_or(|prices_at| prices_at >= cut_off_at),
                AgentError::PricesBeforeCutOff { cut_off_at }
            );
            let epoch = desk.epoch;
            let (records, flows) = desk.settle(&settlement, self)?;
            desk.start_next_epoch(&terms, self.now())?;
            self.keep(epoch, &records);
            self.desk.set(&desk);
            self.publish(epoch, &settlement);
            for (token, tranche) in tokens.into_iter().zip(&settlement.tranches) {
                peers::distribute(token, tranche.rise)?;
            }
            // The pool has sent what it pays beyond what it gets.
            let invested = add(flows.invested, dust)?;
            let owed = invested.saturating_sub(flows.received);
            calls::push::<AgentError>(self.cash, terms.pool, owed)?;
            Ok(settlement)
        }

        #[ink(message)]
        fn preview_settlement(&self) -> Result<Settlement, AgentError> {
            peers::preview(self.stored_terms()?.pool, self.load().demand())
        }

        #[ink(message)]
        fn expected_exit(
            &self,
            tranche: TrancheId,
            owner: AccountId,
        ) -> Result<ExpectedExit, AgentError> {
            let desk = self.load();
            let holding = self.holding(&desk, tranche, owner)?;
            Ok(desk.expected_exit(
                tranche,
                holding.slot(Side::Redemption),
                &self.preview_settlement()?,
            )?)
        }

        #[ink(message)]
        fn leaving(&self) -> Vec<Balance> {
            let desk = self.load();
            let redemptions = desk.classes.iter().map(|books| books.redemptions.total());
            redemptions
                .map(|total| total.unwrap_or(Balance::MAX))
                .collect()
        }

        #[ink(message)]
        fn terms(&self) -> Result<AgentTerms, AgentError> {
            self.stored_terms()
        }

        #[ink(message)]
        fn epoch(&self) -> EpochView {
            let desk = self.load();
            EpochView {
                number: desk.epoch,
                cut_off_at: desk.cut_off_at,
                ends_at: desk.ends_at,
                phase: desk.phase,
            }
        }

        #[ink(message)]
        fn classes(&self) -> Vec<BookView> {
            let tokens = self.tokens.get().unwrap_or_default();
            let desk = self.load();
            let rows = tokens.into_iter().zip(&desk.classes);
            rows.map(|(token, books)| BookView {
                token,
                deposits: books.deposits.total().unwrap_or(Balance::MAX),
                redemptions: books.redemptions.total().unwrap_or(Balance::MAX),
                index: books.index,
            })
            .collect()
        }

        #[ink(message)]
        fn books(&self) -> AgentBooks {
            self.load().ledger.books()
        }

        #[ink(message)]
        fn unattributed(&self) -> Result<Balance, AgentError> {
            let balance = calls::balance(self.cash, self.env().account_id())?;
            Ok(balance.saturating_sub(self.load().ledger.total()?))
        }
    }

    impl Shelf for TransferAgentContract {
        fn end_of(&self, book: BookId, generation: u32) -> Option<Point> {
            self.ends.get((book, generation))
        }

        fn mark(&self, book: BookId, epoch: u32) -> Option<Mark> {
            self.marks.get((book, epoch))
        }

        fn expiring(&self, book: BookId, epoch: u32) -> Option<Stake> {
            self.expiring.get((book, epoch))
        }
    }

    #[ink(impl)]
    impl TransferAgentContract {
        /// Places an order. Returns what waits in it now.
        fn request(
            &mut self,
            side: Side,
            tranche: TrancheId,
            amount: Balance,
            owner: AccountId,
            conditions: Conditions,
        ) -> Result<Balance, AsyncVaultError> {
            let minimum = match (side, conditions.limit) {
                (Side::Redemption, None) => 0,
                _ => self.minimum_order,
            };
            ensure!(amount > 0, AsyncVaultError::ZeroAmount);
            ensure!(amount >= minimum, AsyncVaultError::BelowMinimum { minimum });
            self.ensure_may_act_for(owner)?;
            let mut desk = self.load();
            ensure!(
                self.is_bound && desk.phase == Phase::Revolving,
                AsyncVaultError::NotOpen
            );
            let late = desk.is_late(self.now()).then_some(desk.epoch);
            ensure_possible(&conditions, desk.epoch, late)?;
            let mut holding = self.holding(&desk, tranche, owner)?;
            let slot = holding.slot_mut(side);
            // What is left is less than a base unit: nothing that its owner could cancel.
            if slot.pending()? == 0 {
                *slot = Slot::default();
            }
            ensure!(
                *slot == Slot::default() || slot.conditions == conditions,
                AsyncVaultError::OtherConditions
            );
            let epoch = desk.epoch;
            let books = desk.class_mut(tranche)?.side_mut(side);
            let series = books.series(conditions.limit)?;
            let book = books
                .book_mut(series)
                .ok_or(AsyncVaultError::UnknownClass)?;
            match late {
                Some(_) => book.joining = add(book.joining, amount)?,
                None => book.pending = add(book.pending, amount)?,
            }
            if let Some(until) = conditions.until {
                book.expires(until);
                let id = (tranche, side, series);
                let all = self.expiring_of(id, until, book, epoch)?;
                self.expiring
                    .insert((id, until), &all.grown(amount, book, late)?);
            }
            *slot = Slot {
                conditions,
                series,
                stake: slot.stake.grown(amount, book, late)?,
            };
            let pending = slot.pending()?;
            if side == Side::Deposit {
                desk.ledger.receive_order(amount)?;
            }
            self.store(&mut desk, tranche, owner, &mut holding)?;
            match side {
                Side::Deposit => calls::pull::<AsyncVaultError>(
                    self.cash,
                    owner,
                    self.env().account_id(),
                    amount,
                )?,
                Side::Redemption => {
                    peers::burn::<AsyncVaultError>(self.token(tranche)?, owner, amount)?;
                }
            }
            Ok(pending)
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
            let mut desk = self.load();
            let mut holding = self.holding(&desk, tranche, owner)?;
            let slot = holding.slot_mut(side);
            ensure!(slot.pending()? > 0, AsyncVaultError::NothingPending);
            let now = self.now();
            let is_late = desk.is_late(now) && now < desk.overdue_at && slot.stake.pending() > 0;
            let epoch = desk.epoch;
            let books = desk.class_mut(tranche)?.side_mut(side);
            let book = books
                .book_mut(slot.series)
                .ok_or(AsyncVaultError::NothingPending)?;
            let id = (tranche, side, slot.series);
            if let Some(until) = slot.conditions.until {
                let all = self.expiring_of(id, until, book, epoch)?;
                self.expiring
                    .insert((id, until), &all.without(&slot.stake, book)?);
            }
            let joining = slot.stake.joining();
            book.joining = book.joining.saturating_sub(joining);
            let mut amount = joining;
            if is_late {
                book.expires(epoch);
                let stake = slot.stake.taking_part();
                let all = self.expiring_of(id, epoch, book, epoch)?;
                self.expiring.insert((id, epoch), &all.with(&stake, book)?);
                slot.stake = stake;
                slot.conditions.until = Some(epoch);
            } else {
                let pending = slot.stake.pending().min(book.pending);
                book.pending = book.pending.saturating_sub(pending);
                amount = add(amount, pending)?;
                *slot = Slot::default();
            }
            let (cash, tokens) = match side {
                Side::Deposit => (amount, 0),
                Side::Redemption => (0, amount),
            };
            desk.ledger.return_order(cash)?;
            self.store(&mut desk, tranche, owner, &mut holding)?;
            self.env().emit_event(OrderCancelled {
                owner,
                class: tranche,
                cash,
                tokens,
            });
            self.send_tokens(tranche, owner, tokens)?;
            calls::push::<AsyncVaultError>(self.cash, owner, cash)?;
            Ok(amount)
        }

        /// All orders of a book that expire after the settlement of `until`, as they stand in `epoch`.
        fn expiring_of(
            &self,
            id: BookId,
            until: u32,
            book: &OrderBook,
            epoch: u32,
        ) -> Result<Stake, AsyncVaultError> {
            let all = self.expiring.get((id, until)).unwrap_or_default();
            let archive = OneBook {
                id,
                shelf: self,
                ended: None,
            };
            Ok(all.resolved(book, epoch, None, &archive)?.0)
        }

        /// Sends an owner what is claimable; what a token refuses to hand over stays his.
        fn hand_out(
            &mut self,
            class: TrancheId,
            owner: AccountId,
        ) -> Result<HandedOut, AsyncVaultError> {
            let mut desk = self.load();
            let mut holding = self.holding(&desk, class, owner)?;
            let index = desk.class(class)?.index;
            let due = holding.claim(index)?;
            desk.ledger.pay_claim(due.cash)?;
            self.store(&mut desk, class, owner, &mut holding)?;
            let tokens = self.send_tokens(class, owner, due.tokens);
            let cash = calls::push::<AsyncVaultError>(self.cash, owner, due.cash);
            let sent = Proceeds {
                tokens: if tokens.is_ok() { due.tokens } else { 0 },
                cash: if cash.is_ok() { due.cash } else { 0 },
            };
            if sent != due {
                let kept = Proceeds {
                    tokens: due.tokens.saturating_sub(sent.tokens),
                    cash: due.cash.saturating_sub(sent.cash),
                };
                holding.take_back(kept.tokens, index)?;
                holding.keep(kept.cash)?;
                desk.ledger.keep_claim(kept.cash)?;
                self.store(&mut desk, class, owner, &mut holding)?;
                self.env().emit_event(Escrowed {
                    owner,
                    class,
                    tokens: kept.tokens,
                    cash: kept.cash,
                });
            }
            if sent != Proceeds::default() {
                self.env().emit_event(Claimed {
                    owner,
                    class,
                    tokens: sent.tokens,
                    cash: sent.cash,
                });
            }
            Ok(HandedOut {
                sent,
                outcome: tokens.and(cash),
                view: holding.view(index)?,
            })
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
                amount => peers::mint(self.token(tranche)?, owner, amount),
            }
        }

        fn token(&self, tranche: TrancheId) -> Result<AccountId, AsyncVaultError> {
            let tokens = self.tokens.get().ok_or(AsyncVaultError::NotOpen)?;
            let token = tokens.get(tranche.index()).copied();
            token.ok_or(AsyncVaultError::UnknownClass)
        }

        fn ensure_may_act_for(&self, owner: AccountId) -> Result<(), AsyncVaultError> {
            let caller = self.env().caller();
            ensure!(
                caller == owner || self.operators.contains((owner, caller)),
                AsyncVaultError::NotAuthorised
            );
            Ok(())
        }

        /// Stores what the settlement of `epoch` leaves beside the desk.
        fn keep(&mut self, epoch: u32, records: &Records) {
            for (book, end) in &records.ends {
                self.ends.insert((*book, end.generation), end);
            }
            for (book, mark) in &records.marks {
                self.marks.insert((*book, epoch), mark);
                self.expiring.remove((*book, epoch));
            }
        }

        fn publish(&self, epoch: u32, settlement: &Settlement) {
            self.env().emit_event(EpochSettled {
                epoch,
                settled_at: settlement.settled_at,
                portfolio: settlement.portfolio,
                trace: settlement.trace,
            });
            for (tranche, trace) in (0..).map(TrancheId).zip(&settlement.tranches) {
                self.env().emit_event(TrancheSettled {
                    epoch,
                    tranche,
                    trace: *trace,
                });
            }
        }

        /// The holding as stored, with all fills since then.
        fn holding(
            &self,
            desk: &Desk,
            tranche: TrancheId,
            owner: AccountId,
        ) -> Result<Holding, AsyncVaultError> {
            let books = desk.class(tranche)?;
            let stored = self.holdings.get((tranche, owner)).unwrap_or_default();
            Ok(stored.resolved(tranche, books, desk.epoch, self)?)
        }

        /// Stores the desk and a holding; what rounding leaves of a holding that is over is dust.
        fn store(
            &mut self,
            desk: &mut Desk,
            tranche: TrancheId,
            owner: AccountId,
            holding: &mut Holding,
        ) -> Result<(), AsyncVaultError> {
            if let Some(remainder) = holding.remainder() {
                desk.gather(remainder)?;
                self.holdings.remove((tranche, owner));
            } else {
                self.holdings.insert((tranche, owner), holding);
            }
            self.desk.set(desk);
            Ok(())
        }

        /// The desk; it is there from the constructor on.
        fn load(&self) -> Desk {
            self.desk.get_or_default()
        }

        fn stored_terms(&self) -> Result<AgentTerms, AgentError> {
            self.terms.get().ok_or(AgentError::NotBound)
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
