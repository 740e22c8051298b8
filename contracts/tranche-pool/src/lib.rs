//! Custody of cash, tranches, orders, epochs and the waterfall.
//!
//! | file | what it does |
//! |---|---|
//! | [`settle`] | the settlement of an epoch: accrue, **waterfall**, fills, conservation |
//! | [`pool`] | the state that every message loads and stores: accounts, epoch, tranches |
//! | [`ledger`] | in which account each base unit of cash is |
//! | [`tranche`] | one tranche: claim, value, supply and its two order books |
//! | [`holding`] | one owner's orders and unclaimed proceeds in one tranche |
//!
//! The contract below is the thin shell: it knows callers, time, storage and other contracts.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod holding;
pub mod ledger;
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
    use ink::codegen::TraitCallBuilder;
    use ink::prelude::vec::Vec;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};
    use interfaces::calls::{answer, outcome};
    use interfaces::collateral_vault::{CollateralVault, Portfolio};
    use interfaces::ensure;
    use interfaces::tranche_pool::{
        Books, Claimed, DepositRequested, EpochSettled, FundsDrawn, OrderCancelled, OrderView,
        Payment, PaymentCollected, PenaltiesPaid, PoolError, PoolTerms, RedemptionRequested,
        Settlement, TranchePool, TrancheSettled, TrancheView,
    };
    use interfaces::tranche_token::{PSP22Burnable, PSP22Mintable, PSP22};
    use interfaces::types::TrancheId;

    use crate::holding::{GenerationKey, Holding, Side};
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

        fn request(
            &mut self,
            side: Side,
            id: TrancheId,
            amount: Balance,
        ) -> Result<Balance, PoolError> {
            ensure!(amount > 0, PoolError::ZeroAmount);
            let wiring = self.wiring()?;
            let owner = self.env().caller();
            let mut pool = self.load()?;
            let mut holding = self.holding(&pool, id, owner)?;
            let pending = holding.order(side, pool.tranche_mut(id)?.book_mut(side), amount)?;
            if side == Side::Deposit {
                pool.ledger.receive_order(amount)?;
            }
            self.pool.set(&pool);
            self.store_holding(id, owner, &holding);
            let token = match side {
                Side::Deposit => self.cash()?,
                Side::Redemption => wiring.token(id)?,
            };
            self.pull(token, owner, amount)?;
            Ok(pending)
        }

        fn cancel(&mut self, side: Side, id: TrancheId) -> Result<Balance, PoolError> {
            let wiring = self.wiring()?;
            let owner = self.env().caller();
            let mut pool = self.load()?;
            let mut holding = self.holding(&pool, id, owner)?;
            let amount = holding.cancel(side, pool.tranche_mut(id)?.book_mut(side))?;
            let (token, cash, tokens) = match side {
                Side::Deposit => (self.cash()?, amount, 0),
                Side::Redemption => (wiring.token(id)?, 0, amount),
            };
            pool.ledger.return_order(cash)?;
            self.pool.set(&pool);
            self.store_holding(id, owner, &holding);
            self.env().emit_event(OrderCancelled {
                owner,
                tranche: id,
                cash,
                tokens,
            });
            self.push(token, owner, amount)?;
            Ok(amount)
        }

        /// Stores the pool after a settlement and brings every token's supply in line.
        fn execute(&mut self, settled: Settled, wiring: &Wiring) -> Result<Settlement, PoolError> {
            let Settled {
                pool,
                closed,
                settlement,
            } = settled;
            self.pool.set(&pool);
            for (key, generation) in closed {
                self.closed.insert(key, &generation);
            }
            self.publish(&settlement);
            for (token, tranche) in wiring.tokens.iter().zip(&settlement.tranches) {
                self.issue(*token, tranche.fill.minted, tranche.fill.burned)?;
            }
            Ok(settlement)
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
            for (tranche, settlement_of_tranche) in (0..).map(TrancheId).zip(&settlement.tranches) {
                self.env().emit_event(TrancheSettled {
                    epoch: settlement.epoch,
                    tranche,
                    settlement: *settlement_of_tranche,
                });
            }
        }

        /// Mints or burns the difference: what is burned and what is minted both lie with the pool.
        fn issue(
            &self,
            token: AccountId,
            minted: Balance,
            burned: Balance,
        ) -> Result<(), PoolError> {
            if let Some(excess @ 1..) = minted.checked_sub(burned) {
                let mut token: ink::contract_ref!(PSP22Mintable) = token.into();
                outcome::<_, _, PoolError>(token.call_mut().mint(excess).try_invoke())?;
            }
            if let Some(excess @ 1..) = burned.checked_sub(minted) {
                let mut token: ink::contract_ref!(PSP22Burnable) = token.into();
                outcome::<_, _, PoolError>(token.call_mut().burn(excess).try_invoke())?;
            }
            Ok(())
        }

        fn settled(&self, wiring: &Wiring) -> Result<Settled, PoolError> {
            let vault: ink::contract_ref!(CollateralVault) = wiring.vault.into();
            let portfolio = outcome::<_, _, PoolError>(vault.call().portfolio().try_invoke())?;
            let epoch_length = self.stored_terms()?.epoch_length;
            settle(self.load()?, portfolio, epoch_length, self.now())
        }

        fn holding(
            &self,
            pool: &Pool,
            id: TrancheId,
            owner: AccountId,
        ) -> Result<Holding, PoolError> {
            let tranche = pool.tranche(id)?;
            let closed = |side, generation| self.closed.get((id, side, generation));
            let stored = self.holdings.get((id, owner)).unwrap_or_default();
            Ok(stored.resolved(tranche, closed)?)
        }

        fn store_holding(&mut self, id: TrancheId, owner: AccountId, holding: &Holding) {
            if *holding == Holding::default() {
                self.holdings.remove((id, owner));
            } else {
                self.holdings.insert((id, owner), holding);
            }
        }

        fn pull(
            &self,
            token: AccountId,
            from: AccountId,
            amount: Balance,
        ) -> Result<(), PoolError> {
            let mut token: ink::contract_ref!(PSP22) = token.into();
            let to = self.env().account_id();
            outcome(
                token
                    .call_mut()
                    .transfer_from(from, to, amount, Vec::new())
                    .try_invoke(),
            )
        }

        fn push(&self, token: AccountId, to: AccountId, amount: Balance) -> Result<(), PoolError> {
            if amount == 0 {
                return Ok(());
            }
            let mut token: ink::contract_ref!(PSP22) = token.into();
            outcome(
                token
                    .call_mut()
                    .transfer(to, amount, Vec::new())
                    .try_invoke(),
            )
        }

        fn ensure_vault(&self) -> Result<(), PoolError> {
            ensure!(
                self.env().caller() == self.wiring()?.vault,
                PoolError::NotTheVault
            );
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

        fn cash(&self) -> Result<AccountId, PoolError> {
            self.stored_terms().map(|terms| terms.cash)
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
            let owner = self.env().caller();
            let pending = self.request(Side::Deposit, tranche, amount)?;
            self.env().emit_event(DepositRequested {
                owner,
                tranche,
                amount,
                pending,
            });
            Ok(())
        }

        #[ink(message)]
        fn request_redeem(&mut self, tranche: TrancheId, amount: Balance) -> Result<(), PoolError> {
            let owner = self.env().caller();
            let pending = self.request(Side::Redemption, tranche, amount)?;
            self.env().emit_event(RedemptionRequested {
                owner,
                tranche,
                amount,
                pending,
            });
            Ok(())
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
            let wiring = self.wiring()?;
            let mut pool = self.load()?;
            let mut holding = self.holding(&pool, tranche, owner)?;
            let (tokens, cash) = holding.claim()?;
            pool.ledger.pay_claim(cash)?;
            self.pool.set(&pool);
            self.store_holding(tranche, owner, &holding);
            self.env().emit_event(Claimed {
                owner,
                tranche,
                tokens,
                cash,
            });
            self.push(wiring.token(tranche)?, owner, tokens)?;
            self.push(self.cash()?, owner, cash)?;
            Ok(OrderView {
                claimable_tokens: tokens,
                claimable_cash: cash,
                ..holding.view()
            })
        }

        #[ink(message)]
        fn close_epoch(&mut self) -> Result<Settlement, PoolError> {
            let wiring = self.wiring()?;
            let ends_at = self.load()?.epoch_ends_at;
            ensure!(self.now() >= ends_at, PoolError::EpochNotOver { ends_at });
            let settled = self.settled(&wiring)?;
            self.execute(settled, &wiring)
        }

        #[ink(message)]
        fn preview_settlement(&self) -> Result<Settlement, PoolError> {
            Ok(self.settled(&self.wiring()?)?.settlement)
        }

        #[ink(message)]
        fn draw(
            &mut self,
            originator: AccountId,
            amount: Balance,
            portfolio: Portfolio,
        ) -> Result<(), PoolError> {
            self.ensure_vault()?;
            let terms = self.stored_terms()?;
            let mut pool = self.load()?.accrued(self.now())?;
            pool.draw(amount, &portfolio, terms.liquidity_buffer)?;
            self.pool.set(&pool);
            let cash = pool.ledger.books().cash;
            self.env().emit_event(FundsDrawn {
                originator,
                amount,
                cash,
            });
            self.push(terms.cash, originator, amount)
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
            self.pull(self.cash()?, payer, amount)
        }

        #[ink(message)]
        fn pay_penalties(&mut self) -> Result<Balance, PoolError> {
            let terms = self.stored_terms()?;
            let beneficiary = terms.penalty_beneficiary;
            let mut pool = self.load()?;
            let amount = pool.ledger.pay_penalties()?;
            ensure!(amount > 0, PoolError::NothingToClaim);
            self.pool.set(&pool);
            self.env().emit_event(PenaltiesPaid {
                beneficiary,
                amount,
            });
            self.push(terms.cash, beneficiary, amount)?;
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
            let token: ink::contract_ref!(PSP22) = self.cash()?.into();
            let balance = answer(
                token
                    .call()
                    .balance_of(self.env().account_id())
                    .try_invoke(),
            )?;
            Ok(balance.saturating_sub(self.load()?.ledger.total()?))
        }

        #[ink(message)]
        fn order(&self, tranche: TrancheId, owner: AccountId) -> Result<OrderView, PoolError> {
            Ok(self.holding(&self.load()?, tranche, owner)?.view())
        }

        #[ink(message)]
        fn drawable_cash(&self) -> Result<Balance, PoolError> {
            let vault: ink::contract_ref!(CollateralVault) = self.wiring()?.vault.into();
            let portfolio = outcome::<_, _, PoolError>(vault.call().portfolio().try_invoke())?;
            let pool = self.load()?.accrued(self.now())?;
            pool.drawable(&portfolio, self.stored_terms()?.liquidity_buffer)
        }
    }
}
