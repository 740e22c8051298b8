//! Dutch auctions of seized collateral.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod auction;
mod peers;

pub use self::liquidation_engine::{LiquidationEngineContract, LiquidationEngineContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod liquidation_engine {
    use crate::auction::{Bid, DutchAuction};
    use crate::peers;
    use finance::auction::Purchase;
    use finance::{MathError, Price};
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::ensure;
    use interfaces::liquidation_engine::{
        Auction, AuctionClosed, AuctionOpened, AuctionReset, AuctionTaken, AuctionView,
        EngineError, LiquidationEngine, MAX_PAGE,
    };
    use interfaces::types::{AuctionId, PositionId};

    #[ink(storage)]
    pub struct LiquidationEngineContract {
        /// Holds the collateral that is sold here. Fixed at creation.
        vault: AccountId,
        /// Fixed at creation.
        parameters: AccountId,
        /// Auctions ever opened: the number of the next one.
        auction_count: u32,
        /// Auctions in progress: collateral and debt of each are those of its seized position.
        auctions: Mapping<AuctionId, Auction, ManualKey<1>>,
    }

    impl LiquidationEngineContract {
        /// An engine without auctions. The vault has to be bound to it.
        #[ink(constructor)]
        pub fn new(vault: AccountId, parameters: AccountId) -> Self {
            Self {
                vault,
                parameters,
                auction_count: 0,
                auctions: Mapping::default(),
            }
        }
    }

    impl LiquidationEngine for LiquidationEngineContract {
        #[ink(message)]
        fn liquidate(&mut self, position: PositionId) -> Result<AuctionId, EngineError> {
            let seizure = peers::seize(self.vault, position)?;
            let parameters = peers::parameters(self.parameters, seizure.collateral_type)?;
            let DutchAuction(auction) =
                DutchAuction::open(position, &seizure, &parameters, self.now())?;
            let id = self.add(&auction)?;
            self.env().emit_event(AuctionOpened {
                auction: id,
                position,
                collateral: auction.collateral,
                debt: auction.debt,
                penalty: auction.penalty,
                top: auction.top,
            });
            Ok(id)
        }

        #[ink(message)]
        fn take(
            &mut self,
            auction: AuctionId,
            wanted: Balance,
            max_price: Price,
            deadline: finance::Timestamp,
        ) -> Result<Purchase, EngineError> {
            let buyer = self.env().caller();
            let running = self.running(auction)?;
            let bid = Bid {
                wanted,
                max_price,
                deadline,
            };
            let purchase = running.purchase(&bid, self.now())?;
            let (left, sale) = running.sell(buyer, purchase)?;
            self.write(auction, &left, sale.last);
            self.env().emit_event(AuctionTaken {
                auction,
                buyer,
                collateral: purchase.collateral,
                cost: purchase.cost,
                price: running.asked(self.now())?,
                collateral_left: left.0.collateral,
                due_left: left.due()?,
            });
            if sale.last {
                self.env().emit_event(AuctionClosed {
                    auction,
                    returned: left.0.collateral,
                    shortfall: left.0.debt,
                });
            }
            peers::sell(self.vault, left.0.position, sale)?;
            Ok(purchase)
        }

        #[ink(message)]
        fn reset(&mut self, auction: AuctionId) -> Result<(), EngineError> {
            let running = self.running(auction)?;
            let id = running.0.collateral_type;
            ensure!(running.is_stale(self.now())?, EngineError::NotStale);
            let price = peers::price(self.vault, id)?;
            let parameters = peers::parameters(self.parameters, id)?;
            let DutchAuction(fresh) = running.reset(price, &parameters, self.now())?;
            self.auctions.insert(auction, &fresh);
            self.env().emit_event(AuctionReset {
                auction,
                top: fresh.top,
            });
            Ok(())
        }

        #[ink(message)]
        fn auction(&self, auction: AuctionId) -> Result<AuctionView, EngineError> {
            Ok(self.running(auction)?.view(auction, self.now())?)
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
    }

    #[ink(impl)]
    impl LiquidationEngineContract {
        fn now(&self) -> finance::Timestamp {
            finance::Timestamp(self.env().block_timestamp())
        }

        fn running(&self, id: AuctionId) -> Result<DutchAuction, EngineError> {
            let auction = self.auctions.get(id);
            auction.map(DutchAuction).ok_or(EngineError::UnknownAuction)
        }

        pub(crate) fn add(&mut self, auction: &Auction) -> Result<AuctionId, MathError> {
            let id = AuctionId(self.auction_count);
            let count = self.auction_count.checked_add(1);
            self.auction_count = count.ok_or(MathError::Overflow)?;
            self.auctions.insert(id, auction);
            Ok(id)
        }

        fn write(&mut self, id: AuctionId, left: &DutchAuction, last: bool) {
            if last {
                self.auctions.remove(id);
            } else {
                self.auctions.insert(id, &left.0);
            }
        }
    }
}
