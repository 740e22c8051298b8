//! Custody of cash, tranches, orders, epochs and the waterfall.
//!
//! | file | what it does |
//! |---|---|
//! | [`settle`] | the settlement of an epoch: accrue, **waterfall**, fills, conservation |
//! | [`pool`] | the state that every message loads and stores: accounts, epoch, tranches |
//! | [`ledger`] | in which account each base unit of cash is |
//! | [`tranche`] | one tranche: claim, value, supply and its two order books |
//! | [`holding`] | one owner's orders and unclaimed proceeds in one tranche |
//! | [`peers`] | calls to the vault and the tranche tokens |
//!
//! The contract below is the thin shell: it knows callers, time, storage and other contracts.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod holding;
pub mod ledger;
mod peers;
pub mod pool;
pub mod settle;
#[cfg(test)]
mod tests;
pub mod tranche;

pub use self::tranche_pool::{TranchePoolContract, TranchePoolContractRef};

#[ink::contract]
mod tranche_pool {
    use finance::orders::ClosedGeneration;
    use finance::time;
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};
    use interfaces::calls;
    use interfaces::collateral_vault::Portfolio;
    use interfaces::ensure;
    use interfaces::tranche_pool::{
        Books, Claimed, DepositRequested, EpochSettled, FundsDrawn, OrderCancelled, OrderView,
        Payment, PaymentCollected, PenaltiesPaid, PoolError, PoolTerms, RedemptionRequested,
        Settlement, TranchePool, TrancheSettled, TrancheView,
    };
    use interfaces::types::TrancheId;

    use crate::holding::{GenerationKey, Holding, Side};
    use crate::peers;
    use crate::pool::{validate, Pool};
    use crate::settle::{settle, Settled};

    /// The contracts that belong to a pool.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    struct Wiring {
        /// As many as there are tranches, in their order.
        tokens: Vec<AccountId>,
        vault: AccountId,
    }

    #[ink(storage)]
    pub struct TranchePoolContract {
        /// Who may name the tokens and the vault, once.
        deployer: AccountId,
        /// The cash token, as in the terms.
        cash: AccountId,
        /// Valid, and never changed.
        terms: Lazy<PoolTerms, ManualKey<0x504f_0001>>,
        /// Empty until named, then never changed.
        wiring: Lazy<Wiring, ManualKey<0x504f_0002>>,
        /// As many tranches as in the terms; its ledger balances.
        pool: Lazy<Pool, ManualKey<0x504f_0003>>,
        /// Present while an owner has an order or something to claim.
        holdings: Mapping<(TrancheId, AccountId), Holding, ManualKey<0x504f_0004>>,
        /// One record per ended generation of an order book.
        closed: Mapping<GenerationKey, ClosedGeneration, ManualKey<0x504f_0005>>,
    }

    impl TranchePoolContract {
        /// A pool with `terms`; the caller is its deployer and names tokens and vault next.
        ///
        /// # Errors
        /// [`PoolError::InvalidTranches`], [`PoolError::InvalidRatio`],
        /// [`PoolError::InvalidEpochLength`].
        #[ink(constructor)]
        pub fn new(terms: PoolTerms) -> Result<Self, PoolError> {
            validate(&terms)?;
            let mut contract = Self {
                deployer: Self::env().caller(),
                cash: terms.cash,
                terms: Lazy::new(),
                wiring: Lazy::new(),
                pool: Lazy::new(),
                holdings: Mapping::new(),
                closed: Mapping::new(),
            };
            let now = time::Timestamp(Self::env().block_timestamp());
            contract.pool.set(&Pool::new(&terms, now));
            contract.terms.set(&terms);
            Ok(contract)
        }
    }

    impl TranchePool for TranchePoolContract {
        #[ink(message)]
        fn bind(&mut self, tokens: Vec<AccountId>, vault: AccountId) -> Result<(), PoolError> {
            ensure!(
                self.env().caller() == self.deployer,
                PoolError::NotTheDeployer
            );
            ensure!(self.wiring.get().is_none(), PoolError::AlreadyBound);
            ensure!(
                tokens.len() == self.load()?.tranches.len(),
                PoolError::InvalidTranches
            );
            self.wiring.set(&Wiring { tokens, vault });
            Ok(())
        }

        #[ink(message)]
        fn request_deposit(
            &mut self,
            tranche: TrancheId,
            amount: Balance,
        ) -> Result<(), PoolError> {
            self.request(Side::Deposit, tranche, amount)
        }

        #[ink(message)]
        fn request_redeem(&mut self, tranche: TrancheId, amount: Balance) -> Result<(), PoolError> {
            self.request(Side::Redemption, tranche, amount)
        }

        #[ink(message)]
        fn cancel_deposit(&mut self, tranche: TrancheId) -> Result<Balance, PoolError> {
            self.cancel(Side::Deposit, tranche)
        }

        #[ink(message)]
        fn cancel_redeem(&mut self, tranche: TrancheId) -> Result<Balance, PoolError> {
            self.cancel(Side::Redemption, tranche)
        }

        #[ink(message)]
        fn claim(&mut self, tranche: TrancheId, owner: AccountId) -> Result<OrderView, PoolError> {
            let token = self.wiring()?.token(tranche)?;
            let mut pool = self.load()?;
            let mut holding = self.holding(&pool, tranche, owner)?;
            let (tokens, cash) = holding.claim()?;
            pool.ledger.pay_claim(cash)?;
            self.store(&pool, tranche, owner, &holding);
            self.env().emit_event(Claimed {
                owner,
                tranche,
                tokens,
                cash,
            });
            calls::push::<PoolError>(token, owner, tokens)?;
            calls::push::<PoolError>(self.cash, owner, cash)?;
            Ok(OrderView {
                claimable_tokens: tokens,
                claimable_cash: cash,
                ..holding.view()
            })
        }

        #[ink(message)]
        fn close_epoch(&mut self) -> Result<Settlement, PoolError> {
            let wiring = self.wiring()?;
            let pool = self.load()?;
            let ends_at = pool.epoch_ends_at;
            ensure!(self.now() >= ends_at, PoolError::EpochNotOver { ends_at });
            let Settled {
                pool,
                closed,
                settlement,
            } = self.settled(pool, &wiring)?;
            self.pool.set(&pool);
            for (key, generation) in closed {
                self.closed.insert(key, &generation);
            }
            self.publish(&settlement);
            for (token, tranche) in wiring.tokens.iter().zip(&settlement.tranches) {
                peers::issue(*token, tranche.fill.minted, tranche.fill.burned)?;
            }
            Ok(settlement)
        }

        #[ink(message)]
        fn preview_settlement(&self) -> Result<Settlement, PoolError> {
            Ok(self.settled(self.load()?, &self.wiring()?)?.settlement)
        }

        #[ink(message)]
        fn draw(
            &mut self,
            originator: AccountId,
            amount: Balance,
            portfolio: Portfolio,
        ) -> Result<(), PoolError> {
            self.ensure_vault()?;
            let buffer = self.stored_terms()?.liquidity_buffer;
            let mut pool = self.load()?.accrued(self.now())?;
            pool.draw(amount, &portfolio, buffer)?;
            self.pool.set(&pool);
            let cash = pool.ledger.books().cash;
            self.env().emit_event(FundsDrawn {
                originator,
                amount,
                cash,
            });
            calls::push(self.cash, originator, amount)
        }

        #[ink(message)]
        fn collect(&mut self, payment: Payment, portfolio: Portfolio) -> Result<(), PoolError> {
            self.ensure_vault()?;
            let Payment {
                payer,
                debt,
                penalty,
            } = payment;
            let mut pool = self.load()?.accrued(self.now())?;
            let amount = pool.collect(debt, penalty, &portfolio)?;
            self.pool.set(&pool);
            let cash = pool.ledger.books().cash;
            self.env().emit_event(PaymentCollected {
                payer,
                debt,
                penalty,
                cash,
            });
            calls::pull(self.cash, payer, self.env().account_id(), amount)
        }

        #[ink(message)]
        fn pay_penalties(&mut self) -> Result<Balance, PoolError> {
            let beneficiary = self.stored_terms()?.penalty_beneficiary;
            let mut pool = self.load()?;
            let amount = pool.ledger.pay_penalties()?;
            ensure!(amount > 0, PoolError::NothingToClaim);
            self.pool.set(&pool);
            self.env().emit_event(PenaltiesPaid {
                beneficiary,
                amount,
            });
            calls::push::<PoolError>(self.cash, beneficiary, amount)?;
            Ok(amount)
        }

        #[ink(message)]
        fn terms(&self) -> Result<PoolTerms, PoolError> {
            self.stored_terms()
        }

        #[ink(message)]
        fn epoch(&self) -> (u32, time::Timestamp) {
            let pool = self.pool.get_or_default();
            (pool.epoch, pool.epoch_ends_at)
        }

        #[ink(message)]
        fn tranches(&self) -> Vec<TrancheView> {
            let tokens = self
                .wiring
                .get()
                .map(|wiring| wiring.tokens)
                .unwrap_or_default();
            let pool = self.pool.get_or_default();
            tokens
                .into_iter()
                .zip(&pool.tranches)
                .map(|(token, tranche)| tranche.view(token))
                .collect()
        }

        #[ink(message)]
        fn books(&self) -> Books {
            self.pool.get_or_default().ledger.books()
        }

        #[ink(message)]
        fn unattributed(&self) -> Result<Balance, PoolError> {
            let balance = calls::balance(self.cash, self.env().account_id())?;
            Ok(balance.saturating_sub(self.load()?.ledger.total()?))
        }

        #[ink(message)]
        fn order(&self, tranche: TrancheId, owner: AccountId) -> Result<OrderView, PoolError> {
            Ok(self.holding(&self.load()?, tranche, owner)?.view())
        }

        #[ink(message)]
        fn drawable_cash(&self) -> Result<Balance, PoolError> {
            let portfolio = peers::portfolio(self.wiring()?.vault)?;
            let pool = self.load()?.accrued(self.now())?;
            pool.drawable(&portfolio, self.stored_terms()?.liquidity_buffer)
        }
    }

    #[ink(impl)]
    impl TranchePoolContract {
        fn request(
            &mut self,
            side: Side,
            tranche: TrancheId,
            amount: Balance,
        ) -> Result<(), PoolError> {
            ensure!(amount > 0, PoolError::ZeroAmount);
            let token = self.token_given(side, tranche)?;
            let owner = self.env().caller();
            let mut pool = self.load()?;
            let mut holding = self.holding(&pool, tranche, owner)?;
            let book = pool.tranche_mut(tranche)?.book_mut(side);
            let pending = holding.order(side, book, amount)?;
            if side == Side::Deposit {
                pool.ledger.receive_order(amount)?;
            }
            self.store(&pool, tranche, owner, &holding);
            self.emit_request(side, owner, tranche, amount, pending);
            calls::pull(token, owner, self.env().account_id(), amount)
        }

        fn emit_request(
            &self,
            side: Side,
            owner: AccountId,
            tranche: TrancheId,
            amount: Balance,
            pending: Balance,
        ) {
            match side {
                Side::Deposit => self.env().emit_event(DepositRequested {
                    owner,
                    tranche,
                    amount,
                    pending,
                }),
                Side::Redemption => self.env().emit_event(RedemptionRequested {
                    owner,
                    tranche,
                    amount,
                    pending,
                }),
            }
        }

        fn cancel(&mut self, side: Side, tranche: TrancheId) -> Result<Balance, PoolError> {
            let token = self.token_given(side, tranche)?;
            let owner = self.env().caller();
            let mut pool = self.load()?;
            let mut holding = self.holding(&pool, tranche, owner)?;
            let amount = holding.cancel(side, pool.tranche_mut(tranche)?.book_mut(side))?;
            let (cash, tokens) = match side {
                Side::Deposit => (amount, 0),
                Side::Redemption => (0, amount),
            };
            pool.ledger.return_order(cash)?;
            self.store(&pool, tranche, owner, &holding);
            self.env().emit_event(OrderCancelled {
                owner,
                tranche,
                cash,
                tokens,
            });
            calls::push::<PoolError>(token, owner, amount)?;
            Ok(amount)
        }

        /// What an order on `side` of a tranche is given in.
        fn token_given(&self, side: Side, tranche: TrancheId) -> Result<AccountId, PoolError> {
            let token = self.wiring()?.token(tranche)?;
            Ok(match side {
                Side::Deposit => self.cash,
                Side::Redemption => token,
            })
        }

        /// Settles `pool` as of now, in memory.
        fn settled(&self, pool: Pool, wiring: &Wiring) -> Result<Settled, PoolError> {
            let portfolio = peers::portfolio(wiring.vault)?;
            let epoch_length = self.stored_terms()?.epoch_length;
            settle(pool, portfolio, epoch_length, self.now())
        }

        fn publish(&self, settlement: &Settlement) {
            self.env().emit_event(EpochSettled {
                epoch: settlement.epoch,
                settled_at: settlement.settled_at,
                portfolio: settlement.portfolio,
                cash_before: settlement.cash_before,
                cash_after: settlement.cash_after,
                value_before: settlement.value_before,
                value_after: settlement.value_after,
                dust: settlement.dust,
            });
            for (tranche, of_tranche) in (0..).map(TrancheId).zip(&settlement.tranches) {
                self.env().emit_event(TrancheSettled {
                    epoch: settlement.epoch,
                    tranche,
                    settlement: *of_tranche,
                });
            }
        }

        /// The holding as stored, with all fills since then.
        fn holding(
            &self,
            pool: &Pool,
            tranche: TrancheId,
            owner: AccountId,
        ) -> Result<Holding, PoolError> {
            let closed = |side, generation| self.closed.get((tranche, side, generation));
            let stored = self.holdings.get((tranche, owner)).unwrap_or_default();
            Ok(stored.resolved(pool.tranche(tranche)?, closed)?)
        }

        fn store(&mut self, pool: &Pool, tranche: TrancheId, owner: AccountId, holding: &Holding) {
            self.pool.set(pool);
            if *holding == Holding::default() {
                self.holdings.remove((tranche, owner));
            } else {
                self.holdings.insert((tranche, owner), holding);
            }
        }

        fn ensure_vault(&self) -> Result<(), PoolError> {
            let vault = self.wiring()?.vault;
            ensure!(self.env().caller() == vault, PoolError::NotTheVault);
            Ok(())
        }

        fn wiring(&self) -> Result<Wiring, PoolError> {
            self.wiring.get().ok_or(PoolError::NotBound)
        }

        fn load(&self) -> Result<Pool, PoolError> {
            self.pool.get().ok_or(PoolError::NotBound)
        }

        fn stored_terms(&self) -> Result<PoolTerms, PoolError> {
            self.terms.get().ok_or(PoolError::NotBound)
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }
    }

    impl Wiring {
        fn token(&self, id: TrancheId) -> Result<AccountId, PoolError> {
            self.tokens
                .get(id.index())
                .copied()
                .ok_or(PoolError::UnknownTranche)
        }
    }
}
