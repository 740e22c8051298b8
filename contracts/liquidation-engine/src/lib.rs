//! Dutch auctions of seized collateral.
//!
//! | file | what it does |
//! |---|---|
//! | [`auction`] | the rules of an auction |
//! | [`rewards`] | what keepers earn out of its penalty |
//! | [`peers`] | calls to the vault and the parameters |
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub mod auction;
mod peers;
pub mod rewards;

pub use self::liquidation_engine::{LiquidationEngineContract, LiquidationEngineContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod liquidation_engine {
    use crate::auction::{Bid, DutchAuction, Sold};
    use crate::peers;
    use crate::rewards::{reward, Rewards};
    use finance::auction::Purchase;
    use finance::breaker::{Action, Breaker};
    use finance::fixed::{add, sub};
    use finance::{MathError, Period, Price};
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::calls::{self, CallError};
    use interfaces::collateral_vault::{Cut, Receiver};
    use interfaces::configurator::{powers_over, Powers};
    use interfaces::ensure;
    use interfaces::liquidation_engine::{
        Auction, AuctionClosed, AuctionCured, AuctionOpened, AuctionReset, AuctionTaken,
        AuctionView, BreakerSet, EngineError, EngineTerms, LiquidationEngine, OwedClaimed, Reward,
        MAX_PAGE,
    };
    use interfaces::parameters::AuctionParameters;
    use interfaces::types::{AuctionId, CollateralId, PositionId};
    use interfaces::upgradeable::{self, UpgradeError, Upgradeable, UpgradesCell, UpgradesView};

    #[ink(storage)]
    pub struct LiquidationEngineContract {
        /// Fixed at creation.
        terms: EngineTerms,
        /// What is stopped for a time, and the auctions' clock.
        breaker: Breaker,
        /// Auctions ever opened: the vault numbers lots alike.
        auction_count: u32,
        /// Debt and penalties left to raise in all auctions.
        in_auction: Balance,
        /// What all accounts are owed, and the engine therefore has.
        owed_in_all: Balance,
        /// Auctions in progress: collateral and debt of each are those of its lot.
        auctions: Mapping<AuctionId, Auction, ManualKey<1>>,
        /// The part of `in_auction` of each collateral type, without zeros.
        in_auction_of: Mapping<CollateralId, Balance, ManualKey<2>>,
        /// What auctions in progress have promised to keepers, without empty ones.
        rewards: Mapping<AuctionId, Vec<Reward>, ManualKey<3>>,
        /// What each account may claim, without zeros.
        owed: Mapping<AccountId, Balance, ManualKey<4>>,
        /// The governor of the deal replaces the code.
        upgrades: UpgradesCell,
    }

    impl LiquidationEngineContract {
        /// An engine without auctions. The vault has to be bound to it.
        #[ink(constructor)]
        pub fn new(terms: EngineTerms) -> Self {
            Self {
                terms,
                breaker: Breaker::default(),
                auction_count: 0,
                in_auction: 0,
                owed_in_all: 0,
                auctions: Mapping::default(),
                in_auction_of: Mapping::default(),
                rewards: Mapping::default(),
                owed: Mapping::default(),
                upgrades: Default::default(),
            }
        }
    }

    impl LiquidationEngine for LiquidationEngineContract {
        #[ink(message)]
        fn liquidate(
            &mut self,
            collateral_type: CollateralId,
            position: PositionId,
        ) -> Result<AuctionId, EngineError> {
            self.ensure_running(Action::Open)?;
            let keeper = self.env().caller();
            let parameters = peers::parameters(self.terms.parameters, collateral_type)?;
            let cut = Cut {
                room: self.room(collateral_type, &parameters)?,
                penalty: parameters.penalty,
            };
            let seizure = peers::seize(self.terms.vault, position, cut)?;
            let actual = seizure.collateral_type;
            ensure!(
                actual == collateral_type,
                EngineError::WrongCollateralType {
                    collateral_type: actual
                }
            );
            let opened =
                DutchAuction::open(position, &seizure, &parameters, cut.room, self.clock())?;
            let rewards = Rewards::of_opening(&opened, &seizure, &parameters, keeper)?;
            self.add(seizure.lot, &opened, &rewards)?;
            let DutchAuction(auction) = opened;
            self.env().emit_event(AuctionOpened {
                auction: seizure.lot,
                position,
                keeper,
                collateral: auction.collateral,
                debt: auction.debt,
                penalty: auction.penalty,
                top: auction.top,
                rewards: rewards.0,
            });
            Ok(seizure.lot)
        }

        #[ink(message)]
        fn take(
            &mut self,
            auction: AuctionId,
            wanted: Balance,
            max_price: Price,
            deadline: finance::Timestamp,
        ) -> Result<Purchase, EngineError> {
            let bid = Bid {
                wanted,
                max_price,
                deadline,
            };
            self.buy(auction, &bid, self.env().caller(), None)
        }

        #[ink(message)]
        fn take_through(
            &mut self,
            receiver: AccountId,
            data: Vec<u8>,
            auction: AuctionId,
            wanted: Balance,
            max_price: Price,
            deadline: finance::Timestamp,
        ) -> Result<Purchase, EngineError> {
            let bid = Bid {
                wanted,
                max_price,
                deadline,
            };
            self.buy(auction, &bid, receiver, Some(data))
        }

        #[ink(message)]
        fn reset(&mut self, auction: AuctionId) -> Result<(), EngineError> {
            self.ensure_running(Action::Reset)?;
            let keeper = self.env().caller();
            let running = self.running(auction)?;
            let id = running.0.collateral_type;
            ensure!(running.is_stale(self.clock())?, EngineError::NotStale);
            let price = peers::price(self.terms.vault, id)?;
            let parameters = peers::parameters(self.terms.parameters, id)?;
            let (fresh, reward) = self.restart(auction, running, keeper, price, &parameters)?;
            self.env().emit_event(AuctionReset {
                auction,
                keeper,
                top: fresh.0.top,
                reward,
            });
            Ok(())
        }

        #[ink(message)]
        fn cure(&mut self, auction: AuctionId) -> Result<(), EngineError> {
            let payer = self.env().caller();
            let sold = self.running(auction)?.cure(self.clock())?;
            self.settle(auction, &sold)?;
            self.env().emit_event(AuctionCured {
                auction,
                payer,
                paid: sold.purchase()?.cost,
                returned: sold.left.0.collateral,
            });
            peers::sell(self.terms.vault, auction, sold.sale(payer))?;
            self.pull_penalty(payer, sold.penalty)
        }

        #[ink(message)]
        fn claim(&mut self, account: AccountId) -> Result<Balance, EngineError> {
            let amount = self.owed.take(account).unwrap_or_default();
            ensure!(amount > 0, EngineError::NothingOwed);
            self.owed_in_all = sub(self.owed_in_all, amount)?;
            self.env().emit_event(OwedClaimed { account, amount });
            calls::push::<EngineError>(self.terms.cash, account, amount)?;
            Ok(amount)
        }

        #[ink(message)]
        fn set_breaker(&mut self, level: u8, period: Period) -> Result<(), EngineError> {
            let (caller, powers) = (self.env().caller(), self.powers()?);
            let is_permitted = caller == powers.guardian || caller == powers.governor;
            ensure!(is_permitted, EngineError::NotPermitted);
            self.trip(level, period)
        }

        #[ink(message)]
        fn arm_breaker(&mut self) -> Result<(), EngineError> {
            let is_governor = self.env().caller() == self.powers()?.governor;
            ensure!(is_governor, EngineError::NotPermitted);
            self.put_breaker(self.breaker.armed(self.now()));
            Ok(())
        }

        #[ink(message)]
        fn terms(&self) -> EngineTerms {
            self.terms
        }

        #[ink(message)]
        fn breaker(&self) -> Breaker {
            self.breaker
        }

        #[ink(message)]
        fn auction(&self, auction: AuctionId) -> Result<AuctionView, EngineError> {
            let Rewards(rewards) = self.rewards_of(auction);
            let running = self.running(auction)?;
            Ok(running.view(auction, rewards, self.clock())?)
        }

        #[ink(message)]
        fn auctions(&self, from: AuctionId, limit: u32) -> Vec<AuctionView> {
            let end = from.0.saturating_add(limit.min(MAX_PAGE));
            (from.0..end.min(self.auction_count))
                .filter_map(|number| self.auction(AuctionId(number)).ok())
                .collect()
        }

        #[ink(message)]
        fn auction_count(&self) -> u32 {
            self.auction_count
        }

        #[ink(message)]
        fn in_auction(&self, collateral_type: CollateralId) -> (Balance, Balance) {
            let of_type = self.in_auction_of.get(collateral_type);
            (of_type.unwrap_or_default(), self.in_auction)
        }

        #[ink(message)]
        fn owed(&self, account: AccountId) -> Balance {
            self.owed.get(account).unwrap_or_default()
        }

        #[ink(message)]
        fn unattributed(&self) -> Result<Balance, EngineError> {
            let balance = calls::balance(self.terms.cash, self.env().account_id())?;
            Ok(balance.saturating_sub(self.owed_in_all))
        }
    }

    impl Upgradeable for LiquidationEngineContract {
        #[ink(message)]
        fn upgrade(&mut self, code_hash: Hash) -> Result<(), UpgradeError> {
            let governor = self.powers()?.governor;
            upgradeable::upgrade(&mut self.upgrades, governor, code_hash)
        }

        #[ink(message)]
        fn renounce_upgrades(&mut self) -> Result<(), UpgradeError> {
            let governor = self.powers()?.governor;
            upgradeable::renounce(&mut self.upgrades, governor)
        }

        #[ink(message)]
        fn upgrades(&self) -> UpgradesView {
            let governor = self.powers().ok().map(|powers| powers.governor);
            upgradeable::view(&self.upgrades, governor)
        }
    }

    #[ink(impl)]
    impl LiquidationEngineContract {
        fn now(&self) -> finance::Timestamp {
            finance::Timestamp(self.env().block_timestamp())
        }

        fn clock(&self) -> finance::Timestamp {
            self.breaker.clock(self.now())
        }

        fn powers(&self) -> Result<Powers, CallError> {
            powers_over(self.terms.parameters)
        }

        pub(crate) fn trip(&mut self, level: u8, period: Period) -> Result<(), EngineError> {
            let now = self.now();
            ensure!(level <= Breaker::MAX_LEVEL, EngineError::InvalidLevel);
            let may_change = level == 0 || self.breaker.may_rise(now);
            ensure!(may_change, EngineError::BreakerUsed);
            self.put_breaker(self.breaker.set(level, period, now));
            Ok(())
        }

        pub(crate) fn put_breaker(&mut self, breaker: Breaker) {
            self.breaker = breaker;
            let Breaker { level, until, .. } = breaker;
            self.env().emit_event(BreakerSet { level, until });
        }

        fn ensure_running(&self, action: Action) -> Result<(), EngineError> {
            let until = self.breaker.until;
            let is_stopped = self.breaker.stops(action, self.now());
            ensure!(!is_stopped, EngineError::Stopped { until });
            Ok(())
        }

        /// Debt and penalty that may still enter auctions.
        fn room(
            &self,
            id: CollateralId,
            parameters: &AuctionParameters,
        ) -> Result<Balance, EngineError> {
            let (of_type, in_all) = self.in_auction(id);
            let of_type = parameters.debt_limit.saturating_sub(of_type);
            let room = of_type.min(parameters.total_limit.saturating_sub(in_all));
            ensure!(room > 0, EngineError::LimitReached);
            Ok(room)
        }

        pub(crate) fn running(&self, id: AuctionId) -> Result<DutchAuction, EngineError> {
            let auction = self.auctions.get(id);
            auction.map(DutchAuction).ok_or(EngineError::UnknownAuction)
        }

        fn rewards_of(&self, id: AuctionId) -> Rewards {
            Rewards(self.rewards.get(id).unwrap_or_default())
        }

        pub(crate) fn add(
            &mut self,
            id: AuctionId,
            opened: &DutchAuction,
            rewards: &Rewards,
        ) -> Result<(), MathError> {
            let kind = opened.0.collateral_type;
            let (of_type, in_all) = self.in_auction(kind);
            let counted = opened.0.counted;
            self.in_auction = add(in_all, counted)?;
            self.in_auction_of.insert(kind, &add(of_type, counted)?);
            self.auction_count = id.0.checked_add(1).ok_or(MathError::Overflow)?;
            self.auctions.insert(id, &opened.0);
            if !rewards.0.is_empty() {
                self.rewards.insert(id, &rewards.0);
            }
            Ok(())
        }

        /// A purchase by `buyer`, who pays first unless he gets `data` with the collateral.
        fn buy(
            &mut self,
            auction: AuctionId,
            bid: &Bid,
            buyer: AccountId,
            data: Option<Vec<u8>>,
        ) -> Result<Purchase, EngineError> {
            let sold = self.bid(auction, bid)?;
            let purchase = sold.purchase()?;
            self.emit_purchase(auction, buyer, purchase, &sold)?;
            let mut sale = sold.sale(buyer);
            sale.receiver = data.map(|data| Receiver {
                taker: self.env().caller(),
                penalty: sold.penalty,
                data,
            });
            peers::sell(self.terms.vault, auction, sale)?;
            self.pull_penalty(buyer, sold.penalty)?;
            Ok(purchase)
        }

        /// What a bid buys now, written.
        pub(crate) fn bid(&mut self, id: AuctionId, bid: &Bid) -> Result<Sold, EngineError> {
            self.ensure_running(Action::Take)?;
            bid.ensure_timely(self.now())?;
            let running = self.running(id)?;
            let sold = running.sell(running.purchase(bid, self.clock())?)?;
            self.settle(id, &sold)?;
            Ok(sold)
        }

        /// Begins an auction anew from `price`. Returns it, and what is promised to `keeper`.
        pub(crate) fn restart(
            &mut self,
            id: AuctionId,
            running: DutchAuction,
            keeper: AccountId,
            price: Price,
            parameters: &AuctionParameters,
        ) -> Result<(DutchAuction, Balance), MathError> {
            let fresh = running.reset(price, parameters, self.clock())?;
            let mut rewards = self.rewards_of(id);
            let reward = reward(&fresh, price, parameters)?;
            let reward = rewards.promise(keeper, reward, fresh.0.penalty)?;
            self.auctions.insert(id, &fresh.0);
            if reward > 0 {
                self.rewards.insert(id, &rewards.0);
            }
            Ok((fresh, reward))
        }

        /// Writes what is left of an auction, and to whom the penalty belongs that is paid now.
        pub(crate) fn settle(&mut self, id: AuctionId, sold: &Sold) -> Result<(), EngineError> {
            let kind = sold.left.0.collateral_type;
            let (of_type, in_all) = self.in_auction(kind);
            self.in_auction = sub(in_all, sold.relief)?;
            match sub(of_type, sold.relief)? {
                0 => self.in_auction_of.remove(kind),
                left => {
                    self.in_auction_of.insert(kind, &left);
                }
            }
            if sold.is_last() {
                self.auctions.remove(id);
            } else {
                self.auctions.insert(id, &sold.left.0);
            }
            if sold.is_last() || sold.penalty > 0 {
                self.owe(id, sold)?;
            }
            Ok(())
        }

        /// Writes to whom the penalty belongs that is paid now. What is promised beyond the last of it is nobody's.
        fn owe(&mut self, id: AuctionId, sold: &Sold) -> Result<(), EngineError> {
            let mut rewards = self.rewards_of(id);
            let is_promised = !rewards.0.is_empty();
            let (paid, left) = rewards.pay(sold.penalty)?;
            if !rewards.0.is_empty() && !sold.is_last() {
                self.rewards.insert(id, &rewards.0);
            } else if is_promised {
                self.rewards.remove(id);
            }
            for Reward { keeper, amount } in paid {
                self.credit(keeper, amount)?;
            }
            self.owed_in_all = add(self.owed_in_all, sold.penalty)?;
            self.credit(self.terms.insurance, left)
        }

        fn credit(&mut self, account: AccountId, amount: Balance) -> Result<(), EngineError> {
            if amount > 0 {
                let owed = add(self.owed(account), amount)?;
                self.owed.insert(account, &owed);
            }
            Ok(())
        }

        fn pull_penalty(&self, payer: AccountId, penalty: Balance) -> Result<(), EngineError> {
            let engine = self.env().account_id();
            calls::pull(self.terms.cash, payer, engine, penalty)
        }

        fn emit_purchase(
            &self,
            auction: AuctionId,
            buyer: AccountId,
            purchase: Purchase,
            sold: &Sold,
        ) -> Result<(), EngineError> {
            let left = sold.left;
            self.env().emit_event(AuctionTaken {
                auction,
                buyer,
                collateral: purchase.collateral,
                cost: purchase.cost,
                price: left.asked(self.clock())?,
                collateral_left: left.0.collateral,
                due_left: left.due()?,
            });
            if sold.is_last() {
                self.env().emit_event(AuctionClosed {
                    auction,
                    returned: left.0.collateral,
                    shortfall: left.0.debt,
                });
            }
            Ok(())
        }
    }
}
